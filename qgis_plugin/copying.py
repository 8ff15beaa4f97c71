"""Copies of GeoPackage layers with further columns, made by GDAL and SQLite: what a loop over features writes, far sooner."""

import os

from osgeo import gdal

from . import indexing
from .file_layers import GEOPACKAGE
from .geopackages import quoted, written_whole
from .lacrime_geo.progress import advance, within
from .writing import plain

TYPES = {"i": "INTEGER", "u": "INTEGER", "b": "BOOLEAN", "f": "REAL"}
ROWS_AT_ONCE = 50_000
GEOMETRY = "geom"


def possible(layer, path, rows):
    """Tell whether a copy of the layer's file has the features that QGIS shows, all of them, and as QGIS would write them."""
    if layer is None or not path.lower().endswith(".gpkg") or layer.driver != GEOPACKAGE:
        return False
    if not layer.as_stored or layer.count != rows:
        return False
    _dataset, table = layer.opened()  # which holds the table
    # Under another name QGIS writes it as a column of its own.
    return table is not None and table.GetFIDColumn() == "fid"


def copy(layer, path, kept, ids, columns, progress):
    """Write the layer with the fields kept and further columns, whose rows are told by ids; return how many rows have them.

    In the place of an empty layer that QGIS has made. None when GDAL could not make the copy.
    """
    dataset, table = layer.opened()
    name = indexing.only_table(path)
    index = indexing.declared(path, name)
    for stale in (path, f"{path}-wal", f"{path}-shm"):
        if os.path.exists(stale):
            os.remove(stale)
    if not _translate(dataset, table, layer.subset, path, name, kept, within(progress, 0.0, 0.4)):
        return None
    with written_whole(path) as database:
        marked = _add_columns(database, name, ids, columns, within(progress, 0.4, 0.7))
        indexed = index is None or indexing.build(database, name, GEOMETRY, index, within(progress, 0.7, 1.0))
    if not indexed:
        spelled = name.replace("'", "''")
        dataset = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE)
        dataset.ExecuteSQL(f"SELECT CreateSpatialIndex('{spelled}', '{GEOMETRY}')")
    return marked


def _translate(dataset, table, subset, path, name, kept, progress):
    """Copy the fields kept of a table's features into a new GeoPackage; tell whether GDAL could."""
    options = gdal.VectorTranslateOptions(
        format="GPKG",
        layers=[table.GetName()],
        layerName=name,
        selectFields=[field for field in kept if field.lower() != "fid"],
        where=subset or None,
        datasetCreationOptions=["VERSION=1.2"],
        layerCreationOptions=["FID=fid", f"GEOMETRY_NAME={GEOMETRY}", "SPATIAL_INDEX=NO"],
        options=["-preserve_fid"],
        callback=lambda fraction, message, data: int(progress is None or progress(fraction) is not False),
    )
    try:
        written = gdal.VectorTranslate(path, dataset, options=options)
    except RuntimeError:  # where GDAL's exceptions are switched on
        written = None
    made = written is not None
    del written  # else GDAL closes it after a cancelled run has removed the file
    advance(progress, 1.0)
    return made


def _add_columns(database, table, ids, columns, progress):
    """Add columns to a table of a GeoPackage; return how many of its rows have got their values."""
    for name, column in columns.items():
        kind = TYPES.get(column.dtype.kind, "TEXT")
        database.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(name)} {kind}")
    assigned = ", ".join(f"{quoted(name)} = ?" for name in columns)
    statement = f"UPDATE {quoted(table)} SET {assigned} WHERE fid = ?"
    before = database.total_changes
    for begin in range(0, len(ids), ROWS_AT_ONCE):
        part = slice(begin, begin + ROWS_AT_ONCE)
        values = [[plain(value) for value in column[part].tolist()] for column in columns.values()]
        database.executemany(statement, zip(*values, ids[part].tolist()))
        advance(progress, min(part.stop, len(ids)) / max(len(ids), 1))
    return database.total_changes - before
