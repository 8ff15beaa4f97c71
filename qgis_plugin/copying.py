"""Copies of GeoPackage layers with further columns, made by GDAL and SQLite: what a loop over features writes, far sooner."""

import os
import sqlite3

from osgeo import gdal

from .file_layers import GEOPACKAGE
from .lacrime_geo.progress import advance, within
from .writing import plain

TYPES = {"i": "INTEGER", "u": "INTEGER", "b": "BOOLEAN", "f": "REAL"}
ROWS_AT_ONCE = 50_000
# Triggers of the spatial index name these; they are not called when a geometry stays as it is.
SPATIAL = {"ST_IsEmpty": 1, "ST_MinX": 1, "ST_MaxX": 1, "ST_MinY": 1, "ST_MaxY": 1}


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

    None when GDAL could not make the copy.
    """
    dataset, table = layer.opened()
    name = os.path.splitext(os.path.basename(path))[0]
    for stale in (path, f"{path}-wal", f"{path}-shm"):
        if os.path.exists(stale):
            os.remove(stale)
    going = within(progress, 0.0, 0.6)
    options = gdal.VectorTranslateOptions(
        format="GPKG",
        layers=[table.GetName()],
        layerName=name,
        selectFields=[field for field in kept if field.lower() != "fid"],
        where=layer.subset or None,
        datasetCreationOptions=["VERSION=1.2"],
        layerCreationOptions=["FID=fid", "GEOMETRY_NAME=geom"],
        options=["-preserve_fid"],
        callback=lambda fraction, message, data: int(going is None or going(fraction) is not False),
    )
    written = gdal.VectorTranslate(path, dataset, options=options)
    advance(going, 1.0)
    if written is None:
        return None
    del written
    return _add_columns(path, name, ids, columns, within(progress, 0.6, 1.0))


def _add_columns(path, table, ids, columns, progress):
    """Add columns to a table of a GeoPackage; return how many of its rows have got their values."""
    connection = sqlite3.connect(path)
    try:
        for function, arguments in SPATIAL.items():
            connection.create_function(function, arguments, lambda *given: None)
        for name, column in columns.items():
            kind = TYPES.get(column.dtype.kind, "TEXT")
            connection.execute(f"ALTER TABLE {_quoted(table)} ADD COLUMN {_quoted(name)} {kind}")
        assigned = ", ".join(f"{_quoted(name)} = ?" for name in columns)
        statement = f"UPDATE {_quoted(table)} SET {assigned} WHERE fid = ?"
        before = connection.total_changes
        for begin in range(0, len(ids), ROWS_AT_ONCE):
            part = slice(begin, begin + ROWS_AT_ONCE)
            values = [[plain(value) for value in column[part].tolist()] for column in columns.values()]
            connection.executemany(statement, zip(*values, ids[part].tolist()))
            advance(progress, min(part.stop, len(ids)) / max(len(ids), 1))
        connection.commit()
        return connection.total_changes - before
    finally:
        connection.close()


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'
