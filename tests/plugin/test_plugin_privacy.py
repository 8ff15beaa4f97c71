"""Layers that may leave QGIS: points with the columns named, masked ones, and the report; findings on moved places."""

from collections import Counter

import numpy as np
import pytest
from bundled import clustered, point_layer, square_layer

import lacrime_geo as lg

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


@pytest.fixture
def layer():
    return point_layer(*clustered(900), missing=3)


def says(layer):
    """Return what each feature says, its place included."""
    return [
        (
            feature.geometry().asWkt(),
            *map(str, feature.attributes()[1:] if "fid" in layer.fields().names() else feature.attributes()),
        )
        for feature in layer.getFeatures()
    ]


def test_points_leave_with_the_columns_named(run, layer, tmp_path):
    out = run("safe_export", FEATURES=layer, COLUMNS=["category", "harm"], K=3, OUTPUT=str(tmp_path / "safe.gpkg"))[
        "OUTPUT"
    ]
    found = qgis_core.QgsVectorLayer(out, "safe", "ogr")
    assert found.fields().names() == ["fid", "category", "harm", "place", "incidents_here"]
    assert min(Counter(says(found)).values(), default=3) >= 3


def test_the_path_and_the_filter_of_the_input_stay_at_home(run, layer, tmp_path):
    options = qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    secret = str(tmp_path / "secret_case.gpkg")
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, secret, qgis_core.QgsCoordinateTransformContext(), options
    )
    out = run("safe_export", FEATURES=secret, MASK="donut", K=3, OUTPUT=str(tmp_path / "safe.gpkg"))["OUTPUT"]
    history = qgis_core.QgsVectorLayer(out, "safe", "ogr").metadata().history()
    assert "lacrime:safe_export" in history[0] and "k: 3" in history
    assert b"secret_case.gpkg" not in (tmp_path / "safe.gpkg").read_bytes() and "fingerprint" not in str(history)
    assert not list(tmp_path.glob("safe*.qmd")) or "secret_case.gpkg" not in (tmp_path / "safe.qmd").read_text()


def test_dates_are_coarsened_and_the_time_column_is_known(run, layer):
    found = run("safe_export", FEATURES=layer, COLUMNS="occurred;category", K=4)["OUTPUT"]
    assert found.fields().names() == ["occurred", "category", "place", "incidents_here"] and found.featureCount() > 0
    assert min(Counter(says(found)).values()) >= 4
    assert {len(feature["occurred"]) for feature in found.getFeatures()} <= {4, 7, 10}
    robberies = run("safe_export", FEATURES=layer, CATEGORY="robbery", K=4)["OUTPUT"]
    assert {feature["category"] for feature in robberies.getFeatures()} == {"robbery"}


def test_a_mask_among_a_population_and_its_report(run, layer, tmp_path):
    people = point_layer(*clustered(3000, seed=9), name="people")
    given = dict(FEATURES=layer, COLUMNS=["category"], MASK="donut", MIN_RADIUS=200, MAX_RADIUS=400, POPULATION=people)
    found = run("safe_export", **given, REPORT=str(tmp_path / "report.csv"), OUTPUT=str(tmp_path / "safe.gpkg"))
    table = qgis_core.QgsVectorLayer(found["REPORT"], "report", "ogr")
    measures = {feature["measure"]: float(feature["value"]) for feature in table.getFeatures()}
    safe = qgis_core.QgsVectorLayer(found["OUTPUT"], "safe", "ogr")
    assert measures["shown"] == safe.featureCount() > 0
    assert measures["largest_displacement"] <= 400 + 1e-6 and measures["k_smallest"] >= 5
    assert safe.wkbType() == qgis_core.QgsWkbTypes.Type.Point


def test_areas_are_what_a_script_gets(run):
    squares = square_layer()
    found = run("safe_export", FEATURES=squares, VALUE="crimes", K=8, SUPPRESS_ZEROS=True)["OUTPUT"]
    counts = np.array([feature["crimes"] for feature in squares.getFeatures()])
    hidden = np.array([feature["suppressed"] for feature in found.getFeatures()])
    assert hidden[counts < 8].all() and not hidden[counts >= 8].any()


def test_areas_without_a_column_of_counts_are_no_incidents(run):
    squares = square_layer()
    with pytest.raises(qgis_core.QgsProcessingException, match="holds areas, and the column of their counts or values"):
        run("safe_export", FEATURES=squares)
    squares.startEditing()
    squares.renameAttribute(squares.fields().lookupField("crimes"), "count")
    squares.commitChanges()
    named = run("safe_export", FEATURES=squares, VALUE="count", K=8, SUPPRESS_ZEROS=True)["OUTPUT"]
    usual = run("safe_export", FEATURES=squares, K=8, SUPPRESS_ZEROS=True)["OUTPUT"]
    suppressed = [[feature["suppressed"] for feature in layer.getFeatures()] for layer in (usual, named)]
    assert suppressed[0].count(True) == suppressed[1].count(True) > 0


def test_clusters_on_moved_places_are_what_a_script_gets(run, layer, tmp_path):
    given = dict(ANALYSIS="dbscan", EPS=300, MIN_SAMPLES=10, RADIUS=60, RUNS=4)
    found = run("jitter_sensitivity", INCIDENTS=layer, **given, OUTPUT=str(tmp_path / "moved.gpkg"))["OUTPUT"]
    moved = qgis_core.QgsVectorLayer(found, "moved", "ogr")
    options = {name.lower(): value for name, value in given.items() if name != "ANALYSIS"}
    expected = lg.jitter_sensitivity("dbscan", str(tmp_path / "moved.gpkg"), **options)
    stays = np.array([feature["stays"] for feature in moved.getFeatures()])
    np.testing.assert_array_equal(stays, expected["stays"])
    assert moved.featureCount() == 903 and 0 < stays.max() <= 4
