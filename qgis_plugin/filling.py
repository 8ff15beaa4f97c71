"""Points put by SQLite into a GeoPackage that QGIS has just made: what its sink writes, several times sooner."""

import sqlite3

import numpy as np

from . import spatial_index
from .geopackages import quoted, written_whole
from .lacrime_geo.progress import advance, within

ROWS_AT_ONCE = 20_000
# GeoPackage's header, little-endian and without an envelope, then a point as WKB.
BLOB = np.dtype(
    [
        ("magic", "S2"),
        ("version", "u1"),
        ("flags", "u1"),
        ("srs", "<i4"),
        ("order", "u1"),
        ("kind", "<u4"),
        ("place", "<f8", 2),
    ]
)

# What fill raises where the file cannot be written.
FAILURE = sqlite3.Error


def fill(path, loaded, columns_of, progress):
    """Put all incidents into the one layer of a GeoPackage, whose fields are theirs, in their order.

    `columns_of` makes lists of plain values of some of them.
    """
    with written_whole(path) as database:
        table, geometry, srs = database.execute(
            "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
        ).fetchone()
        # Triggers ask functions that only GDAL has; what they would do is done for all rows at once.
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {quoted(name)}")
        for begin in range(0, len(loaded), ROWS_AT_ONCE):
            _insert(database, table, srs, begin, loaded.take(slice(begin, begin + ROWS_AT_ONCE)), columns_of)
            advance(progress, 0.9 * begin / len(loaded))
        placed = np.flatnonzero(loaded.placed)
        spatial_index.fill(
            database,
            f"rtree_{table}_{geometry}",
            placed + 1,
            loaded.x[placed],
            loaded.y[placed],
            within(progress, 0.9, 1.0),
        )
        _tell_contents(database, table, loaded)
        for _, statement in triggers:
            database.execute(statement)


def _insert(database, table, srs, begin, part, columns_of):
    """Insert rows with their places."""
    blobs = [blob if known else None for blob, known in zip(_blobs(part, srs), part.placed.tolist())]
    columns = columns_of(part)
    marks = ", ".join("?" * (len(columns) + 2))
    rows = zip(range(begin + 1, begin + len(part) + 1), blobs, *columns)
    database.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", rows)


def _blobs(part, srs):
    """Return the points as GeoPackage keeps them."""
    points = np.zeros(len(part), dtype=BLOB)
    points["magic"], points["flags"], points["srs"], points["order"], points["kind"] = b"GP", 1, srs, 1, 1
    points["place"] = np.column_stack([part.x, part.y])
    content, size = points.tobytes(), BLOB.itemsize
    return [content[begin : begin + size] for begin in range(0, len(content), size)]


def _tell_contents(database, table, loaded):
    """Write how many rows there are, and where."""
    database.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (len(loaded), table))
    if loaded.placed.any():
        x, y = loaded.x[loaded.placed], loaded.y[loaded.placed]
        box = [float(value) for value in (x.min(), y.min(), x.max(), y.max())]
        database.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?", (*box, table)
        )
