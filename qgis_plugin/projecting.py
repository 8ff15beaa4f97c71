"""Coordinates of QGIS layers to the CRS to work in: metric, by the library's rule."""

import logging

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsLineString,
    QgsProcessingException,
    QgsUnitTypes,
    QgsWkbTypes,
)

from .lacrime_geo.crs import WEB_MERCATOR, utm
from .lacrime_geo.frames import NO_PLACES_CRS
from .lacrime_geo.places import collapse
from .lacrime_geo.progress import advance, within

PLACES_AT_ONCE = 65_536
FIRST_ROWS = 65_536  # enough to see whether incidents share places
WGS_84 = QgsCoordinateReferenceSystem("EPSG:4326")
log = logging.getLogger("lacrime_geo")


def projected(source, x, y, context, crs, progress=None):
    """Return coordinates in the working CRS, transformed in bulk as the vertices of one line."""
    require_crs(source)
    known = np.isfinite(x) & np.isfinite(y)
    crs = crs or working(source.sourceCrs(), x[known], y[known], context, within(progress, 0.0, 0.5))
    going = within(progress, 0.5, 1.0)
    easting, northing = np.full(x.size, np.nan), np.full(x.size, np.nan)
    easting[known], northing[known] = transformed(
        x[known], y[known], source.sourceCrs(), from_name(crs), context, going
    )
    return easting, northing, crs


def transformed(x, y, source, target, context, progress=None):
    """Return coordinates, all finite, in another CRS; coincident ones are transformed once."""
    if x.size == 0 or source == target:
        return x, y
    row, place = _distinct(x, y)
    transform = QgsCoordinateTransform(source, target, context.transformContext())
    vertices = np.empty((row.size, 2))
    for begin in range(0, row.size, PLACES_AT_ONCE):
        advance(progress, begin / row.size)
        part = row[begin : begin + PLACES_AT_ONCE]
        vertices[begin : begin + part.size] = _vertices(x[part], y[part], transform)
    return vertices[place, 0], vertices[place, 1]


def _vertices(x, y, transform):
    """Return places in the other CRS (n, 2), transformed as the vertices of one line."""
    line = QgsLineString(x, y)
    try:
        line.transform(transform)
    except QgsCsException as problem:
        target = transform.destinationCrs().authid()
        raise QgsProcessingException(f"The coordinates cannot be projected to {target} ({problem}).") from problem
    # WKB of a line: byte order, type, number of vertices, then x and y of each.
    return np.frombuffer(bytes(line.asWkb()), "<f8", 2 * x.size, 9).reshape(-1, 2)


def _distinct(x, y):
    """Return one row of each place and the place of each row; every row its own where few coincide."""
    sample = x[:FIRST_ROWS] + 1j * y[:FIRST_ROWS]
    if np.unique(sample).size > 0.9 * sample.size:
        return np.arange(x.size), slice(None)
    return collapse(x, y)


def require_crs(source):
    """Raise where a layer has no points or no CRS."""
    if source.wkbType() == QgsWkbTypes.Type.NoGeometry:
        raise QgsProcessingException(
            f"The layer {source.sourceName()!r} is a table without points; load it with Layer > Add Layer > Add Delimited Text "
            "Layer, naming its columns of longitude and latitude."
        )
    if not source.sourceCrs().isValid():
        raise QgsProcessingException(
            f"The CRS of the layer {source.sourceName()!r} is missing; set it in the layer's properties first."
        )


def working(crs, x, y, context, progress=None):
    """Name the CRS to work in by the library's rule: a metric one is kept, else the UTM zone of the data."""
    if is_metric(crs):
        return crs.authid() or crs.toWkt()
    if x.size == 0:
        return NO_PLACES_CRS
    zone = utm(*transformed(x, y, crs, WGS_84, context, progress))
    log.info("projected from %s to %s, in metres", crs.authid() or crs.description(), zone)
    return zone


def is_metric(crs):
    """Tell whether a CRS is projected, in metres, and not Web Mercator."""
    web = crs.authid() in {f"EPSG:{code}" for code in WEB_MERCATOR} or "Popular Visualisation" in crs.toWkt()
    return not crs.isGeographic() and crs.mapUnits() == QgsUnitTypes.DistanceUnit.DistanceMeters and not web


def from_name(name):
    """Return the CRS of a code or of WKT."""
    crs = QgsCoordinateReferenceSystem(name)
    return crs if crs.isValid() else QgsCoordinateReferenceSystem.fromWkt(name)
