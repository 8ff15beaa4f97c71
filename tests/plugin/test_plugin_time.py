"""Layers with time play in QGIS's Temporal Controller: as they arrive in a project, and as they are drawn."""

import pytest
from bundled import clustered, point_layer

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

SEPTEMBER = dict(SINCE="2023-09-01", UNTIL="2023-10-01")


def moments(*days):
    from qgis.core import QgsDateTimeRange
    from qgis.PyQt.QtCore import QDateTime, Qt

    begin, end = (QDateTime.fromString(f"{day}T00:00:00Z", Qt.DateFormat.ISODate) for day in days)
    return QgsDateTimeRange(begin, end, True, False)


def drawn(layer, days):
    """Return how many pixels are drawn of a layer in a span of days, as the canvas asks for it."""
    from qgis.core import QgsMapRendererCustomPainterJob, QgsMapSettings
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor, QImage, QPainter

    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(200, 200))
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    settings.setIsTemporal(True)
    settings.setTemporalRange(moments(*days))
    image = QImage(200, 200, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    job = QgsMapRendererCustomPainterJob(settings, painter)
    job.renderSynchronously()
    painter.end()
    return sum(image.pixelColor(x, y).alpha() > 0 for x in range(200) for y in range(200))


@pytest.fixture
def dated():
    """Return 900 points of 2023, each month with as many."""
    return point_layer(*clustered())


def test_marked_incidents_play_at_their_time(load, dated):
    layer = load("dbscan", INCIDENTS=dated, EPS=300, MIN_SAMPLES=10, CLUSTERS=None)["Clustered incidents"]
    properties = layer.temporalProperties()
    assert properties.isActive() and properties.startField() == "occurred"
    months = [drawn(layer, (f"2023-{month:02d}-01", f"2023-{month + 1:02d}-01")) for month in (3, 4, 5)]
    whole = drawn(layer, ("2023-01-01", "2024-01-01"))
    assert all(0 < month < whole for month in months)
    assert drawn(layer, ("2022-01-01", "2022-12-31")) == 0


def test_clusters_last_from_their_first_to_their_last_incident(load, dated):
    layer = load("st_dbscan", INCIDENTS=dated, EPS=600, EPS_TIME=3, MIN_SAMPLES=4)["Clusters"]
    properties = layer.temporalProperties()
    assert (properties.isActive(), properties.startField(), properties.endField()) == (True, "first", "last")
    first = min(feature["first"] for feature in layer.getFeatures())
    day = first.toString("yyyy-MM-dd")
    assert drawn(layer, (day, first.addDays(1).toString("yyyy-MM-dd"))) > 0
    assert drawn(layer, (first.addDays(-30).toString("yyyy-MM-dd"), day)) == 0


@pytest.mark.parametrize("name", ["kde", "hotspots"])
def test_a_map_of_a_period_holds_in_that_period(load, dated, name):
    (layer,) = load(name, INCIDENTS=dated, CURVE=None, **SEPTEMBER).values()
    assert layer.temporalProperties().isActive()
    begin, end = ("fixedTemporalRange", "begin"), ("fixedTemporalRange", "end")
    found = [
        getattr(getattr(layer.temporalProperties(), name)(), side)().toUTC().toString("yyyy-MM-dd HH:mm:ss")
        for name, side in (begin, end)
    ]
    assert found == ["2023-09-01 00:00:01", "2023-09-30 23:59:59"]
    assert drawn(layer, ("2023-09-10", "2023-09-20")) > 0
    assert drawn(layer, ("2023-10-01", "2023-11-01")) == 0


def test_months_follow_each_other_without_overlap(load, dated):
    from qgis.core import QgsProject

    frames = [("2023-09-01", "2023-10-01"), ("2023-10-01", "2023-11-01"), ("2023-11-01", "2023-12-01")]
    for since, until in frames:
        load("kde", INCIDENTS=dated, SINCE=since, UNTIL=until)
    layers = sorted(
        QgsProject.instance().mapLayers().values(),
        key=lambda layer: layer.temporalProperties().fixedTemporalRange().begin(),
    )
    shown = [[drawn(layer, frame) > 0 for layer in layers] for frame in frames]
    assert shown == [[True, False, False], [False, True, False], [False, False, True]]


def test_without_a_period_a_map_holds_at_all_times(load, dated):
    (layer,) = load("kde", INCIDENTS=dated).values()
    assert not layer.temporalProperties().isActive()
    assert drawn(layer, ("1999-01-01", "1999-02-01")) > 0


def test_a_column_of_text_is_not_taken_for_times(load):
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer("Point?crs=EPSG:4326&field=occurred:string", "texts", "memory")
    source = point_layer(*clustered(300))
    features = []
    for feature in source.getFeatures():
        copy = type(feature)(layer.fields())
        copy.setGeometry(feature.geometry())
        copy.setAttributes(["2023-05-01 12:00"])
        features.append(copy)
    layer.dataProvider().addFeatures(features)
    marks = load("dbscan", INCIDENTS=layer, EPS=300, MIN_SAMPLES=5, CLUSTERS=None)["Clustered incidents"]
    assert not marks.temporalProperties().isActive()
