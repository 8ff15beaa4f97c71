"""Forecasts with totals: each row under its own name in tables, charts, pages, maps and files, and scored by its own counts."""

import re
from functools import cache
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.forecasting.automatic import Automatic
from lacrime_geo.forecasting.last_steps import LastSteps
from lacrime_geo.forecasting.model_recipes import recipe_of
from lacrime_geo.forecasting.models import Panel
from lacrime_geo.forecasting.reconciled_models import Reconciled, own_method
from lacrime_geo.forecasting.smoothing import Smoothing
from lacrime_geo.geometry import rectangles_wkb
from lacrime_geo.parameters import in_words

MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
AREAS = ("west", "west", "east", "east")
KINDS = ("theft", "robbery", "theft", "robbery")
METHODS = ("bottom-up", "mint")
SVG = "{http://www.w3.org/2000/svg}"
SIZES = np.array([20, 5, 60, 11])


def counts(seed=0, months=MONTHS):
    """Return areas and categories that rise together, each with chance of its own."""
    random = np.random.default_rng(seed)
    wave = np.exp(np.cumsum(random.normal(0, 0.06, months.size)))
    drawn = random.poisson(SIZES[:, None] * wave)
    keys = {"area": np.repeat(AREAS, months.size), "kind": np.repeat(KINDS, months.size)}
    return {**keys, "period": np.tile(months, 4), "count": drawn.ravel()}


def of_total(table, months=MONTHS):
    return {"period": months, "count": table["count"].reshape(-1, months.size).sum(axis=0)}


def summed(area, kind):
    """Return the counts of a node, added up by hand."""
    values = counts()["count"].reshape(4, -1)
    inside = [area in ("all", one) and kind in ("all", other) for one, other in zip(AREAS, KINDS)]
    return values[inside].sum(axis=0)


@cache
def forecast(totals="mint"):
    return lg.forecast(counts(), horizon=2, model="smoothing", totals=totals)


def unscored(model, table=None, **more):
    """Return a forecast of a history too short to be scored, which makes it quick."""
    return lg.forecast(table or counts(), horizon=2, model=model, origins=60, **more)


def saved(found, folder):
    return lg.load_model(lg.save_model(found, folder / "model.json"))


def texts(svg):
    return ["".join(part.itertext()) for part in ElementTree.fromstring(svg).iter(f"{SVG}text")]


# Charts and pages


def dots(svg, colour):
    found = [part for part in ElementTree.fromstring(svg).iter(f"{SVG}circle") if part.get("fill") == colour]
    return np.array([float(part.get("cy")) for part in found])


@pytest.mark.parametrize("method", METHODS)
def test_each_panel_has_the_name_the_counts_and_the_forecast_of_its_own_row(method):
    found = forecast(method)
    said, counted = texts(found.svg()), dots(found.svg(), "#222222")
    drawn = [name for name in said if " · " in name]
    # The total is the largest, and two series are among the six.
    assert drawn[:2] == ["all · all", "all · theft"] and len(drawn) == 6
    assert {"east · theft", "west · theft", "east · all", "west · all"} == set(drawn[2:])
    frame = found.to_dataframe().iloc[::2].set_index(["area", "kind"])
    for place, name in enumerate(drawn):
        area, kind = name.split(" · ")
        row = frame.loc[(area, kind)]
        beneath = said[said.index(name) + 1]
        assert f"Jan 2023: {in_words(row['mean'])} " in beneath
        assert f"error {row.relative_mae:.2f} of seasonal naive" in beneath
        own = counted[36 * place : 36 * (place + 1)]
        assert np.corrcoef(own, summed(area, kind)[-36:])[0, 1] == pytest.approx(-1, abs=1e-4)
    assert any("the 6 largest of 9 series and totals" in words for words in said)


def test_as_many_steps_are_drawn_as_were_forecast():
    assert dots(forecast().svg(), "#0072b2").size == 6 * 2 + 1  # and the legend's


def test_the_page_has_the_numbers_of_each_row_under_its_name():
    found = forecast()
    page = found.html()
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.S)]
    frame = found.to_dataframe()
    of = {f"{row.area} · {row.kind}": row for row in frame.iloc[::2].itertuples()}
    first = [row for row in rows if len(row) > 1 and unescape(row[1]).replace("\xa0", " ") == "Jan 2023"]
    scores = [row for row in rows if len(row) == 4]
    assert len(first) == len(scores) == len(of) == 9 and "All 9 series and totals" in page
    for name, _, mean, *_ in first:
        assert float(mean) == pytest.approx(of[name].mean, rel=6e-3)
    for name, to_naive, to_smoothing, mase in scores:
        told = of[name].relative_mae, of[name].to_smoothing, of[name].mase
        assert [float(to_naive), float(to_smoothing), float(mase)] == pytest.approx(told, rel=6e-3)


# Scores


@pytest.mark.parametrize("name", ["smoothing", "seasonal naive", "Theta"])
def test_a_total_is_scored_beside_baselines_of_its_own_counts(name):
    """The sum's errors, as shares of those that forecasts of the total alone have."""
    table = counts()
    found = lg.forecast(table, model=name, horizon=2, totals="bottom-up")
    alone = lg.backtest(of_total(table), [], horizon=2)
    own = dict(zip(alone["model"].tolist(), alone["mae"].tolist()))
    made = lg.backtest(table, [name], horizon=2).made
    summed = np.abs((made.forecasts[name].mean - made.actual).sum(axis=1)).mean()
    assert found["to_smoothing"][0] == pytest.approx(summed / own["smoothing"])
    assert found["relative_mae"][0] == pytest.approx(summed / own["seasonal naive"])


def test_sums_of_smoothing_are_not_as_good_as_smoothing_of_the_sum():
    found = forecast("bottom-up")
    assert found["to_smoothing"][0] > 1.01
    np.testing.assert_allclose(found["to_smoothing"][-8:], 1)


# Cards, files and polygons


def test_the_card_tells_of_the_counts_it_was_fitted_to_and_how_totals_are_made():
    card = forecast().card()
    assert card["training_data"]["series"] == card["factors"]["series"] == 4
    assert card["training_data"]["incidents"] == counts()["count"].sum()
    assert card["model_details"]["totals"] == "mint"
    assert unscored("drift").card()["model_details"]["totals"] is None


@pytest.mark.parametrize("method", METHODS)
def test_a_saved_model_makes_the_totals_it_was_saved_with_and_no_others(method, tmp_path):
    found = unscored("smoothing", totals=method)
    model = saved(found, tmp_path)
    for asked in ({}, {"totals": method}):
        again = unscored(model, **asked)
        assert again.parameters["totals"] == method and again["area"].tolist() == found["area"].tolist()
        np.testing.assert_array_equal(again["mean"], found["mean"])
        assert again["model"][0] == found["model"][0]
        assert len(texts(again.svg())) == len(texts(found.svg()))
    other = next(each for each in METHODS if each != method)
    with pytest.raises(ValueError, match=f"makes totals by '{method}' already, got totals='{other}'"):
        unscored(model, totals=other)


def test_a_saved_model_without_totals_gets_them_and_its_scores_are_still_doubted(tmp_path):
    model = saved(unscored("auto"), tmp_path)
    found = lg.forecast(counts(), horizon=2, model=model, totals="bottom-up")
    assert found.parameters["totals"] == "bottom-up" and len(found) == 18
    assert any("had been chosen with counts that are scored there" in said for said in found.parameters["warnings"])
    assert saved(found, tmp_path).settled.model.name == model.name


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_chosen_anew_of_a_saved_model_with_totals(method, tmp_path):
    found = unscored("auto", totals=method)
    model = saved(found, tmp_path)
    same = model.predict(2)
    np.testing.assert_array_equal(same.mean, found.made.fitted.predict(2).mean)
    np.testing.assert_array_equal(same.low[95], found.made.fitted.predict(2).low[95])
    assert "Automatic" not in str(recipe_of(model.settled)) and "Automatic" in str(model.recipe)
    # Of other counts, each level has what was chosen for it.
    other = unscored(model, counts(seed=5))
    chosen = [getattr(part, "parameters", {}).get("chosen") for part in found.made.fitted.parts]
    kept = [part.model.name for part in other.made.fitted.parts]
    assert kept == chosen and other["model"][0] == found["model"][0]


def test_a_saved_model_of_other_levels_is_refused(tmp_path):
    model = Reconciled(Smoothing(), above=[Smoothing(), Automatic(), Smoothing()])
    assert len(unscored(model)) == 18
    table = {name: column for name, column in counts().items() if name != "kind"}
    one = {name: column[: 2 * MONTHS.size] for name, column in table.items()}
    one["area"] = np.repeat(["west", "east"], MONTHS.size)
    with pytest.raises(ValueError, match="has models of 3 levels of totals, and these counts have 1"):
        unscored(model, one)


def test_totals_of_models_of_the_last_steps_are_those_of_their_history():
    """A window shorter than the counts: the misses that MinT weighs are of refits, and the series are forecast by it."""
    model = LastSteps(Smoothing(), 20)
    found = unscored(model, totals="mint")
    later = unscored(LastSteps(Reconciled(Smoothing(), "mint"), 20))
    assert own_method(LastSteps(Reconciled(Smoothing()), 20)) == later.parameters["totals"] == "mint"
    assert len(found) == len(later) == 18
    total = {name: found["mean"][found[name] == "all"].size for name in ("area", "kind")}
    assert total == {"area": 6, "kind": 6}
    np.testing.assert_allclose(found["mean"][:2], found["mean"][-8:].reshape(4, 2).sum(axis=0))


def test_polygons_are_those_of_the_series(tmp_path):
    days = np.repeat(np.datetime64("2022-01-01") + np.arange(120), 9)
    random = np.random.default_rng(0)
    x, y = random.uniform(380_000, 382_000, days.size), random.uniform(3_768_000, 3_770_000, days.size)
    points = lg.Incidents(x, y, when=days.astype("M8[s]"), reported=days.astype("M8[s]"), crs="EPSG:32611")
    south = np.array([3_768_000.0])
    shapes = [
        rectangles_wkb(np.array([west]), south, wide, 2000)[0] for west, wide in ((380_000, 1200), (381_200, 800))
    ]
    areas = lg.Features(shapes, "EPSG:32611", {"name": np.array(["west", "east"], dtype=object)})
    found = lg.forecast_areas(points, areas=areas, model=Reconciled(Smoothing()), horizon=2, step="day")
    assert found["area"].tolist() == ["west", "west", "east", "east"] and len(found.forecast) == 6
    assert list(found.wkb) == [shapes[0], shapes[0], shapes[1], shapes[1]]
    assert found.parameters["totals_left_out"] == 1
    np.testing.assert_array_equal(found["mean"], found.forecast["mean"][2:])
    assert found["mean"][0] > found["mean"][2]
    np.testing.assert_array_equal(found["last_year"], np.full(4, np.nan))
    found.save(tmp_path / "areas.gpkg")
    assert Path(tmp_path / "areas.gpkg").stat().st_size > 0


def test_what_is_shown_is_what_is_fitted_where_there_are_no_totals():
    found = unscored("drift")
    assert found.made.shown is found.made.panel and isinstance(found.made.shown, Panel)
    assert found.parameters["totals"] == "none"
