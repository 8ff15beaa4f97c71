"""Incidents read from a file to Processing's outputs: a layer of points with typed columns."""

from dataclasses import replace

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsWkbTypes,
)

from .lacrime_geo.vector_formats import spelled_apart
from .projecting import from_name, transformed
from .writing import FEATURES_AT_ONCE, INTEGER, add, fields_of, held, plain

WGS_84 = "EPSG:4326"
MANY = 100_000  # rows beyond which a layer in memory takes long to make


def in_degrees(loaded, context):
    """Return incidents with their places as longitude and latitude."""
    if loaded.crs == WGS_84:
        return loaded
    places = np.full((2, len(loaded)), np.nan)
    source, target = from_name(loaded.crs), QgsCoordinateReferenceSystem(WGS_84)
    places[:, loaded.placed] = transformed(loaded.x[loaded.placed], loaded.y[loaded.placed], source, target, context)
    return replace(loaded, x=places[0], y=places[1], crs=WGS_84)


def write_points(outputs, name, loaded, progress):
    """Write one feature per incident, without geometry where it has no place; return where, None when it is skipped."""
    fields = _fields(loaded)
    if len(loaded) > MANY:
        outputs.keep_in_file(name)
    sink, written = outputs.sink(name, fields, QgsWkbTypes.Type.Point, QgsCoordinateReferenceSystem(loaded.crs))
    if sink is None:
        return None
    if written in outputs.final and written.lower().endswith(".gpkg"):
        from . import filling  # brings SQLite, which not every QGIS has loaded when it starts

        del sink
        try:
            filling.fill(written, loaded, _as_stored, progress)
        except filling.FAILURE as problem:
            raise outputs.unwritable(name, str(problem)) from problem
        return written
    left = []
    add(outputs, name, sink, held(_features(loaded, fields), written, left), len(loaded), progress, left)
    return written


def _fields(loaded):
    """Return the fields, named so that a GeoPackage can tell them apart."""
    fields = QgsFields()
    names = spelled_apart(loaded.columns)
    for field in fields_of(loaded.columns):
        kind = INTEGER if field.name() in loaded.whole else field.type()
        fields.append(QgsField(names[field.name()], kind))
    return fields


def _features(loaded, fields):
    """Yield the features, made a portion at a time."""
    for begin in range(0, len(loaded), FEATURES_AT_ONCE):
        part = loaded.take(slice(begin, begin + FEATURES_AT_ONCE))
        rows = zip(*(_values(part, name, _as_moments) for name in part.columns))
        for x, y, placed, row in zip(part.x.tolist(), part.y.tolist(), part.placed.tolist(), rows):
            feature = QgsFeature(fields)
            feature.setAttributes(list(row))
            if placed:
                feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
            yield feature


def _as_stored(part):
    """Return all columns of some incidents as a GeoPackage keeps them."""
    return [_values(part, name, _as_texts) for name in part.columns]


def _values(part, name, of_dates):
    """Return a column as plain values, None where there is none; each date is made once."""
    column = part.columns[name]
    if name in part.whole:
        return [None if value != value else int(value) for value in column.tolist()]
    if column.dtype.kind == "M":
        distinct, place = np.unique(column, return_inverse=True)
        moments = of_dates(distinct)
        return [moments[number] for number in place.tolist()]
    return [plain(value) for value in column.tolist()] if column.dtype.kind == "f" else column.tolist()


def _as_moments(dates):
    return [plain(moment) for moment in dates.astype("M8[s]").tolist()]


def _as_texts(dates):
    texts = np.datetime_as_string(dates, unit="ms").tolist()
    return [None if text == "NaT" else text for text in texts]
