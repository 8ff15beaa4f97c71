"""Forecasts in QGIS: a backtest comes with its page, the map of areas has a class for each change and plays step by step."""

import sys
from pathlib import Path

import numpy as np
import pytest
from bundled import point_layer

import lacrime_geo as lg
from lacrime_geo.geometry import rectangles_wkb

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

DAYS = np.repeat(np.arange("2023-01-01", "2023-04-15", dtype="M8[D]"), 1 + np.arange(104) % 7)
SURE = ("rise", "rise", "fall", "fall", "within the interval", "not known", "rise")
CHANGE = (0.4, 0.05, -0.15, -0.6, 0.1, np.nan, np.nan)


@pytest.fixture
def daily():
    """Return a memory layer of burglaries and the same incidents for a script."""
    from qgis.core import edit

    place = np.full(DAYS.size, -118.35), np.full(DAYS.size, 34.05)
    layer = point_layer(*place)
    with edit(layer):
        for feature, day in zip(list(layer.getFeatures()), DAYS.astype(str)):
            for name in ("occurred", "reported"):
                layer.changeAttributeValue(feature.id(), layer.fields().indexOf(name), f"{day}T12:00:00")
    noon = DAYS.astype("M8[s]") + np.timedelta64(12, "h")
    crs = "EPSG:32611"
    zeros = np.zeros(DAYS.size)
    return layer, lg.Incidents(zeros, zeros, when=noon, reported=noon, crs=crs, label="burglaries")


@pytest.mark.parametrize("ending", ["html", "png"])
def test_a_backtest_comes_with_its_page(run, daily, tmp_path, ending):
    layer, script = daily
    options = dict(step="day", models="last count", horizon=1)
    expected = lg.backtest_forecasts(script, **options)
    given = dict(INCIDENTS=layer, STEP="day", MODELS="last count", HORIZON=1, PAGE=str(tmp_path / f"page.{ending}"))
    written = run("backtest_forecasts", **given)
    assert [feature["model"] for feature in written["OUTPUT"].getFeatures()] == expected["model"].tolist()
    if ending == "html":
        assert expected.svg().strip() in Path(written["PAGE"]).read_text("utf-8")
        return
    from qgis.PyQt.QtGui import QImage

    assert QImage(written["PAGE"]).width() == 2 * 860


def test_harm_is_forecast_from_its_layer_and_named_by_its_unit(load, daily):
    layer, script = daily
    harm = next(iter(load("harm", INCIDENTS=layer, SCALE="ucr_part1").values()))
    given = dict(INCIDENTS=harm, WEIGHT="weight", STEP="day", MODEL="seasonal mean", HORIZON=2)
    title, drawn = next(
        (title, layer) for title, layer in load("forecast_areas", **given).items() if "Forecast" in title
    )
    expected = lg.forecast_areas(script, weight=np.ones(script.size), step="day", model="seasonal mean", horizon=2)
    assert title == "Forecast: Part I offences expected"
    np.testing.assert_allclose([feature["mean"] for feature in drawn.getFeatures()], expected["mean"])


def test_a_model_whose_package_is_missing_says_so_in_a_sentence(run, daily, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        qgis_core.QgsProcessingException, match=r"needs PyTorch, the package torch; install it \(pip install torch\)"
    ):
        run("forecast_areas", INCIDENTS=daily[0], STEP="day", MODEL="neural network", HORIZON=1)


def forecast_file(folder):
    """Return the path of a map of seven areas and two months, with a change of every kind."""
    size = len(SURE)
    period = np.tile(np.array(["2023-11-01", "2023-12-01"], dtype="M8[s]"), size)
    columns = {
        "area": np.repeat(np.array([f"a{row}" for row in range(size)], dtype=object), 2),
        "period": period,
        "period_end": (period.astype("M8[M]") + 1).astype("M8[s]") - np.timedelta64(1, "s"),
        **{name: np.full(2 * size, number) for name, number in (("mean", 20.4), ("lo80", 15.0), ("hi80", 26.0))},
        "change": np.repeat(CHANGE, 2),
        "change_sure": np.repeat(np.array(SURE, dtype=object), 2),
    }
    west = 380_000 + 1000.0 * np.arange(size)
    wkb = np.repeat(np.array(rectangles_wkb(west, np.full(size, 3_768_000.0), 1000.0, 1000.0), dtype=object), 2)
    found = lg.results.Shapes(columns, lg.parameters.Parameters(), wkb, "EPSG:32611", "forecast", "Forecast")
    return found.save(folder / "forecast.gpkg")


@pytest.mark.parametrize("playing", [False, True], ids=["still", "playing"])
def test_each_change_has_its_class_and_steps_do_not_lie_on_each_other(qgis_app, tmp_path, playing):
    from qgis.PyQt.QtCore import QDateTime

    layer = qgis_core.QgsVectorLayer(forecast_file(tmp_path), "forecast", "ogr")
    layer.loadNamedStyle(str(tmp_path / "forecast.qml"))
    settings, december = qgis_core.QgsMapSettings(), QDateTime(2023, 12, 1, 0, 0)
    if playing:
        settings.setIsTemporal(True)
        settings.setTemporalRange(qgis_core.QgsDateTimeRange(december, december.addDays(30)))
    context = qgis_core.QgsRenderContext.fromMapSettings(settings)
    scope = qgis_core.QgsExpressionContextUtils.mapSettingsScope(settings)
    context.expressionContext().appendScope(scope)
    context.expressionContext().setFields(layer.fields())
    renderer, labels = layer.renderer(), qgis_core.QgsExpression(layer.labeling().settings().fieldName)
    assert not qgis_core.QgsExpression(renderer.classAttribute()).hasParserError() and not labels.hasParserError()
    renderer.startRender(context, layer.fields())
    shown, words = [], []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)
        if keys:
            legend = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
            shown += [legend[key] for key in keys]
            words.append(labels.evaluate(context.expressionContext()).split("\n")[0])
    renderer.stopRender(context)
    kinds = [
        "Rise of 25 % or more against last year",
        "Rise of less than 10 %",
        "Fall of 10 to 25 %",
        "Fall of 25 % or more",
        "No sure change: last year's count is within the 80 % interval, or both are below 5",
        "Change not known: no count of last year",
        "Rise of 25 % or more against last year",
    ]
    # Where it does not play, only the first step is drawn; where it does, QGIS leaves out what is not of the frame.
    assert shown == [kind for kind in kinds for _ in range(2 if playing else 1)]
    expected = ["20 (+40 %)", "20 (+5 %)", "20 (−15 %)", "20 (−60 %)", "20", "20", "20 (from 0)"]
    assert words[:: 2 if playing else 1] == expected
    assert layer.temporalProperties().isActive() and layer.temporalProperties().endField() == "period_end"
