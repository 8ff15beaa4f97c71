"""Bad input in the toolbox: one clear sentence, and nothing lost."""

import os
import subprocess

import numpy as np
import pytest
from bundled import clustered, point_layer, square_layer

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

LINE = "LineString?crs=EPSG:4326"


def empty():
    return point_layer([], [])


def nowhere():
    return point_layer([], [], missing=5)


def one():
    return point_layer([-118.3], [34.0])


def coincident():
    return point_layer(np.full(80, -118.3), np.full(80, 34.0))


def without_crs():
    from qgis.core import QgsCoordinateReferenceSystem

    layer = point_layer(*clustered())
    layer.setCrs(QgsCoordinateReferenceSystem())
    return layer


def far_point():
    x, y = clustered()
    return point_layer(np.r_[x, -60.0], np.r_[y, 20.0])


POINTS = ("kde", "hotspots", "dbscan")
CASES = [(name, empty, {}, "is empty: it has 0 rows") for name in POINTS]
CASES += [(name, nowhere, {}, "None of the 5 rows") for name in POINTS]
CASES += [(name, without_crs, {}, "CRS of the layer 'burglaries' is missing") for name in POINTS]
CASES += [
    ("hotspots", one, {}, "at least 60 incidents"),
    ("kde", one, {}, "stand on one place"),
    ("dbscan", one, {}, "stand on one place"),
    ("kde", coincident, {}, "All 80 incidents stand on one place"),
    ("hotspots", coincident, {}, "All 80 incidents stand on one place"),
    ("dbscan", coincident, {}, "stand on one place"),
    ("kde", lambda: point_layer(*clustered()), {"CELL_SIZE": -5.0}, "cell_size must be above 0 metres, got -5"),
    ("kde", lambda: point_layer(*clustered()), {"BANDWIDTH": 0.0}, "bandwidth must be above 0 metres, got 0"),
    ("hotspots", lambda: point_layer(*clustered()), {"CELL_SIZE": -5.0}, "cell_size must be above 0 metres, got -5"),
    ("dbscan", lambda: point_layer(*clustered()), {"EPS": -1.0}, "eps must be above 0 metres, got -1"),
    ("kde", far_point, {"CELL_SIZE": 10.0}, "raise cell_size to"),
    ("hotspots", far_point, {"CELL_SIZE": 10.0}, "raise cell_size to"),
    ("kde", lambda: point_layer(*clustered()), {"WEIGHT": "nothing"}, "no column 'nothing'; the columns are number"),
    ("kde", lambda: missing_weights(), {"WEIGHT": "harm"}, "missing or infinite in 3 of 900 rows, first in row 5"),
    ("hotspots", lambda: point_layer(*clustered()), {"SINCE": "2031-01-01"}, "No incident lies in the period"),
    ("hotspots", lambda: point_layer(*clustered()), {"CATEGORY": "arson"}, "No incident has category arson"),
    ("gi_star", empty, {"VALUE": "harm"}, "at least 3 features with geometry; 'burglaries' has 0 rows"),
    ("gi_star", nowhere, {"VALUE": "harm"}, "has 5 rows, 0 of them with geometry"),
    ("gi_star", one, {"VALUE": "harm"}, "has 1 rows, 1 of them with geometry"),
    ("gi_star", without_crs, {"VALUE": "harm"}, "CRS of the layer 'burglaries' is missing"),
    ("gi_star", coincident, {"VALUE": "harm", "NEIGHBOURS": "band"}, "stand on one place, so no distance_band"),
    ("gi_star", lambda: missing_weights(), {"VALUE": "harm", "NEIGHBOURS": "knn"}, "in 3 of 900 rows, first in row 5"),
    ("gi_star", lambda: point_layer(*clustered()), {"VALUE": "harm"}, "needs polygons that touch"),
    ("gi_star", square_layer, {"VALUE": "nothing"}, "no column 'nothing'"),
    ("gi_star", square_layer, {"VALUE": "crimes", "NEIGHBOURS": "knn", "K": 64}, "only 64 features"),
]


def missing_weights():
    layer = point_layer(*clustered())
    harm = layer.fields().lookupField("harm")
    rows = [feature.id() for feature in layer.getFeatures()][5:8]
    layer.dataProvider().changeAttributeValues({row: {harm: None} for row in rows})
    return layer


@pytest.mark.parametrize(("name", "make", "options", "sentence"), CASES)
def test_one_clear_sentence(run, tmp_path, name, make, options, sentence):
    from qgis.core import QgsProcessingException

    target = tmp_path / ("out.tif" if name == "kde" else "out.gpkg")
    target.write_text("what was there before")
    given = {"FEATURES" if name == "gi_star" else "INCIDENTS": make()}
    with pytest.raises(QgsProcessingException) as caught:
        run(name, OUTPUT=str(target), **given, **options)
    assert sentence in str(caught.value)
    assert "Traceback" not in str(caught.value)
    # What the library does not get to see, Processing itself puts under a line of its own.
    assert "\n" not in str(caught.value).strip().replace("Unable to execute algorithm\n", "")
    assert target.read_text() == "what was there before"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("name", [*POINTS, "gi_star"])
def test_a_missing_folder_is_named_before_the_work_begins(run, tmp_path, name, log):
    target = tmp_path / "nowhere" / ("out.tif" if name == "kde" else "out.gpkg")
    message = failure(run, name, target)
    assert "there is no folder" in message
    assert log.progress() == 0


def failure(run, name, target):
    from qgis.core import QgsProcessingException

    given = dict(FEATURES=square_layer(30), VALUE="crimes") if name == "gi_star" else dict(INCIDENTS=big())
    fine = {"CELL_SIZE": 20.0, "BANDWIDTH": 400.0} if name == "kde" else {}
    with pytest.raises(QgsProcessingException) as caught:
        run(name, OUTPUT=str(target), **given, **fine)
    return str(caught.value)


def big():
    return point_layer(*clustered(12_000))


@pytest.fixture
def small_disk(tmp_path):
    """Mount a tmpfs of 128 KB: it can be full and, remounted, read-only, which file modes cannot do for root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("name", [*POINTS, "gi_star"])
def test_a_full_disk_loses_nothing(run, small_disk, name):
    target = small_disk / ("out.tif" if name == "kde" else "out.gpkg")
    target.write_text("what was there before")
    message = failure(run, name, target)
    assert "Cannot write" in message or "full" in message
    assert "free space" in message
    assert target.read_text() == "what was there before"
    assert [path.name for path in small_disk.iterdir()] == [target.name]


@pytest.mark.parametrize("name", [*POINTS, "gi_star"])
def test_a_read_only_disk_is_named(run, small_disk, name):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "the folder is read-only" in failure(run, name, small_disk / ("out.tif" if name == "kde" else "out.gpkg"))


def test_a_damaged_file_is_no_valid_input(run, tmp_path):
    from qgis.core import QgsProcessingException

    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\x00 but cut off")
    with pytest.raises(QgsProcessingException, match="INCIDENTS"):
        run("kde", INCIDENTS=str(tmp_path / "broken.gpkg"))


def test_lines_are_refused(run):
    from qgis.core import QgsFeature, QgsGeometry, QgsProcessingException, QgsVectorLayer

    lines = QgsVectorLayer(LINE, "lines", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt("LineString(0 0, 1 1)"))
    lines.dataProvider().addFeatures([feature])
    with pytest.raises(QgsProcessingException, match=r"INCIDENTS|points"):
        run("kde", INCIDENTS=lines)


def test_multipoints_of_one_part_are_points_and_others_are_refused(run):
    from qgis.core import QgsFeature, QgsGeometry, QgsProcessingException, QgsVectorLayer

    x, y = clustered()
    layer = QgsVectorLayer("MultiPoint?crs=EPSG:4326", "several", "memory")
    shapes = [f"MultiPoint(({a} {b}))" for a, b in zip(x, y)]
    for shape in shapes:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromWkt(shape))
        layer.dataProvider().addFeatures([feature])
    assert sum(feature["count"] for feature in run("hotspots", INCIDENTS=layer)["OUTPUT"].getFeatures()) == 900
    feature.setGeometry(QgsGeometry.fromWkt("MultiPoint((-118.3 34), (-118.31 34))"))
    layer.dataProvider().addFeatures([feature])
    with pytest.raises(QgsProcessingException, match="Row 900 is a multipoint of 2 points"):
        run("hotspots", INCIDENTS=layer)


def test_a_column_of_dates_that_is_not_used_is_named(run, log):
    """Without a column `occurred` there are no periods, though the layer may well hold times."""
    layer = point_layer(*clustered())
    layer.startEditing()
    layer.renameAttribute(layer.fields().lookupField("occurred"), "date")
    assert layer.commitChanges()
    run("kde", INCIDENTS=layer)
    assert any("date" in line and "Time column" in line for line in log.lines), log.lines
    log.lines.clear()
    run("kde", INCIDENTS=layer, TIME_COLUMN="date")
    assert not any("Time column" in line for line in log.lines)
