"""Persistence of high rates: by plain loops, runs and gaps, intervals that hold, and what shuffled ranks would give."""

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.jurisdictions.year_runs import block_interval, chance_of_at_least, runs_of

SAMPLE = "sample_layers/agency_years.csv"


def by_loops(panel, quantile):
    """Return the years, the years high, and the longest run of each agency by id."""
    found = {}
    for agency in sorted(set(panel["agency"])):
        years = high = run = longest = 0
        for year in range(panel["year"].min(), panel["year"].max() + 1):
            usable = [row for row in range(len(panel)) if panel["year"][row] == year and panel["usable"][row]]
            mine = [row for row in usable if panel["agency"][row] == agency]
            rates = [panel["violent_rate"][row] for row in usable]
            is_high = bool(mine) and panel["violent_rate"][mine[0]] > np.quantile(rates, quantile)
            years, high, run = years + bool(mine), high + is_high, run + 1 if is_high else 0
            longest = max(longest, run)
        found[agency] = (years, high, longest)
    return found


@pytest.mark.parametrize("quantile", [0.5, 0.75, 0.9])
def test_shares_and_runs_are_those_of_plain_loops(quantile):
    panel = lg.read_ucr(SAMPLE)
    found = lg.persistent_high(panel, quantile=quantile)
    told = dict(zip(found["agency"], zip(found["years"], found["years_high"], found["longest_run"])))
    assert told == by_loops(panel, quantile)
    np.testing.assert_allclose(found["share"], found["years_high"] / found["years"])
    known = np.isfinite(found["share_low"])
    assert (found["share_low"] <= found["share"])[known].all() and (found["share"] <= found["share_high"])[known].all()
    assert known.tolist() == ((found["share"] > 0) & (found["share"] < 1)).tolist()


def test_the_expected_share_is_that_of_shuffled_ranks():
    panel = lg.read_ucr(SAMPLE)
    found = lg.persistent_high(panel)
    random, series, shares = np.random.default_rng(2), panel.series(), []
    for _ in range(300):
        rate = series.rate
        for column in rate.T:
            known = np.isfinite(column)
            column[known] = random.permutation(column[known])
        shares.append(np.nanmean(np.where(np.isnan(rate), np.nan, rate > np.nanquantile(rate, 0.75, axis=0)), axis=1))
    order = [series.agency.tolist().index(agency) for agency in found["agency"]]
    np.testing.assert_allclose(np.mean(shares, axis=0)[order], found["expected_share"], atol=0.02)


def test_a_gap_ends_a_run():
    assert runs_of(np.array([1, 1, np.nan, 1, 1, 1, 0, 1])) == [2, 3, 1]
    assert runs_of(np.zeros(3)) == [] and runs_of(np.full(3, np.nan)) == []


def test_the_interval_holds_the_share_of_series_with_a_memory():
    random, held = np.random.default_rng(4), 0
    for _ in range(200):
        # A share of a half; next year is as this one in three of four.
        turns = random.random(40) < 0.25
        turns[0] = random.random() < 0.5
        low, high = block_interval(np.cumsum(turns) % 2, 300, 95, random)
        held += low <= 0.5 <= high
    # 95 promised; the documentation says that it is rather too narrow.
    assert 0.8 <= held / 200 <= 0.98


def test_states_that_never_change_have_no_interval():
    assert np.isnan(block_interval(np.ones(30), 100, 95, np.random.default_rng(0))).all()


@pytest.mark.parametrize("least", range(5))
def test_chances_are_those_of_all_outcomes(least):
    chance = np.array([0.2, 0.5, 0.9, 0.4])
    total = 0.0
    for outcome in range(16):
        bits = [outcome >> place & 1 for place in range(4)]
        total += np.prod(np.where(bits, chance, 1 - chance)) * (sum(bits) >= least)
    assert chance_of_at_least(chance, least) == pytest.approx(total)


def test_years_are_chosen_and_left_out_where_few_are_usable():
    found = lg.persistent_high(SAMPLE, since=2005, until=2010)
    assert found["since"].min() == 2005 and found["until"].max() == 2009 and found.label.endswith("2005 to 2009")
    few = {"agency": [*"ABCDEF", *"ABC"], "year": [2000] * 6 + [2001] * 3, "violent": range(9), "population": [100] * 9}
    found = lg.persistent_high(few)
    assert found["years"].tolist() == [1] * 6 and found.parameters["years_left_out"] == 1
    with pytest.raises(ValueError, match="No year has 5 usable agencies"):
        lg.persistent_high({name: list(values)[6:] for name, values in few.items()})


@pytest.mark.parametrize(
    "options, sentence",
    [
        (dict(quantile=75), "quantile must be a share between 0 and 1, got 75; 75 % is 0.75"),
        (dict(since=2031), "No agency is usable since 2031 until 2024"),
        (dict(since="soon"), "since must be a whole number"),
    ],
)
def test_bad_options_give_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.persistent_high(SAMPLE, **options)


def test_the_chart_has_a_box_for_each_year_of_each_agency():
    found = lg.persistent_high(SAMPLE)
    drawn = found.svg()
    # A box for each, four of the legend, and the ground.
    assert drawn.count("<rect") == 16 * 24 + 4 + 1 and "Do not rank agencies" in drawn
    assert "aggregate_rows 24" in found.html()


def test_the_real_file(lacrime_data):
    found = lg.persistent_high(lacrime_data / "us_city_crime_ucr_1975_2015.csv")
    always = {name for name, share in zip(found["name"], found["share"]) if share == 1}
    assert always == {"Atlanta", "Baltimore", "Detroit", "Miami", "St. Louis, Mo."}
    # Baltimore's 1999 was reported for no month: its run ends there.
    row = found["name"].tolist().index("Baltimore")
    assert (found["years"][row], found["runs"][row], found["longest_run"][row]) == (40, 2, 24)
    assert found["years"][found["name"].tolist().index("Louisville, Ky.")] == 12
    assert len(found) == 68
