"""The spatial index of a GeoPackage's table that is full already, packed at once, and so that cancelling it is quick."""

import sqlite3
from contextlib import closing
from typing import NamedTuple

import numpy as np

from . import spatial_index
from .geopackages import quoted
from .lacrime_geo.progress import advance, within

ROWS_AT_ONCE = 50_000
# What a geometry begins with in a GeoPackage: its flags at byte 3, from byte 8 on its bounds, or else the WKB of a point.
FLAGS, BOUNDS, PLACE, HEAD = 3, 8, 13, 40
LITTLE_ENDIAN = 1
EXTENSIONS = "gpkg_extensions"


class Declaration(NamedTuple):
    """How QGIS has declared the index of a table: what makes it, what keeps it up to date, where it is told and how."""

    name: str
    table: str
    triggers: tuple
    extensions: str
    extension: tuple


def only_table(path):
    """Return the name of the one layer of a GeoPackage that QGIS has just made: not always that of the file."""
    with closing(sqlite3.connect(path)) as database:
        ((name,),) = database.execute("SELECT table_name FROM gpkg_contents")
    return name


def declared(path, table):
    """Return the declaration of the index in a GeoPackage, None where the table has none."""
    with closing(sqlite3.connect(path)) as database:
        if not _statement(database, EXTENSIONS):
            return None
        extension = database.execute(
            f"SELECT * FROM {EXTENSIONS} WHERE extension_name = 'gpkg_rtree_index' AND table_name = ?", (table,)
        ).fetchone()
        if extension is None:
            return None
        name = f"rtree_{table}_{extension[1]}"
        made, extensions = (_statement(database, of) for of in (name, EXTENSIONS))
        triggers = database.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, ?) = ?",
            (len(name) + 1, name + "_"),
        ).fetchall()
        return Declaration(name, made, tuple(sql for (sql,) in triggers), extensions, extension)


def _statement(database, name):
    """Return what has made a table, None where there is none."""
    return (database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone() or [None])[0]


def build(database, table, geometry, declaration, progress):
    """Make the index of a full table as it was declared for an empty one; False where its geometries cannot be read."""
    boxes = _boxes(database, table, geometry, within(progress, 0.0, 0.4))
    if boxes is None:
        return False
    ids, around = boxes
    database.execute(declaration.table)
    spatial_index.fill_boxes(database, declaration.name, ids, *around.T, within(progress, 0.4, 1.0))
    for trigger in declaration.triggers:
        database.execute(trigger)
    if not _statement(database, EXTENSIONS):
        database.execute(declaration.extensions)
    marks = ", ".join("?" * len(declaration.extension))
    database.execute(f"INSERT INTO {EXTENSIONS} VALUES ({marks})", declaration.extension)
    return True


def _boxes(database, table, geometry, progress):
    """Return the row numbers and the bounds (n, 4) of all geometries that have any: west, east, south, north."""
    (total,) = database.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()
    rows = database.execute(f"SELECT fid, {quoted(geometry)} FROM {quoted(table)} WHERE {quoted(geometry)} IS NOT NULL")
    ids, boxes = [np.empty(0, dtype=np.int64)], [np.empty((0, 4))]
    while True:
        part = rows.fetchmany(ROWS_AT_ONCE)
        if not part:
            break
        numbers, blobs = zip(*part)
        around = bounds_of(blobs)
        if around is None:
            return None
        placed = ~np.isnan(around).any(axis=1)
        ids.append(np.array(numbers, dtype=np.int64)[placed])
        boxes.append(around[placed])
        advance(progress, ROWS_AT_ONCE * (len(ids) - 1) / max(total, 1))
    return np.concatenate(ids), np.concatenate(boxes)


def bounds_of(blobs):
    """Return the bounds of geometries by what stands in their heads (n, 4), NaN for empty ones; None where it does not."""
    begins = np.cumsum([0, *map(len, blobs)])[:-1]
    data = np.frombuffer(b"".join(blobs) + bytes(HEAD), dtype=np.uint8)
    heads = np.lib.stride_tricks.sliding_window_view(data, HEAD)[begins]
    flags = heads[:, FLAGS]
    told, empty = (flags >> 1) & 7, (flags & 16) > 0
    # Nothing but a point goes without its bounds.
    points = (told == 0) & np.isin(np.ascontiguousarray(heads[:, 9:13]).view("<u4").ravel() % 1000, 1)
    if not ((flags & LITTLE_ENDIAN) > 0).all() or not (points | (told > 0) | empty).all():
        return None
    bounds = np.ascontiguousarray(heads[:, BOUNDS:HEAD]).view("<f8")
    places = np.ascontiguousarray(heads[:, PLACE : PLACE + 16]).view("<f8")
    around = np.where(points[:, None], places[:, [0, 0, 1, 1]], bounds)
    around[empty] = np.nan
    return around
