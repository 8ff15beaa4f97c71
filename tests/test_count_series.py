"""Counts by steps of time and area: nothing is lost, nothing is counted twice, zeros are there."""

import numpy as np
import pytest
import shapely

import lacrime_geo as lg
from lacrime_geo.features import Features
from lacrime_geo.parameters import Parameters
from lacrime_geo.temporal.count_series import count_series, names_of, steps_between
from lacrime_geo.temporal.table_series import series_of_table

FIRST = np.datetime64("2023-01-05")


def incidents(n=400, days=60, seed=0, **columns):
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 2000, (2, n))
    when = FIRST.astype("M8[s]") + random.integers(0, days * 86_400, n).astype("m8[s]")
    when[:2] = FIRST, FIRST + days - 1
    return lg.Incidents(x + 380_000, y + 3_768_000, when=when, crs="EPSG:32611", **columns)


def halves():
    boxes = [shapely.box(380_000 + 1000 * at, 3_768_000, 381_000 + 1000 * at, 3_770_000) for at in (0, 1)]
    return Features([box.wkb for box in boxes], "EPSG:32611", {"area": [1.5, 2.5], "name": ["west", "east"]})


@pytest.mark.parametrize(("step", "steps", "held"), [("day", 60, 60), ("week", 8, 56), ("month", 1, 28)])
def test_counts_are_those_of_a_loop_over_the_steps(step, steps, held):
    points, parameters = incidents(), Parameters()
    series = count_series(points, step=step, areas=halves(), parameters=parameters)
    assert series.count.shape == (2, steps) and series.lengths.sum() == held
    west = points.easting < 381_000
    for area, inside in enumerate((west, ~west)):
        for at, begin in enumerate(series.begin):
            day = points.when.astype("M8[D]")
            expected = (inside & (day >= begin) & (day < begin + series.lengths[at])).sum()
            assert series.count[area, at] == expected
    assert series.count.sum() + parameters["outside_the_steps"] == points.size
    assert series.name.tolist() == ["west", "east"]


def test_weeks_end_with_the_last_day():
    begin, end = steps_between(np.datetime64("2023-01-01"), np.datetime64("2023-01-20"), "week")
    assert begin.astype(str).tolist() == ["2023-01-07", "2023-01-14"] and str(end) == "2023-01-21"


def test_months_are_whole_ones_only():
    begin, end = steps_between(np.datetime64("2023-01-01"), np.datetime64("2023-03-30"), "month")
    assert begin.astype(str).tolist() == ["2023-01-01", "2023-02-01"] and str(end) == "2023-03-01"


def test_the_period_is_that_of_the_whole_file_and_of_what_was_asked():
    kinds = np.array(["robbery"] * 400, dtype=object)
    kinds[50:53] = "homicide"
    points = incidents(category=kinds)
    rare = count_series(points.select(category="homicide"), parameters=Parameters())
    assert rare.total.size == 60 and rare.total.sum() == 3
    chosen = points.select(since="2023-01-10", until="2023-01-20")
    series = count_series(chosen, parameters=Parameters())
    assert (
        str(series.begin[0]) == "2023-01-10" and str(series.end) == "2023-01-20" and series.total.sum() == chosen.size
    )


def test_an_end_asked_for_beyond_the_file_adds_no_zeros():
    series = count_series(incidents().select(until="2024-01-01"), parameters=Parameters())
    assert series.total.size == 60


def test_what_has_no_date_no_place_or_no_area_is_noted():
    points = incidents()
    when, x = points.when.copy(), points.easting.copy()
    when[10:13], x[20:22], x[30] = np.datetime64("NaT"), np.nan, 999_000
    parameters = Parameters()
    series = count_series(
        lg.Incidents(x, points.northing, when=when, crs=points.crs), areas=halves(), parameters=parameters
    )
    noted = {name: parameters[name] for name in ("undated", "without_place", "in_no_area")}
    assert noted == {"undated": 3, "without_place": 2, "in_no_area": 1}
    assert series.count.sum() == points.size - 6


def test_groups_of_a_column_have_a_series_each():
    points, half = incidents(), np.repeat(["a", "b"], 200)
    series = count_series(points, by=half, parameters=Parameters())
    assert series.name.tolist() == ["a", "b"] and series.count.sum(axis=1).tolist() == [200, 200]


def test_a_table_gives_back_the_series_it_was_made_of():
    series = count_series(incidents(), step="week", by=np.repeat(["a", "b"], 200), parameters=Parameters())
    rows = np.argwhere(series.count > 0)
    np.random.default_rng(1).shuffle(rows)
    table = {
        "date": series.begin[rows[:, 1]],
        "area": series.name[rows[:, 0]],
        "count": series.count[rows[:, 0], rows[:, 1]],
    }
    again = series_of_table(table)
    assert again.step == "week" and again.name.tolist() == ["a", "b"]
    np.testing.assert_array_equal(again.count, series.count)
    np.testing.assert_array_equal(again.begin, series.begin)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"date": ["2023-01-01", "2023-01-01"], "count": [1, 2]}, "more than once, first that of all in the day"),
        ({"date": ["2023-01-01", "2023-01-02"], "count": [1, -2]}, "is no whole number of 0 or more, first row 1"),
        ({"date": ["2023-01-01", "2023-01-02"], "count": [1, 0.5]}, "is no whole number of 0 or more, first row 1"),
        ({"date": ["soon"], "count": [1]}, "date must be a date such as"),
        ({"date": [], "count": []}, "has no rows"),
        ({"count": [1]}, "no column 'date'"),
        ({"date": np.array(["2023-01-01", "NaT"], "M8[D]"), "count": [1, 2]}, "have no date, first row 1"),
    ],
)
def test_tables_that_are_no_counts_are_refused(table, message):
    with pytest.raises(ValueError, match=message):
        series_of_table(table)


def test_input_that_makes_no_series_is_refused():
    points = incidents()
    with pytest.raises(ValueError, match="have no times"):
        count_series(lg.Incidents([380_000], [3_768_000], crs="EPSG:32611"), parameters=Parameters())
    with pytest.raises(ValueError, match="give one of them"):
        count_series(points, by="category", areas=halves(), parameters=Parameters())
    with pytest.raises(ValueError, match="0 whole steps of a month"):
        count_series(points.select(until="2023-01-20"), step="month", parameters=Parameters())
    with pytest.raises(ValueError, match="step must be"):
        count_series(points, step="hour", parameters=Parameters())


def test_areas_are_named_by_what_tells_each_apart_and_not_by_their_sizes():
    assert names_of(halves()).tolist() == ["west", "east"]
    boxes = halves().wkb
    assert names_of(Features(boxes, "EPSG:32611", {"area": [1.5, 2.5]})).tolist() == ["area 0", "area 1"]
    assert names_of(Features(boxes, "EPSG:32611", {"AREA": [1, 2]})).tolist() == ["1", "2"]
    assert names_of(Features(boxes, "EPSG:32611", {"name": ["a", "a"], "id": [7, 8]})).tolist() == ["7", "8"]


def test_steps_without_a_row_are_told_of():
    days = np.datetime64("2023-01-02") + np.arange(40)
    kept = [np.arange(40), np.delete(np.arange(40), 7), np.array([0, 1, 3, 39])]
    records = [Parameters() for _ in kept]
    for rows, parameters in zip(kept, records):
        series_of_table({"date": days[rows], "count": np.ones(rows.size)}, parameters=parameters)
    assert [found["steps_without_row"] for found in records] == [0, 1, 36]
    assert "warnings" not in records[1]
    assert records[2]["warnings"][0].startswith(
        "36 days of 40, of all groups, have no row in the table and count 0: if"
    )


def test_names_that_repeat_are_told_of():
    parameters, boxes = Parameters(), halves().wkb
    twice = Features(boxes, "EPSG:32611", {"name": ["a", "a"]})
    series = count_series(incidents(), areas=twice, parameters=parameters)
    assert series.name.tolist() == ["area 0", "area 1"]
    assert "repeat or are missing, so they are called" in parameters["warnings"][0]
