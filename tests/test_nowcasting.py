"""Nowcasts: weeks hidden from real files are foretold, intervals hold what came as often as they say, and nothing is random."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_reporting_delays import BEGIN, WEST_LA, points, seen

import lacrime_geo as lg
from lacrime_geo.delays.report_lags import lags_of
from lacrime_geo.delays.unreported_counts import counts_by_lag, dispersion_of, expected_shares, still_to_come

DAYS = {"day": 1, "week": 7}


def arriving(seed, days=300, rate=20, mean=15.0, scatter=0.0):
    """Return the days of incidents and reports of a city with so many a day; weeks of reports differ by a lognormal scatter."""
    random = np.random.default_rng(seed)
    occurred = np.repeat(np.arange(days), random.poisson(rate, days))
    slow = np.exp(random.normal(0, scatter, days // 7 + 1))[occurred // 7]
    return occurred, occurred + np.floor(random.exponential(mean * slow)).astype(int)


def in_the_end(occurred, found, step):
    """Return how many incidents the days or weeks of a nowcast really have."""
    first = (found["date"].astype("M8[D]") - BEGIN).astype(int)
    return np.array([((occurred >= day) & (occurred < day + DAYS[step])).sum() for day in first])


def test_the_nowcast_is_the_count_over_the_share():
    occurred, reported = seen(4000, 200, 1)
    some = points(occurred, reported)
    for step, days in DAYS.items():
        found = lg.nowcast(some, step=step, last=9)
        delays = lg.reporting_delay(some).delays["all"].share
        for row in range(9):
            age = 199 - int((found["date"][row].astype("M8[D]") - BEGIN).astype(int))
            ages = [age - day for day in range(days)]
            so_far = np.isin(199 - occurred, ages).sum()
            share = np.mean([delays[min(day, delays.size - 1)] for day in ages])
            assert (found["reported"][row], found["share"][row]) == (so_far, pytest.approx(share))
            assert found["nowcast"][row] == round(so_far / share, 2)
        assert (found["reported"] <= found["low"]).all() and (found["low"] <= found["nowcast"]).all()
        assert (found["nowcast"] <= found["high"]).all() and (np.diff(found["date"]) > np.timedelta64(0)).all()
    # The last day of the file ends the last week.
    assert str(lg.nowcast(some)["date"][-1])[:10] == str(BEGIN + 193)


@pytest.mark.parametrize("step", DAYS)
def test_of_a_known_city_it_is_unbiased_and_its_intervals_hold(step):
    errors, held = [], []
    for seed in range(40):
        occurred, reported = arriving(seed)
        found = lg.nowcast(points(occurred, reported), step=step, last=6, as_of=BEGIN + 299)
        true = in_the_end(occurred, found, step)
        errors.append(found["nowcast"] - true)
        held.append((found["low"] <= true) & (true <= found["high"]))
    # The latest day has 6 % reported so far: one in sixteen.
    bias = np.mean(errors, axis=0) / np.maximum(np.std(errors, axis=0) / np.sqrt(40), 1e-9)
    assert (np.abs(bias) < 3.3).all()
    assert 0.86 <= np.mean(held) <= 0.96


def test_where_weeks_of_reports_differ_the_dispersion_widens_the_intervals():
    held = {False: [], True: []}
    for seed in range(20):
        occurred, reported = arriving(seed, scatter=0.3)
        some = points(occurred, reported)
        found = lg.nowcast(some, last=6, as_of=BEGIN + 299)
        assert np.mean(found.parameters["dispersion"]) > 1.5
        true = in_the_end(occurred, found, "week")
        delay = lg.reporting_delay(some, as_of=BEGIN + 299)
        counts = dict(date=found["date"], count=found["reported"])
        plain = lg.nowcast_counts(counts, delay=delay, as_of=BEGIN + 299)
        for measured, one in ((True, found), (False, plain)):
            held[measured].append((one["low"] <= true) & (true <= one["high"]))
    assert np.mean(held[False]) < 0.8 < np.mean(held[True]) <= 0.97


def test_given_counts_give_the_same_as_the_incidents():
    occurred, reported = arriving(3)
    some = points(occurred, reported, category=np.where(occurred % 2, "odd", "even"))
    delay = lg.reporting_delay(some, as_of=BEGIN + 299)
    found = lg.nowcast(some, by="category", last=5, as_of=BEGIN + 299, seed=4)
    for group in ("odd", "even"):
        rows = found["group"] == group
        counts = pd.DataFrame(dict(date=found["date"][rows], count=found["reported"][rows]))[::-1]
        options = dict(group=group, dispersion=found.parameters["dispersion"][group])
        again = lg.nowcast_counts(counts, delay=delay, as_of=BEGIN + 299, **options)
        for name in ("date", "reported", "share", "nowcast"):
            np.testing.assert_array_equal(again[name], found[name][rows])
        np.testing.assert_allclose(again["high"], found["high"][rows], rtol=0.05)


def test_the_same_seed_gives_the_same_and_rows_may_come_in_any_order():
    occurred, reported = seen(2000, 200, 5)
    order = np.random.default_rng(0).permutation(occurred.size)
    first, again = (lg.nowcast(points(occurred[rows], reported[rows])) for rows in (slice(None), order))
    for name in first.columns:
        np.testing.assert_array_equal(first[name], again[name])


def test_counts_by_lag_are_those_counted_one_by_one():
    occurred, reported = seen(500, 60, 6)
    lags = lags_of(points(occurred, reported), BEGIN + 59)
    found = counts_by_lag(lags, 7, 8)
    for step in range(8):
        last = 59 - 7 * step
        mine = (occurred > last - 7) & (occurred <= last)
        by_lag = [(mine & (reported <= last + 7 * lag)).sum() for lag in range(found.shape[1])]
        np.testing.assert_array_equal(np.cumsum(found[step]), by_lag)


def test_the_dispersion_of_plain_chance_is_one_and_of_too_short_a_past_is_not_measured():
    measured = []
    for seed in range(12):
        occurred, reported = arriving(seed)
        lags = lags_of(points(occurred, reported), BEGIN + 299)
        measured.append(dispersion_of(counts_by_lag(lags, 7, 42), lags.delays(), 7))
    assert 1.0 <= np.mean([one.mean() for one in measured]) < 1.25
    few = counts_by_lag(lags, 7, 6)
    assert dispersion_of(few, lags.delays(), 7).tolist() == [1.0]


def test_draws_have_the_mean_and_variance_asked_for():
    share, reported = np.full((60_000, 2), [0.4, 0.9]), np.array([30, 100])
    for dispersion in (1.0, 3.0):
        drawn = still_to_come(reported, share, np.full(2, dispersion), np.random.default_rng(1))
        mean = (reported + 0.5) * (1 - share[0]) / share[0]
        np.testing.assert_allclose(drawn.mean(axis=0), mean, rtol=0.02)
        # Below the Poisson variance no mixture can go.
        np.testing.assert_allclose(drawn.var(axis=0), dispersion * mean / share[0], rtol=0.04)
    assert (still_to_come(reported, np.ones((9, 2)), np.ones(2), np.random.default_rng(1)) == 0).all()


def test_shares_of_steps_are_the_means_over_their_days():
    share = np.array([0.2, 0.6, 0.9, 1.0])
    found = expected_shares(share, np.array([0, 1, 9]), 3)
    np.testing.assert_allclose(found, [np.mean([0.2, 0.6, 0.9]), np.mean([0.6, 0.9, 1.0]), 1.0])


def test_where_none_was_ever_reported_so_soon_there_is_no_nowcast():
    days = np.repeat(np.arange(100), 3)
    found = lg.nowcast(points(days, days + 2), step="day", as_of=BEGIN + 99)
    assert np.isnan(found["nowcast"][-2:]).all() and np.isnan(found["low"][-2:]).all()
    assert found["nowcast"][-3] == 3 and found.parameters["unknown"] == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(step="month"), "step must be one of 'day', 'week'"),
        (dict(level=0.9), "level is in per cent: 90, not 0.9"),
        (dict(last=0), "last must be a whole number"),
        (dict(as_of="2022-01-03"), "less than one week"),
    ],
)
def test_bad_options_are_told(options, said):
    with pytest.raises(ValueError, match=said):
        lg.nowcast(points(np.arange(50), np.arange(50)), **options)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (dict(date=["2022-02-18"], count=[3]), "no count of days that are over by 2022-02-19"),
        (dict(date=["2022-02-01"], count=[-3]), "1 of 1 rows"),
        (dict(day=["2022-02-01"], count=[3]), "no column 'date'"),
        (dict(date=["soon"], count=[3]), "'soon'"),
    ],
)
def test_bad_counts_are_told(counts, said):
    delay = lg.reporting_delay(points(np.arange(50), np.arange(50)))
    with pytest.raises(ValueError, match=said):
        lg.nowcast_counts(counts, delay=delay, as_of="2022-02-19")
    with pytest.raises(ValueError, match="group must be one of 'all'"):
        lg.nowcast_counts(counts, delay=delay, as_of="2022-02-19", group="none")


def test_counts_that_are_none_or_overlap_are_told_and_so_is_what_is_no_delay():
    delay = lg.reporting_delay(points(np.arange(50), np.arange(50)))
    with pytest.raises(ValueError, match="The counts have no rows"):
        lg.nowcast_counts({"date": [], "count": []}, delay=delay, as_of="2022-02-19")
    weeks = {"date": ["2022-01-15", "2022-01-01", "2022-01-07"], "count": [1, 2, 3]}
    said = r"1 of 3 counts begin before the one before them is over, first those of 2022-01-01 and 2022-01-07 \(7 days each\)"
    with pytest.raises(ValueError, match=said):
        lg.nowcast_counts(weeks, delay=delay, as_of="2022-02-19")
    assert len(lg.nowcast_counts(weeks, delay=delay, as_of="2022-02-19", step="day")["date"]) == 3
    with pytest.raises(TypeError, match="delay must be the result of reporting_delay, not a str"):
        lg.nowcast_counts(weeks, delay="all", as_of="2022-02-19")
    with pytest.raises(ValueError, match="dispersion must be above 0 times the variance, got 0"):
        lg.nowcast_counts(weeks, delay=delay, as_of="2022-02-19", dispersion=0)
    with pytest.raises(ValueError, match="has no incidents, so there is no delay to tell"):
        lg.nowcast(points(np.arange(0), np.arange(0)))


@pytest.mark.parametrize("step", DAYS)
def test_a_file_chosen_by_the_incident_s_date_ends_with_its_last_day(step, caplog):
    occurred, reported = arriving(3)
    there = (occurred < 250) & (reported < 300)
    chosen = points(occurred[there], reported[there])
    caplog.set_level("INFO")
    found = lg.nowcast(chosen, step=step)
    assert found.parameters["last_day"] == str(BEGIN + 249) and "chosen up to incidents of that day" in caplog.text
    assert found["date"][-1] == BEGIN + 250 - DAYS[step] and (found["reported"] > 0).all()
    true = in_the_end(occurred, found, step)
    assert (found["share"] > 0.9).all() and (np.abs(found["nowcast"] / true - 1) < 0.06).all()
    # What was reported after the last day counts: taken back to it, less is known.
    back = lg.nowcast(chosen, step=step, as_of=BEGIN + 249)
    assert back["reported"][-1] < found["reported"][-1] and back["date"][-1] == found["date"][-1]
    assert np.diff([found["low"][-1], found["high"][-1]]) < np.diff([back["low"][-1], back["high"][-1]])
    table = lg.reporting_delay(chosen)
    assert table.parameters["lag_safe_end"] == str(lg.lag_safe_end(chosen)) == str(BEGIN + 249)
    assert "up to 2022-09-07, the file's last day" in table.parameters["found"]


def test_later_reports_are_counted_by_lag_as_one_by_one():
    occurred, reported = seen(500, 60, 6)
    there = occurred < 50
    lags = lags_of(points(occurred[there], reported[there]), BEGIN + 59)
    found = counts_by_lag(lags, 7, 6, 10)
    for step in range(6):
        last = 49 - 7 * step
        mine = (occurred > last - 7) & (occurred <= last)
        by_lag = [(mine & (reported <= last + 7 * lag)).sum() for lag in range(found.shape[1])]
        np.testing.assert_array_equal(np.cumsum(found[step]), by_lag)


def test_days_that_a_file_was_not_chosen_for_are_told():
    occurred, reported = arriving(3)
    chosen = points(occurred, reported).take(occurred < 250)
    said = [lg.nowcast(chosen, as_of=BEGIN + 280).parameters.get("warnings", [])]
    said.append(lg.nowcast(chosen, as_of=BEGIN + 249).parameters.get("warnings", []))
    said.append(lg.nowcast(points(occurred, reported), as_of=BEGIN + 280).parameters.get("warnings", []))
    assert [len(warnings) for warnings in said] == [1, 0, 0]
    # Twenty a day for 31 days: of the oldest 87 % are reported, of the latest 6 %.
    expected = 20 * sum(1 - np.exp(-(age + 1) / 15) for age in range(31))
    found = int(said[0][0].split("of which about ")[1].split()[0])
    assert abs(found / expected - 1) < 0.1
    assert "the last 31 days before" in said[0][0] and f"(as_of {BEGIN + 249})" in said[0][0]


def test_the_chart_has_both_lines_and_the_band(tmp_path):
    lg.nowcast(points(*seen(2000, 200, 5))).save(tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert "all, in the end" in text and "all, reported so far" in text and text.count("<polygon") == 1
    assert "nan" not in text and text.count("<polyline") == 2
    assert "First day of each week" in text


def test_the_chart_of_groups_has_lines_and_a_band_of_each_and_names_the_weeks_drawn(tmp_path):
    occurred, reported = arriving(3)
    some = points(occurred, reported, category=np.where(occurred % 2, "odd", "even"))
    found = lg.nowcast(some, by="category", as_of=BEGIN + 299, last=5, step="day")
    found.save(tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert text.count("<polygon") == 2 and text.count("<polyline") == 4 and "First day of each day" not in text
    assert "each, reported so far" in text and "odd, in the end" in text
    assert found.label == f"Nowcast by day · 23–27 Oct 2022 · n = {found['reported'].sum():,}"


def test_estimates_have_two_decimals():
    found = lg.nowcast(points(*seen(2000, 200, 5)))
    for name in ("nowcast", "low", "high"):
        assert all(len(repr(value).partition(".")[2]) <= 2 for value in found[name].tolist())


@pytest.mark.parametrize(
    ("file", "last", "end"),
    [
        ("lapd_citywide_2023-09_2023-10.csv.gz", 4355, "2023-10-31"),
        (WEST_LA, 180, "2021-07-31"),
    ],
)
def test_real_files_chosen_by_the_incident_s_date_end_without_a_fall(file, last, end, lacrime_data):
    some = lg.as_incidents(lg.read_lapd(Path(lacrime_data) / file))
    found = lg.nowcast(some)
    assert (found["reported"][-1], found.parameters["last_day"]) == (last, end)
    assert found["reported"].min() > 0.75 * found["reported"].max()
    assert (found["nowcast"] / found["reported"]).max() < 1.02
    assert str(lg.lag_safe_end(some)) == end


def test_west_la_moved_across_the_change_of_records_is_refused(lacrime_data):
    moved = lg.read_lapd(Path(lacrime_data) / WEST_LA)
    for name in ("occurred", "reported"):
        moved[name] += pd.Timedelta(days=1200)
    with pytest.raises(ValueError, match=r"28 Jun 2023 to 1 Jun 2024, crosses 2024-03-07.*allow='nibrs_switch'"):
        lg.nowcast(moved, as_of="2024-06-01")
    assert "warnings" not in lg.nowcast(moved, as_of="2024-03-06").parameters


@pytest.fixture(scope="module")
def hidden(lacrime_data):
    """Return, for some dates of West LA's file, what was known and foretold then and what has come, of six weeks or four."""
    west = lg.as_incidents(lg.read_lapd(Path(lacrime_data) / WEST_LA))
    occurred = west.when.astype("M8[D]")
    rows = {step: [] for step in DAYS}
    # From two thirds of a year on: a shorter file does not know of reports that take longer.
    for end in np.arange(occurred.min() + 240, occurred.max() + 1, 14):
        for step, last in (("week", 6), ("day", 28)):
            found = lg.nowcast(west, step=step, last=last, as_of=end)
            first = found["date"].astype("M8[D]")
            true = [((occurred >= day) & (occurred < day + DAYS[step])).sum() for day in first]
            rows[step].append([true, *(found[name] for name in ("reported", "nowcast", "low", "high"))])
    return {step: np.array(found) for step, found in rows.items()}


@pytest.mark.parametrize("step", DAYS)
def test_hidden_weeks_of_west_la_are_foretold(hidden, step):
    true, reported, nowcast, low, high = np.moveaxis(hidden[step], 1, 0)
    raw, error = (np.abs(values - true).mean(axis=0) for values in (reported, nowcast))
    assert (error[-4:] < 0.7 * raw[-4:]).all() and error.mean() < 0.6 * raw.mean()
    assert 0.83 <= ((low <= true) & (true <= high)).mean() <= 0.97
    assert abs((nowcast - true).mean()) < 0.02 * true.mean()
