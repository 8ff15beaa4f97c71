"""A layer in a file gives the same incidents read in batches by GDAL as looped over: both roads, column by column."""

import numpy as np
import pytest
from bundled import point_layer

pytest.importorskip("qgis.core")
gdal = pytest.importorskip("osgeo.gdal")
ogr = pytest.importorskip("osgeo.ogr")
from point_files import ENDINGS, change, opened, shape_of, write  # noqa: E402 (it needs osgeo)

pytestmark = pytest.mark.plugin

STREAMED = hasattr(ogr.Layer, "GetArrowStream")  # not before GDAL 3.6: there everything is looped over


@pytest.fixture
def read(run, log, monkeypatch):
    """Return a function that reads by the registry and gives the incidents, whether in batches, and the log.

    What is caught is what the analysis would be given; it is not run.
    """
    import lacrime_qgis
    from qgis.core import QgsProcessingException

    seen = {}
    incidents_of, in_batches = lacrime_qgis.reading.incidents_of, lacrime_qgis.file_layers.read

    def catching(*arguments, **named):
        seen["incidents"] = incidents_of(*arguments, **named)
        raise ValueError("caught")

    def watching(*arguments):
        rows = in_batches(*arguments) if seen["batches"] is None else None
        seen["batches"] = rows is not None
        return rows

    def read(source, looping=False, **parameters):
        log.lines.clear()
        seen["batches"] = False if looping else None
        try:
            run("hotspots", INCIDENTS=source, **parameters)
        # pytest.raises would hold on to the layer's iterator, of which QGIS allows four per file.
        except QgsProcessingException as problem:
            said = str(problem)
        return seen["incidents"] if said == "caught" else said, seen["batches"], list(log.lines)

    monkeypatch.setattr(lacrime_qgis.reading, "incidents_of", catching)
    monkeypatch.setattr(lacrime_qgis.file_layers, "read", watching)
    return read


def require_same(read, source, in_batches, **parameters):
    """Read both ways, require the same, and that batches were used where they are expected; return the incidents."""
    by_batch, used, said = read(source, **parameters)
    by_loop, _, said_by_loop = read(source, looping=True, **parameters)
    assert used == (in_batches and STREAMED)
    assert said == said_by_loop
    if isinstance(by_loop, str):
        assert by_batch == by_loop
        return by_loop
    for name in ("easting", "northing", "when", "category"):
        np.testing.assert_array_equal(getattr(by_batch, name), getattr(by_loop, name))
    assert (by_batch.crs, by_batch.label, list(by_batch.source)) == (by_loop.crs, by_loop.label, list(by_loop.source))
    for name, column in by_loop.source.items():
        np.testing.assert_array_equal(by_batch.source[name].tolist(), column.tolist())
    return by_batch


@pytest.mark.parametrize("driver", ENDINGS)
@pytest.mark.parametrize("weight", ["number", "serial", "harm"])
def test_numbers(read, tmp_path, driver, weight):
    path = write(tmp_path / f"points.{ENDINGS[driver]}", driver, columns=[weight])
    incidents = require_same(read, str(path), True, WEIGHT=weight)
    # FlatGeobuf has no rows without geometry; a place at (0, 0) is none everywhere.
    assert incidents.placed.sum() == 282 - 12 * (driver == "FlatGeobuf")


TIMES = [(driver, time) for driver in ENDINGS for time in ("day", "moment", "written")]
TIMES.remove(("ESRI Shapefile", "moment"))  # it has dates without time only


@pytest.mark.parametrize(("driver", "time"), TIMES)
def test_times(read, tmp_path, driver, time):
    path = write(tmp_path / f"points.{ENDINGS[driver]}", driver, columns=[time])
    safe = driver == "GPKG" or (time == "written" and driver != "ESRI Shapefile")
    incidents = require_same(read, str(path), safe, TIME_COLUMN=time)
    assert 0 < np.isnat(incidents.when).sum() < 40


def test_truth_values_are_looped_over(read, tmp_path):
    require_same(read, str(write(tmp_path / "points.gpkg")), False, WEIGHT="sure")


@pytest.mark.parametrize("time", ["day", "moment"])
def test_dates_before_1970(read, tmp_path, time):
    path = write(tmp_path / "points.gpkg", columns=[time])
    before = {"day": "1969-12-31", "moment": "1969-12-31T23:59:59Z"}[time]
    change(path, f"UPDATE points SET {time} = '{before}' WHERE fid = 9")
    require_same(read, str(path), False, TIME_COLUMN=time)


@pytest.mark.parametrize("driver", ENDINGS)
@pytest.mark.parametrize("category", ["kind", "number", "harm", "day"])
def test_categories(read, tmp_path, driver, category):
    path = write(tmp_path / f"points.{ENDINGS[driver]}", driver, columns=[category])
    text_of_shapefile = driver == "ESRI Shapefile" and category == "kind"
    require_same(read, str(path), category != "day" and not text_of_shapefile, CATEGORY_COLUMN=category)


@pytest.fixture
def small_batches(monkeypatch):
    """Let GDAL hand out batches of 3,000 rows in place of 65,536: several are as soon there."""
    if STREAMED:
        streamed = ogr.Layer.GetArrowStream
        monkeypatch.setattr(ogr.Layer, "GetArrowStream", lambda layer: streamed(layer, ["MAX_FEATURES_IN_BATCH=3000"]))


def test_many_batches_with_all_columns(read, small_batches, tmp_path):
    path = write(tmp_path / "points.gpkg", rows=7_000)
    chosen = dict(WEIGHT="harm", TIME_COLUMN="moment", CATEGORY_COLUMN="kind")
    incidents = require_same(read, str(path), True, **chosen)
    np.testing.assert_array_equal(incidents.source["feature id"], np.arange(1, 7_001))


SUBSETS = [("", 4_000), ('"number" > 0', 1000), ("\"kind\" = 'Täuschung' OR fid < 9", 1000)]


@pytest.mark.parametrize(("subset", "rows"), SUBSETS)
def test_gaps_in_the_ids_and_subsets(read, small_batches, tmp_path, subset, rows):
    path = write(tmp_path / "points.gpkg", rows=rows)
    change(path, "DELETE FROM points WHERE fid % 10 = 3")
    layer = opened(path)
    assert layer.setSubsetString(subset)
    incidents = require_same(read, layer, True, WEIGHT="harm", CATEGORY_COLUMN="kind")
    assert 0 < incidents.size == layer.featureCount() < rows


def test_subsets_of_a_shapefile_and_by_a_query_are_looped_over(read, tmp_path):
    shapefile = opened(write(tmp_path / "points.shp", "ESRI Shapefile"))
    assert shapefile.setSubsetString("\"kind\" = 'burglary'")
    require_same(read, shapefile, False)
    queried = opened(write(tmp_path / "points.gpkg"))
    assert queried.setSubsetString("SELECT * FROM points WHERE number > 0")
    require_same(read, queried, False)


@pytest.mark.parametrize("driver", ENDINGS)
def test_multipoints_of_one_part(read, tmp_path, driver):
    def shape(number):
        point = shape_of(number) or "POINT EMPTY"
        return "MULTIPOINT EMPTY" if "(" not in point else f"MULTIPOINT (({point.split('(')[1].split(')')[0]}))"

    path = write(
        tmp_path / f"points.{ENDINGS[driver]}", driver, shape=shape, kind=ogr.wkbMultiPoint, columns=["number"]
    )
    require_same(read, str(path), True)


@pytest.mark.parametrize("bad", ["MULTIPOINT ((-118 34), (-118 34.1))", "LINESTRING (-118 34, -118 34.1)"])
def test_no_points_are_named_alike(read, tmp_path, bad):
    def shape(number):
        return bad if number == 7 else "POINT (-118 34)"

    path = write(tmp_path / "points.gpkg", shape=shape, columns=["number"])
    sentence = read(str(path))[0]
    assert "ow 7 is a" in sentence
    assert sentence == read(str(path), looping=True)[0]


@pytest.mark.parametrize(("driver", "options"), [("GPKG", ["FID=fid"]), ("GPKG", ["FID=serial"]), ("GeoJSON", [])])
def test_a_column_named_like_the_feature_id(read, tmp_path, driver, options):
    columns = ["number"] if driver == "GPKG" else ["fid"]
    path = write(tmp_path / f"points.{ENDINGS[driver]}", driver, columns=columns, options=options)
    name = options[0][4:] if options else "fid"
    incidents = require_same(read, str(path), True, WEIGHT=name)
    if options:
        np.testing.assert_array_equal(incidents.source[name], incidents.source["feature id"])


def test_clocks_with_an_offset_keep_their_wall_time(read, tmp_path):
    path = write(tmp_path / "points.gpkg", columns=["moment"])
    change(path, "UPDATE points SET moment = '2023-05-06T23:30:00.000-08:00' WHERE fid = 200")
    incidents = require_same(read, str(path), False, TIME_COLUMN="moment")
    assert incidents.when[199] == np.datetime64("2023-05-06T23:30:00")


def test_names_in_other_capitals_and_unknown_ones(read, tmp_path):
    path = write(tmp_path / "points.gpkg")
    assert list(require_same(read, str(path), True, WEIGHT="HARM").source) == ["HARM", "feature id"]
    assert "There is no column 'nothing'" in require_same(read, str(path), False, CATEGORY_COLUMN="nothing")


@pytest.mark.parametrize("analysis", ["hotspots", "dbscan"])
def test_failing_runs_let_go_of_the_layer(run, tmp_path, analysis):
    from qgis.core import QgsProcessingException

    layer = opened(write(tmp_path / "points.gpkg", columns=["kind"]))
    for _ in range(6):  # QGIS allows four iterators at a time, and waits for ever for another one
        with pytest.raises(QgsProcessingException, match="arson"):
            run(analysis, INCIDENTS=layer, CATEGORY_COLUMN="kind", CATEGORY="arson")


def selected(layer):
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject

    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([2, 3, 5, 7])
    return QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)


def limited(layer):
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject

    QgsProject.instance().addMapLayer(layer)
    return QgsProcessingFeatureSourceDefinition(layer.id(), featureLimit=9)


def edited(layer):
    assert layer.startEditing()
    assert layer.deleteFeatures([4, 9])
    return layer


@pytest.mark.parametrize(("some", "size"), [(selected, 4), (limited, 9), (edited, 298)])
def test_some_of_the_features(read, tmp_path, some, size):
    incidents = require_same(read, some(opened(write(tmp_path / "points.gpkg"))), False)
    assert incidents.size == size


def test_all_features_of_a_layer_in_the_project(read, tmp_path):
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject

    layer = opened(write(tmp_path / "points.gpkg"))
    QgsProject.instance().addMapLayer(layer)
    for source in (layer, layer.id(), QgsProcessingFeatureSourceDefinition(layer.id())):
        assert require_same(read, source, True).size == 300


def test_computed_columns(read, tmp_path):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QVariant

    layer = opened(write(tmp_path / "points.gpkg"))
    layer.addExpressionField('"number" + 10', QgsField("computed", QVariant.Int))
    require_same(read, layer, False, WEIGHT="computed")
    require_same(read, layer, True, WEIGHT="number")


def test_joined_columns(read, tmp_path):
    from qgis.core import QgsProject, QgsVectorLayerJoinInfo

    layer, other = opened(write(tmp_path / "points.gpkg")), point_layer([-118.3] * 300, [34.0] * 300)
    QgsProject.instance().addMapLayer(other)
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(other)
    join.setJoinFieldName("number")
    join.setTargetFieldName("fid")
    join.setPrefix("joined ")
    assert layer.addJoin(join)
    incidents = require_same(read, layer, False, WEIGHT="joined harm")
    assert incidents.source["joined harm"][0] == 2.0


def test_memory_layers_are_looped_over(read):
    require_same(read, point_layer([-118.3, -118.2], [34.0, 34.1], missing=2), False, WEIGHT="harm")


def test_without_batches_in_an_older_gdal(read, tmp_path, monkeypatch):
    import lacrime_qgis

    monkeypatch.setattr(lacrime_qgis.file_layers, "STREAMED", False)
    require_same(read, str(write(tmp_path / "points.gpkg")), False, WEIGHT="harm")


def test_options_of_gdal_are_put_back(read, tmp_path):
    gdal.SetThreadLocalConfigOption("GDAL_NUM_THREADS", "2")
    require_same(read, str(write(tmp_path / "points.gpkg")), True)
    assert gdal.GetThreadLocalConfigOption("GDAL_NUM_THREADS") == "2"
    gdal.SetThreadLocalConfigOption("GDAL_NUM_THREADS", None)
    assert gdal.GetThreadLocalConfigOption("OGR_GPKG_STREAM_BASE_IMPL") is None


def test_a_file_that_changes_meanwhile_is_looped_over(read, tmp_path):
    path = write(tmp_path / "points.gpkg")
    layer = opened(path)
    assert layer.featureCount() == 300
    change(path, "DELETE FROM points WHERE fid > 290")
    assert require_same(read, layer, False).size == 290


def test_cancelling_between_batches(run, log, small_batches, tmp_path):
    path = write(tmp_path / "points.gpkg", rows=7_000, columns=["number"])
    log.cancel_at = 10
    assert run("hotspots", INCIDENTS=str(path), OUTPUT=str(tmp_path / "hot.gpkg")) == {}
    assert not (tmp_path / "hot.gpkg").exists()
    assert 10 <= log.progress() < 20
