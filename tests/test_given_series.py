"""The step of a table of counts: its own unless told, longer ones summed up, shorter ones refused."""

import logging

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.parameters import Parameters
from lacrime_geo.temporal.count_series import count_series
from lacrime_geo.temporal.given_series import given

BEGIN = np.datetime64("2023-01-11")  # a Wednesday
WEEKS = dict(date=BEGIN + 7 * np.arange(130), count=np.arange(130) % 9)
MONTHS = dict(date=np.arange("2021-01", "2023-01", dtype="M8[M]"), count=np.arange(24))


def days(groups=("a", "b"), size=100):
    random = np.random.default_rng(2)
    dates = np.tile(BEGIN + np.arange(size), len(groups))
    return dict(date=dates, group=np.repeat(groups, size), count=random.poisson(2.0, dates.size))


@pytest.mark.parametrize("table, step", [(days(), "day"), (WEEKS, "week"), (MONTHS, "month")])
def test_the_step_of_a_table_is_found_and_announced(table, step, caplog):
    with caplog.at_level(logging.INFO, logger="lacrime_geo"):
        found = given(table, None, None)
    assert found.series.step == found.parameters["step"] == step
    assert f"step = {step}: {found.parameters['step_reason']}" in caplog.text
    told = given(table, step, None)
    np.testing.assert_array_equal(told.series.count, found.series.count)
    assert told.parameters["step"] == step and "step_reason" not in told.parameters


@pytest.mark.parametrize("run", [lg.decompose, lg.change_points])
@pytest.mark.parametrize(
    "table, step, problem",
    [
        (WEEKS, "day", "The table holds counts by week, got step 'day'; take step='week', or give a row for each day."),
        (MONTHS, "day", "The table holds counts by month, got step 'day'; take step='month'"),
        (MONTHS, "week", "The table holds counts by month, got step 'week'; take step='month'"),
        (WEEKS, "month", "by week, which no month holds whole, got step 'month'; take step='week'."),
        (days(), "year", "step must be one of 'day', 'week', 'month', got 'year'"),
    ],
)
def test_a_step_that_the_table_does_not_have_is_refused(run, table, step, problem):
    with pytest.raises(ValueError) as raised:
        run(table, step=step)
    assert problem in str(raised.value)


@pytest.mark.parametrize("step", ["week", "month"])
def test_days_are_summed_up_as_incidents_are_counted(step):
    table = days()
    found = given(table, step, None)
    when = np.repeat(table["date"], table["count"]).astype("M8[s]")
    zeros, group = np.zeros(when.size), np.repeat(table["group"], table["count"])
    incidents = lg.Incidents(zeros, zeros, when=when, crs="EPSG:32611")
    series = count_series(incidents, step=step, by=group, parameters=(parameters := Parameters()))
    np.testing.assert_array_equal(found.series.count, series.count)
    np.testing.assert_array_equal(found.series.begin, series.begin)
    assert found.series.end == series.end and found.series.name.tolist() == ["a", "b"]
    assert found.parameters["outside_the_steps"] == parameters["outside_the_steps"] > 0


def test_any_day_stands_for_the_step_that_it_is_in():
    ends = np.arange("2021-02", "2023-02", dtype="M8[M]").astype("M8[D]") - 1
    found = given(dict(date=ends, count=np.arange(24)), "month", None).series
    assert found.total.tolist() == list(range(24)) and str(found.begin[0]) == "2021-01-01"


def test_a_day_that_is_there_twice_is_refused_before_it_is_summed_up():
    table = days(("a",))
    twice = {name: np.append(values, values[3:4]) for name, values in table.items()}
    with pytest.raises(ValueError, match="more than once, first that of a in the day of 2023-01-14"):
        given(twice, "week", None)
