"""The library's results to the vector layers that QGIS asks for: fields, features, and whether all have been written."""

import logging
from datetime import datetime

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime

from .lacrime_geo.geometry import MULTIPOLYGON, POINT, kind
from .lacrime_geo.progress import advance
from .lacrime_geo.results import Cells, Marks, few_enough
from .lacrime_geo.spreadsheets import harmless

try:
    from qgis.PyQt.QtCore import QMetaType

    INTEGER, REAL, TEXT, YES_NO, MOMENT = (
        QMetaType.Type.LongLong,
        QMetaType.Type.Double,
        QMetaType.Type.QString,
        QMetaType.Type.Bool,
        QMetaType.Type.QDateTime,
    )
    QgsField("probe", INTEGER)
except (ImportError, AttributeError, TypeError):  # before QGIS 3.38 a field's type is a QVariant's
    from qgis.PyQt.QtCore import QVariant

    INTEGER, REAL, TEXT, YES_NO = QVariant.LongLong, QVariant.Double, QVariant.String, QVariant.Bool
    MOMENT = QVariant.DateTime

log = logging.getLogger("lacrime_geo")
FIELD_TYPES = {"i": INTEGER, "u": INTEGER, "f": REAL, "b": YES_NO, "M": MOMENT}
FEATURES_AT_ONCE = 5000


def write_shapes(outputs, name, result, progress):
    """Write Cells, Shapes or Marks on cells: one polygon per row with its columns."""
    wkb, crs, columns = _shapes_of(result)
    fields = fields_of(columns)
    sink, written = outputs.sink(name, fields, _type_of(wkb), QgsCoordinateReferenceSystem(crs))
    if sink is None:
        return None
    rows = zip(*[column.tolist() for column in columns.values()])
    add(outputs, name, sink, (_feature(fields, shape, row) for shape, row in zip(wkb, rows)), len(result), progress)
    return written


def _shapes_of(result):
    """Return the polygons, their CRS and their columns."""
    if isinstance(result, Cells):
        few_enough(result)
        return result.grid.polygons(result.cell), result.grid.crs, result.columns
    if isinstance(result, Marks):
        features = result.features
        return features.wkb, features.crs, {**features.source, **result.columns}
    return result.wkb, result.crs, result.columns


def _type_of(wkb):
    """Return the geometry type of a result's shapes, which are all of one kind; some may have none."""
    first = next((one for one in wkb if one is not None), None)
    if first is not None and kind(first) == POINT:
        return QgsWkbTypes.Type.Point
    several = first is not None and kind(first) == MULTIPOLYGON
    return QgsWkbTypes.Type.MultiPolygon if several else QgsWkbTypes.Type.Polygon


def placed_rows(result):
    """Return how many rows of a result have a geometry."""
    features = getattr(result, "features", result)
    if not hasattr(features, "placed") and not hasattr(features, "known"):
        return len(result)
    return int((features.placed if hasattr(features, "placed") else features.known).sum())


def held(features, written, left):
    """Yield the features that a format holds; the ids of others are appended to a list.

    FlatGeobuf, as QGIS writes it, has no rows without geometry: newer GDAL refuses them, older left them out in silence.
    """
    places_only = written.split("|")[0].lower().endswith(".fgb")
    for feature in features:
        if places_only and feature.geometry().isEmpty():
            left.append(feature.id())
        else:
            yield feature


def add(outputs, name, sink, features, total, progress, left=()):
    """Add features to a sink in portions; a failed write (a full disk) is an error, not a shorter layer.

    `left` are those that the format does not hold, told while features are taken.
    """
    portion, done = [], 0
    for feature in map(_without_formulas, features) if outputs.is_spreadsheet(name) else features:
        portion.append(feature)
        if len(portion) == FEATURES_AT_ONCE:
            _add_portion(outputs, name, sink, portion)
            done += len(portion)
            portion = []
            advance(progress, done / max(total, 1))
    _add_portion(outputs, name, sink, portion)
    require_all(done + len(portion) + len(left), total)
    if hasattr(sink, "finalize"):
        sink.finalize()


def _without_formulas(feature):
    """Return a feature whose text no spreadsheet runs."""
    feature.setAttributes([harmless(value) for value in feature.attributes()])
    return feature


def _add_portion(outputs, name, sink, portion):
    if portion and not sink.addFeatures(portion, QgsFeatureSink.Flag.FastInsert):
        raise outputs.unwritable(name, sink.lastError() or "the disk may be full")


def require_all(found, total):
    """Raise unless all features of the input were found again."""
    if found != total:
        raise QgsProcessingException(
            f"{found:,} of {total:,} features were found again: the input changed while it was read; run again."
        )


def fields_of(columns):
    """Return the fields of columns."""
    fields = QgsFields()
    for name, column in columns.items():
        fields.append(QgsField(name, FIELD_TYPES.get(column.dtype.kind, TEXT)))
    return fields


def _feature(fields, wkb, row):
    feature = QgsFeature(fields)
    if wkb is not None:
        geometry = QgsGeometry()
        geometry.fromWkb(wkb)
        feature.setGeometry(geometry)
    feature.setAttributes([plain(value) for value in row])
    return feature


def plain(value):
    """Return a value as QGIS takes it."""
    # A missing number is NULL in a table, not the text "nan".
    if isinstance(value, float) and np.isnan(value):
        return None
    return QDateTime(value) if isinstance(value, datetime) else value


def write_table(outputs, name, table):
    """Write a Table as a layer without geometry; return where, None when it is skipped."""
    columns = _with_dates_as_text(table.columns) if outputs.is_csv(name) else table.columns
    fields = fields_of(columns)
    sink, written = outputs.sink(name, fields, QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem())
    if sink is None:
        return None
    rows = (_row(fields, row) for row in zip(*(column.tolist() for column in columns.values())))
    add(outputs, name, sink, rows, len(table), None)
    return written


def _with_dates_as_text(columns):
    """Return columns whose dates are texts as a script writes them, 2023-10-08; of GDAL they were 2023/10/08 00:00:00."""
    return {name: _iso(column) if column.dtype.kind == "M" else column for name, column in columns.items()}


def _iso(dates):
    known = ~np.isnat(dates)
    days = dates[known].astype("M8[D]")
    exact = days if (days == dates[known]).all() else dates[known].astype("M8[s]")
    texts = np.full(dates.size, None, dtype=object)
    texts[known] = [str(date).replace("T", " ") for date in exact]
    return texts


def _row(fields, row):
    feature = QgsFeature(fields)
    feature.setAttributes([plain(value) for value in row])
    return feature
