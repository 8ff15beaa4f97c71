"""lacrime:compare_periods: both densities and the change as the library makes them, all or none, each to be made again."""

import html
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import test_plugin_running as running
from bundled import clustered, column, point_layer

import lacrime_geo as lg
from lacrime_geo.cli import main

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

LAYERS = ("DENSITY_BEFORE", "DENSITY_AFTER", "CHANGE")
ENDINGS = {"CHANGE": "change.gpkg", "SUMMARY": "summary.html"}
PARTED = {"AFTER_SINCE": "2023-07-01"}
elsewhere = running.elsewhere


def files(folder, names=(*LAYERS, "SUMMARY")):
    folder.mkdir(exist_ok=True)
    return {name: str(folder / ENDINGS.get(name, f"{name.lower()}.tif")) for name in names}


def opened(path):
    kind = qgis_core.QgsRasterLayer if path.endswith(".tif") else qgis_core.QgsVectorLayer
    layer = kind(path, "again")
    assert layer.isValid(), path
    layer.loadDefaultStyle()
    return layer


def undated(x, y):
    layer = qgis_core.QgsVectorLayer("Point?crs=EPSG:4326&field=number:integer", "undated", "memory")
    features = [qgis_core.QgsFeature(layer.fields()) for _ in x]
    for feature, east, north in zip(features, x, y):
        feature.setGeometry(qgis_core.QgsGeometry.fromPointXY(qgis_core.QgsPointXY(float(east), float(north))))
    layer.dataProvider().addFeatures(features)
    return layer


def parted(layer):
    """Return the incidents of a layer before July and from then on, as two layers."""
    halves = []
    for name, wanted in (("first half", lambda month: month < 7), ("second half", lambda month: month >= 7)):
        half = point_layer([], [], name=name)
        rows = [row for row in layer.getFeatures() if wanted(row["occurred"].date().month())]
        half.dataProvider().addFeatures(rows)
        halves.append(half)
    return halves


@pytest.fixture
def compare(provider, log):
    """Return a function that compares as a script does, with what is asked for only."""
    import processing

    def compare(layer, **parameters):
        return processing.run("lacrime:compare_periods", dict(INCIDENTS=layer, **parameters), feedback=log)

    return compare


@pytest.fixture
def project(qgis_new_project):
    return qgis_core.QgsProject.instance()


def test_results_are_the_librarys_and_those_of_single_algorithms(compare, run, layer, incidents, read_raster, tmp_path):
    august = "2023-08-01"
    made = compare(layer, AFTER_SINCE=august, **files(tmp_path))
    assert set(made) == {*LAYERS, "SUMMARY"}
    change = run("change_map", INCIDENTS=layer, AFTER_SINCE=august)["OUTPUT"]
    assert opened(made["CHANGE"]).featureCount() == change.featureCount() > 0
    for field in change.fields().names():
        np.testing.assert_array_equal(column(opened(made["CHANGE"]), field), column(change, field))
    script = lg.compare_periods(of_script(incidents), after_since=august)
    for name in ("density_before", "density_after"):
        found = read_raster(made[name.upper()])
        np.testing.assert_allclose(found["values"], script.results[name].values.astype("f4"), rtol=1e-5, equal_nan=True)
        assert found["unit"] == script.results[name].unit == "incidents per km² in 30 days"


def of_script(incidents):
    """Return the incidents of the fixture with the dates and categories that the layer gives them."""
    rows = range(len(incidents))
    days = np.array([f"2023-{1 + row % 12:02d}-{1 + row % 28:02d}T12:00:00" for row in rows], dtype="M8[s]")
    kinds = ["robbery" if row % 2 else "burglary" for row in rows]
    reported = days.astype("M8[D]") + np.arange(len(incidents)) % 9
    return incidents.assign(occurred=days, category=kinds, reported=reported.astype("M8[s]"))


def test_the_page_is_the_librarys(compare, incidents, tmp_path):
    given = dict(since="2023-02-01", until="2023-12-01", category="burglary")
    script = lg.compare_periods(
        lg.as_incidents(of_script(incidents)).select(**given), after_since="2023-08-01", before_until="2023-07-01"
    )
    of_dialog = {"AFTER_SINCE": "2023-08-01", "BEFORE_UNTIL": "2023-07-01"}
    upper = {name.upper(): value for name, value in given.items()}
    page = compare(point_layer(*clustered()), **upper, **of_dialog, **files(tmp_path, ["SUMMARY"]))["SUMMARY"]
    assert (tmp_path / "summary.html").read_text(encoding="utf-8") == script.html()
    assert page == str(tmp_path / "summary.html") and [path.name for path in tmp_path.iterdir()] == ["summary.html"]
    assert "burglary · Feb–Jun 2023 → Aug–Nov 2023" in script.title


def test_two_layers_give_the_same_as_one(compare, layer, read_raster, tmp_path):
    first, second = parted(layer)
    # The period of a layer goes from its first to its last day, and the second half's first incident is of 3 July.
    begin = min(row["occurred"] for row in second.getFeatures()).toString("yyyy-MM-dd")
    one = compare(layer, AFTER_SINCE=begin, **files(tmp_path / "one"))
    two = compare(first, AFTER=second, UNTIL=begin, **files(tmp_path / "two"))
    for name in ("DENSITY_BEFORE", "DENSITY_AFTER"):
        np.testing.assert_array_equal(read_raster(one[name])["values"], read_raster(two[name])["values"])
    for field in ("count_before", "count_after", "p", "bin"):
        np.testing.assert_array_equal(column(opened(one["CHANGE"]), field), column(opened(two["CHANGE"]), field))


def test_what_is_not_wanted_is_not_made(compare, layer, tmp_path):
    made = compare(layer, **PARTED, **files(tmp_path, ["CHANGE"]))
    assert set(made) == {"CHANGE"} and {path.suffix for path in tmp_path.iterdir()} == {".gpkg", ".qml", ".qmd"}


def test_layers_without_dates_are_compared_without_days(compare, tmp_path):
    compare(undated(*clustered(400)), AFTER=undated(*clustered(500, 7)), **files(tmp_path, ["SUMMARY"]))
    text = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert "both periods are taken as equally long" in text and "25.0 % more, " in text


@pytest.mark.parametrize(
    ("make", "given", "said"),
    [
        (undated, PARTED, "the incidents have no times; name their time column"),
        (point_layer, {}, "Where does the later period begin"),
        (
            point_layer,
            {"AFTER_SINCE": "2025-01-01"},
            "in the period from 2025-01-01 on: they run from 2023-01-01 to 2023",
        ),
        (
            point_layer,
            {"AFTER_SINCE": "2020-01-01"},
            "in the period before 2020-01-01: they run from 2023-01-01 to 2023",
        ),
        (
            point_layer,
            {"AFTER_SINCE": "2023-07-01", "BEFORE_UNTIL": "2023-09-01"},
            "earlier period ends 2023-09-01 and the later one begins 2023-07-01: they overlap",
        ),
        (
            point_layer,
            {**PARTED, "SINCE": "2023-08-01"},
            "No incident lies in the period before 2023-07-01: they run from",
        ),
        (point_layer, {**PARTED, "AFTER": point_layer}, "after_since and before_until part one layer into two periods"),
        (point_layer, {"AFTER": point_layer}, "they overlap, or are the wrong way round"),
        (point_layer, {**PARTED, "TIME_COLUMN": "harm"}, "of the time column 'harm' are no dates, first in row 0"),
    ],
)
def test_bad_input_is_told_in_a_sentence_and_nothing_is_written(compare, tmp_path, make, given, said):
    given = {name: value if isinstance(value, str) else value(*clustered(60)) for name, value in given.items()}
    with pytest.raises(qgis_core.QgsProcessingException, match=said):
        compare(make(*clustered(90)), **given, **files(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [5, 30, 60, 85, 98])
def test_a_cancelled_run_writes_nothing(compare, layer, log, tmp_path, share):
    log.cancel_at = share
    assert compare(layer, **PARTED, **files(tmp_path)) == {}
    assert list(tmp_path.iterdir()) == []


def test_progress_rises_over_all_parts(compare, layer, log, tmp_path):
    seen = []
    log.progressChanged.connect(seen.append)
    compare(layer, **PARTED, **files(tmp_path))
    assert seen == sorted(seen) and seen[-1] == 100
    assert max(np.diff([0, *seen])) < 25


@pytest.mark.parametrize("options", [{}, {"BANDWIDTH": 1500.0, "CELL_SIZE": 600.0}], ids=["found", "given"])
@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("DENSITY_BEFORE", "compare_periods_density_before.tif"),
        ("DENSITY_AFTER", "compare_periods_density_after.tif"),
        ("CHANGE", "change_map_output.gpkg"),
    ],
)
def test_each_layer_is_made_again_from_its_metadata(
    compare, run, incidents, read_raster, tmp_path, name, again, options
):
    of_script(incidents).to_file(tmp_path / "points.gpkg", driver="GPKG")
    made = compare(str(tmp_path / "points.gpkg"), **PARTED, **options, **files(tmp_path))
    run("rerun", LAYER=made[name], FOLDER=str(tmp_path / "again"))
    pairs = [(made[name], tmp_path / "again" / again)]
    if again.startswith("compare"):
        pairs.append((made["CHANGE"], tmp_path / "again" / "compare_periods_change.gpkg"))
    for old, new in pairs:
        np.testing.assert_equal(running.read(str(new), read_raster), running.read(old, read_raster))


def test_what_was_chosen_then_is_kept_for_new_data(compare, run, incidents, tmp_path):
    of_script(incidents).to_file(tmp_path / "points.gpkg", driver="GPKG")
    of_script(incidents)[::2].assign(category="fewer").to_file(tmp_path / "fewer.gpkg", driver="GPKG")
    made = compare(str(tmp_path / "points.gpkg"), **PARTED, **files(tmp_path))
    run("rerun", LAYER=made["DENSITY_AFTER"], INPUT=str(tmp_path / "fewer.gpkg"), FOLDER=str(tmp_path / "again"))
    old, new = (
        record(path) for path in (made["DENSITY_AFTER"], tmp_path / "again" / "compare_periods_density_after.tif")
    )
    assert old["chosen"]["bandwidth"] == old["parameters"]["bandwidth"] == new["given"]["BANDWIDTH"]
    assert old["chosen"]["cell_size"] == record(made["CHANGE"])["parameters"]["cell_size"] == new["given"]["CELL_SIZE"]
    assert new["parameters"]["incidents"] < old["parameters"]["incidents"]


def record(path):
    from lacrime_qgis.provenance import record_of

    layer = opened(str(path))
    layer.loadDefaultMetadata()
    return record_of(layer)


def test_in_the_background_while_the_layers_are_removed(compare, log, project, elsewhere, read_raster, tmp_path):
    given = dict(PARTED, BOUNDARY=None)
    expected = compare(point_layer(*clustered()), **given, **files(tmp_path / "first"))
    layer = project.addMapLayer(point_layer(*clustered()))
    found = files(tmp_path / "again")
    running.in_background(
        "compare_periods", {"INCIDENTS": layer.id(), **given, **found}, log, project.removeAllMapLayers
    )
    assert elsewhere == []
    summaries = [(tmp_path / name / "summary.html").read_text(encoding="utf-8") for name in ("first", "again")]
    assert summaries[0] == summaries[1]
    for name in LAYERS:
        np.testing.assert_equal(running.read(found[name], read_raster), running.read(expected[name], read_raster))


@pytest.mark.parametrize("name", ["compare_periods", "change_map"])
def test_the_examples_of_the_help_page_run(provider, plugin, incidents, monkeypatch, tmp_path, name):
    page = (Path(plugin.__file__).parent / "help" / f"{name}.html").read_text(encoding="utf-8")
    examples = [html.unescape(text) for text in re.findall(r"<pre>(.*?)</pre>", page, flags=re.DOTALL)]
    of_script(incidents).to_file(tmp_path / "incidents.gpkg", driver="GPKG")
    monkeypatch.chdir(tmp_path)
    console, _, script, command = (text for text in examples if "incidents.gpkg" in text and "BOUNDARY" not in text)
    exec(console, {})
    exec(script, {})
    assert main(shlex.split(command)[1:]) == 0
    made = {"DENSITY_AFTER": "density_after.tif"} if name == "compare_periods" else {"OUTPUT": "output.gpkg"}
    assert all((tmp_path / path).exists() for path in made.values())


def test_the_help_tells_what_it_does_and_what_each_parameter_means(provider):
    algorithm = qgis_core.QgsApplication.processingRegistry().algorithmById("lacrime:compare_periods")
    text = algorithm.shortHelpString()
    assert text.startswith("Compare two periods: a density of each on the same grid in the same colours")
    names = {definition.name() for definition in algorithm.parameterDefinitions()}
    assert {"INCIDENTS", "AFTER", "AFTER_SINCE", "BEFORE_UNTIL", *LAYERS, "SUMMARY"} <= names
    for definition in algorithm.parameterDefinitions():
        assert definition.help() and f"<b>{definition.description()}</b>" in text, definition.name()
    assert algorithm.group() == "Summaries" and "side by side" in algorithm.tags()
