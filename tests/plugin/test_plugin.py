"""The plugin, through the Processing registry of a real QGIS, from its own zip."""

import json

import numpy as np
import pytest
from bundled import ANALYSES, RASTERS, SECOND, clustered, column, inputs_of, point_layer, square_layer

import lacrime_geo as lg
from lacrime_geo.bandwidths import BANDWIDTH_RULES
from lacrime_geo.catalog import BY_NAME
from lacrime_geo.parameter_kinds import DistanceOrRule
from lacrime_geo.rate_smoothing import empirical_bayes
from lacrime_geo.results import Picture

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


def algorithm(name):
    return qgis_core.QgsApplication.processingRegistry().algorithmById(f"lacrime:{name}")


@pytest.mark.parametrize("name", ANALYSES)
def test_every_analysis_is_registered_with_its_options_in_capitals(provider, name):
    analysis, found = BY_NAME[name], algorithm(name)
    names = [definition.name() for definition in found.parameterDefinitions()]
    options = [parameter.name.upper() for parameter in (*analysis.params, *analysis.second_params)]
    if any(isinstance(parameter, DistanceOrRule) for parameter in analysis.params):
        # A length that a rule can find is shown as two: the length, and the rule for when it is empty.
        options.insert(options.index("BANDWIDTH") + 1, "BANDWIDTH_RULE")
    selection = [parameter.name.upper() for parameter in analysis.selection]
    page = ["PAGE"] if issubclass(analysis.result, Picture) else []
    outputs = ["OUTPUT", *page, *([SECOND[name]] if name in SECOND else [])]
    look = [parameter.name.upper() for parameter in analysis.look]
    assert names == [analysis.input.upper(), *options, *selection, *look, *outputs]
    assert found.displayName() == analysis.title
    assert analysis.summary in found.shortHelpString()
    assert all(definition.help() for definition in found.parameterDefinitions() if definition.name() in options)


def test_the_provider_offers_the_catalogue_and_the_tools(provider):
    from lacrime_qgis.tools import TOOLS

    expected = [*BY_NAME, *(tool.NAME for tool in TOOLS)]
    assert sorted(found.name() for found in provider.algorithms()) == sorted(expected)


@pytest.mark.parametrize("rule", BANDWIDTH_RULES)
def test_kde_by_every_rule(run, layer, incidents, read_raster, log, rule):
    days = [f"2023-{1 + row % 12:02d}-{1 + row % 28:02d}T12:00:00" for row in range(len(incidents))]
    surface = lg.kde(incidents.assign(occurred=np.array(days, dtype="M8[s]")), bandwidth=rule)
    raster = read_raster(run("kde", INCIDENTS=layer, BANDWIDTH_RULE=rule)["OUTPUT"])
    record = json.loads(raster["record"])
    for name in ("bandwidth", "bandwidth_rule", "bandwidth_reason", "bandwidth_curve"):
        assert record.get(name) == surface.parameters.get(name)
    assert any(line.startswith(f"bandwidth = {surface.parameters['bandwidth']:,} m") for line in log.lines)
    assert any("←" in line for line in log.lines) == (rule in ("likelihood", "predictive"))


@pytest.mark.parametrize("permutations", [0, 9])
@pytest.mark.parametrize("weight", [None, "harm"])
def test_risk_ratio_equals_the_library(run, layer, incidents, read_raster, permutations, weight):
    cases = incidents[::2]
    points = point_layer(cases.geometry.x.to_numpy(), cases.geometry.y.to_numpy())
    options = dict(bandwidth=700.0, permutations=permutations)
    result = lg.risk_ratio(cases, incidents, population_weight=weight, **options)
    given = {name.upper(): value for name, value in options.items()}
    found = run("risk_ratio", INCIDENTS=points, POPULATION=layer, POPULATION_WEIGHT=weight, **given)
    raster = read_raster(found["OUTPUT"])
    np.testing.assert_allclose(raster["values"], result.values, rtol=1e-5, atol=1e-6)
    assert raster["unit"] == "log ratio" and json.loads(raster["record"])["p_method"] == result.parameters["p_method"]
    areas = result.tolerance()
    np.testing.assert_allclose(column(found["TOLERANCE"], "area_km2"), areas["area_km2"], rtol=1e-6)
    assert list(column(found["TOLERANCE"], "side")) == areas["side"].tolist()


@pytest.mark.parametrize("permutations", [0, 99])
def test_local_moran_equals_the_library(run, permutations):
    import geopandas as gpd

    squares = square_layer()
    geometry = gpd.GeoSeries.from_wkt(
        [feature.geometry().asWkt() for feature in squares.getFeatures()], crs=squares.crs().authid()
    )
    frame = gpd.GeoDataFrame({"crimes": column(squares, "crimes")}, geometry=geometry)
    expected = lg.local_moran(frame, value="crimes", permutations=permutations)
    found = run("local_moran", FEATURES=squares, VALUE="crimes", PERMUTATIONS=permutations)["OUTPUT"]
    for name in ("local_i", "z", "p", "p_adjusted"):
        np.testing.assert_allclose(column(found, name), expected[name], rtol=1e-9, atol=1e-12)
    assert list(column(found, "cluster_type")) == expected["cluster_type"].tolist()
    table = run("moran", FEATURES=squares, VALUE="crimes")["OUTPUT"]
    assert not table.isSpatial() and table.featureCount() == 1
    whole = lg.moran(frame, value="crimes")
    for name in whole.columns:
        assert column(table, name)[0] == pytest.approx(whole[name][0], rel=1e-9)


def test_local_moran_of_incidents_counts_them_in_cells(run, layer, incidents):
    days = [f"2023-{1 + row % 12:02d}-{1 + row % 28:02d}T12:00:00" for row in range(len(incidents))]
    dated = lg.as_incidents(incidents.assign(occurred=np.array(days, dtype="M8[s]")))
    for period in ({}, {"since": "2023-06-01"}):
        expected = lg.local_moran(dated.select(**period), cell_size=400)
        upper = {name.upper(): value for name, value in period.items()}
        found = run("local_moran", FEATURES=layer, CELL_SIZE=400, **upper)["OUTPUT"]
        assert found.featureCount() == len(expected) and found.crs().authid() == expected.features.crs
        np.testing.assert_array_equal(column(found, "count"), expected.features.source["count"])
        np.testing.assert_allclose(column(found, "z"), expected["z"], rtol=1e-9, atol=1e-12)
        assert list(column(found, "cluster_type")) == expected["cluster_type"].tolist()
    with pytest.raises(qgis_core.QgsProcessingException, match="since: these select incidents, but a value"):
        run("local_moran", FEATURES=square_layer(), VALUE="crimes", SINCE="2023-06-01")
    with pytest.raises(qgis_core.QgsProcessingException, match="holds areas"):
        run("local_moran", FEATURES=square_layer())


def test_concentration_equals_the_library(run, layer, incidents):
    import geopandas as gpd
    import shapely

    edges = np.linspace(-118.41, -118.29, 7)
    boxes = [shapely.box(west, 33.9, east, 34.1) for west, east in zip(edges, edges[1:])]
    units = gpd.GeoDataFrame(geometry=boxes, crs="EPSG:4326")
    drawn = qgis_core.QgsVectorLayer("Polygon?crs=EPSG:4326", "units", "memory")
    for box in boxes:
        feature = qgis_core.QgsFeature()
        feature.setGeometry(qgis_core.QgsGeometry.fromWkt(box.wkt))
        drawn.dataProvider().addFeatures([feature])
    table = run("concentration", INCIDENTS=layer, UNITS=drawn, TOP=2)["OUTPUT"]
    expected = lg.concentration(incidents, units=units, top=2)
    assert list(column(table, "measure")) == expected["measure"].tolist()
    np.testing.assert_allclose(column(table, "value"), expected["value"], rtol=1e-9)


def test_hotspots_on_hexagons_with_their_curve(run, layer, incidents):
    expected = lg.hotspots(incidents, shape="hex")
    found = run("hotspots", INCIDENTS=layer, SHAPE="hex")
    for name in expected.columns:
        np.testing.assert_allclose(column(found["OUTPUT"], name), expected[name], rtol=1e-9, atol=1e-12)
    corners = next(found["OUTPUT"].getFeatures()).geometry().asPolygon()[0]
    assert len(corners) == 7
    for name in ("distance_band", "moran_i", "z"):
        np.testing.assert_allclose(column(found["CURVE"], name), expected.curve()[name], rtol=1e-9)
    assert not run("hotspots", INCIDENTS=layer, CURVE=None).get("CURVE")


def test_rates_equal_the_library(run):
    squares = square_layer()
    found = run("gi_star", FEATURES=squares, VALUE="crimes", DENOMINATOR="residents")["OUTPUT"]
    count, people = column(squares, "crimes"), column(squares, "residents")
    np.testing.assert_allclose(column(found, "rate"), empirical_bayes(count.astype(float), people.astype(float)))
    assert np.ptp(column(found, "rate")) > 0


def test_stability_and_comparison_equal_the_library(run, layer, incidents):
    stable = lg.stability(incidents, runs=5, cell_size=400)
    found = run("stability", INCIDENTS=layer, RUNS=5, CELL_SIZE=400)["OUTPUT"]
    for name in ("count", "bin", "hot", "cold", "runs"):
        np.testing.assert_array_equal(column(found, name), stable[name])
    assert [said or "" for said in column(found, "said")] == stable["said"].tolist()

    maps = [run("hotspots", INCIDENTS=layer, CELL_SIZE=size)["OUTPUT"] for size in (400, 500)]
    compared = run("compare", FEATURES=maps[0], OTHER=maps[1])
    expected = lg.compare(lg.hotspots(incidents, cell_size=400), lg.hotspots(incidents, cell_size=500))
    assert list(column(compared["OUTPUT"], "change")) == expected["change"].tolist()
    assert "count" in compared["OUTPUT"].fields().names()
    np.testing.assert_allclose(column(compared["AGREEMENT"], "value"), expected.agreement()["value"], rtol=1e-9)


def test_risk_ratio_needs_a_population(run, layer):
    with pytest.raises(qgis_core.QgsProcessingException, match="POPULATION"):
        run("risk_ratio", INCIDENTS=layer)


def test_kde_with_every_option(run, layer, incidents, read_raster):
    for options in (
        dict(adaptive=True),
        dict(probability=True, kernel="gaussian"),
        dict(bandwidth=400.0, adaptive=True),
    ):
        surface = lg.kde(incidents, **options)
        raster = read_raster(
            run("kde", INCIDENTS=layer, **{name.upper(): value for name, value in options.items()})["OUTPUT"]
        )
        np.testing.assert_allclose(raster["values"], surface.values, rtol=1e-6, atol=1e-6 * np.nanmax(surface.values))
        assert raster["unit"] == surface.unit


def test_kde_equals_the_library(run, layer, incidents, read_raster):
    surface = lg.kde(incidents)
    raster = read_raster(run("kde", INCIDENTS=layer)["OUTPUT"])
    assert raster["bounds"] == pytest.approx(surface.grid.bounds, abs=1e-6)
    np.testing.assert_allclose(raster["values"], surface.values.astype(np.float32), rtol=1e-6, atol=1e-6)
    assert raster["unit"] == "incidents per km²"
    assert '"bandwidth":' in raster["record"]


@pytest.mark.parametrize(
    "options", [{}, {"weight": "harm"}, {"cell_size": 300.0, "distance_band": 900.0, "correction": "none"}]
)
def test_hotspots_equal_the_library(run, layer, incidents, options):
    cells = lg.hotspots(incidents, **options)
    output = run("hotspots", INCIDENTS=layer, **{name.upper(): value for name, value in options.items()})["OUTPUT"]
    assert output.featureCount() == len(cells)
    for name in cells.columns:
        np.testing.assert_allclose(column(output, name).astype(float), cells[name].astype(float), rtol=1e-9, atol=1e-12)


def test_a_boundary_in_another_crs_gives_the_universe(run, layer, incidents):
    import geopandas as gpd
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer
    from shapely.geometry import box

    area = box(-118.39, 34.005, -118.31, 34.07)
    drawn = QgsVectorLayer("Polygon?crs=EPSG:4326", "city", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(area.wkt))
    drawn.dataProvider().addFeatures([feature])
    cells = lg.hotspots(incidents, boundary=gpd.GeoDataFrame(geometry=[area], crs="EPSG:4326"))
    output = run("hotspots", INCIDENTS=layer, BOUNDARY=drawn)["OUTPUT"]
    np.testing.assert_array_equal(column(output, "count"), cells["count"])
    np.testing.assert_allclose(column(output, "z"), cells["z"], rtol=1e-9)


def test_dbscan_marks_every_row_and_draws_hulls(run, layer, incidents):
    marks = lg.dbscan(incidents)
    results = run("dbscan", INCIDENTS=layer)
    output, hulls = results["OUTPUT"], results["CLUSTERS"]
    np.testing.assert_array_equal(column(output, "cluster"), np.r_[marks["cluster"], np.full(7, -1)])
    np.testing.assert_array_equal(column(output, "core"), np.r_[marks["core"], np.zeros(7, bool)])
    np.testing.assert_array_equal(column(output, "number"), np.arange(907))
    assert output.sourceCrs().authid() == "EPSG:4326"
    np.testing.assert_array_equal(column(hulls, "count"), marks.clusters()["count"])
    # The input's own text column "cluster" has given way to the new one.
    assert output.fields().names().count("cluster") == 1


def test_dbscan_without_hulls(run, layer):
    assert set(run("dbscan", INCIDENTS=layer, CLUSTERS=None)) == {"OUTPUT"}


@pytest.mark.parametrize(
    "options",
    [{}, {"neighbours": "rook"}, {"neighbours": "knn", "k": 5}, {"neighbours": "band", "include_self": False}],
)
def test_gi_star_equals_the_library(run, options):
    squares = square_layer()
    features = frame_of(squares)
    marks = lg.gi_star(features, value="crimes", **options)
    output = run("gi_star", FEATURES=squares, VALUE="crimes", **{k.upper(): v for k, v in options.items()})["OUTPUT"]
    for name in ("z", "p", "p_adjusted", "bin"):
        np.testing.assert_allclose(column(output, name), marks[name], rtol=1e-9)
    assert column(output, "bin").max() == 3


def frame_of(layer):
    import geopandas as gpd
    from shapely import from_wkt

    rows = list(layer.getFeatures())
    shapes = [from_wkt(row.geometry().asWkt(17)) for row in rows]
    return gpd.GeoDataFrame({"crimes": [row["crimes"] for row in rows]}, geometry=shapes, crs=layer.crs().authid())


def test_a_metric_crs_is_kept_and_degrees_give_the_same_cells(run, layer, incidents):
    projected = incidents.to_crs("EPSG:32611")
    metric = point_layer(projected.geometry.x, projected.geometry.y, crs="EPSG:32611")
    one, other = (run("hotspots", INCIDENTS=source)["OUTPUT"] for source in (layer, metric))
    np.testing.assert_array_equal(column(one, "count"), column(other, "count"))
    assert one.sourceCrs().authid() == other.sourceCrs().authid() == "EPSG:32611"


def test_web_mercator_is_projected(run, layer, incidents):
    projected = incidents.to_crs("EPSG:3857")
    output = run("hotspots", INCIDENTS=point_layer(projected.geometry.x, projected.geometry.y, crs="EPSG:3857"))[
        "OUTPUT"
    ]
    np.testing.assert_array_equal(column(output, "count"), column(run("hotspots", INCIDENTS=layer)["OUTPUT"], "count"))
    assert output.sourceCrs().authid() == "EPSG:32611"


def test_only_selected_features_are_used(run, layer):
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject

    QgsProject.instance().addMapLayer(layer)
    layer.selectByExpression('"number" < 400')
    output = run("hotspots", INCIDENTS=QgsProcessingFeatureSourceDefinition(layer.id(), True))["OUTPUT"]
    assert column(output, "count").sum() == 400


def test_a_subset_filter_is_respected(run, tmp_path, incidents):
    from qgis.core import QgsVectorLayer

    incidents.assign(number=np.arange(len(incidents))).to_file(tmp_path / "points.gpkg", driver="GPKG")
    filtered = QgsVectorLayer(str(tmp_path / "points.gpkg"), "filtered", "ogr")
    assert filtered.setSubsetString('"number" >= 300')
    results = run("dbscan", INCIDENTS=filtered)
    np.testing.assert_array_equal(column(results["OUTPUT"], "number"), np.arange(300, 900))


@pytest.mark.parametrize("selection", [{"SINCE": "2023-07-01"}, {"UNTIL": "2023-04-01"}, {"CATEGORY": "robbery"}])
def test_period_and_category_choose_the_incidents(run, layer, selection):
    months = 1 + np.arange(900) % 12
    expected = {"SINCE": months >= 7, "UNTIL": months < 4, "CATEGORY": np.arange(900) % 2 == 1}[next(iter(selection))]
    assert column(run("hotspots", INCIDENTS=layer, **selection)["OUTPUT"], "count").sum() == expected.sum()


def test_missing_geometry_is_counted_in_the_log(run, layer, log):
    run("hotspots", INCIDENTS=layer)
    assert any("7 incidents have no place" in line for line in log.lines)
    assert any(line.startswith("cell_size = ") for line in log.lines)


@pytest.fixture(scope="module")
def many(qgis_app):
    """Return points that are read in more than one batch."""
    return point_layer(*clustered(6000))


@pytest.mark.parametrize("name", ANALYSES)
def test_cancel_stops_and_writes_nothing(run, tmp_path, name, log, density, many):
    target = tmp_path / ("out.tif" if name in RASTERS else "out.gpkg")
    log.cancel_at = 20
    given = inputs_of(name, many, square_layer(), square_layer(), str(density))
    assert run(name, OUTPUT=str(target), **given) == {}
    assert list(tmp_path.iterdir()) == []
    assert log.progress() < 60
