"""Incidents: what they hold, what they refuse, and choosing a period and category."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from makers import CRS, SOUTH, WEST, clustered, crimes_frame, incidents, points_frame

import lacrime_geo as lg

DAYS = np.array(["2023-01-01", "2023-01-31T23:59:59", "2023-02-01", "NaT", "2023-03-05T12:00"], dtype="datetime64[s]")
DATED = incidents(np.arange(5), np.arange(5), when=DAYS, category=["a", "b", "a", "c", "b"])


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        (dict(since="2023-01-31T23:59:59"), [1, 2, 4]),
        (dict(until="2023-02-01"), [0, 1]),
        (dict(since="2023-02-01", until="2023-02-02"), [2]),
        (dict(since="2023"), [0, 1, 2, 4]),
        (dict(since=2023, until=2024), [0, 1, 2, 4]),
        (dict(since=pd.Timestamp("2023-02-01")), [2, 4]),
        (dict(since=np.datetime64("2023-02-01")), [2, 4]),
        (dict(category="a"), [0, 2]),
        (dict(category=["a", "c"]), [0, 2, 3]),
        (dict(category="b", until="2023-02-01"), [1]),
        ({}, [0, 1, 2, 3, 4]),
    ],
)
def test_select(options, rows):
    assert (DATED.select(**options).easting - WEST).tolist() == rows


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(since="2030-01-01"), "they run from 2023-01-01 to 2023-03-05"),
        (dict(since="2023-02-01", until="2023-01-01"), "must be earlier than until"),
        (dict(since="yesterday"), "must be a date such as .* got 'yesterday'"),
        (dict(since="03/04/2023"), "may begin with the month or with the day; write it as 2023-03-04, year first"),
        (dict(until=""), "must be a date"),
        (dict(category="d"), "there are a, b, c"),
    ],
)
def test_select_refuses(options, words):
    with pytest.raises(ValueError, match=words):
        DATED.select(**options)


@pytest.mark.parametrize(("option", "words"), [("since", "time_column"), ("category", "category_column")])
def test_select_without_the_column_says_how_to_name_it(option, words):
    with pytest.raises(ValueError, match=words):
        incidents([1], [2]).select(**{option: "2023-01-01"})


def test_selecting_takes_every_column_along():
    frame = crimes_frame()
    some = lg.as_incidents(frame).select(category="robbery")
    assert some.size == (frame.category == "robbery").sum() == len(some.source)
    assert (some.source.category == "robbery").all() and (some.category == "robbery").all()
    np.testing.assert_array_equal(some.when, some.source.occurred.to_numpy(dtype="datetime64[s]"))
    out = lg.dbscan(some, eps=500, min_samples=3).to_geodataframe()
    assert (out.dr_no == frame.dr_no[frame.category == "robbery"]).all()


def test_selecting_from_plain_columns():
    data = {"amount": np.arange(5.0) + 1, "name": np.array(list("vwxyz"))}
    some = incidents(np.arange(5), np.arange(5), when=DAYS, source=data).select(since="2023-02-01")
    assert some.source["name"].tolist() == ["x", "z"]
    assert lg.kde(some, weight="amount", bandwidth=50, cell_size=5).unit == "weight per km²"


def test_half_a_coordinate_is_none_and_the_callers_arrays_are_left_alone():
    x, y = np.array([1.0, np.nan, 3.0]), np.array([1.0, 2.0, np.nan])
    located = lg.Incidents(x, y, crs=CRS)
    assert located.placed.tolist() == [True, False, False] and located.located().size == 1
    assert np.isnan(located.northing[1]) and y[1] == 2.0


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (dict(weight=[1.0]), "weight has 1 values for 2 rows"),
        (dict(weight=[1.0, np.nan]), "missing or infinite in 1 of 2 rows, first in row 1"),
        (dict(weight=[1.0, np.inf]), "missing or infinite"),
        (dict(weight=[1.0, -2.0]), "negative in 1 of 2 rows, first in row 1"),
        (dict(weight=[1e307, 1e307]), "too large"),
        (dict(when=["2023-01-01"]), "when has 1 values for 2 incidents"),
        (dict(category=["a", "b", "c"]), "category has 3 values"),
    ],
)
def test_columns_that_do_not_fit(columns, words):
    with pytest.raises(ValueError, match=words):
        incidents([0, 1], [0, 1], **columns)


def test_weights_that_are_all_zero_are_refused_when_they_are_analysed():
    with pytest.raises(ValueError, match="weight is 0 in all 2 rows, so there is nothing to map"):
        lg.kde(incidents([0, 1], [0, 1], weight=[0.0, 0.0]), bandwidth=10)


def test_coordinates_that_do_not_fit():
    with pytest.raises(ValueError, match="shape"):
        lg.Incidents([1, 2], [1], crs=CRS)
    with pytest.raises(ValueError, match="1 of 2 coordinates are infinite, first in row 1"):
        incidents([0, np.inf], [0, 1])


WALL = pd.Timestamp("2023-07-01 20:30")
AWARE = pd.Series([WALL.tz_localize("America/Los_Angeles")] * 3)


@pytest.mark.parametrize("values", [AWARE, pd.DatetimeIndex(AWARE), pd.Series([WALL] * 3), ["2023-07-01T20:30"] * 3])
def test_times_are_the_wall_clock(values):
    assert (incidents(np.arange(3), np.arange(3), when=values).when == np.datetime64(WALL, "s")).all()


COLUMNS_OF_TIMES = {
    "aware": AWARE,
    "aware, as objects": AWARE.astype(object),
    "text": pd.Series(["2023-07-01 20:30"] * 3),
    "categorical": pd.Categorical(["2023-07-01 20:30"] * 3),
    "microseconds": pd.Series([WALL] * 3).astype("datetime64[us]"),
}


@pytest.mark.parametrize("kind", list(COLUMNS_OF_TIMES))
def test_columns_of_times_are_the_wall_clock(kind):
    frame = points_frame(np.arange(3), np.arange(3)).assign(start=COLUMNS_OF_TIMES[kind])
    assert (lg.as_incidents(frame, time_column="start").when == np.datetime64(WALL, "s")).all()


@pytest.mark.parametrize("values", [["yes", "no", "2023-01-01"], [1, 0, 1], [True, False, True]])
def test_a_column_that_happens_to_be_named_occurred(values, caplog):
    frame = points_frame(np.arange(3), np.arange(3)).assign(occurred=values)
    located = lg.as_incidents(frame)
    readable = np.array([v == "2023-01-01" for v in values])
    np.testing.assert_array_equal(np.isnat(located.when), ~readable)
    assert "are no dates" in caplog.text and "undated" in caplog.text
    with pytest.raises(ValueError, match="'occurred' are no dates, first in row 0"):
        lg.as_incidents(frame, time_column="occurred")


WEIGHTS = {
    "nullable": pd.array([1, 2, 3], dtype="Int64"),
    "categorical": pd.Categorical([1, 2, 3]),
    "text of digits": np.array(["1", "2", "3"]),
    "decimal": np.array([1, 2, 3], dtype=object),
    "float32": np.array([1, 2, 3], dtype="float32"),
}


@pytest.mark.parametrize("kind", list(WEIGHTS))
def test_weight_columns_of_any_kind(kind):
    frame = points_frame(np.arange(3), np.arange(3)).assign(w=WEIGHTS[kind])
    assert lg.as_incidents(frame, weight="w").weight.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.array([1, None, 3], dtype="Int64"), "first in row 1"),
        (["a", "b", "c"], "must be numbers; the first value is 'a'"),
    ],
)
def test_weight_columns_that_are_no_numbers(values, words):
    with pytest.raises((ValueError, TypeError), match=words):
        lg.as_incidents(points_frame(np.arange(3), np.arange(3)).assign(w=values), weight="w")


def test_a_column_may_have_a_number_for_a_name():
    frame = points_frame(np.arange(3), np.arange(3)).assign(**{"ñ": 2.0})
    frame[7] = [1.0, 2.0, 3.0]
    assert lg.as_incidents(frame, weight="7").weight.tolist() == [1, 2, 3]
    assert lg.as_incidents(frame, weight="ñ").weight.tolist() == [2, 2, 2]


@pytest.mark.parametrize("thing", [5, [1, 2], None, pd.DataFrame({"x": [1]}), gpd.GeoDataFrame({"x": [1]}), {"x": 1}])
def test_things_that_are_no_incidents(thing):
    with pytest.raises(TypeError, match=f"not from {type(thing).__name__}"):
        lg.as_incidents(thing)


def test_frames_of_every_make():
    x, y = clustered(50, 1)
    plain = points_frame(x, y)
    renamed = plain.rename_geometry("wo").set_index(pd.Index([3] * 50))
    raised = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x + WEST, y + SOUTH, np.ones(50), crs=CRS))
    multi = gpd.GeoDataFrame(geometry=plain.geometry.map(lambda p: p.buffer(0).union(p)).values, crs=CRS)
    for frame in (plain, renamed, raised, multi, plain.geometry):
        np.testing.assert_array_equal(lg.as_incidents(frame).easting, x + WEST)


def test_analyses_leave_their_input_alone():
    frame = crimes_frame()
    frame.attrs["note"] = "mine"
    before = frame.copy()
    lg.kde(frame), lg.hotspots(frame), lg.dbscan(frame).to_geodataframe()
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {"note": "mine"}


@pytest.mark.parametrize("kind", ["texts", "categories", "days", "zone east", "zone west"])
def test_dates_of_report_are_those_written_whatever_their_type(kind):
    days = pd.date_range("2023-01-01", periods=40)
    changed = {
        "texts": days.astype(str),
        "categories": pd.Categorical(days.astype(str)),
        "days": days.date,
        "zone east": days.tz_localize("Europe/Berlin"),
        "zone west": days.tz_localize("America/Los_Angeles"),
    }[kind]
    points = gpd.GeoSeries.from_xy(np.full(40, -118.3), np.full(40, 34.0), crs="EPSG:4326")
    frame = gpd.GeoDataFrame({"occurred": changed, "reported": changed, "occurred_until": changed}, geometry=points)
    found = lg.as_incidents(frame)
    for column in (found.when, found.reported, found.until):
        np.testing.assert_array_equal(column, days.to_numpy("M8[s]"))


def test_texts_of_report_that_are_no_dates_are_counted(caplog):
    points = gpd.GeoSeries.from_xy([-118.3] * 200, [34.0] * 200, crs="EPSG:4326")
    frame = gpd.GeoDataFrame({"reported": ["2023/01/31 08:30:00"] * 199 + ["soon"]}, geometry=points)
    found = lg.as_incidents(frame)
    assert np.isnat(found.reported).sum() == 1 and str(found.reported[0]) == "2023-01-31T08:30:00"
    assert "1 of 200 values of the column 'reported' are no dates" in caplog.text
    assert lg.as_incidents(frame.assign(reported="an officer")).reported is None
