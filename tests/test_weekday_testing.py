"""The exact test of weekdays: as the paper has it, as every outcome told over by hand, and never smaller than it says."""

from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from makers import incidents

import lacrime_geo as lg
from lacrime_geo.temporal.exact_multinomial import drawn_p, exact_p, number_of_outcomes, statistic_of

ALIKE = np.full(7, 1 / 7)
UNEQUAL = np.array([1.0, 1, 1, 1, 2, 3, 2]) / 11


def outcomes(events, bins=7):
    """Return every outcome of some events, from each way to place them one by one, and how often it comes about."""
    counts = [np.bincount(places, minlength=bins) for places in product(range(bins), repeat=events)]
    return np.unique(np.array(counts), axis=0, return_counts=True)


@pytest.mark.parametrize("shares", [ALIKE, UNEQUAL])
@pytest.mark.parametrize("statistic", ["G", "chi2"])
def test_p_is_that_of_every_way_to_place_the_events(shares, statistic):
    for events in (1, 2, 4):
        every, times = outcomes(events)
        assert len(every) == number_of_outcomes(events, 7)
        probability = times * np.prod(shares**every, axis=1)
        assert probability.sum() == pytest.approx(1)
        fit = statistic_of(every, shares, statistic)
        for counts in every[:: 7 if events == 4 else 1]:
            worse = fit >= statistic_of(counts, shares, statistic) - 1e-9
            found = lg.weekday_test(counts, expected=7 * shares, statistic=statistic)
            assert found["p"][0] == pytest.approx(probability[worse].sum(), abs=1e-12)


def test_the_papers_statistics():
    # Wheeler 2016, the three outcomes of three events.
    values = [lg.weekday_test(counts + [0] * 4)["value"][0] for counts in ([3, 0, 0], [2, 1, 0], [1, 1, 1])]
    assert np.round(values, 2).tolist() == [11.68, 7.86, 5.08]
    assert lg.weekday_test([0, 0, 3, 0, 0, 0, 0])["p"][0] == pytest.approx(7 / 343)


def test_the_papers_power():
    # Wheeler 2016: of 3 events on two weekdays .25, of 11 on four weekdays .58, at p < .05.
    for events, days, power in ((3, 2, 0.25), (11, 4, 0.58)):
        some = [counts for counts in product(range(events + 1), repeat=days - 1) if sum(counts) <= events]
        tested: dict = {}
        found = 0.0
        for counts in some:
            whole = [*counts, events - sum(counts)] + [0] * (7 - days)
            key = tuple(sorted(whole))
            if key not in tested:
                tested[key] = exact_p(np.array(whole), ALIKE, "G")
            ways = np.prod([1.0, *range(1, events + 1)]) / np.prod([np.prod([1.0, *range(1, k + 1)]) for k in whole])
            found += ways / days**events * (tested[key] < 0.05)
        assert round(found, 2) == power


def test_p_is_never_smaller_than_it_says():
    for shares in (ALIKE, UNEQUAL):
        every, times = outcomes(4)
        probability = times * np.prod(shares**every, axis=1)
        p = np.array([exact_p(counts, shares, "G") for counts in every])
        for level in np.unique(p):
            assert probability[p <= level].sum() <= level + 1e-12


def test_of_many_events_random_samples_are_drawn_alike_with_a_seed():
    counts = np.array([9, 3, 3, 3, 5, 3, 4])
    exact, drawn = exact_p(counts, UNEQUAL, "G"), drawn_p(counts, UNEQUAL, "G", 99_999, 1)
    assert abs(exact - drawn) < 4 * np.sqrt(exact * (1 - exact) / 99_999)
    more = [10, *counts[1:]]
    found = [lg.weekday_test(more, draws=999, seed=seed) for seed in (3, 3, 4)]
    assert found[0]["p"][0] == found[1]["p"][0] != found[2]["p"][0]
    assert found[0].parameters["method"] == "999 random samples" and "31 events" in found[0].parameters["method_reason"]
    assert lg.weekday_test(counts).parameters["method"] == "exact"


def test_weekdays_of_incidents_and_of_tables_are_counted():
    monday = np.datetime64("2023-01-02")
    when = (monday + np.array([0, 7, 14, 15, 20, 20])).astype("M8[s]") + np.timedelta64(23, "h")
    found = lg.weekday_test(incidents(np.zeros(6), np.zeros(6), when=when[::-1]))
    assert found["count"].tolist() == [3, 1, 0, 0, 0, 0, 2] and found["weekday"][6] == "Sunday"
    table = lg.weekday_test(dict(date=[monday, monday + 1, monday + 6], count=[3, 1, 2]))
    assert table["p"][0] == found["p"][0] == lg.weekday_test(np.array([3, 1, 0, 0, 0, 0, 2]))["p"][0]
    assert found["expected"].sum() == pytest.approx(6)
    root = ElementTree.fromstring(found.svg())
    bars = [float(node.get("height")) for node in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert len(bars) == 7 and bars[0] == pytest.approx(3 * bars[1], abs=0.2) and bars[2] == 0


@pytest.mark.parametrize(
    "counts, options, problem",
    [
        ([0] * 7, {}, "There is no incident on any weekday"),
        ([1, 2, 3], {}, "has 3 values for 7 rows"),
        ([1, -1, 0, 0, 0, 0, 0], {}, r"1 of the 7 counts .* first that of Tuesday \(-1\)"),
        ([1.5, 0, 0, 0, 0, 0, 0], {}, "first that of Monday"),
        ([1] * 7, dict(expected=[1, 1, 1, 1, 1, 1, 0]), "expected must be above 0 on every weekday, got 0 on Sunday"),
        ([1] * 7, dict(expected="1, 2"), "expected has 2 values for 7 rows"),
        ([1] * 7, dict(statistic="V"), "statistic must be one of 'G', 'chi2', got 'V'"),
        ([1] * 7, dict(draws=0), "draws must be a whole number"),
        (dict(date=["2023-01-01", "2023-02-01"], count=[1, 1]), {}, "counts by month, which have no weekday"),
    ],
)
def test_what_cannot_be_tested_is_named(counts, options, problem):
    with pytest.raises(ValueError, match=problem):
        lg.weekday_test(counts, **options)


def test_a_weekday_is_named_only_where_it_is_more_than_chance():
    assert (
        lg.weekday_test([2, 1, 2, 1, 2, 1, 2])
        .parameters["found"]
        .startswith("11 incidents, no weekday stands out: G = ")
    )
    assert "most beyond what is expected on Tuesday" in lg.weekday_test([0, 4, 0, 0, 0, 0, 0]).parameters["found"]


def test_of_very_many_incidents_it_is_warned_that_a_series_of_few_is_meant():
    few, many = (lg.weekday_test([size] + 6 * [100], draws=99) for size in (399, 400))
    assert "warnings" not in few.parameters
    assert many.parameters["warnings"][0].startswith("The test is for one series of few events, and 1,000 incidents")
