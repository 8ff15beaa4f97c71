"""The areas of an atlas: their names, their size, and what is counted in each."""

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingException,
)

from . import area

FEW = 1_000_000  # features that are counted within divisions
COUNT = "count"
UNNAMED = "without a name"


def require_shapes(divisions):
    """Raise where there is no division, or one without a geometry: its page would show the one before."""
    if not divisions.featureCount():
        raise QgsProcessingException(f"{divisions.name()!r} has no divisions; choose a layer with some.")
    missing = [feature.id() for feature in divisions.getFeatures() if feature.geometry().isEmpty()]
    if missing:
        raise QgsProcessingException(
            f"{len(missing):,} of {divisions.featureCount():,} divisions of {divisions.name()!r} have no geometry, first "
            f"feature {missing[0]}; remove or filter them."
        )


def names_of(divisions, field):
    """Return the names of divisions, as long as they may be; a layer without fields names none."""
    return [str(feature[field]) if field else UNNAMED for feature in divisions.getFeatures()]


def name_field_of(divisions):
    """Return the field that most likely names divisions: one called so, else the first of text, else the first."""
    texts = [field.name() for field in divisions.fields() if not field.isNumeric() and not field.isDateOrTime()]
    named = [name for name in texts if "name" in name.lower()]
    return next(iter([*named, *texts, *divisions.fields().names()]), "")


def mean_shape(divisions, crs, project):
    """Return the mean width and height of divisions in a CRS."""
    transform = QgsCoordinateTransform(divisions.crs(), crs, project)
    boxes = [_box(feature, transform, divisions.name()) for feature in divisions.getFeatures()]
    return sum(box.width() for box in boxes) / len(boxes), sum(box.height() for box in boxes) / len(boxes)


def _box(feature, transform, name):
    """Return the bounds of a division in another CRS; raise where they are not finite: a page that moves there ends QGIS."""
    shape = QgsGeometry(feature.geometry())
    try:
        shape.transform(transform)
    except QgsCsException:
        shape = QgsGeometry()
    box = shape.boundingBox()
    if shape.isNull() or not box.isFinite():
        raise QgsProcessingException(
            f"Feature {feature.id()} of {name!r} cannot be projected to {area.words_on(transform.destinationCrs())}; check the "
            "layer's CRS, or leave the feature out."
        )
    return box


def counted_in(subjects):
    """Return the layer to count in divisions, its column to sum (None: features) and the place; None where there is none."""
    layers = [subject.layer for subject in subjects if subject.record and _is_countable(subject.layer)]
    points = [layer for layer in layers if area.is_of_points(layer)]
    cells = [one.layer for one in subjects if one.layer in layers and "cells" in one.parameters]
    if points:
        return points[0], None, "here"
    return (cells[0], COUNT, "in the cells here") if cells else None


def _is_countable(layer):
    if not hasattr(layer, "featureCount") or not 0 < layer.featureCount() <= FEW:
        return False
    return area.is_of_points(layer) or layer.fields().lookupField(COUNT) >= 0


def counts_within(divisions, layer, column, project, feedback):
    """Return how many features, or what sum of a column, each division holds, by its id: by the middle of each feature."""
    transform = QgsCoordinateTransform(divisions.crs(), layer.crs(), project)
    request = QgsFeatureRequest()
    request.setSubsetOfAttributes([] if column is None else [column], layer.fields())
    counts = {}
    for division in divisions.getFeatures():
        if feedback.isCanceled():
            break
        shape = QgsGeometry(division.geometry())
        shape.transform(transform)
        inside = _inside(shape, layer, request)
        counts[division.id()] = sum(1 if column is None else feature[column] or 0 for feature in inside)
    return counts


def _inside(shape, layer, request):
    """Yield the features whose middle stands in a shape."""
    engine = QgsGeometry.createGeometryEngine(shape.constGet())
    engine.prepareGeometry()
    for feature in layer.getFeatures(QgsFeatureRequest(request).setFilterRect(shape.boundingBox())):
        middle = feature.geometry().centroid()  # by a name: what constGet gives lives no longer than it
        if not middle.isNull() and engine.contains(middle.constGet()):
            yield feature
