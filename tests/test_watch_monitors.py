"""What `watch` holds against what it should be: fine where nothing happens, distrust where something was made to happen."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from watched import BEGIN, halves, incidents_of, small_city

from lacrime_geo.parameters import Unsaid
from lacrime_geo.watching import kept_promises
from lacrime_geo.watching.binomial_tails import so_few, so_many
from lacrime_geo.watching.completeness import lacking, latest_reports
from lacrime_geo.watching.drift import mixes, records_system, stability_index, weekly_breaks
from lacrime_geo.watching.forecast_rows import scores_of
from lacrime_geo.watching.known_data import known_data
from lacrime_geo.watching.monitors import DISTRUST, FINE, UNKNOWN, Monitor
from lacrime_geo.watching.past_changes import past_changes, whole_weeks
from lacrime_geo.watching.run_rows import numbers_lacking
from lacrime_geo.watching.verdicts import TRUST, verdict_of

COLUMNS = small_city(days=400, a_day=12)
END = BEGIN + 399


def known(columns, rows=slice(None), as_of=END, areas=None):
    return known_data(incidents_of(columns, rows), areas, None, str(as_of), Unsaid())


def reported_within(days):
    """Return a mask of the rows that were reported in the last days."""
    return COLUMNS["reported"] > END - days


def changed(**columns):
    return {**COLUMNS, **columns}


def of(monitors, name):
    return next(one for one in monitors if one.name.startswith(name))


def every(now, runs=(), weeks=()):
    found = [latest_reports(now), *past_changes(now, weeks), *lacking(now, runs), weekly_breaks(now), *mixes(now)]
    return [one for one in found if one.verdict == DISTRUST]


@pytest.fixture(scope="module")
def before():
    """Return the weeks and the row of the run a week before."""
    found = known(COLUMNS, as_of=END - 7)
    return whole_weeks(found), [{"incidents": found.incidents.size, **numbers_lacking(found)}]


def test_where_nothing_happens_all_is_fine(before):
    weeks, runs = before
    assert every(known(COLUMNS), runs, weeks) == []
    assert every(known(COLUMNS, areas=halves()), runs, weeks) == []


def test_a_first_run_tells_what_it_can():
    found = past_changes(known(COLUMNS), [])
    assert {one.verdict for one in found} == {UNKNOWN}
    assert {one.verdict for one in lacking(known(COLUMNS), [])} == {FINE}


def test_half_of_the_latest_reports_missing_is_told():
    late = COLUMNS["when"].astype("M8[D]") > END - 28
    now = known(COLUMNS, ~(late & (np.arange(late.size) % 2 == 0)))
    found = latest_reports(now)
    assert found.verdict == DISTRUST and 0.4 < found.value < 0.6
    assert "where" in found.sentence and "should be there by now" in found.sentence


def test_what_should_be_there_by_now_is_a_twin_of_the_delays():
    now = known(COLUMNS)
    found = latest_reports(now)
    # Of those in the whole file, which knows all, so many were reported by then: the expected number is near.
    said = int(found.sentence.split("where ")[1].split(" should")[0].replace(",", ""))
    assert said == pytest.approx(12 * (28 - 0.15 * 5 - 0.05 * 20 - 0.2), rel=0.08)


def test_without_dates_of_report_it_is_not_known_how_much_should_be_there():
    columns = {name: column for name, column in COLUMNS.items() if name != "reported"}
    assert latest_reports(known(columns)).verdict == UNKNOWN


@pytest.mark.parametrize(("share", "verdict"), [(0.0, FINE), (0.005, FINE), (0.03, DISTRUST), (0.5, DISTRUST)])
def test_a_past_that_is_gone_is_told(before, share, verdict):
    old = COLUMNS["when"] < np.datetime64(END - 100)
    gone = old & (np.random.default_rng(3).random(old.size) < share)
    found = past_changes(known(COLUMNS, ~gone), before[0])
    assert found[0].verdict == verdict and found[1].verdict == FINE
    assert found[0].value == pytest.approx(gone.sum() / sum(row["incidents"] for row in before[0]), abs=0.01)


def test_a_past_that_has_grown_is_told_and_late_reports_are_not(before):
    assert past_changes(known(COLUMNS), before[0])[1].verdict == FINE
    twice = np.concatenate(
        [np.arange(COLUMNS["when"].size), np.flatnonzero(COLUMNS["when"] < np.datetime64(BEGIN + 60))]
    )
    assert past_changes(known(COLUMNS, twice), before[0])[1].verdict == DISTRUST


def test_a_file_that_begins_later_has_not_lost_its_past(before):
    assert past_changes(known(COLUMNS, COLUMNS["when"] >= np.datetime64(BEGIN + 200)), before[0])[0].verdict == FINE


@pytest.mark.parametrize("name", ["place", "category"])
def test_rows_that_lack_something_are_told_also_where_all_do(before, name):
    runs = before[1]
    some = reported_within(28) & (np.arange(COLUMNS["when"].size) % 3 == 0)
    for rows in (some, np.ones(some.size, dtype=bool)):
        if name == "place":
            # A layer without any place has no analysis, so that some are left.
            lost = rows & (np.arange(rows.size) > 5)
            columns = changed(**{axis: np.where(lost, np.nan, COLUMNS[axis]) for axis in ("easting", "northing")})
        else:
            columns = changed(category=np.where(rows, None, COLUMNS["category"]))
        found = of(lacking(known(columns), runs), f"rows without a {name}")
        assert found.verdict == DISTRUST and found.value > 0.3
    columns = {key: column for key, column in COLUMNS.items() if key != "category"}
    assert of(lacking(known(columns), runs), "rows without a category").verdict == DISTRUST


def test_times_that_stand_for_unknown_ones_are_told(before):
    noon = COLUMNS["when"].astype("M8[D]").astype("M8[s]") + np.timedelta64(12, "h")
    columns = changed(when=np.where(reported_within(28) & (np.arange(noon.size) % 4 == 0), noon, COLUMNS["when"]))
    assert of(lacking(known(columns), before[1]), "times").verdict == DISTRUST


def test_an_area_that_moves_to_another_records_system_is_told():
    """Like the LAPD's of March 2024: from a day on the reports of one division are in another file."""
    gone = (COLUMNS["easting"] > 382_000) & (COLUMNS["reported"] > END - 42)
    found = weekly_breaks(known(COLUMNS, ~gone, areas=halves()))
    assert found.verdict == DISTRUST and "east" in found.sentence and " 0 reports a week" in found.sentence
    both = mixes(known(COLUMNS, ~gone, areas=halves()))
    assert of(both, "mix of places").verdict == DISTRUST and of(both, "mix of categories").verdict == FINE


def test_a_category_that_gets_another_code_is_told():
    new = reported_within(28) & (COLUMNS["category"] == "robbery")
    found = mixes(known(changed(category=np.where(new, "120", COLUMNS["category"]))))
    assert of(found, "mix of categories").verdict == DISTRUST and of(found, "mix of places").verdict == FINE


def test_places_are_told_by_sixteen_parts_where_there_are_no_areas():
    rows = reported_within(28) & (COLUMNS["northing"] < 3_769_000)
    found = mixes(known(COLUMNS, ~rows))
    assert of(found, "mix of places").verdict == DISTRUST


@given(st.lists(st.integers(0, 500), min_size=2, max_size=8), st.integers(1, 5))
def test_the_index_is_none_of_alike_shares_and_the_same_both_ways(counts, times):
    a, b = np.array(counts, dtype=float), np.array(counts[::-1], dtype=float)
    assert stability_index(a, a) == 0 and stability_index(a, b) == pytest.approx(stability_index(b, a))
    assert stability_index(a, b) >= 0
    assert stability_index(a * times, a) == pytest.approx(0, abs=0.3)


def test_a_known_change_of_the_records_system_is_told():
    incidents = dataclasses.replace(incidents_of(COLUMNS), agency="LAPD")
    now = known_data(incidents, None, None, str(END), Unsaid())
    assert records_system(now, "week").verdict == FINE
    shift = np.datetime64("2024-03-10") - END
    later = changed(**{name: COLUMNS[name] + shift for name in ("when", "reported")})
    incidents = dataclasses.replace(incidents_of(later), agency="LAPD")
    found = records_system(known_data(incidents, None, None, "2024-03-10", Unsaid()), "week")
    assert found.verdict == DISTRUST and "2024-03-07" in found.sentence
    assert records_system(known(COLUMNS), "week").verdict == UNKNOWN


def scores(inside, errors, naive_errors):
    days = BEGIN + 7 * np.arange(len(inside))
    return [
        dict(
            area="all",
            forecast_run=1,
            made_on="2022-01-01",
            target_begin=str(day),
            target_end=str(day + 6),
            inside80=own,
            error=error,
            naive_error=naive,
        )
        for day, own, error, naive in zip(days, inside, errors, naive_errors)
    ]


def coverage_of(inside, total):
    return kept_promises.kept_promises(scores([1] * inside + [0] * (total - inside), [1] * total, [2] * total), "week")[
        0
    ]


def test_coverage_is_held_against_the_exact_binomial():
    assert so_few(11, 20, 0.8) == pytest.approx(0.00998, abs=1e-5)  # by hand: Σ C(20, k) .8^k .2^(20−k), k ≤ 11
    assert so_many(15, 20, 0.5) == pytest.approx(0.02069, abs=1e-5)
    found = coverage_of(11, 20)
    assert found.verdict == DISTRUST
    assert found.sentence == (
        "55 % of 20 weeks lay within their interval, where 80 % is promised; chance alone lets so few in 1 % of all cases."
    )
    # So few may be bad luck, and are no promise that was kept.
    doubtful = coverage_of(6, 12)
    assert doubtful.verdict == UNKNOWN and doubtful.value == 0.5
    assert doubtful.sentence.endswith("80 % is promised; chance alone lets so few in 1.9 % of all cases.")
    assert verdict_of([doubtful], {})[0] == UNKNOWN and "50 % of 12 weeks" in verdict_of([doubtful], {})[1]
    assert coverage_of(13, 20).verdict == UNKNOWN
    assert coverage_of(14, 20).verdict == FINE and coverage_of(20, 20).verdict == FINE
    assert coverage_of(3, 7).verdict == UNKNOWN
    # Only the last twenty count.
    assert kept_promises.kept_promises(scores([0] * 30 + [1] * 20, [1] * 50, [2] * 50), "week")[0].value == 1


def test_forecasts_worse_than_naive_are_told():
    worse = kept_promises.kept_promises(scores([1] * 20, [3] * 17 + [1] * 3, [2] * 20), "week")[1]
    assert worse.verdict == DISTRUST and worse.value == pytest.approx(54 / 40)
    better = kept_promises.kept_promises(scores([1] * 20, [1] * 20, [2] * 20), "week")[1]
    assert better.verdict == FINE and better.value == 0.5


def test_the_verdict_says_why_in_one_sentence():
    monitors = [coverage_of(20, 20)]
    assert verdict_of(monitors, {})[0] == TRUST
    bad = Monitor.told("a", 2.0, "1", True, "Something is 2 where 1 is usual")
    found = verdict_of([*monitors, bad], {})
    assert found == (DISTRUST, "Do not trust the forecast: something is 2 where 1 is usual.")
    assert verdict_of([*[bad] * 5, *monitors], {})[1].endswith("; and 2 more.")
    assert verdict_of([coverage_of(1, 3)], {})[0] == UNKNOWN
    assert verdict_of(monitors, {"The forecast": "The forecast could not be computed: too short."})[0] == UNKNOWN


def test_scores_count_whole_days_of_the_area():
    now = known(COLUMNS, areas=halves())
    begin, end = BEGIN + 100, BEGIN + 106
    row = dict(run=1, made_on="2023-01-01", target_begin=str(begin), target_end=str(end), mean=80.0, naive=70.0)
    ends = dict(lower80=0, upper80=1e9, lower95=0, upper95=1e9)
    found = scores_of([{**row, **ends, "area": area} for area in ("all", "west")], [], now)
    day = COLUMNS["when"].astype("M8[D]")
    inside = (day >= begin) & (day <= end) & (COLUMNS["reported"] <= END)
    assert [one["observed"] for one in found] == [inside.sum(), (inside & (COLUMNS["easting"] < 382_000)).sum()]
    late = {**row, **ends, "area": "all", "target_end": str(now.whole_until + 1)}
    assert scores_of([late], [], now) == []
    assert (
        scores_of([{**row, **ends, "area": "all"}], [dict(forecast_run=1, area="all", target_begin=str(begin))], now)
        == []
    )
