"""Clusters in QGIS: the options of their hulls, p, clusters in time, scikit-learn's, ellipses; how they look."""

import numpy as np
import pytest
from bundled import clustered, column, point_layer

import lacrime_geo as lg

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

WEST, SOUTH, EAST, NORTH = -118.41, 33.99, -118.29, 34.09


@pytest.fixture
def outline():
    """Return a memory layer of one rectangle around all points."""
    layer = qgis_core.QgsVectorLayer("Polygon?crs=EPSG:4326", "outline", "memory")
    feature = qgis_core.QgsFeature()
    feature.setGeometry(qgis_core.QgsGeometry.fromRect(qgis_core.QgsRectangle(WEST, SOUTH, EAST, NORTH)))
    layer.dataProvider().addFeatures([feature])
    return layer


@pytest.fixture
def dated(incidents):
    """Return the layer's incidents with their times and categories."""
    row = np.arange(len(incidents))
    days = np.array([f"2023-{1 + r % 12:02d}-{1 + r % 28:02d}T12:00:00" for r in row], dtype="M8[s]")
    return incidents.assign(occurred=days, category=np.where(row % 2, "robbery", "burglary"), number=row)


def equal_columns(layer, result):
    """Assert that a layer holds a result's columns, dates and words too."""
    for name, values in result.columns.items():
        found = column(layer, name)
        if values.dtype.kind == "M":
            moments = [moment.toString("yyyy-MM-ddTHH:mm:ss") for moment in found]
            np.testing.assert_array_equal(np.array(moments, "M8[s]"), values)
        elif values.dtype.kind == "O":
            assert list(found) == values.tolist()
        else:
            np.testing.assert_allclose(found, values, rtol=1e-6, atol=1e-6)


def test_hulls_with_every_option_equal_the_library(run, layer, dated, outline, log):
    import geopandas as gpd
    import shapely

    boundary = gpd.GeoDataFrame(geometry=[shapely.box(WEST, SOUTH, EAST, NORTH)], crs="EPSG:4326")
    options = dict(hull="concave", boundary=boundary, population=dated, population_weight="harm", permutations=9)
    expected = lg.dbscan(dated, eps=250, min_samples=12).clusters(**options)
    given = dict(HULL="concave", BOUNDARY=outline, POPULATION=layer, POPULATION_WEIGHT="harm", PERMUTATIONS=9)
    found = run("dbscan", INCIDENTS=layer, EPS=250, MIN_SAMPLES=12, **given)["CLUSTERS"]
    equal_columns(found, expected)
    assert {"p", "first", "category", "density", "angle"} <= set(found.fields().names()) and len(expected) >= 1
    assert any("p ≤ 0.05 against as many incidents, drawn from the places of" in line for line in log.lines)
    areas = [feature.geometry().area() / 1e6 for feature in found.getFeatures()]
    np.testing.assert_allclose(areas, expected["area_km2"], rtol=1e-6)


def test_clusters_in_time_equal_the_library(run, layer, dated):
    options = dict(eps=400, eps_time=20.0, min_samples=4)
    expected = lg.st_dbscan(dated, **options)
    found = run("st_dbscan", INCIDENTS=layer, **{name.upper(): value for name, value in options.items()})
    np.testing.assert_array_equal(column(found["OUTPUT"], "cluster")[:900], expected["cluster"])
    np.testing.assert_array_equal(column(found["OUTPUT"], "core")[:900], expected["core"])
    equal_columns(found["CLUSTERS"], expected.clusters())
    assert expected["cluster"].max() >= 1


@pytest.mark.parametrize(
    ("name", "options"), [("hdbscan", dict(min_cluster_size=20)), ("optics", dict(min_samples=12, max_eps=1500))]
)
def test_scikit_learns_equal_the_library(run, layer, dated, name, options):
    expected = getattr(lg, name)(dated, **options)
    found = run(name, INCIDENTS=layer, **{key.upper(): value for key, value in options.items()})
    for key in expected.columns:
        np.testing.assert_allclose(column(found["OUTPUT"], key)[:900], expected[key], rtol=1e-6, atol=1e-6)
    equal_columns(found["CLUSTERS"], expected.clusters())


@pytest.mark.parametrize("name", ["hdbscan", "optics"])
def test_what_needs_scikit_learn_can_run_here(provider, name):
    algorithm = qgis_core.QgsApplication.processingRegistry().algorithmById(f"lacrime:{name}")
    possible = algorithm.canExecute()
    assert possible is True or possible[0] is True


@pytest.mark.parametrize(("by", "deviations"), [("category", 1.0), ("number", 2.0), (None, 1.0)])
def test_ellipses_equal_the_library(run, by, deviations):
    import geopandas as gpd

    x, y = clustered(60)
    layer = point_layer(x, y)
    frame = gpd.GeoDataFrame(
        {"category": ["robbery" if row % 2 else "burglary" for row in range(60)], "number": np.arange(60)},
        geometry=gpd.points_from_xy(x, y),
        crs="EPSG:4326",
    )
    expected = lg.ellipses(frame, by=by, deviations=deviations)
    found = run("ellipses", INCIDENTS=layer, BY=by, DEVIATIONS=deviations)["OUTPUT"]
    equal_columns(found, expected)
    assert len(expected) == {"category": 2, "number": 60, None: 1}[by]


def test_ellipses_of_marked_incidents_leave_out_the_noise(run, layer):
    marked = run("dbscan", INCIDENTS=layer, EPS=250, MIN_SAMPLES=12)
    found = run("ellipses", INCIDENTS=marked["OUTPUT"], BY="cluster")["OUTPUT"]
    np.testing.assert_array_equal(column(found, "group"), column(marked["CLUSTERS"], "cluster"))
    np.testing.assert_allclose(column(found, "major"), column(marked["CLUSTERS"], "major"), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("dbscan", dict(PERMUTATIONS=-1), "permutations must be above 0, got -1"),
        ("st_dbscan", dict(EPS=200, EPS_TIME=0), "eps_time must be above 0, got 0"),
        ("ellipses", dict(DEVIATIONS=0), "deviations must be above 0, got 0"),
    ],
)
def test_numbers_out_of_bounds(run, layer, name, given, sentence):
    with pytest.raises(qgis_core.QgsProcessingException, match=sentence):
        run(name, INCIDENTS=layer, **given)


def test_p_can_be_cancelled_and_nothing_is_written(run, layer, outline, log, tmp_path):
    log.cancel_at = 60
    given = dict(
        BOUNDARY=outline, PERMUTATIONS=2000, OUTPUT=str(tmp_path / "o.gpkg"), CLUSTERS=str(tmp_path / "c.gpkg")
    )
    assert run("dbscan", INCIDENTS=layer, EPS=250, MIN_SAMPLES=12, **given) == {}
    assert list(tmp_path.iterdir()) == [] and any("Cancelled" in line for line in log.lines)


def test_a_boundary_among_the_inputs_is_not_replaced(run, layer, tmp_path, outline):
    path = str(tmp_path / "outline.gpkg")
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(
        outline, path, qgis_core.QgsCoordinateTransformContext(), qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    )
    with pytest.raises(qgis_core.QgsProcessingException, match="is read"):
        run("dbscan", INCIDENTS=layer, EPS=250, MIN_SAMPLES=12, BOUNDARY=path, CLUSTERS=path)


@pytest.fixture
def stored(layer, tmp_path):
    """Return the path of the layer as a GeoPackage, one of its columns named as a new one, rows without geometry included."""
    path = str(tmp_path / "stored.gpkg")
    options = qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, qgis_core.QgsCoordinateTransformContext(), options)
    return path


def rows_of(path):
    layer = qgis_core.QgsVectorLayer(str(path), "written", "ogr")
    rows = [(feature.id(), feature.geometry().asWkt(6), feature.attributes()) for feature in layer.getFeatures()]
    return [(field.name(), field.typeName()) for field in layer.fields()], layer.crs().authid(), rows


@pytest.mark.parametrize("subset", ["", "number % 3 = 0"])
def test_copies_of_files_hold_what_a_loop_writes(plugin, run, stored, tmp_path, monkeypatch, subset):
    from lacrime_qgis import copying

    source = stored + (f"|subset={subset}" if subset else "")
    given = dict(INCIDENTS=source, EPS=250, MIN_SAMPLES=6, CLUSTERS=None)
    made, real = [], copying.copy
    monkeypatch.setattr(copying, "copy", lambda *rest: made.append(1) or real(*rest))
    run("dbscan", OUTPUT=str(tmp_path / "copied.gpkg"), **given)
    monkeypatch.setattr(copying, "possible", lambda *rest: False)
    run("dbscan", OUTPUT=str(tmp_path / "looped.gpkg"), **given)
    copied, looped = rows_of(tmp_path / "copied.gpkg"), rows_of(tmp_path / "looped.gpkg")
    assert made == [1] and copied == looped and len(copied[2]) == (907 if not subset else 303)


@pytest.mark.parametrize("given", [{"SINCE": "2023-07-01"}, {"CATEGORY": "robbery"}])
def test_a_selection_of_a_file_is_looped_over(plugin, run, stored, tmp_path, monkeypatch, given):
    from lacrime_qgis import copying

    monkeypatch.setattr(copying, "copy", None)
    run("dbscan", INCIDENTS=stored, OUTPUT=str(tmp_path / "some.gpkg"), EPS=250, MIN_SAMPLES=6, CLUSTERS=None, **given)
    assert 0 < len(rows_of(tmp_path / "some.gpkg")[2]) < 907


def test_a_cancelled_copy_leaves_nothing(run, stored, log, tmp_path):
    log.cancel_at = 85
    folder = tmp_path / "out"
    folder.mkdir()
    assert run("dbscan", INCIDENTS=stored, OUTPUT=str(folder / "o.gpkg"), EPS=250, MIN_SAMPLES=6, CLUSTERS=None) == {}
    assert list(folder.iterdir()) == []
