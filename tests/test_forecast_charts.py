"""Forecasts and backtests as charts, pages and maps: what is drawn is what the tables say, whatever the series are called."""

from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.forecasting import series_winners
from lacrime_geo.forecasting.area_forecasts import AreaForecasts
from lacrime_geo.forecasting.backtest_results import Made
from lacrime_geo.forecasting.chart_frames import in_a_row, lines_of
from lacrime_geo.forecasting.models import Panel
from lacrime_geo.forecasting.past_origins import Forecasts, Origins
from lacrime_geo.parameters import Parameters
from lacrime_geo.styles import palettes, qml

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
DAYS = np.arange("2022-01-01", "2022-04-01", dtype="M8[D]")
WEEKS = np.datetime64("2021-01-04") + 7 * np.arange(70)
NASTY = "<b>Sixth & 'Main'</b> ]]> \"x\""


def table(series=1, begin=MONTHS, names=None, seed=0):
    drawn = np.random.default_rng(seed).poisson(20 + 10 * np.arange(series)[:, None], (series, begin.size))
    columns = {"period": np.tile(begin, series), "count": drawn.ravel()}
    if series > 1 or names:
        named = names or [f"area_{row}" for row in range(series)]
        columns = {"area": np.repeat(np.array(named, dtype=object), begin.size), **columns}
    return columns


def forecast(counts=None, **options):
    return lg.forecast(counts or table(), **{"horizon": 2, "model": "smoothing", **options})


def backtest(counts=None, models="last count", **options):
    return lg.backtest(counts or table(), models, **{"horizon": 2, **options})


def texts(svg):
    return ["".join(part.itertext()) for part in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def polygons(svg):
    found = [part.get("points") for part in ElementTree.fromstring(svg).iter(f"{SVG}polygon")]
    return [np.array([point.split(",") for point in points.split()], dtype=float) for points in found]


def circles(svg, colour):
    found = [part for part in ElementTree.fromstring(svg).iter(f"{SVG}circle") if part.get("fill") == colour]
    return np.array([[float(part.get("cx")), float(part.get("cy"))] for part in found])


@pytest.mark.parametrize(
    ("begin", "ticks"), [(MONTHS, "Jan 2022"), (WEEKS, "Jan 2022"), (DAYS, "25 Mar")], ids=["months", "weeks", "days"]
)
def test_counts_expected_counts_and_intervals_are_drawn_to_one_scale(begin, ticks):
    found = forecast(table(begin=begin), horizon=3, levels=(50, 80, 95), model="drift")
    svg = found.svg()
    assert ticks in texts(svg)
    # The last dots of either colour are the legend's.
    counted, means = circles(svg, "#222222")[:-1], circles(svg, "#0072b2")[:-1]
    slope, zero = np.polyfit(table(begin=begin)["count"][-len(counted) :], counted[:, 1], 1)
    assert slope < 0 and len(means) == 3
    np.testing.assert_allclose(means[:, 1], zero + slope * found["mean"], atol=0.2)
    for level, band in zip((95, 80, 50), polygons(svg)):
        # Along the high ends and back along the low ones, each over the whole step.
        high, low = np.split(band[:, 1], 2)
        np.testing.assert_allclose(high[::2], zero + slope * found[f"hi{level}"], atol=0.2)
        np.testing.assert_allclose(low[::-2], zero + slope * found[f"lo{level}"], atol=0.2)
        assert (band[:6:2, 0] < means[:, 0]).all() and (means[:, 0] < band[1:6:2, 0]).all()


def test_a_single_step_has_a_band_as_wide_as_the_step():
    band = polygons(forecast(horizon=1, levels=(80,)).svg())[0]
    assert band.shape == (4, 2) and (np.ptp(band, axis=0) > 5).all()


def test_the_six_largest_series_are_drawn_and_it_is_said():
    found = forecast(table(8))
    said = texts(found.svg())
    assert [name for name in said if name.startswith("area ")] == [f"area {row}" for row in (7, 6, 5, 4, 3, 2)]
    assert any("the 6 largest of 8 series" in words for words in said)
    assert len(polygons(found.svg())) == 12
    assert not any("largest" in words for words in texts(forecast(table(2)).svg()))


def test_the_sentence_the_source_and_seasonal_naive_stand_beneath():
    found = forecast()
    said = " ".join(texts(found.svg()))
    assert (
        found.sentence[1:] in said and "the same month a year before" in said and "Reported crime is not crime" in said
    )
    assert "Source: counts, counted by the month from 1 Jan 2019 to 31 Dec 2022." in said
    assert f"error {found['relative_mae'][0]:.2f} of seasonal naive's" in said
    assert "year before" not in " ".join(texts(forecast(model="seasonal naive").svg()))


def test_what_is_not_scored_is_drawn_without_a_score():
    found = forecast(table(begin=MONTHS[:14]))
    assert np.isnan(found["relative_mae"]).all() and found.made.scored is None
    said = " ".join(texts(found.svg()))
    assert "not scored" in said and "of seasonal naive's" not in said and "nan" not in (said + found.html()).lower()
    assert "there is no score" in found.html()


def test_a_forecast_without_intervals_is_drawn():
    found = forecast(levels=())
    assert polygons(found.svg()) == [] and "interval</th>" not in found.html()


def test_only_the_last_steps_are_drawn_and_more_where_the_horizon_is_long():
    for horizon, shown in ((2, 36), (20, 40)):
        dots = circles(forecast(table(), horizon=horizon).svg(), "#222222")
        assert len(dots) == shown + 1  # and the legend's


@pytest.mark.parametrize("make", [forecast, backtest], ids=["forecast", "backtest"])
def test_names_are_escaped_and_nothing_is_loaded_from_elsewhere(make):
    found = make(table(2, names=[NASTY, "plain"]))
    ElementTree.fromstring(found.svg())
    page = found.html()
    assert "<b>Sixth" not in page and "http://www.w3.org/2000/svg" in page
    assert [part for part in ("<script", "<link", "<img", "url(", "src=") if part in page] == []
    assert "nan" not in page.lower() and "e+0" not in page
    assert NASTY in unescape(page)


def test_characters_that_xml_forbids_are_replaced():
    assert "Sixth\ufffdAvenue" in texts(forecast(table(2, names=["Sixth\x0bAvenue", "plain"])).svg())


@pytest.mark.parametrize("make", [forecast, backtest], ids=["forecast", "backtest"])
def test_charts_and_pages_are_saved_alike_each_time(make, tmp_path):
    found = make(table(2))
    for ending in ("svg", "html", "png", "csv", "parquet"):
        if ending == "png":
            pytest.importorskip("resvg_py")
        found.save(tmp_path / f"found.{ending}")
    assert (tmp_path / "found.svg").read_text(encoding="utf-8") == found.svg() == make(table(2)).svg()
    assert found.svg().rstrip() in (tmp_path / "found.html").read_text(encoding="utf-8")


def test_where_nothing_is_counted_the_axis_begins_at_0():
    counts = {**table(), "count": np.zeros(MONTHS.size, dtype=int)}
    for found in (forecast(counts), backtest(counts)):
        assert {"0", "1"} <= set(texts(found.svg())) and not [
            words for words in texts(found.svg()) if words.startswith("-")
        ]


def test_large_counts_are_written_in_full():
    counts = table()
    counts["count"] = counts["count"] * 1000
    page = forecast(counts).html()
    assert "e+0" not in page and f"{round(forecast(counts)['mean'][0]):,}" in page


def test_a_backtest_shows_each_model_and_its_share():
    found = backtest(table(3), "last count, mean of 6, drift")
    said = texts(found.svg())
    for model, share in zip(found["model"], found["to_seasonal_naive"]):
        assert model in said and any(words.startswith(f"{share:.3f}") for words in said)
    assert f"{found['model'][0]} (least error)" in said and "other models" in said
    assert any(words.startswith("The same in each of 3 series") for words in said)
    assert any(words.startswith("An origin has 6 counts only") for words in said)


def test_coverage_is_drawn_for_each_level_and_told_in_all():
    found = backtest(table(3), levels=(50, 90))
    said = " ".join(texts(found.svg()))
    for level in (50, 90):
        row = found["model"].tolist().index("smoothing")
        held = f"smoothing {100 * found[f'coverage{level}'][row]:.3g}"
        assert f"Counts within the {level} % interval" in said and held in said
    without = backtest(table(3), levels=())
    assert "interval" not in " ".join(texts(without.svg())) and "<h2>Intervals</h2>" not in without.html()


def test_one_series_has_no_spread_and_no_winners():
    found = backtest()
    assert not any("The same in each" in words for words in texts(found.svg()))
    assert "Which model wins where" not in found.html()


def made(errors, keys=None):
    """Return a backtest whose models err as told, by name, in each series."""
    series = len(next(iter(errors.values())))
    actual = np.full((8, series, 1), 100.0)
    told = {
        name: Forecasts(actual + np.asarray(missed, dtype=float)[None, :, None], {}, {}, 0.5)
        for name, missed in errors.items()
    }
    panel = Panel(np.full((series, 48), 100.0), MONTHS, "month", keys=keys)
    return Made(told, actual, panel, Origins(tuple(range(40, 48)), 0, 1))


ERRORS = {
    "clever": [1, 5, 9, 0],
    "seasonal naive": [2, 5, 4, 0],
    "smoothing": [3, 6, 5, 0],
}


def test_winners_are_those_of_least_error_and_the_plainer_of_equals():
    found = series_winners.winners_of(made(ERRORS, {"area": np.array(["a", "a", "b", "b"])}))
    assert found["model"].tolist() == ["clever", "seasonal naive", "seasonal naive", "seasonal naive"]
    assert found["beats_naive"].tolist() == [True, False, False, False] and found["models_better"].tolist() == [
        1,
        0,
        0,
        0,
    ]
    np.testing.assert_allclose(found["to_seasonal_naive"], [0.5, 1, 1, np.nan])
    assert found["area"].tolist() == ["a", "a", "b", "b"]


def test_winners_by_a_key_pool_its_series():
    keys = {"area": np.array(["b", "a", "b", "a"])}
    found = series_winners.winners_by_key(made(ERRORS, keys), "area")
    # b: 1 + 9 of clever, 2 + 4 of seasonal naive; a: 5 + 0 of both, of which seasonal naive is the plainer.
    assert found["area"].tolist() == ["a", "b"] and found["model"].tolist() == ["seasonal naive"] * 2
    assert found["series"].tolist() == [2, 2] and found["series_unbeaten"].tolist() == [2, 1]
    with pytest.raises(ValueError, match="not told apart by 'category'; their keys are 'area'"):
        series_winners.winners_by_key(made(ERRORS, keys), "category")


def test_a_slow_twin_finds_the_same_winners():
    counts = table(6)
    found = backtest(counts, "last count, mean of 6, drift")
    by_series, winners = found.by_series(), found.winners()
    for row, area in enumerate(winners["area"]):
        own = by_series["area"] == area
        errors = dict(zip(by_series["model"][own], by_series["mae"][own]))
        assert errors[winners["model"][row]] == min(errors.values()) == winners["mae"][row]
        better = sum(error < errors["seasonal naive"] for error in errors.values())
        assert winners["models_better"][row] == better and winners["beats_naive"][row] == (better > 0)
    assert found.winners_by("area")["series"].tolist() == [1] * 6


def test_the_page_lists_where_nothing_beats_seasonal_naive():
    season, growth = 100 + 50 * (np.tile(np.arange(12), 4) == 3), 5 * np.arange(48)
    names = np.repeat(["steady season", "growth"], 48)
    counts = {"area": names, "period": np.tile(MONTHS, 2), "count": np.concatenate([season, growth])}
    page = backtest(counts, "last count").html()
    listed = page.split("Where nothing beats seasonal naive: 1 of 2 series")[1].split("What the models cost")[0]
    assert "steady season" in listed and "growth" not in listed


def test_a_backtest_of_what_naive_forecasts_without_error_is_drawn():
    counts = {"period": MONTHS, "count": np.tile(10 * (1 + np.arange(12) % 3), 4)}
    found = backtest(counts)
    assert "not known" in " ".join(texts(found.svg())) and "nan" not in found.svg().lower()
    assert found.parameters["found"].startswith("least error: seasonal naive, ")
    assert "times that of seasonal naive" not in found.parameters["found"]


def test_sums_of_series_without_intervals_are_drawn():
    found = backtest(table(3))
    total = found.with_totals(np.ones((1, 3)), {"area": np.array(["all"], dtype=object)})
    assert "Counts within" not in " ".join(texts(total.svg())) and "<h2>Intervals</h2>" not in total.html()


def test_legends_wrap_and_sentences_keep_within_the_page():
    entries = [([], "w" * 60)] * 4
    parts, bottom = in_a_row(entries, 100.0)
    assert len(parts) == 8 and bottom > 100 + 2 * 17
    assert max(map(len, lines_of("word " * 60, 300))) < 50


def area_forecast(sure=("rise", "fall", "within the interval"), change=(0.3, -0.12, 0.02)):
    """Return a forecast of areas with two steps each, as the map takes it."""
    size = len(sure)
    period = np.tile(np.array(["2023-11-01", "2023-12-01"], dtype="M8[s]"), size)
    columns = {
        "area": np.repeat(np.array([f"a{row}" for row in range(size)], dtype=object), 2),
        "period": period,
        "period_end": (period.astype("M8[M]") + 1).astype("M8[s]") - np.timedelta64(1, "s"),
        "change": np.repeat(change, 2),
        "change_sure": np.repeat(np.array(sure, dtype=object), 2),
        **{name: np.full(2 * size, 9.0) for name in ("mean", "lo80", "hi80")},
    }
    wkb = np.full(2 * size, None, dtype=object)
    return AreaForecasts(columns, Parameters(), wkb, "EPSG:32611", "forecast", "Forecast")


def test_a_map_colours_sure_changes_and_hatches_the_others():
    root = ElementTree.fromstring(qml(area_forecast()))
    entries = [(entry.get("value"), entry.get("label")) for entry in root.iter("category")]
    assert [name for name, _ in entries] == list(palettes.FORECAST)[:-1]
    assert dict(entries)["rise of 10 %"] == "Rise of 10 to 25 %"
    symbols = {symbol.get("name"): symbol for symbol in root.find("renderer-v2/symbols")}
    hatches = [name for name, symbol in symbols.items() if symbol.find("layer[@class='LinePatternFill']") is not None]
    assert [entries[int(name)][0] for name in hatches] == ["within the interval"]
    with_unknown = qml(area_forecast(("not known",), (np.nan,)))
    assert "no count of last year" in with_unknown and "no count of last year" not in qml(area_forecast())


def test_a_map_plays_step_by_step_and_shows_the_first_where_it_does_not_play():
    root = ElementTree.fromstring(qml(area_forecast()))
    temporal = root.find("temporal")
    assert (temporal.get("startField"), temporal.get("endField"), temporal.get("mode")) == ("period", "period_end", "2")
    attribute = root.find("renderer-v2").get("attr")
    assert "@map_start_time is not null" in attribute and "= '2023-11-01'" in attribute
