"""The guard: a period among days not all reported yet, or across a change of the records system, is told in every result."""

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from makers import clustered, incidents, points_frame, squares

import lacrime_geo as lg
from lacrime_geo.delays import period_guards
from lacrime_geo.parameters import Parameters

DAY = np.timedelta64(1, "D")
BEGIN, DAYS, LAST = np.datetime64("2023-01-01"), 365, np.datetime64("2023-12-31")


def lagged(n=3000, seed=1, begin=BEGIN, half=10.0, **columns):
    """Return incidents of a year, each reported after some days, as a file made on the last day holds them."""
    random = np.random.default_rng(seed)
    occurred = begin + random.integers(0, DAYS, n)
    reported = occurred + np.floor(random.exponential(half, n)).astype(int)
    x, y = clustered(n, seed)
    known = reported <= begin + DAYS - 1
    columns = {name: np.asarray(column)[known] for name, column in columns.items()}
    return incidents(x[known], y[known], when=occurred[known], reported=reported[known], **columns)


@pytest.fixture(scope="module")
def points():
    return lagged()


def without_reports(points, **more):
    return lg.Incidents(points.easting, points.northing, when=points.when, crs=points.crs, **more)


def test_a_period_up_to_the_end_of_the_file_is_told_with_the_day_it_should_end(points):
    said = period_guards.problems(points)
    assert set(said) == {period_guards.LAG}
    # 95 % of an exponential delay with mean 10 are over after 30 days.
    safe = np.datetime64(said[period_guards.LAG].partition("only up to ")[2][:10])
    assert abs((LAST - safe) / DAY - 29) <= 4
    assert f"ends on {LAST}" in said[period_guards.LAG] and f"until {safe + DAY}" in said[period_guards.LAG]
    assert period_guards.problems(points.select(until=str(safe + DAY))) == {}
    assert set(period_guards.problems(points.select(until=str(safe + 2 * DAY)))) == {period_guards.LAG}


def test_a_period_chosen_early_is_judged_by_the_end_of_the_whole_file(points):
    few = points.select(since="2023-03-01", until="2023-03-20")
    assert few.known_until == points.known_until > few.reported.max()
    assert period_guards.problems(few) == {}


@pytest.mark.parametrize(
    "chosen",
    [
        dict(since="2023-12-01", until="2023-12-12"),
        dict(since="2023-12-01"),
        dict(since="2023-11-15", until="2023-12-25"),
        dict(until="2023-12-31"),
    ],
)
def test_whatever_period_is_chosen_the_file_is_whole_up_to_the_same_day(points, chosen):
    safe = safe_day(period_guards.problems(points))
    some = points.select(**chosen)
    assert safe_day(period_guards.problems(some)) == safe
    before, after = some.select(until="2023-12-05"), points.select(since="2023-12-05")
    both = period_guards.problems(before, after)[period_guards.LAG]
    assert both.count("only up to") == 1 and "The periods end on 2023-12-04 and 2023-12-31" in both


def test_by_its_own_delays_a_last_period_would_seem_whole(points):
    some = points.select(since="2023-12-05", until="2023-12-12")
    alone = incidents(some.easting, some.northing, when=some.when, reported=some.reported, known_until="2023-12-31")
    assert period_guards.problems(alone) == {} != period_guards.problems(some)


def safe_day(said):
    return np.datetime64(said[period_guards.LAG].partition("only up to ")[2][:10])


def test_a_category_is_judged_by_its_own_delays():
    slow, quick = (lagged(seed=number, half=half) for number, half in ((1, 30.0), (2, 0.5)))
    both = incidents(
        *(np.concatenate([getattr(slow, axis), getattr(quick, axis)]) for axis in ("easting", "northing")),
        when=np.concatenate([slow.when, quick.when]),
        reported=np.concatenate([slow.reported, quick.reported]),
        category=["slow"] * slow.size + ["quick"] * quick.size,
    )
    december = both.select(until="2023-12-20")
    assert period_guards.problems(december.select(category="quick")) == {}
    assert set(period_guards.problems(december.select(category="slow"))) == {period_guards.LAG}


def test_without_dates_of_report_thirty_days_are_taken_and_that_is_said(points):
    bare = without_reports(points)
    assert (
        "no dates of report it is taken that incidents of the last 30 days"
        in period_guards.problems(bare)["reporting_lag"]
    )
    last = bare.when.max().astype("M8[D]")
    assert period_guards.problems(bare.select(until=str(last - 29 * DAY))) == {}
    assert set(period_guards.problems(bare.select(until=str(last - 28 * DAY)))) == {"reporting_lag"}


def test_of_few_incidents_the_usual_lag_is_taken(points):
    last = np.argsort(points.when)[-20:]
    few = incidents(*np.zeros((2, 20)), when=points.when[last], reported=points.reported[last])
    said = period_guards.problems(few)["reporting_lag"]
    assert "with few dates of report it is taken" in said and "a column reported" not in said


def test_of_two_layers_without_dates_of_report_the_later_one_tells_the_end(points):
    bare = without_reports(points)
    halves = [bare.take((bare.when < np.datetime64("2023-07-01")) == first) for first in (True, False)]
    before, after = (without_reports(half) for half in halves)
    assert "reporting_lag" in period_guards.problems(before)
    assert str(before.when.max())[:10] not in period_guards.problems(before, after)["reporting_lag"]


def test_the_date_of_the_report_as_time_has_no_lag():
    frame = points_frame(*clustered(400, 1), reported=BEGIN.astype("M8[s]") + 86400 * np.arange(400))
    frame["occurred"] = frame["reported"] - np.where(np.arange(400) < 390, 5, 0) * DAY
    assert period_guards.problems(lg.as_incidents(frame)) != {}
    assert period_guards.problems(lg.as_incidents(frame, time_column="reported")) == {}
    assert period_guards.problems(lg.as_incidents(frame.rename(columns={"reported": "when"}), time_column="when")) != {}


def test_incidents_without_any_date_are_not_judged(points):
    assert period_guards.problems(incidents(*clustered(50, 1))) == {}
    undated = incidents(*clustered(50, 1), when=np.full(50, "NaT", "M8[s]"), agency="LAPD")
    assert period_guards.problems(undated, undated) == {}


def of_spring_2024(**more):
    found = lagged(begin=np.datetime64("2023-10-01"), half=0.01)
    return lg.Incidents(found.easting, found.northing, when=found.when, reported=found.reported, crs=found.crs, **more)


def test_the_switch_of_the_lapd_is_told_to_its_files_alone():
    said = period_guards.problems(of_spring_2024(agency="LAPD"))
    assert set(said) == {period_guards.SWITCH} and "crosses 2024-03-07" in said[period_guards.SWITCH]
    assert period_guards.problems(of_spring_2024()) == period_guards.problems(of_spring_2024(agency="LASD")) == {}
    theirs = of_spring_2024(agency="LAPD")
    before, after = theirs.select(until="2024-03-07"), theirs.select(since="2024-03-07")
    assert period_guards.problems(before) == {}
    assert set(period_guards.problems(before, after)) == {period_guards.SWITCH}
    assert "lies after 2024-03-07" in period_guards.problems(after)[period_guards.SWITCH]
    new = of_spring_2024(agency="LAPD (NIBRS)").select(since="2024-03-07")
    assert period_guards.problems(new) == {}
    assert set(period_guards.problems(before, new)) == {period_guards.SWITCH}


def test_the_agency_is_known_by_what_the_reader_says_or_by_the_columns():
    columns = dict(dr_no=["1"] * 9, crime_code=[510] * 9)
    frame = points_frame(*clustered(9, 1), **columns)
    assert lg.as_incidents(frame).agency == "LAPD"
    assert lg.as_incidents(frame.drop(columns="crime_code")).agency is None
    assert lg.as_incidents(frame.drop(columns="crime_code").assign(nibrs_code="13A")).agency == "LAPD (NIBRS)"
    frame.attrs["agency"] = "LASD"
    kept = lg.as_incidents(frame)
    assert kept.agency == kept.take(np.arange(3)).agency == "LASD"


def joined(schema):
    """Return incidents of autumn 2024 as a table of both records systems has them."""
    found = lagged(begin=np.datetime64("2024-06-01"), half=0.01)
    frame = _frame(found).assign(nibrs_code="13A", schema=np.resize(schema, found.size))
    return lg.as_incidents(frame)


def test_one_table_of_both_records_systems_crosses_the_change_at_any_time():
    said = period_guards.problems(joined(["legacy", "NIBRS"]))
    assert "are of both records systems" in said[period_guards.SWITCH]
    assert "lies after 2024-03-07" in period_guards.problems(joined(["legacy"]))[period_guards.SWITCH]
    assert period_guards.problems(joined(["NIBRS"])) == {}
    some = joined(["legacy", "NIBRS"])
    assert period_guards.problems(some.take(some.source["schema"].to_numpy() == "NIBRS")) == {}
    with pytest.raises(ValueError, match=r"both records systems.*say allow='nibrs_switch'"):
        lg.nowcast(some)


def test_delays_across_the_change_are_told_and_a_nowcast_is_refused_unless_told(caplog):
    theirs = of_spring_2024(agency="LAPD")
    (said,) = lg.reporting_delay(theirs).parameters["warnings"]
    assert "crosses 2024-03-07" in said
    lg.lag_safe_end(theirs)
    assert caplog.text.count(said) == 2
    with pytest.raises(ValueError, match=r"crosses 2024-03-07.*allow='nibrs_switch'"):
        lg.nowcast(theirs, as_of="2024-06-01")
    assert lg.nowcast(theirs, allow="nibrs_switch").parameters["warnings"] == [said]
    before = theirs.select(until="2024-03-07")
    for fine in (lg.nowcast(before), lg.nowcast(theirs, as_of="2024-03-06"), lg.nowcast(of_spring_2024())):
        assert "warnings" not in fine.parameters
    with pytest.raises(ValueError, match="lies after 2024-03-07"):
        lg.nowcast(theirs.select(since="2024-03-07"))
    with pytest.raises(ValueError, match="got 'switch'"):
        lg.nowcast(theirs, allow="switch")


def test_forecasting_is_refused_unless_told(points):
    with pytest.raises(ValueError, match=r"ends on 2023-12-31.*say allow='reporting_lag'\.$"):
        period_guards.refuse(points)
    with pytest.raises(ValueError, match=r"crosses 2024-03-07.*say allow='nibrs_switch'\.$"):
        period_guards.refuse(of_spring_2024(agency="LAPD"), allow=["reporting_lag"])
    parameters = Parameters()
    period_guards.refuse(points, allow="reporting_lag", parameters=parameters)
    assert parameters["warnings"] == list(period_guards.problems(points).values())
    period_guards.refuse(points.select(until="2023-10-01"))
    with pytest.raises(ValueError, match="got 'lag'"):
        period_guards.refuse(points, allow=["lag"])


def test_every_result_that_depends_on_time_says_it_once(points, caplog):
    (sentence,) = period_guards.problems(points).values()
    since = points.select(since="2023-06-01")
    made = {
        "change_map": lg.change_map(points, after_since="2023-07-01").parameters,
        "st_dbscan": lg.st_dbscan(points, eps=200, eps_time=5).parameters,
        "concentration": lg.concentration(points, units=squares(5, 5), later_since="2023-07-01").parameters,
        "kde of a period": lg.kde(since).parameters,
        "overview": lg.overview(points).parameters,
    }
    assert [name for name, kept in made.items() if kept.get("warnings", []).count(sentence) != 1] == []
    for summary in (lg.overview(since), lg.compare_periods(points, after_since="2023-07-01")):
        assert summary.caveats.count(sentence) == 1 and sentence in summary.html()
    assert sentence in caplog.text
    safe = points.select(until="2023-10-01")
    for quiet in (lg.kde(points), lg.kde(safe), lg.change_map(safe, after_since="2023-07-01"), lg.overview(safe)):
        assert sentence not in quiet.parameters.get("warnings", []) and "is not all reported" not in str(
            quiet.parameters
        )


def test_a_summary_logs_it_once(points, caplog):
    since = points.select(since="2023-06-01")
    (sentence,) = period_guards.problems(since).values()
    assert lg.overview(since).density.parameters["warnings"].count(sentence) == 1
    assert [record.message for record in caplog.records].count(sentence) == 1
    caplog.clear()
    bare = without_reports(points).select(since="2023-12-05")
    found = lg.compare_periods(bare, after_since="2023-12-20")
    told = [record.message for record in caplog.records if "not all reported" in record.message]
    assert len(told) == 1 and "The periods end on 2023-12-19 and 2023-12-31" in told[0]
    assert found.caveats.count(told[0]) == 1 and "not all reported" not in " ".join(set(found.caveats) - set(told))
    lg.kde(bare)
    assert len([record for record in caplog.records if "not all reported" in record.message]) == 2


def test_a_layer_in_a_file_keeps_what_the_guard_needs(tmp_path):
    frame = lg.as_incidents(_frame(of_spring_2024(agency="LAPD")))
    _frame(frame).to_file(tmp_path / "a.gpkg")
    said = lg.change_map(tmp_path / "a.gpkg", after_since="2024-04-01").parameters["warnings"]
    assert ["crosses 2024-03-07" in sentence for sentence in said] == [True]


def _frame(points):
    return gpd.GeoDataFrame(
        dict(occurred=points.when, reported=points.reported, dr_no="1", crime_code=510),
        geometry=gpd.points_from_xy(points.easting, points.northing, crs=points.crs),
    )


@pytest.mark.alone
def test_a_million_rows_are_judged_in_no_time():
    n = 1_000_000
    random = np.random.default_rng(0)
    occurred = BEGIN.astype("M8[s]") + random.integers(0, 365 * 86400, n)
    many = incidents(
        np.zeros(n), np.zeros(n), when=occurred, reported=occurred.astype("M8[D]") + random.integers(0, 30, n)
    )
    began = time.perf_counter()
    period_guards.problems(many)
    # Measured: 0.03 s, as long as three glances at a column of dates; here with room for a busy machine.
    assert time.perf_counter() - began < 0.5


def test_the_switch_is_where_the_data_say(lacrime_data):
    """The file of the whole city by month runs before it, and no guard speaks up on files that end long before their reports."""
    west = lg.as_incidents(lg.read_lapd(Path(lacrime_data) / "lapd_west_la_2020-03_2021-07_28col.parquet"))
    assert west.agency == "LAPD" and period_guards.problems(west) == {}
    early = lg.Incidents(
        west.easting, west.northing, when=west.when, reported=west.reported, crs=west.crs, known_until="2021-07-31"
    )
    assert set(period_guards.problems(early)) == {period_guards.LAG}
