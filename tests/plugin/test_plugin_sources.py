"""Whatever layer the incidents come from, the result is that of a plain GeoPackage of the same features."""

import csv

import numpy as np
import pytest
from bundled import clustered, square_layer
from sources import N, added, everything, opened, require_same, saved, some, subset

pytest.importorskip("qgis.core")
ANALYSES = ("kde", "hotspots", "dbscan")
pytestmark = [pytest.mark.plugin, pytest.mark.usefixtures("emptied_project")]


def delimited(folder, geometry):
    """Return a delimited text layer whose points stand in two columns or in one of WKT."""
    with open(folder / "points.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "harm", "lon", "lat", "shape"])
        for feature in everything().getFeatures():
            point = feature.geometry().asPoint()
            wkt = f"POINT({point.x()} {point.y()})"
            writer.writerow([feature["number"], feature["harm"], repr(point.x()), repr(point.y()), wkt])
    uri = f"file://{folder}/points.csv?type=csv&detectTypes=yes&crs=EPSG:4326&subsetIndex=yes&{geometry}"
    return opened(uri, provider="delimitedtext")


def virtual(sql):
    added(everything(name="basis"))
    return opened(f"?query={sql}&geometry=geometry:1:4326", provider="virtual")


def of_kind(kind, shape):
    """Return all features as a memory layer of a geometry type, their geometries made from x and y by `shape`."""
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    layer = QgsVectorLayer(f"{kind}?crs=EPSG:4326&field=number:integer&field=harm:double", "others", "memory")
    features = []
    for row, (x, y) in enumerate(zip(*clustered(N))):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([row, 1.0 + row % 3])
        feature.setGeometry(QgsGeometry.fromWkt(shape(x, y)))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    return layer


WHOLE = {
    "memory": lambda folder: everything(),
    "FlatGeobuf": lambda folder: saved(everything(), folder / "a.fgb", "FlatGeobuf"),
    "shapefile": lambda folder: saved(everything(), folder / "a.shp", "ESRI Shapefile"),
    "GeoJSON": lambda folder: saved(everything(), folder / "a.geojson", "GeoJSON"),
    "SQLite": lambda folder: saved(everything(), folder / "a.sqlite", "SQLite"),
    "delimited text with two columns": lambda folder: delimited(folder, "xField=lon&yField=lat"),
    "delimited text with WKT": lambda folder: delimited(folder, "wktField=shape"),
    "virtual": lambda folder: virtual("SELECT * FROM basis"),
    "of the project by name": lambda folder: added(everything(name="mine")).name(),
    "all features of a source": lambda folder: some(added(everything())),
    "in feet": lambda folder: saved(everything(), folder / "feet.gpkg", crs="EPSG:2229"),
    "in Web Mercator": lambda folder: saved(everything(), folder / "web.gpkg", crs="EPSG:3857"),
    "in metres": lambda folder: saved(everything(), folder / "utm.gpkg", crs="EPSG:32611"),
    "with Z": lambda folder: of_kind("PointZ", lambda x, y: f"Point Z ({x} {y} 71)"),
    "with M": lambda folder: of_kind("PointM", lambda x, y: f"Point M ({x} {y} 71)"),
    "multipoints of one part": lambda folder: of_kind("MultiPoint", lambda x, y: f"MultiPoint (({x} {y}))"),
    "multipoints of one part with Z": lambda folder: saved(
        of_kind("MultiPointZ", lambda x, y: f"MultiPoint Z (({x} {y} 71))"), folder / "z.gpkg"
    ),
}


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("source", WHOLE.values(), ids=WHOLE.keys())
def test_all_features(result, tmp_path, name, source):
    expected = result(name, saved(everything(), tmp_path / "plain.gpkg"))
    require_same(result(name, source(tmp_path)), expected)


def of_csv(folder, expression):
    return subset(delimited(folder, "xField=lon&yField=lat"), expression)


PART = {
    "selected": lambda folder: some(added(everything()), '"number" >= 100'),
    "selected in a file": lambda folder: some(added(opened(saved(everything(), folder / "a.gpkg"))), '"number" >= 100'),
    "selected in delimited text": lambda folder: some(
        added(delimited(folder, "xField=lon&yField=lat")), "number >= 100"
    ),
    "selected in a virtual layer": lambda folder: some(added(virtual("SELECT * FROM basis")), "number >= 100"),
    "subset of a GeoPackage": lambda folder: subset(opened(saved(everything(), folder / "a.gpkg")), '"number" >= 100'),
    "subset of a FlatGeobuf": lambda folder: subset(
        opened(saved(everything(), folder / "a.fgb", "FlatGeobuf")), '"number" >= 100'
    ),
    "subset of delimited text": lambda folder: of_csv(folder, "number >= 100"),
    "subset of a virtual layer": lambda folder: subset(virtual("SELECT * FROM basis"), "number >= 100"),
    "SQL of a virtual layer": lambda folder: virtual("SELECT * FROM basis WHERE number >= 100"),
    "selected of a subset": lambda folder: some(
        added(subset(opened(saved(everything(), folder / "a.gpkg")), '"number" >= 50')), '"number" >= 100'
    ),
}


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("source", PART.values(), ids=PART.keys())
def test_part_of_the_features(result, tmp_path, name, source):
    expected = result(name, saved(everything(), tmp_path / "plain.gpkg", only='"number" >= 100'))
    require_same(result(name, source(tmp_path)), expected)


def test_a_limited_or_filtered_source(result, tmp_path):
    from qgis.core import QgsProcessingFeatureSourceDefinition

    layer = added(everything())
    require_same(
        result("hotspots", some(layer, featureLimit=250)),
        result("hotspots", saved(everything(), tmp_path / "first.gpkg", only='"number" < 250')),
    )
    filtered = some(layer)
    if hasattr(QgsProcessingFeatureSourceDefinition, "filterExpression"):  # from QGIS 3.32 on
        filtered.filterExpression = '"number" >= 100'
    else:
        filtered = some(layer, '"number" >= 100')
    expected = result("hotspots", saved(everything(), tmp_path / "plain.gpkg", only='"number" >= 100'))
    require_same(result("hotspots", filtered), expected)


def weighted(layer):
    """Return a copy of a layer whose harm is what the tests compute or join: 2 + number % 5."""
    harm = layer.fields().lookupField("harm")
    values = {feature.id(): {harm: 2.0 + feature["number"] % 5} for feature in layer.getFeatures()}
    assert layer.dataProvider().changeAttributeValues(values)
    return layer


def with_expression(layer):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QVariant

    layer.addExpressionField('2 + "number" % 5', QgsField("load", QVariant.Double))
    return layer, "load"


def with_join(layer):
    from qgis.core import QgsVectorLayerJoinInfo

    other = added(weighted(everything(name="table")))
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(other)
    join.setJoinFieldName("number")
    join.setTargetFieldName("number")
    join.setPrefix("of the table ")
    assert layer.addJoin(join)
    return layer, "of the table harm"


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("kept", [True, False], ids=["in a file", "in memory"])
@pytest.mark.parametrize("more", [with_expression, with_join])
def test_weights_from_columns_that_only_qgis_knows(result, tmp_path, name, kept, more):
    expected = result(name, saved(weighted(everything()), tmp_path / "plain.gpkg"), WEIGHT="harm")
    layer, weight = more(opened(saved(everything(), tmp_path / "a.gpkg")) if kept else everything())
    require_same(result(name, added(layer), WEIGHT=weight), expected)
    # Weights matter, or the comparison says nothing.
    if name != "dbscan":
        first = next(iter(expected)) if name == "kde" else "z"
        assert not np.allclose(result(name, layer)[first], expected[first])


def edited(layer):
    """Delete, move, change and add features of a layer, without committing."""
    from qgis.core import QgsFeature, QgsGeometry, QgsPointXY

    numbers = {feature["number"]: feature.id() for feature in layer.getFeatures()}
    assert layer.startEditing()
    assert layer.deleteFeatures([numbers[row] for row in range(20)])
    for row in range(20, 60):
        assert layer.changeGeometry(numbers[row], QgsGeometry.fromPointXY(QgsPointXY(-118.33, 34.06)))
        assert layer.changeAttributeValue(numbers[row], layer.fields().lookupField("harm"), 9.0)
    for row in range(30):
        feature = QgsFeature(layer.fields())
        feature.setAttribute("number", N + row)
        feature.setAttribute("harm", 5.0)
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(-118.38, 34.01)))
        assert layer.addFeature(feature)
    return layer


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("kept", [True, False], ids=["in a file", "in memory"])
def test_edits_that_are_not_committed_yet(result, tmp_path, name, kept):
    layer = edited(opened(saved(everything(), tmp_path / "a.gpkg")) if kept else everything())
    found = result(name, added(layer), WEIGHT="harm")
    assert layer.isEditable() and layer.isModified() and layer.featureCount() == N + 10
    assert layer.commitChanges()
    require_same(found, result(name, saved(layer, tmp_path / "plain.gpkg"), WEIGHT="harm"))


def without_places():
    """Return all features and five more: without geometry, empty, and not a number."""
    from qgis.core import QgsFeature, QgsGeometry, QgsPoint

    layer = everything(missing=2)
    features = []
    for row, shape in enumerate(
        (QgsGeometry.fromWkt("Point EMPTY"), QgsGeometry(QgsPoint(np.nan, 34.0)), QgsGeometry())
    ):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([N + 2 + row, 1.0])
        feature.setGeometry(shape)
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    return layer


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("kept", [True, False], ids=["in a file", "in memory"])
def test_rows_without_a_place_are_counted_and_change_nothing(result, tmp_path, log, name, kept):
    expected = result(name, saved(everything(), tmp_path / "plain.gpkg"))
    layer = without_places()
    assert layer.featureCount() == N + 5
    found = result(name, saved(layer, tmp_path / "a.gpkg") if kept else layer)
    assert any("5 incidents have no place" in line for line in log.lines)
    if name == "dbscan":
        assert (found["cluster"][N:] == -1).all() and not found["core"][N:].any()
        found = {of: values[:N] for of, values in found.items()}
    require_same(found, expected)


def test_multipoints_of_several_parts_are_counted(result, tmp_path):
    from qgis.core import QgsProcessingException

    layer = of_kind("MultiPoint", lambda x, y: f"MultiPoint (({x} {y})" + (", (-118.3 34))" if x > -118.31 else ")"))
    several = sum(feature.geometry().constGet().partCount() > 1 for feature in layer.getFeatures())
    assert 1 < several < N
    for source in (layer, saved(layer, tmp_path / "a.gpkg")):
        with pytest.raises(QgsProcessingException, match=f"the first of {several} such rows among {N}; run 'Multipart"):
            result("hotspots", source)


@pytest.mark.parametrize("invalid", [True, False])
def test_an_invalid_boundary_is_told(result, tmp_path, invalid):
    from qgis.core import QgsFeature, QgsGeometry, QgsProcessingException

    boundary = square_layer(1, crs="EPSG:4326")
    turned = "34.0, -118.3 34.08, -118.3" if invalid else "34.0, -118.3 34.0, -118.3"
    last = "34.0" if invalid else "34.08"
    bow_tie = f"Polygon((-118.4 {turned} {last}, -118.4 34.08, -118.4 34.0))"
    feature = QgsFeature(boundary.fields())
    feature.setGeometry(QgsGeometry.fromWkt(bow_tie))
    boundary.dataProvider().truncate()
    boundary.dataProvider().addFeatures([feature])
    if not invalid:
        assert result("hotspots", everything(), BOUNDARY=boundary)["count"].sum() > 0
        return
    with pytest.raises(QgsProcessingException, match="1 of 1 geometries are invalid, first in row 0"):
        result("hotspots", everything(), BOUNDARY=boundary)
