"""Clocks and aoristic weights in QGIS: ends and placeholders are read, the page lands with the table, points have classes."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from bundled import column

import lacrime_geo as lg

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

MINUTE = np.timedelta64(1, "m")


def spans(n=200, seed=6):
    """Return the starts and ends of burglaries and which starts are placeholders; the first has no end."""
    random = np.random.default_rng(seed)
    start = np.datetime64("2023-10-02T00:00", "s") + random.integers(0, 40 * 1440, n) * MINUTE
    end = start + random.integers(0, 900, n) * MINUTE
    end[0] = np.datetime64("NaT")
    return start, end, random.random(n) < 0.1


def lasting_layer(until="occurred_until", kind="datetime"):
    """Return a memory layer of burglaries that last."""
    fields = f"field=occurred:datetime&field={until}:{kind}&field=time_placeholder:bool"
    layer = qgis_core.QgsVectorLayer(f"Point?crs=EPSG:32611&{fields}", "burglaries", "memory")
    features = []
    for row, (start, end, timeless) in enumerate(zip(*spans())):
        feature = qgis_core.QgsFeature(layer.fields())
        feature.setAttributes([str(start), None if np.isnat(end) else str(end), bool(timeless)])
        place = qgis_core.QgsPointXY(380_000 + 10 * (row % 20), 3_768_000 + 10 * (row // 20))
        feature.setGeometry(qgis_core.QgsGeometry.fromPointXY(place))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


@pytest.fixture(scope="module")
def script():
    start, end, timeless = spans()
    row = np.arange(start.size)
    return lg.Incidents(
        380_000 + 10 * (row % 20),
        3_768_000 + 10 * (row // 20),
        when=start,
        until=end,
        crs="EPSG:32611",
        source={"time_placeholder": timeless},
        label="burglaries",
    )


@pytest.mark.parametrize(
    ("until", "kind", "named"),
    [
        ("occurred_until", "datetime", {}),
        ("found", "datetime", dict(UNTIL_COLUMN="found")),
        ("found", "string", dict(UNTIL_COLUMN="found")),
    ],
)
def test_weights_are_those_of_a_script(load, script, until, kind, named):
    expected = lg.aoristic(script, hours="18-22", weekdays="Mon-Fri")
    (layer,) = load(
        "aoristic", INCIDENTS=lasting_layer(until, kind), HOURS="18-22", WEEKDAYS="Mon-Fri", **named
    ).values()
    np.testing.assert_allclose(column(layer, "weight"), expected["weight"])
    np.testing.assert_allclose(column(layer, "span_hours"), expected["span_hours"])
    assert layer.name() == expected.label


def test_a_file_with_flags_gives_the_same_and_missing_spans_stay_missing(run, script, tmp_path):
    frame = lg.aoristic(script, hours="0-1").to_geodataframe().drop(columns=["weight", "span_hours"])
    frame = frame.assign(occurred=script.when, occurred_until=script.until)
    frame.to_file(tmp_path / "burglaries.gpkg")
    expected = lg.aoristic(script, hours="18-22")
    outputs = dict(OUTPUT=str(tmp_path / "weights.gpkg"))
    written = run("aoristic", INCIDENTS=str(tmp_path / "burglaries.gpkg"), HOURS="18-22", **outputs)["OUTPUT"]
    layer = qgis_core.QgsVectorLayer(written, "weights", "ogr")
    for name in ("weight", "span_hours"):
        np.testing.assert_allclose(column(layer, name), expected[name], err_msg=name)
    nothing = qgis_core.QgsExpression('count(1, filter:="span_hours" is null)')
    context = qgis_core.QgsExpressionContext(qgis_core.QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    assert nothing.evaluate(context) == int(np.isnan(expected["span_hours"]).sum()) > 0


def test_points_are_drawn_by_their_share_and_those_of_unknown_time_apart(load):
    (layer,) = load("aoristic", INCIDENTS=lasting_layer(), HOURS="18-22").values()
    renderer, drawn = layer.renderer(), {}
    context = qgis_core.QgsRenderContext()
    context.expressionContext().appendScope(qgis_core.QgsExpressionContextUtils.layerScope(layer))
    renderer.startRender(context, layer.fields())
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        key = next(iter(renderer.legendKeysForFeature(feature, context)))
        item = next(one for one in renderer.legendSymbolItems() if one.ruleKey() == key)
        drawn.setdefault(item.label(), []).append(feature)
    renderer.stopRender(context)
    unknown = [feature["time_placeholder"] for feature in drawn["Time not known"]]
    assert all(unknown) and len(unknown) == int(spans()[2].sum())
    assert all(feature["weight"] == 1 for feature in drawn["Wholly in these hours"])
    assert all(0.5 <= feature["weight"] < 1 for feature in drawn["Half of its time or more in these hours"])
    assert all(feature["weight"] == 0 for feature in drawn["Not in these hours"])
    assert sum(map(len, drawn.values())) == 200


def test_weights_are_chosen_as_the_weight_of_a_density(load, run, read_raster, script):
    (layer,) = load("aoristic", INCIDENTS=lasting_layer(), HOURS="18-22").values()
    given = dict(BANDWIDTH=150.0, CELL_SIZE=20.0)
    raster = read_raster(run("kde", INCIDENTS=layer, WEIGHT="weight", **given)["OUTPUT"])
    marks = lg.aoristic(script, hours="18-22")
    expected = lg.kde(script, weight=marks, bandwidth=150.0, cell_size=20.0)
    np.testing.assert_allclose(raster["values"], expected.values, rtol=1e-4, atol=1e-6)


def test_the_clock_is_a_table_with_a_page(run, script, tmp_path):
    expected = lg.clock(script)
    written = run("clock", INCIDENTS=lasting_layer(), PAGE=str(tmp_path / "clock.html"))
    for name in ("hour", "count", "hours_observed", "rate", "low", "high", "share", "ratio"):
        np.testing.assert_allclose(column(written["OUTPUT"], name), expected[name], err_msg=name)
    assert Path(written["PAGE"]).read_text("utf-8") == expected.html()


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_page_may_be_the_picture_alone(run, script, tmp_path, ending):
    outputs = dict(OUTPUT=str(tmp_path / "clock.gpkg"), PAGE=str(tmp_path / f"clock.{ending}"))
    written = run("clock", INCIDENTS=lasting_layer(), **outputs)
    svg = lg.clock(script).svg()
    if ending == "svg":
        assert Path(written["PAGE"]).read_text("utf-8") == svg
        return
    from qgis.PyQt.QtGui import QImage

    image, root = QImage(written["PAGE"]), ElementTree.fromstring(svg)
    assert (image.width(), image.height()) == tuple(2 * int(float(root.get(side))) for side in ("width", "height"))
    cells = [one for one in root.iter("{http://www.w3.org/2000/svg}rect") if len(one)]
    for cell in cells[::20]:
        place = (int(2 * (float(cell.get(axis)) + 13)) for axis in "xy")
        assert image.pixelColor(*place).name() == cell.get("fill")


def test_no_end_and_no_such_page_are_one_sentence_each(run, layer, tmp_path):
    for name, given, sentence in (
        ("aoristic", dict(HOURS="18-22"), "need a column 'occurred_until'"),
        ("clock", dict(PAGE=str(tmp_path / "clock.pdf")), "is no page or picture"),
    ):
        with pytest.raises(qgis_core.QgsProcessingException, match=sentence):
            run(name, INCIDENTS=layer, **given)
    assert list(tmp_path.iterdir()) == []
