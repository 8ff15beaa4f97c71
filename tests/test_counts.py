"""Tidy tables of counts: zeros, whole steps, keys, the end where a file is whole, and the guards of periods."""

import json

import numpy as np
import pandas as pd
import pytest

from lacrime_geo import Incidents, as_features, read_lapd
from lacrime_geo.forecasting.count_tables import counts
from lacrime_geo.forecasting.tables_as_counts import as_counts

START = np.datetime64("2023-01-01", "D")


def incidents(days, *, delay=None, agency=None, source=None, category=None, x=None):
    days = np.asarray(days, dtype="M8[D]")
    return Incidents(
        np.zeros(days.size) if x is None else x,
        np.zeros(days.size),
        when=days,
        reported=None if delay is None else days + delay,
        crs="EPSG:32611",
        agency=agency,
        source=source,
        category=category,
    )


def random_days(number, until=365, seed=0):
    return START + np.sort(np.random.default_rng(seed).integers(0, until, number))


def test_every_day_is_there_and_counted_as_by_hand():
    days = random_days(200)
    area = np.array(["b", "a"])[np.arange(200) % 2]
    table = counts(incidents(days, delay=0, source={"area": area}), by="area")
    frame = table.to_dataframe()
    assert list(frame.columns) == ["area", "period", "count"]
    assert len(frame) == 2 * ((days.max() - days.min()).astype(int) + 1)
    for row in frame.itertuples():
        assert row.count == int(((days == np.datetime64(row.period, "D")) & (area == row.area)).sum())


@pytest.mark.parametrize(("freq", "length"), [("W", 7), ("MS", 0)])
def test_only_whole_steps_are_counted(freq, length):
    days = START + np.arange(3, 100)
    table = counts(incidents(days, delay=0), freq=freq)
    begin = table["period"].astype("M8[D]")
    if length:
        assert (np.diff(begin).astype(int) == 7).all()
        assert begin[-1] + 7 == days.max() + 1
        assert (table["count"] == 7).all()
    else:
        assert begin.astype(str).tolist() == ["2023-02-01", "2023-03-01"]
        assert table["count"].tolist() == [28, 31]


def test_several_keys_are_told_apart():
    days = random_days(300)
    source = {"area": np.arange(300) % 3, "category": np.array(["x", "y"])[np.arange(300) // 7 % 2]}
    table = counts(incidents(days, delay=0, source=source), by=["area", "category"], freq="MS")
    assert table.keys == ("area", "category")
    frame = table.to_dataframe()
    assert len(frame.drop_duplicates(["area", "category"])) == 6
    one = frame[(frame.area == 2) & (frame.category == "y")]
    among = (source["area"] == 2) & (source["category"] == "y") & (days < np.datetime64("2023-12-01"))
    whole = days[among].astype("M8[M]")
    months = {month: int((whole == np.datetime64(month, "M")).sum()) for month in one.period}
    assert one["count"].tolist() == list(months.values())


def test_polygons_have_series_even_without_incidents(tmp_path):
    gpd = pytest.importorskip("geopandas")
    shapely = pytest.importorskip("shapely")
    boxes = [shapely.box(left, -1, left + 2, 1) for left in (-1, 9, 19)]
    areas = gpd.GeoDataFrame({"name": ["west", "middle", "east"]}, geometry=boxes, crs="EPSG:32611")
    x = np.where(np.arange(90) % 3 > 0, 0.0, 10.0)
    points = incidents(START + np.arange(90), delay=0, x=x)
    for given in (areas, as_features(areas)):
        table = counts(points, by=given, freq="MS")
        total = table.to_dataframe().groupby("area")["count"].sum()
        assert total.to_dict() == {"west": 60, "middle": 30, "east": 0}


def test_the_end_is_where_the_file_is_whole():
    days = START + np.repeat(np.arange(100), 5)
    delays = np.tile([0, 1, 2, 3, 20], 100)
    points = incidents(days)
    here = days + delays <= START + 99
    late = Incidents(
        points.easting[here], points.northing[here], when=days[here], reported=(days + delays)[here], crs="EPSG:32611"
    )
    table = counts(late)
    assert table["period"].max().astype("M8[D]") == START + 79
    assert (table["count"] == 5).all()
    assert table.parameters["lag_days"] == 20
    whole = counts(late, lag_safe=False)
    assert whole["period"].max().astype("M8[D]") == START + 99
    assert any("reported" in sentence for sentence in whole.parameters["warnings"])


def test_taken_back_to_a_day_it_is_what_was_known_then():
    days = START + np.repeat(np.arange(100), 5)
    delays = np.tile([0, 1, 2, 3, 20], 100)
    table = counts(incidents(days, delay=delays), as_of="2023-03-02", lag_safe=False)
    by_day = np.array([((days == day) & (days + delays <= START + 60)).sum() for day in START + np.arange(61)])
    assert table["count"].tolist() == by_day.tolist()
    assert counts(incidents(days, delay=delays), as_of="2023-03-02")["period"].max().astype("M8[D]") == START + 40


def test_without_reports_the_last_month_is_left_out():
    table = counts(incidents(START + np.arange(100)))
    assert table["period"].max().astype("M8[D]") == START + 99 - 30
    assert table.parameters["lag_days"] == 30


def test_the_change_of_the_records_system_is_refused():
    days = np.datetime64("2024-01-01") + np.arange(150)
    with pytest.raises(ValueError, match="2024"):
        counts(incidents(days, delay=0, agency="LAPD"))
    table = counts(incidents(days, delay=0, agency="LAPD"), breaks="ignore")
    assert any("2024" in sentence for sentence in table.parameters["warnings"])
    before = counts(incidents(days, delay=0, agency="LAPD"), until="2024-03-07")
    assert "warnings" not in before.parameters
    assert before.to_dataframe().attrs["agency"] == "LAPD"
    assert "warnings" not in counts(incidents(days, delay=0)).parameters


def test_a_break_of_another_agency_is_warned_of():
    days = np.concatenate([np.repeat(START + np.arange(200), 10), np.repeat(START + np.arange(200, 300), 3)])
    table = counts(incidents(days, delay=0))
    assert any("halved" in sentence for sentence in table.parameters["warnings"])
    assert "warnings" not in counts(incidents(np.repeat(START + np.arange(300), 10), delay=0)).parameters


def test_there_and_back_through_a_frame():
    days = random_days(300)
    table = counts(incidents(days, delay=1, agency="LAPD", source={"area": np.arange(300) % 4}), by="area", freq="W")
    again = as_counts(table.to_dataframe())
    assert again.keys == ("area",)
    for name in table.columns:
        assert np.array_equal(again[name], table[name])
    assert (again.step, again.parameters["agency"], again.parameters["lag_days"]) == ("week", "LAPD", 1)
    json.loads(again.parameters.record())


def test_a_tidy_table_is_filled_with_zeros():
    frame = pd.DataFrame({"area": ["a", "a", "b"], "period": ["2023-01", "2023-03", "2023-02"], "count": [3, 4, 5]})
    table = as_counts(frame)
    assert table.step == "month"
    assert table.panel().values.tolist() == [[3, 0, 4], [0, 5, 0]]
    assert table.parameters["filled_steps"] == 3


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"count": [1.5, 2]}, "whole number"),
        ({"count": [-1, 2]}, "whole number"),
        ({"period": ["2023-01-01", "2023-01-01"]}, "more than once"),
        ({"cleared": [1, 0]}, "cleared"),
        ({"daily_avg": [1.0, 0.5]}, "daily_avg"),
        ({"measure": [1.0, 0.5]}, "fractions"),
        ({"area": ["a", None]}, "no area"),
    ],
)
def test_what_is_no_tidy_table_is_refused(columns, words):
    table = {"period": ["2023-01-01", "2023-01-02"], "count": [1, 2], **columns}
    with pytest.raises(ValueError, match=words):
        as_counts(pd.DataFrame(table))


def test_columns_that_lack_are_named():
    with pytest.raises((ValueError, KeyError), match="count"):
        as_counts(pd.DataFrame({"period": ["2023-01-01"]}))


def test_unfit_incidents_are_refused():
    with pytest.raises(ValueError, match="times"):
        counts(Incidents([0.0], [0.0], crs="EPSG:32611"))
    with pytest.raises(ValueError, match="'H'"):
        counts(incidents(START + np.arange(60)), freq="H")


def test_the_order_of_rows_does_not_matter():
    days = random_days(100)
    turned = counts(incidents(days[::-1], delay=0))
    assert np.array_equal(turned["count"], counts(incidents(days, delay=0))["count"])


def test_west_la_by_week(lacrime_data):
    frame = read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    table = counts(frame, freq="W")
    assert table.parameters["agency"] == "LAPD"
    assert 10 <= table.parameters["lag_days"] <= 90
    begin, end = table["period"].astype("M8[D]").min(), table["period"].astype("M8[D]").max() + 7
    when = frame["occurred"].to_numpy().astype("M8[D]")
    assert table["count"].sum() == int(((when >= begin) & (when < end)).sum())


def late_incidents(seed=0, days=300, rate=40):
    """Return what is known on the last day of incidents of which half are reported at once and half 10 days later."""
    random = np.random.default_rng(seed)
    day = START + np.repeat(np.arange(days), random.poisson(rate, days))
    reported = day + np.where(random.random(day.size) < 0.5, 0, 10)
    here = reported <= START + days - 1
    zeros = np.zeros(here.sum())
    return day, Incidents(zeros, zeros, when=day[here], reported=reported[here], crs="EPSG:32611")


@pytest.mark.parametrize("freq", ["D", "W"])
def test_a_nowcast_is_near_what_comes_in_the_end(freq):
    day, known = late_incidents()
    table, reported = (counts(known, freq=freq, lag_safe=how) for how in ("nowcast", False))
    truth = (day >= table["period"][-2].astype("M8[D]")).sum()
    assert reported["count"][-2:].sum() < 0.8 * truth
    assert table["count"][-2:].sum() == pytest.approx(truth, abs=4 * np.sqrt(2 * truth))
    assert np.array_equal(table["count"][:-12], reported["count"][:-12])
    assert any("estimates" in sentence for sentence in table.parameters["warnings"])


def test_a_month_is_estimated_by_the_mean_of_its_days():
    _, known = late_incidents(days=304)
    table, reported = (counts(known, freq="MS", lag_safe=how) for how in ("nowcast", False))
    # October 2023 ends with the file: of its last 10 days half is reported.
    assert table["period"][-1].astype("M8[D]") == np.datetime64("2023-10-01")
    assert table["count"][-1] == pytest.approx(reported["count"][-1] / (26 / 31), rel=0.01)


def test_a_nowcast_needs_reports():
    with pytest.raises(ValueError, match="dates of report"):
        counts(incidents(START + np.arange(100)), lag_safe="nowcast")
    with pytest.raises(ValueError, match="maybe"):
        counts(incidents(START + np.arange(100)), lag_safe="maybe")


def test_a_period_that_is_not_whole_yet_is_refused():
    for options in (dict(since="2023-03-25"), dict(since="2024-01-01")):
        with pytest.raises(ValueError, match="last day taken for wholly reported"):
            counts(incidents(START + np.arange(100)), **options)
    with pytest.raises(ValueError, match="2022-12-02"):
        counts(incidents([START]))
    with pytest.raises(TypeError, match="count incidents first"):
        as_counts(incidents([START]))
