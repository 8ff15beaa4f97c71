"""Tables that GDAL reads to the columns that the library cleans: parquet where pyarrow is missing and GDAL has a driver."""

from pathlib import Path

import numpy as np
from osgeo import gdal, ogr
from qgis.core import QgsProcessingException

from . import installation
from .lacrime_geo.data.tables import RawTable, Texts, is_parquet, read
from .lacrime_geo.progress import advance

PARQUET = "Parquet"
NUMBERS, DATES = (ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal), (ogr.OFTDate, ogr.OFTDateTime)
ROWS_AT_ONCE = 5000


def unreadable(path):
    """Return why a file cannot be read here, "" where it can: parquet takes a reader."""
    if not is_parquet(path) or can_read_parquet():
        return ""
    return (
        f"{path} is a parquet file, and this QGIS has no reader for those: {installation.remedy(['pyarrow'])}; or take the CSV, "
        "which always loads."
    )


def can_read_parquet():
    """Tell whether there is a reader of parquet files."""
    return installation.has("pyarrow") or gdal.GetDriverByName(PARQUET) is not None


def read_table(path, separator, progress):
    """Return the table in a file by the library's reader, or GDAL's where that is what reads it."""
    reason = unreadable(path)
    if reason:
        raise QgsProcessingException(reason)
    if is_parquet(path) and not installation.has("pyarrow"):
        return by_gdal(path, PARQUET, progress)
    return read(path, progress, separator)


def by_gdal(path, driver, progress):
    """Return the first table of a file by one of GDAL's drivers."""
    try:
        dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR, allowed_drivers=[driver])
    except RuntimeError:  # where GDAL's exceptions are switched on
        dataset = None
    table = None if dataset is None else dataset.GetLayer(0)
    if table is None:
        raise QgsProcessingException(f"{path} cannot be read; it should be a complete {driver} file.")
    definition = table.GetLayerDefn()
    fields = [definition.GetFieldDefn(number) for number in range(definition.GetFieldCount())]
    columns, rows = [[] for _ in fields], table.GetFeatureCount()
    for number, feature in enumerate(table):
        if number % ROWS_AT_ONCE == 0:
            advance(progress, number / max(rows, 1))
        for at, (column, field) in enumerate(zip(columns, fields)):
            column.append(_value(feature, at, field.GetType()))
    if columns and len(columns[0]) != rows:
        raise QgsProcessingException(f"{path} breaks off: {len(columns[0]):,} of its {rows:,} rows can be read.")
    found = {field.GetName(): _column(column, field.GetType()) for field, column in zip(fields, columns)}
    return RawTable(found, rows, Path(path).name)


def _value(feature, number, kind):
    if not feature.IsFieldSetAndNotNull(number):
        return None
    if kind in DATES:
        year, month, day, hour, minute, second, _ = feature.GetFieldAsDateTime(number)
        return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{int(second):02d}"
    return feature.GetField(number) if kind in NUMBERS else feature.GetFieldAsString(number)


def _column(values, kind):
    if kind in NUMBERS:
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    if kind in DATES:
        return np.array(["NaT" if value is None else value for value in values], dtype="M8[s]")
    return Texts.of(values)
