"""Which part of the world a page shows, in which CRS and at which scale."""

import re

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsProcessingException,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..lacrime_geo.crs import utm
from ..projecting import is_metric

WGS_84 = "EPSG:4326"
MERCATOR = "+proj=merc +lat_ts={:.4f} +lon_0=0 +datum=WGS84 +units=m +no_defs"
PADDING = 1.04
ROUND = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.5)


def extent_of(subjects, crs, project):
    """Return the extent of the layers that analyses made of areas, else of all they made, else of all layers."""
    made = [subject.layer for subject in subjects if subject.record]
    areas = [layer for layer in made if not is_of_points(layer)]
    for layers in (areas, made, [subject.layer for subject in subjects]):
        found = QgsRectangle()
        for layer in layers:
            found.combineExtentWith(transformed(layer.extent(), layer.crs(), crs, project, layer.name()))
        if not (found.isNull() or found.isEmpty()):
            return found
    names = ", ".join(repr(subject.layer.name()) for subject in subjects)
    raise QgsProcessingException(f"There is nothing to show: {names} has no extent; choose layers with features.")


def is_of_points(layer):
    """Tell whether a layer holds points."""
    return isinstance(layer, QgsVectorLayer) and layer.geometryType() == QgsWkbTypes.GeometryType.PointGeometry


def crs_of(subjects, project):
    """Return the CRS to draw in: that of the first layer in metres, else the UTM zone of the first layer."""
    for subject in subjects:
        if subject.layer.crs().isValid() and is_metric(subject.layer.crs()):
            return subject.layer.crs()
    first = next(
        (one.layer for one in subjects if one.layer.crs().isValid() and not one.layer.extent().isEmpty()), None
    )
    if first is None:
        return project.crs()
    place = transformed(
        first.extent(), first.crs(), QgsCoordinateReferenceSystem(WGS_84), project, first.name()
    ).center()
    return QgsCoordinateReferenceSystem(utm(np.array([place.x()]), np.array([place.y()])))


def transformed(extent, source, target, project, name):
    """Return an extent in another CRS; none for none."""
    if extent.isNull() or not source.isValid():
        return QgsRectangle()
    try:
        return QgsCoordinateTransform(source, target, project).transformBoundingBox(extent)
    except QgsCsException as problem:
        raise QgsProcessingException(
            f"The extent of {name!r} cannot be projected to {target.authid()} ({problem}); check the layer's CRS."
        ) from problem


def padded(extent):
    """Return an extent with some room around it; a single place gets a kilometre."""
    grown = QgsRectangle(extent)
    grown.scale(PADDING)
    if grown.width() < 1 and grown.height() < 1:
        grown.grow(500)
    return grown


def round_scale(scale):
    """Return the next round scale at which no less is shown: 1 : 25,000 for 23,400.

    >>> round_scale(23_400), round_scale(150_000), round_scale(151_000)
    (25000.0, 150000.0, 175000.0)
    """
    power = 10.0 ** (len(str(int(scale))) - 1)
    return next((factor * power for factor in ROUND if factor * power >= scale * 0.9999), 10.0 * power)


def round_scales():
    """Return all round scales from that of a yard to that of a country."""
    return [factor * 10.0**power for power in range(2, 8) for factor in ROUND]


def crs_of_tiles(extent, crs, project):
    """Return the Mercator that is true to scale in the middle of an extent: tiles, and the names on them, stand upright in it."""
    degrees = QgsCoordinateReferenceSystem(WGS_84)
    latitude = transformed(QgsRectangle(extent), crs, degrees, project, "the map").center().y()
    return QgsCoordinateReferenceSystem.fromProj(MERCATOR.format(latitude))


def words_on(crs):
    """Return what a page says of its CRS."""
    latitude = re.match(MERCATOR.split("{")[0].replace("+", r"\+") + r"(\S+)", "" if crs.authid() else crs.toProj())
    if latitude is None:
        return crs.description() or crs.authid()
    north = float(latitude[1])
    return f"Mercator, true to scale at {abs(north):.1f}° {'N' if north >= 0 else 'S'}"
