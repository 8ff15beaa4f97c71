"""Maps of risk: totals, orders, budgets and reasons; planted worlds in which probabilities and intervals must be true."""

import logging
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from makers import CRS, SOUTH, WEST, rectangle

import lacrime_geo as lg
from lacrime_geo.parameters import Parameters, Unsaid
from lacrime_geo.risk.mapping.budgets import Caught, caption, mean_ranks, within_budget
from lacrime_geo.risk.mapping.calibrated_probability import Calibrated
from lacrime_geo.risk.mapping.expected_ranges import RateSpread
from lacrime_geo.risk.mapping.past_predictions import PastPrediction, past_origins
from lacrime_geo.risk.mapping.plain_reasons import contributions, reason_texts
from lacrime_geo.risk.predicting.predictor_names import predictor_of
from lacrime_geo.risk.scoring.calibration import recalibration
from lacrime_geo.risk.scoring.hit_curves import Ranking

SIDE, CELLS = 250.0, 20
FIRST = np.datetime64("2023-01-01")
DAYS = 80
ORIGIN = FIRST + np.timedelta64(DAYS, "D")
HORIZON = 7
BOUNDARY = rectangle(0, 0, CELLS * SIDE, CELLS * SIDE)


def rates(seed, cells=CELLS, mean=0.04):
    """Return incidents a day of each cell (n,): a gamma of its own, times a hill."""
    draw = np.random.default_rng(seed)
    across, up = np.meshgrid(np.arange(cells), np.arange(cells))
    hill = np.exp(-((across - cells / 3) ** 2 + (up - cells / 3) ** 2) / (2 * (cells / 5) ** 2)) + 0.1
    found = draw.gamma(1.0, 1.0, (cells, cells)) * hill
    return (found * mean / found.mean()).ravel()


def city(seed=0, cells=CELLS, days=DAYS, **columns):
    """Return incidents of two categories of a city of such rates, and the rates of burglary, two fifths of all."""
    draw = np.random.default_rng(seed + 1000)
    rate = rates(seed, cells)
    cell = np.repeat(np.arange(rate.size), draw.poisson(rate * days))
    x = WEST + SIDE * (cell % cells + draw.uniform(0, 1, cell.size))
    y = SOUTH + SIDE * (cell // cells + draw.uniform(0, 1, cell.size))
    when = FIRST + (draw.uniform(0, days, cell.size) * 86400).astype("m8[s]")
    category = draw.choice(["burglary", "theft"], cell.size, p=[0.4, 0.6]).astype(object)
    return lg.Incidents(x, y, when=when, category=category, crs=CRS, **columns), 0.4 * rate


def mapped(incidents, model="prior_counts", **options):
    given = dict(category="burglary", boundary=BOUNDARY, cell_size=SIDE, origin=str(ORIGIN))
    return lg.predict_risk(incidents, model=model, **{**given, **options})


def from_the_south_west(found, cells=CELLS):
    """Return the number of each row's cell in the order of `rates`."""
    x, y = found.grid.centres(found.cell)
    return ((y - SOUTH) // SIDE * cells + (x - WEST) // SIDE).astype(int)


def districts(side):
    """Return squares of some metres over the city."""
    corner = np.arange(0, CELLS * SIDE, side)
    boxes = [shapely.box(WEST + x, SOUTH + y, WEST + x + side, SOUTH + y + side) for y in corner for x in corner]
    return gpd.GeoDataFrame(geometry=boxes, crs=CRS)


@pytest.fixture(scope="module")
def incidents():
    return city()[0]


@pytest.fixture(scope="module")
def auto(incidents):
    return mapped(incidents, "auto")


@pytest.fixture(scope="module")
def prior(incidents):
    return mapped(incidents)


@pytest.mark.parametrize("model", ["auto", "prior_counts", "kde", "decayed_counts"])
def test_all_places_together_expect_what_was_known_a_day(incidents, model):
    found = mapped(incidents, model)
    known = int(found["known"].sum())
    assert known == (incidents.category == "burglary").sum()
    rough = 0.2 if model == "decayed_counts" else 1e-9
    assert found["risk"].sum() == pytest.approx(known / found.parameters["days_known"] * HORIZON, rel=rough)
    assert found.parameters["expected"] == pytest.approx(found["risk"].sum(), abs=0.01)


def test_a_district_expects_what_its_parts_do(incidents):
    whole, parts = (mapped(incidents, units=districts(side), boundary=None, cell_size=None) for side in (1000, 500))
    assert (len(whole), len(parts)) == (25, 100)
    row, column = np.divmod(np.arange(100), 10)
    np.testing.assert_allclose(np.bincount(row // 2 * 5 + column // 2, parts["risk"]), whole["risk"])
    assert parts.to_geodataframe().area.round(3).eq(250_000).all()


@pytest.mark.parametrize("model", ["auto", "prior_counts"])
def test_the_order_of_rows_and_the_place_on_earth_do_not_matter(incidents, model):
    found = mapped(incidents, model)
    shuffled = mapped(incidents.take(np.random.default_rng(2).permutation(incidents.size)), model)
    moved = lg.Incidents(
        incidents.easting + 1000,
        incidents.northing - 2000,
        when=incidents.when,
        category=incidents.category,
        crs=CRS,
    )
    away = mapped(moved, model, boundary=rectangle(1000, -2000, 1000 + CELLS * SIDE, CELLS * SIDE - 2000))
    for other in (shuffled, away):
        for name in ("risk", "low", "high", "probability", "rank"):
            np.testing.assert_allclose(other[name], found[name], rtol=1e-6, atol=1e-9, err_msg=name)
        assert np.array_equal(other["in_budget"], found["in_budget"])


def test_more_incidents_in_a_cell_never_lower_its_rank(incidents, prior):
    draw = np.random.default_rng(3)
    for cell in draw.integers(0, len(prior), 4):
        x, y = prior.grid.centres(prior.cell[[cell]])
        more = lg.Incidents(
            np.append(incidents.easting, x),
            np.append(incidents.northing, y),
            when=np.append(incidents.when, ORIGIN - np.timedelta64(1, "D")),
            category=np.append(incidents.category, "burglary"),
            crs=CRS,
        )
        found = mapped(more)
        assert found["known"][cell] == prior["known"][cell] + 1
        assert found["rank"][cell] < prior["rank"][cell]


@pytest.mark.parametrize("model", ["auto", "prior_counts"])
def test_what_comes_later_or_is_reported_later_changes_nothing(model):
    whole, _ = city(4, days=DAYS + 20)
    late = np.random.default_rng(5).exponential(3, whole.size) * 86400
    told = lg.Incidents(
        whole.easting,
        whole.northing,
        when=whole.when,
        reported=whole.when + late.astype("m8[s]"),
        category=whole.category,
        crs=CRS,
    )
    unknown = (told.when.astype("M8[D]") >= ORIGIN) | (told.reported.astype("M8[D]") >= ORIGIN)
    late_ones = unknown & (told.when.astype("M8[D]") < ORIGIN)
    assert late_ones.sum() > 30
    x, category = told.easting.copy(), told.category.copy()
    x[unknown], category[unknown] = WEST + 100, "theft"
    altered = lg.Incidents(x, told.northing, when=told.when, reported=told.reported, category=category, crs=CRS)
    found, other = mapped(told, model), mapped(altered, model)
    for name in found.columns:
        assert np.array_equal(found[name], other[name]), name
    assert found.parameters["caught"] == other.parameters["caught"]
    assert any(f"{late_ones.sum():,} of the" in warning for warning in found.parameters["warnings"])


@pytest.mark.parametrize("model", ["auto", "prior_counts"])
def test_probabilities_come_true(model):
    slopes, told, came = [], 0.0, 0.0
    for seed in range(3):
        many, rate = city(seed, cells=60, days=DAYS)
        found = mapped(many, model, boundary=rectangle(0, 0, 60 * SIDE, 60 * SIDE))
        assert found.parameters["calibrated"]
        expected = rate[from_the_south_west(found, 60)] * HORIZON
        later = np.random.default_rng(seed).poisson(expected, (4, expected.size))
        slopes += [recalibration(found["probability"], counts).slope for counts in later]
        told, came = told + found["probability"].sum(), came + (later > 0).sum() / len(later)
    assert 0.9 < np.mean(slopes) < 1.1, slopes
    assert 0.9 < told / came < 1.1


def test_true_rates_lie_within_their_interval_where_incidents_are():
    held, whole = 0.0, 0.0
    for seed in range(3):
        many, rate = city(seed, cells=40)
        found = mapped(many, "auto", boundary=rectangle(0, 0, 40 * SIDE, 40 * SIDE))
        true = rate[from_the_south_west(found, 40)] * HORIZON
        inside = (found["low"] <= true) & (true <= found["high"])
        held, whole = held + true[inside].sum(), whole + true.sum()
    assert 0.85 < held / whole < 0.99


@pytest.mark.parametrize("shape", [0.7, 3.0])
def test_the_interval_of_a_gamma_holds_nine_of_ten(shape):
    draw = np.random.default_rng(6)
    risk = draw.gamma(1.0, 0.15, (4, 12_000))
    true = risk * draw.gamma(shape, 1 / shape, risk.shape)
    spread = RateSpread.of([PastPrediction(ORIGIN, each, draw.poisson(rate)) for each, rate in zip(risk, true)])
    assert spread.power == pytest.approx(1, abs=0.1)
    assert spread.square == pytest.approx(1 / shape, rel=0.35)
    low, high = spread.interval(risk[0])
    assert 0.85 < ((low <= true[0]) & (true[0] <= high)).mean() < 0.95
    assert (low <= risk[0]).all() and (risk[0] <= high).all()


def test_where_none_was_expected_the_interval_tells_of_those_that_came():
    draw = np.random.default_rng(7)
    risk = np.where(np.arange(8000) < 4000, 0.0, 0.2)
    true = np.where(risk == 0, draw.gamma(0.5, 0.06, 8000), 0.2)
    low, high = RateSpread.of([PastPrediction(ORIGIN, risk, draw.poisson(true))]).interval(risk)
    assert (low[:4000] == 0).all()
    assert 0.85 < (true[:4000] <= high[:4000]).mean() < 0.99


def test_of_few_incidents_nothing_is_told(caplog):
    caplog.set_level(logging.INFO, "lacrime_geo")
    few, _ = city(8)
    few = few.take(np.arange(few.size) % 40 == 0)
    found = mapped(few)
    assert np.isnan(found["low"]).all() and np.isnan(found["high"]).all()
    np.testing.assert_allclose(found["probability"], 1 - np.exp(-found["risk"]))
    assert not found.parameters["calibrated"] and "caught" not in found.parameters
    assert found.parameters["caption"] == "Top 2 % of area: too few past incidents to tell what it catches"
    assert "not calibrated: " in caplog.text and "cannot be told" in caplog.text


def test_of_a_history_without_past_origins_it_is_said_that_it_is_short(caplog):
    caplog.set_level(logging.INFO, "lacrime_geo")
    whole, _ = city(8)
    days = (whole.when.max() - whole.when.min()).astype("m8[D]").astype(int)
    found = mapped(whole, horizon=int(days) - 1, model="prior_counts")
    assert found.parameters["past_origins"] == []
    assert found.parameters["caption"] == "Top 2 % of area: too short a history to tell what it catches"
    assert "the history is too short for a past origin" in caplog.text


def test_a_probability_is_turned_as_past_origins_say():
    draw = np.random.default_rng(9)
    risk = draw.gamma(1.0, 0.2, 20_000)
    risk[:5000] = 0
    came = draw.poisson(np.where(risk > 0, risk / 2, 0.01))
    calibrated = Calibrated.of([PastPrediction(ORIGIN, risk, came)], Parameters())
    told = calibrated.probability(risk)
    hardly = risk <= 0.01 * risk.mean()
    assert told[hardly] == pytest.approx((came[hardly] > 0).mean()) and hardly[:5000].all()
    assert told.sum() == pytest.approx((came > 0).sum(), rel=1e-6)
    assert recalibration(told, came).slope == pytest.approx(1, abs=0.05)


def test_ranks_begin_with_the_highest_and_ties_share_their_mean(auto, prior):
    for found in (auto, prior):
        order = np.lexsort((found["rank"], -found["risk"]))
        assert (np.diff(found["rank"][order]) >= 0).all()
        assert found["rank"].sum() == pytest.approx(len(found) * (len(found) + 1) / 2)
    alike = prior["risk"] == prior["risk"][prior["risk"] > 0].min()
    above = (prior["risk"] > prior["risk"][alike][0]).sum()
    assert (prior["rank"][alike] == above + (alike.sum() + 1) / 2).all()


def test_a_budget_is_whole_cells_and_its_ties_are_told(auto, prior, caplog):
    for found in (auto, prior):
        assert found["in_budget"].sum() == found.parameters["in_budget"] == int(0.02 * CELLS**2)
        inside, outside = found["risk"][found["in_budget"]], found["risk"][~found["in_budget"]]
        assert inside.min() >= outside.max()
    ranking = Ranking.of([3.0, 2.0, 2.0, 2.0, 1.0])
    caplog.clear()
    seen = {tuple(within_budget(ranking, 0.4, seed, record := Parameters())) for seed in range(20)}
    assert len(seen) == 3 and all(chosen[0] and sum(chosen) == 2 for chosen in seen)
    assert record["tied_at_cut"] == 3 and record["tied_in_budget"] == 1
    assert "3 places have the same value where the budget ends, and 1 of them fit" in caplog.text


def test_districts_fill_the_area_of_a_budget_by_their_density():
    # The second is denser than the third, though it expects less; the fourth no longer fits.
    ranking = Ranking.of([4.0, 2.0, 3.0, 1.0], [1.0, 1.0, 4.0, 4.0])
    assert mean_ranks(ranking).tolist() == [1, 2, 3, 4]
    record = Unsaid()
    assert within_budget(ranking, 0.65, 0, record).tolist() == [True, True, True, False]
    assert record["budget_area"] == pytest.approx(0.6)


def test_a_budget_below_one_place_is_told(incidents):
    found = mapped(incidents, budget=0.001)
    assert not found["in_budget"].any()
    assert any("less than one of its 400 places" in warning for warning in found.parameters["warnings"])


def test_what_a_budget_caught_is_counted_over_again(incidents, prior):
    caught, when = prior.parameters["caught"], incidents.when.astype("M8[D]")
    burglary = incidents.category == "burglary"
    hits, came = 0.0, 0
    for day in map(np.datetime64, prior.parameters["past_origins"]):
        before, coming = burglary & (when < day), burglary & (when >= day) & (when < day + HORIZON)
        counts, later = (
            np.bincount(
                np.searchsorted(prior.cell, prior.grid.index(incidents.easting[rows], incidents.northing[rows])),
                minlength=len(prior),
            )
            for rows in (before, coming)
        )
        cut = np.sort(counts)[::-1][7]
        surely, tied = counts > cut, counts == cut
        hits += later[surely].sum() + later[tied].sum() * (8 - surely.sum()) / tied.sum()
        came += later.sum()
    assert (caught["origins"], caught["incidents"]) == (len(prior.parameters["past_origins"]), came)
    assert caught["share"] == pytest.approx(hits / came, abs=1e-4)
    assert caught["least"] <= caught["share"] <= caught["most"]


def test_the_share_caught_is_said_beside_prior_counts(auto, prior):
    words = auto.parameters["caption"]
    caught = auto.parameters["caught"]
    assert words == caption(0.02, Caught(**caught)) and words.startswith("Top 2 % of area: catches ")
    assert auto.parameters["caught_by_prior_counts"] == prior.parameters["caught"]["share"]
    assert auto.parameters["found"].startswith(f"{words}, prior counts ")
    first, share = next(iter(auto.parameters["importance"].items()))
    assert f"It rests on {first} ({100 * share:.0f} %)" in auto.parameters["found"]
    assert sum(auto.parameters["importance"].values()) == pytest.approx(1, abs=1e-3)
    assert "reported crime is not crime" in " ".join(auto.parameters["warnings"]).lower()


def test_past_origins_lie_within_the_history_and_knew_half_of_it(incidents, auto):
    days = np.array(auto.parameters["past_origins"], dtype="M8[D]")
    assert np.array_equal(days, ORIGIN - HORIZON * np.arange(1, 6))
    history = lg.risk.events.Events.of(incidents, lg.risk.units.cells_over(incidents, BOUNDARY, SIDE, Unsaid()))
    known = history.known(ORIGIN, 5)
    assert past_origins(known, 7, 1)[0] == ORIGIN - np.timedelta64(12, "D")
    rare = lg.risk.events.Events.of(
        incidents.take(np.arange(incidents.size) % 20 == 0), history.units, "burglary"
    ).known(ORIGIN)
    assert [len(past_origins(each, horizon, 1)) for each, horizon in ((rare, 7), (rare, 3), (known, 3))] == [5, 12, 9]
    assert len(past_origins(known, 30, 1)) == 1 and past_origins(known, 40, 1) == []
    assert past_origins(known, 7, 70) == []


@pytest.mark.parametrize("model", ["auto", "prior_counts", "self_exciting", "gi_star"])
def test_the_reasons_of_a_cell_sum_to_its_risk(incidents, model):
    found = mapped(incidents, model)
    np.testing.assert_allclose(np.sum(list(found.contributions.values()), axis=0), found["risk"], atol=1e-12)
    assert all(found["reason"])


def test_reasons_are_the_three_largest_in_plain_words():
    parts = {"own counts, 0 cells": [3.0], "own counts, 2 cells": [1.0], "own counts, 5 cells": [1.0], "rain": [-1.0]}
    plain = contributions({name: np.array(part) for name, part in parts.items()}, np.array([5.0]))
    assert {name: float(part[0]) for name, part in plain.items()} == {
        "own counts here": 3,
        "own counts around": 2,
        "rain": -1,
        "everywhere alike": 1,
    }
    said = reason_texts(plain, np.array([5.0]))[0]
    assert said.startswith("own counts here 60 %, own counts around 40 %, ") and said.count("%") == 3


def test_hexagons_and_districts_are_mapped_alike(incidents):
    hexagons = mapped(incidents, "auto", shape="hex")
    assert hexagons.to_geodataframe().geometry.iloc[0].exterior.coords.__len__() == 7
    found = mapped(incidents, "auto", units=districts(500), boundary=None, cell_size=None, budget=0.1)
    assert len(found) == 100 and found["in_budget"].sum() == 10 and found["area"].tolist()[-1] == "area 99"
    named = districts(500).assign(name=[f"district {row}" for row in range(100)])
    found = mapped(incidents, units=named, boundary=None, cell_size=None)
    assert found["area"].tolist() == named["name"].tolist() and "area" not in hexagons.columns
    assert found["risk"].sum() == pytest.approx(hexagons["risk"].sum(), rel=0.02)


def test_the_day_after_the_last_incident_is_the_first_predicted(incidents):
    found = mapped(incidents, origin=None)
    assert found.parameters["origin"] == str(ORIGIN) and "the day after the last" in found.parameters["origin_reason"]
    assert found.label == f"Risk of burglary, {ORIGIN} to {ORIGIN + 6} · n = {found['known'].sum():,}"


def test_days_after_the_last_incident_are_unknown_and_not_empty(incidents, prior):
    found = mapped(incidents, origin=str(ORIGIN + 10))
    assert (found.parameters["gap"], prior.parameters["gap"]) == (10, 0)
    assert found.parameters["days_known"] == DAYS and np.array_equal(found["risk"], prior["risk"])
    some = incidents.take(np.asarray(incidents.when).astype("M8[D]").astype(int) % 9 == 0)
    last = some.when.max().astype("M8[D]")
    assert mapped(some, origin=str(last + 9)).parameters["gap"] == 0  # of nine days, eight never had any
    assert mapped(some, origin=str(last + 10)).parameters["gap"] == 9


@pytest.mark.parametrize(("wrong", "said"), [("2100-01-01", "dated_long_after"), ("1900-01-01", "dated_long_before")])
def test_a_typing_mistake_of_a_century_moves_neither_end(incidents, prior, wrong, said):
    odd = lg.Incidents(
        np.append(incidents.easting, WEST + 100),
        np.append(incidents.northing, SOUTH + 100),
        when=np.append(incidents.when, np.datetime64(wrong)),
        category=np.append(incidents.category, "burglary"),
        crs=CRS,
    )
    found = mapped(odd, origin=None)
    assert found.parameters[said] == 1 and any(wrong in warning for warning in found.parameters["warnings"])
    assert np.array_equal(found["risk"], prior["risk"]) and found.parameters["days_known"] == DAYS


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(category="arson"), "No incident is of the category 'arson'; there are 'burglary', 'theft'"),
        (dict(model="oracle"), "predictor must be one of 'auto'"),
        (dict(model="last_counts", horizon=90), "needs 90 days of history, and 80 are known"),
        (dict(model="auto", origin="2023-01-08"), "needs 14 days of history, and 7 are known before 2023-01-08"),
        (dict(boundary=rectangle(90_000, 0, 95_000, 5000)), "lies inside the boundary"),
        (
            dict(units=rectangle(90_000, 0, 95_000, 5000), boundary=None, cell_size=None),
            "stands in one of the places (1); check",
        ),
        (dict(origin=str(FIRST)), "Nothing is known before the origin 2023-01-01"),
        (dict(origin="soon"), "origin must be a date"),
        (dict(horizon=0), "horizon must be a whole number of at least 1, got 0"),
        (dict(budget=1.5), "budget must be a share between 0 and 1, got 1.5; 1.5 % is 0.015."),
        (dict(shape="round"), "shape must be one of"),
        (dict(units=districts(1000)), "units are polygons already, so cell_size and boundary would do nothing"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(incidents, options, sentence):
    with pytest.raises(ValueError) as caught:
        mapped(incidents, **options)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


def test_a_category_not_seen_before_the_origin_is_refused(incidents):
    later = np.where(incidents.when < ORIGIN - np.timedelta64(20, "D"), "theft", "burglary").astype(object)
    changed = lg.Incidents(incidents.easting, incidents.northing, when=incidents.when, category=later, crs=CRS)
    with pytest.raises(ValueError, match="No incident of the category 'burglary' is known before 2023-02-20"):
        mapped(changed, origin="2023-02-20")


def test_incidents_without_dates_or_with_weights_are_refused(incidents):
    x, y = incidents.easting, incidents.northing
    with pytest.raises(ValueError, match="has no times, and what comes next is told by them"):
        lg.predict_risk(lg.Incidents(x, y, crs=CRS))
    with pytest.raises(ValueError, match="have weights, and risk is of counts"):
        mapped(lg.Incidents(x, y, when=incidents.when, weight=np.ones(x.size), crs=CRS), category=None)


def test_incidents_without_a_date_are_left_out_and_counted(incidents, prior):
    when = np.append(incidents.when, np.repeat(np.datetime64("NaT"), 3))
    x, y = (np.append(values, values[:3]) for values in (incidents.easting, incidents.northing))
    category = np.append(incidents.category, incidents.category[:3])
    found = mapped(lg.Incidents(x, y, when=when, category=category, crs=CRS))
    assert found.parameters["undated"] == 3 and np.array_equal(found["risk"], prior["risk"])
    assert prior.parameters["undated"] == 0


@pytest.mark.parametrize("agency, warned", [("LAPD", True), ("LAPD (NIBRS)", True), ("PPB", False), (None, False)])
def test_the_change_of_records_is_warned_of(incidents, agency, warned):
    when = incidents.when + (np.datetime64("2024-03-05") - ORIGIN)
    moved = lg.Incidents(incidents.easting, incidents.northing, when=when, crs=CRS, agency=agency)
    # All that is known is of the days before: what is predicted crosses the change.
    kept = mapped(moved, category=None, origin="2024-03-05").parameters
    assert any("cross 2024-03-07, when the LAPD began to move" in said for said in kept["warnings"]) == warned


def test_few_dates_of_report_tell_nothing_of_late_ones(incidents):
    for share, said in (
        (0.0, "Reports have no dates"),
        (0.5, "Only 50 % of the reports have dates"),
        (0.95, "is known to have been reported later"),
    ):
        told = np.arange(incidents.size) < round(share * incidents.size)
        reported = np.where(told, incidents.when, np.datetime64("NaT"))
        kept = mapped(replace(incidents, reported=reported)).parameters
        assert any(said in one for one in kept["warnings"])


def test_it_can_be_stopped(incidents):
    with pytest.raises(lg.Cancelled):
        mapped(incidents, progress=lambda fraction: fraction < 0.3)
    seen = []
    mapped(incidents, progress=lambda fraction: seen.append(fraction) or True)
    assert seen == sorted(seen) and seen[-1] == 1.0


def test_cells_do_not_tell_of_later_incidents(incidents):
    x, y = np.append(incidents.easting, WEST + 9000), np.append(incidents.northing, SOUTH)
    when = np.append(incidents.when, ORIGIN + np.timedelta64(3, "D"))
    later = lg.Incidents(x, y, when=when, category=np.append(incidents.category, "theft"), crs=CRS)
    found, same = (mapped(each, boundary=None) for each in (incidents, later))
    assert np.array_equal(found.cell, same.cell) and found.grid == same.grid


def test_places_are_for_models_that_learn_of_them(incidents):
    bars = lg.Incidents([WEST + 500, WEST + 900], [SOUTH + 500, SOUTH + 900], crs=CRS)
    with pytest.raises(
        ValueError, match=r"places tell only models that learn .* 'logistic_regression', 'random_forest'"
    ):
        mapped(incidents, places=bars)
    pytest.importorskip("sklearn")
    where = dict(units=districts(1000), boundary=None, cell_size=None, origin=str(FIRST + 40))
    found = mapped(incidents, "poisson_regression", places={"bars": bars}, **where)
    assert any("distance to bars" in name for name in found.contributions)
    np.testing.assert_allclose(np.sum(list(found.contributions.values()), axis=0), found["risk"], atol=1e-12)
    later = lg.Incidents(bars.easting, bars.northing, when=[ORIGIN, ORIGIN], crs=CRS)
    with pytest.raises(ValueError, match="2 of the 2 incidents given as places 'bars'"):
        mapped(incidents, "poisson_regression", places={"bars": later})


def test_a_predictor_of_ones_own_is_taken(incidents, prior):
    found = mapped(incidents, predictor_of("prior_counts", HORIZON))
    assert np.array_equal(found["risk"], prior["risk"]) and found.parameters["model"] == "prior_counts"


def test_the_city_of_two_months_is_mapped(lacrime_data):
    found = lg.predict_risk(
        lacrime_data / "lapd_citywide_2023-09_2023-10.parquet",
        category="burglary",
        model="prior_counts",
        boundary=lacrime_data / "la_city_boundary_from_divisions.geojson",
    )
    used = found.parameters
    assert (len(found), used["origin"], used["days_known"]) == (19_836, "2023-11-01", 61)
    assert 0.10 < used["caught"]["share"] < 0.15


def test_a_past_map_had_no_cells_by_what_came_later(incidents):
    """Without a boundary a cell far from all others is on the map by its own incident: at a past origin it was not."""
    x, y = np.append(incidents.easting, WEST + 9000), np.append(incidents.northing, SOUTH + 9000)
    when = np.append(incidents.when, ORIGIN - np.timedelta64(3, "D"))
    more = lg.Incidents(x, y, when=when, category=np.append(incidents.category, "burglary"), crs=CRS)
    found, without = (mapped(each, boundary=None) for each in (more, incidents))
    assert len(found) == len(without) + 1 and found["known"].sum() == without["known"].sum() + 1
    assert found.parameters["caught"] == without.parameters["caught"]
    assert found.past[0].there.sum() <= len(without) and found.past[0].came.sum() == without.past[0].came.sum() + 1
