"""Any agency's CSV: which columns are taken, what becomes of dates, times and coordinates, and what is refused."""

import json
import re
import sys

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg
from lacrime_geo.data.generic import load_incidents
from lacrime_geo.data.loading_page import loading_page
from lacrime_geo.data.own_mapping import asked

ROWS = 60
NUMBERS = np.arange(ROWS)


def calls(**names):
    """Return a table of calls as an agency has them, some of its columns under other names."""
    frame = pd.DataFrame(
        {
            "ID": [f"{number:05d}" for number in NUMBERS],
            "Call Type": np.array(["theft", "noise", "assault"])[NUMBERS % 3],
            "Date": [f"05/{1 + number % 28:02d}/2024" for number in NUMBERS],
            "Time": [f"{number % 24}:{number % 60:02d}" for number in NUMBERS],
            "Longitude": np.round(-87.6 + NUMBERS / 1000, 4),
            "Latitude": np.round(41.8 + NUMBERS / 2000, 4),
            "Beat": NUMBERS + 100,
            "Score": NUMBERS / 4,
            "Closed": [f"2024-06-{1 + number % 30:02d} 10:00:00" for number in NUMBERS],
            "Address": [f"{number}00  MAIN ST" for number in NUMBERS],
        }
    )
    return frame.rename(columns=names)


def read(frame, tmp_path, separator=",", **options):
    path = tmp_path / "calls.csv"
    frame.to_csv(path, index=False, sep=separator)
    return lg.read_incidents(path, **options)


def choices(frame):
    """Return the columns chosen, by what for."""
    return {
        line["rule"][7:]: line["examples"][0] for line in frame.attrs["audit"] if line["rule"].startswith("column_")
    }


def found(frame, rule):
    return sum(line["rows"] for line in frame.attrs["audit"] if line["rule"] == rule)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_plain_file(tmp_path, separator):
    plain, frame = calls(), read(calls(), tmp_path, separator)
    assert list(frame.columns) == [
        *("id", "occurred", "time_placeholder", "category", "Beat", "Score", "Closed", "Address", "geometry")
    ]
    expected = pd.to_datetime(plain.Date + " " + plain.Time, format="%m/%d/%Y %H:%M")
    assert (frame.occurred == expected).all() and not frame.time_placeholder.any() and frame.crs == "EPSG:4326"
    np.testing.assert_array_equal(frame.geometry.x, plain.Longitude)
    np.testing.assert_array_equal(frame.geometry.y, plain.Latitude)
    assert (frame.category == plain["Call Type"]).all() and (frame.id == plain.ID).all()
    assert frame.Beat.dtype == "Int64" and frame.Score.dtype == float and frame.Closed.dtype.kind == "M"
    assert frame.Address[3] == "300 MAIN ST" and found(frame, "spaces") == ROWS
    chosen = dict(x="Longitude", y="Latitude", date="Date", time="Time", category="Call Type", id="ID")
    assert choices(frame) == chosen and json.loads(json.dumps(frame.attrs["audit"])) == frame.attrs["audit"]


NAMES = [
    dict(Longitude="LON", Latitude="LAT", Date="DATE OCC", Time="TIME OCC", **{"Call Type": "Crm Cd Desc"}),
    dict(Longitude="X", Latitude="Y", Date="Occurred Date", Time="Occurred Time", **{"Call Type": "Primary Type"}),
    dict(Longitude="Incident_Longitude", Latitude="Incident_Latitude", Date="Report Date", **{"Call Type": "offense"}),
    dict(Longitude="lng", Latitude="lat", Date="incident_datetime", **{"Call Type": "UCR Crime Category"}),
]


@pytest.mark.parametrize("names", NAMES)
def test_usual_names(tmp_path, names):
    pd.testing.assert_frame_equal(pd.DataFrame(read(calls(**names), tmp_path)), pd.DataFrame(read(calls(), tmp_path)))


def test_names_are_proved_by_content(tmp_path):
    names = dict(Date="When it was", Time="clock", **{"Call Type": "kind"})
    frame = calls(**names).assign(
        Date="unknown", x="left", y="right", Category=[f"case {number}" for number in NUMBERS]
    )
    taken = read(frame, tmp_path)
    # What is called so is none: another column of dates is found, and none for the category and the time.
    assert choices(taken) == dict(x="Longitude", y="Latitude", date="When it was", id="ID")
    assert taken.Category[3] == "case 3" and taken.time_placeholder.all()


def test_places_by_content(tmp_path):
    names = dict(Longitude="east", Latitude="north", Score="rank")
    frame = calls(**names).assign(rank=NUMBERS)
    # -87.6 might be a latitude as well.
    with pytest.raises(ValueError, match="look like longitude and latitude"):
        read(frame, tmp_path)
    taken = read(frame.assign(east=frame.east - 30), tmp_path)
    assert choices(taken)["x"] == "east" and choices(taken)["y"] == "north"
    (line,) = [line for line in taken.attrs["audit"] if line["rule"] == "column_y"]
    assert "guessed by its content: no column has a usual name" in line["action"]


@pytest.mark.parametrize(
    "form", ["({lat}, {lon})", "POINT ({lon} {lat})", "{n}00 MAIN ST\nCHICAGO, IL\n({lat}, {lon})"]
)
def test_places_that_stand_in_one_text(form, tmp_path):
    plain = calls().drop(columns=["Longitude", "Latitude"])
    pairs = zip(calls().Longitude, calls().Latitude)
    frame = plain.assign(Where=[form.format(lon=lon, lat=lat, n=n) for n, (lon, lat) in enumerate(pairs)])
    frame.loc[3, "Where"], frame.loc[4, "Where"], frame.loc[5, "Where"] = "", "(0, 0)", "MAIN ST"
    taken = read(frame, tmp_path)
    assert choices(taken)["x"] == choices(taken)["y"] == "Where" and found(taken, "place_unreadable") == 1
    assert np.flatnonzero(taken.geometry.isna()).tolist() == [3, 4, 5] and "Where" not in taken
    np.testing.assert_array_equal(taken.geometry.x[6:], calls().Longitude[6:])


def test_columns_that_are_named_are_taken(tmp_path):
    frame = calls().assign(Lon2=-70.5, Reported=pd.Series(pd.to_datetime("2024-07-01")), kind="x")
    named = dict(x="Lon2", date="Closed", category_column="kind")
    taken = read(frame, tmp_path, **named)
    assert (taken.geometry.x == -70.5).all() and (taken.category == "x").all()
    assert (taken.occurred == pd.to_datetime(calls().Closed)).all() and choices(taken)["y"] == "Latitude"
    (line,) = [line for line in taken.attrs["audit"] if line["rule"] == "column_x"]
    assert line["action"] == "column as named"


def test_a_column_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match="There is no column 'lon'; the columns are ID, Call Type, Date, Time, Longitude"
    ):
        read(calls(), tmp_path, x="lon")


def test_nothing_that_fits_is_refused_with_the_columns(tmp_path):
    with pytest.raises(
        ValueError, match=r"No columns of calls\.csv look like longitude .* The columns are ID, Call Type, Date"
    ):
        read(calls().drop(columns=["Longitude", "Latitude"]), tmp_path)


def test_places_that_are_no_numbers_are_named(tmp_path):
    comma = calls().assign(Latitude=lambda frame: frame.Latitude.map(lambda value: f"{value:.4f}".replace(".", ",")))
    comma["Longitude"] = comma.Longitude.map(lambda value: f"{value:.4f}".replace(".", ","))
    with pytest.raises(ValueError, match=r"'Longitude' and 'Latitude' .* they begin with '-87,6000' and '41,8000'"):
        read(comma, tmp_path, ";")


def test_a_header_alone_is_named_as_such(tmp_path):
    with pytest.raises(ValueError, match=r"calls\.csv has no rows: only its header, ID, Call Type, Date"):
        read(calls()[:0], tmp_path)


def test_other_coordinates_need_their_crs(tmp_path):
    plain = calls()
    import geopandas as gpd

    metres = gpd.GeoSeries(gpd.points_from_xy(plain.Longitude, plain.Latitude), crs="EPSG:4326").to_crs("EPSG:32616")
    frame = plain.assign(Longitude=metres.x, Latitude=metres.y).rename(columns={"Longitude": "X", "Latitude": "Y"})
    with pytest.raises(
        ValueError, match=r"60 of 60 coordinates in 'X' and 'Y' are no longitude and latitude, first in row 0"
    ):
        read(frame, tmp_path)
    placed = read(frame, tmp_path, crs="EPSG:32616")
    np.testing.assert_allclose(placed.geometry.x, plain.Longitude, atol=1e-8)
    np.testing.assert_allclose(placed.geometry.y, plain.Latitude, atol=1e-8)
    assert placed.crs == "EPSG:4326"


def test_exchanged_coordinates_are_named_as_such(tmp_path):
    frame = calls().assign(Longitude=41.8, Latitude=-118.0)
    with pytest.raises(ValueError, match="exchange x and y"):
        read(frame, tmp_path)


def test_rows_without_a_place_are_kept_and_counted(tmp_path):
    frame = calls().astype({"Longitude": object})
    frame.loc[0, ["Longitude", "Latitude"]] = 0
    frame.loc[1, "Longitude"], frame.loc[2, "Longitude"], frame.loc[3, "Longitude"] = None, "NULL", "west"
    taken = read(frame, tmp_path)
    assert taken.geometry.isna().sum() == 4 and taken.geometry[:4].isna().all() and len(taken) == ROWS
    assert found(taken, "coordinates_zero") == 1 and found(taken, "coordinates_blank") == 3
    assert found(taken, "x_unreadable") == 1
    frame.loc[:9, "Longitude"] = "west"
    with pytest.raises(
        ValueError, match=r"10 of 60 values of x cannot be read, first in row 0: .* choose another column"
    ):
        read(frame, tmp_path, x="Longitude", y="Latitude")


def test_dates_with_times_need_no_time_and_say_which_have_none(tmp_path):
    dates = [f"2024-05-{1 + number % 28:02d}" + f" {number % 24:02d}:30:00" * (number % 2) for number in NUMBERS]
    taken = read(calls().assign(Date=dates), tmp_path)
    assert "time" not in choices(taken) and "Time" in taken
    assert (taken.occurred == pd.to_datetime(pd.Series(dates), format="mixed")).all()
    assert taken.time_placeholder.tolist() == [number % 2 == 0 for number in NUMBERS]
    assert found(taken, "time_unknown") == ROWS / 2


@pytest.mark.parametrize(("end", "told"), [("Z", ROWS), ("+00:00", ROWS), ("-0700", ROWS), ("", 0)])
def test_clocks_of_another_place_are_told(end, told, tmp_path):
    frame = read(calls().drop(columns="Time").assign(Date=f"2024-05-31T23:30:00{end}"), tmp_path)
    assert found(frame, "occurred_with_offset") == told and set(frame["occurred"].astype(str)) == {
        "2024-05-31 23:30:00"
    }


def test_times_that_are_none_are_flagged(tmp_path):
    frame = calls()
    frame.loc[[4, 7], "Time"] = ["25:10", ""]
    taken = read(frame, tmp_path)
    assert (
        np.flatnonzero(taken.time_placeholder).tolist()
        == [4, 7]
        == np.flatnonzero(taken.occurred.dt.strftime("%H:%M") != frame.Time.str.zfill(5)).tolist()
    )


def slashed(days, first="05/{:02d}/2024"):
    return [first.format(1 + number % days) for number in NUMBERS]


def test_dates_that_either_order_fits_are_refused_until_one_is_said(tmp_path):
    frame = calls().assign(Date=slashed(12), Closed="2024-06-01")
    with pytest.raises(
        ValueError, match=r"'Date' can be month/day or day/month, .* \(such as '05/01/2024'\); say date_order="
    ):
        read(frame, tmp_path)
    for order, part in (("month/day", "month"), ("day/month", "day")):
        taken = read(frame, tmp_path, mapping={"date_order": order})
        assert (getattr(taken.occurred.dt, part) == 5).all()
    assert (read(frame.assign(Date="2024-05-06"), tmp_path).occurred.dt.month == 5).all()


@pytest.mark.parametrize(
    ("first", "order"), [("05/{:02d}/2024", "month/day"), ("{:02d}/05/2024", "day/month"), ("{:d}.5.2024", "day/month")]
)
def test_numbers_above_12_tell_the_order(first, order, tmp_path, caplog):
    frame = calls().assign(Date=slashed(28, first))
    with caplog.at_level("INFO", "lacrime_geo"):
        taken = read(frame, tmp_path)
    expected = pd.to_datetime("2024-05-" + pd.Series(NUMBERS % 28 + 1).astype(str) + " " + frame.Time)
    assert (taken.occurred == expected).all() and f"date_order = {order}: by its numbers above 12" in caplog.text
    loaded = load_incidents(tmp_path / "calls.csv").select()
    assert loaded.parameters["date_order"] == order and f"<td>date order</td><td>{order}</td>" in loading_page(loaded)


@pytest.mark.parametrize(
    "form", ["%Y/%m/%d %I:%M:%S %p", "%Y/%m/%d %H:%M", "%Y-%m-%d %I:%M:%S %p", "%m-%d-%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ"]
)
def test_dates_as_agencies_write_them(form, tmp_path):
    when = pd.Series(pd.Timestamp("2024-05-13 22:30") + pd.to_timedelta(NUMBERS, unit="h"))
    frame = calls().drop(columns=["Time", "Closed"]).assign(Date=when.dt.strftime(form), Updated=when.dt.strftime(form))
    taken = read(frame, tmp_path)
    assert (taken.occurred == when).all() and (taken.Updated == when).all() and "time" not in choices(taken)


def test_dates_that_begin_with_the_year_do_not_hide_others_further_down(tmp_path):
    """The order is asked for though the first texts need none, and what is said holds for all."""
    late = [f"2024-05-{1 + number % 28:02d} 10:{number:02d}" for number in range(40)] + ["05/06/2024"] * 20
    with pytest.raises(ValueError, match="can be month/day or day/month"):
        read(calls().assign(Date=late), tmp_path)
    frame = read(calls().assign(Date=late), tmp_path, mapping={"date_order": "day/month"})
    assert (
        str(frame["occurred"].iloc[-1].date()) == "2024-06-05" and str(frame["occurred"].iloc[0].date()) == "2024-05-01"
    )


@pytest.mark.parametrize("name", ["Birth Date", "Last Update", "Date Modified", "Arrest Date"])
def test_dates_of_something_else_are_not_when_it_happened(name, tmp_path):
    plain = calls().drop(columns=["Closed", "Time"])
    frame = read(plain.assign(**{name: "1950-06-01"}), tmp_path)
    assert choices(frame)["date"] == "Date" and name in frame
    alone = plain.drop(columns="Date").assign(**{name: "1950-06-01"})
    frame = read(alone, tmp_path)
    assert "occurred" not in frame and (
        name not in ("Birth Date", "Arrest Date") or found(frame, "date_of_something_else")
    )
    assert read(alone, tmp_path, date=name)["occurred"].dt.year.eq(1950).all()


def test_the_home_of_a_victim_is_not_where_it_happened(tmp_path):
    frame = calls().rename(columns={"Longitude": "victim_longitude", "Latitude": "victim_latitude"})
    with pytest.raises(ValueError, match=r"No columns of .* look like longitude"):
        read(frame, tmp_path)
    both = read(frame.assign(Longitude=-87.1, Latitude=41.1), tmp_path)
    assert both.geometry.x.eq(-87.1).all()
    assert len(read(frame, tmp_path, x="victim_longitude", y="victim_latitude")) == ROWS


def test_hours_alone_are_not_taken_for_minutes(tmp_path):
    hours = read(calls().assign(Time=NUMBERS % 24), tmp_path)
    assert "time" not in choices(hours) and hours["time_placeholder"].all()
    hhmm = read(calls().assign(Time=NUMBERS % 24 * 100 + NUMBERS % 60), tmp_path)
    assert choices(hhmm)["time"] == "Time" and not hhmm["time_placeholder"].any()


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (dict(Longitude=48.85, Latitude=2.35), "exchange x and y"),
        (dict(Longitude=-2.35, Latitude=48.85), "check their signs"),
    ],
)
def test_degrees_that_are_not_near_are_refused(made, sentence, tmp_path):
    near = {"near": (2.3, 48.9)}
    with pytest.raises(ValueError, match=f"more than 100 km from near .* {sentence}"):
        read(calls().assign(**made), tmp_path, mapping=near)
    assert len(read(calls().assign(Longitude=2.35, Latitude=48.85), tmp_path, mapping=near)) == ROWS


def test_another_column_of_dates_may_tell_the_order(tmp_path):
    frame = calls().assign(Date=slashed(12, "{:02d}/05/2024"), Closed=slashed(28, "{:02d}/06/2024"))
    taken = read(frame, tmp_path)
    assert (taken.occurred.dt.month == 5).all() and (taken.Closed.dt.month == 6).all()
    # Where others contradict each other, nothing tells.
    with pytest.raises(ValueError, match="can be month/day or day/month"):
        read(frame.assign(Other=slashed(28)), tmp_path)


def test_a_column_that_was_not_chosen_and_is_not_known_stays_as_it_is(tmp_path):
    taken = read(calls().assign(Date="2024-05-06", Closed=slashed(12)), tmp_path)
    assert taken.Closed.tolist() == slashed(12)


def test_intervals_for_aoristic_use(tmp_path):
    start = pd.Timestamp("2024-05-01 08:30") + pd.to_timedelta(NUMBERS, unit="h")
    frame = calls().drop(columns=["Date", "Time", "Closed"])
    frame = frame.assign(**{"From Date": start, "To Date": (start + pd.Timedelta("7h")).astype(str)})
    frame.loc[3, "To Date"], frame.loc[4, "To Date"], frame.loc[5, "To Date"] = "", "2024-05-01 01:00:00", "2024-05-20"
    taken = read(frame, tmp_path)
    assert (choices(taken)["date"], choices(taken)["end"]) == ("From Date", "To Date")
    assert (taken.occurred == start).all() and (taken.occurred_until[6:] == start[6:] + pd.Timedelta("7h")).all()
    assert taken.occurred_until[3:5].isna().all() and taken.occurred_until[5] == pd.Timestamp("2024-05-20 23:59:59")
    assert found(taken, "until_before_occurred") == 1 and found(taken, "until_time_unknown") == 1
    assert (lg.as_incidents(taken).until[6:] == taken.occurred_until[6:].to_numpy("M8[s]")).all()


def test_an_interval_of_dates_and_clocks_apart(tmp_path):
    names = ["CMPLNT_FR_DT", "CMPLNT_FR_TM", "CMPLNT_TO_DT", "CMPLNT_TO_TM", "RPT_DT", "OFNS_DESC", "CMPLNT_NUM"]
    rows = [["05/13/2024", "22:00:00", "05/14/2024", "06:30:00", "05/14/2024", "BURGLARY", ""]] * 20
    frame = pd.DataFrame(rows, columns=names).assign(Latitude=40.7, Longitude=-74.0, CMPLNT_NUM=[1, *range(1, 20)])
    taken = read(frame, tmp_path)
    assert list(taken.columns[:6]) == ["id", "occurred", "time_placeholder", "occurred_until", "reported", "category"]
    assert taken.occurred[0] == pd.Timestamp("2024-05-13 22:00") and taken.reported[0] == pd.Timestamp("2024-05-14")
    assert taken.occurred_until[0] == pd.Timestamp("2024-05-14 06:30") and found(taken, "id_duplicate") == 1
    incidents = lg.as_incidents(taken)
    assert incidents.reported[0] == np.datetime64("2024-05-14") and incidents.category[0] == "BURGLARY"


def test_what_was_only_reported_is_said_to_be_that(tmp_path):
    taken = read(calls(Date="Date Reported").drop(columns="Closed"), tmp_path)
    assert choices(taken)["date"] == "Date Reported" and found(taken, "occurred_is_reported") == ROWS
    assert "reported" not in taken
    both = read(calls(Date="Occurred", Closed="Date Reported"), tmp_path)
    assert found(both, "occurred_is_reported") == 0 and both.reported.dtype.kind == "M"


def test_an_incident_after_its_report_has_no_date(tmp_path):
    frame = calls(Date="Occurred", Closed="Reported")
    frame.loc[7, "Reported"] = "2024-01-01"
    taken = read(frame, tmp_path)
    assert taken.occurred.isna().tolist() == [row == 7 for row in range(ROWS)]
    assert found(taken, "occurred_after_reported") == 1


@pytest.mark.parametrize("role", ["end", "reported"])
def test_an_end_or_report_that_was_guessed_and_lies_before_is_refused(role, tmp_path):
    name = {"end": "End Date", "reported": "Reported"}[role]
    frame = calls(Closed=name).assign(Date="2024-05-20")
    frame[name] = "2024-06-01"
    frame.loc[:4, name] = "2024-05-01"
    assert read(frame, tmp_path)[{"end": "occurred_until", "reported": "occurred"}[role]].isna().sum() == 5
    frame.loc[5, name] = "2024-05-01"
    with pytest.raises(
        ValueError, match=rf"{name!r} was taken .* lies before 'Date' in 6 of 60 rows.* name what holds date and"
    ):
        read(frame, tmp_path)
    assert len(read(frame, tmp_path, mapping={role: name})) == ROWS


def test_a_mapping_says_what_keywords_say(tmp_path):
    frame = calls(Date="one", Closed="two", ID="three", Longitude="four", Latitude="five", **{"Call Type": "six"})
    mapping = dict(start="one", end="two", start_time="Time", id="three", x="four", y="five", category="six", crs=None)
    taken = read(frame, tmp_path, mapping=mapping)
    assert choices(taken) == dict(x="four", y="five", date="one", time="Time", end="two", category="six", id="three")
    assert all(
        line["action"] == "column as named" for line in taken.attrs["audit"] if line["rule"].startswith("column_")
    )
    again = read(
        frame, tmp_path, x="four", y="five", date="one", time="Time", category_column="six", mapping={"end": "two"}
    )
    assert (again.occurred_until == taken.occurred_until).all() and (again.category == taken.category).all()


REFUSED_MAPPINGS = {
    "unknown role": ({"when": "Date"}, "'when' is nothing that a column may hold; choose of x, y, date"),
    "twice": ({"start": "Date", "date": "Closed"}, "'date' is given twice, as 'Date' and as 'Closed'"),
    "no column": ({"end": "until"}, "There is no column 'until'"),
    "no order": ({"date_order": "dmy"}, "date_order must be 'month/day' or 'day/month', not 'dmy'"),
    "no place": ({"near": (34.05, -118.25, 3)}, "near must be longitude and latitude"),
    "no latitude": ({"near": (34.05, -118.25)}, "near must be longitude and latitude"),
    "unknown CRS": ({"crs": "moon"}, "The CRS 'moon' is not known"),
}


@pytest.mark.parametrize("case", REFUSED_MAPPINGS)
def test_a_mapping_that_says_nothing_is_refused(case, tmp_path):
    mapping, sentence = REFUSED_MAPPINGS[case]
    with pytest.raises(ValueError, match=sentence):
        read(calls(), tmp_path, mapping=mapping)


@pytest.mark.parametrize("ending", ["parquet", "geojson", "json"])
def test_a_layer_of_points_reads_as_its_csv(ending, tmp_path):
    path, by_csv = tmp_path / f"calls.{ending}", read(calls(), tmp_path)
    if ending == "json":
        calls().to_json(path, orient="records")
    else:
        import geopandas as gpd

        plain = calls().drop(columns=["Longitude", "Latitude"])
        points = gpd.GeoDataFrame(
            plain, geometry=gpd.points_from_xy(calls().Longitude, calls().Latitude), crs="EPSG:4326"
        )
        points.to_parquet(path) if ending == "parquet" else points.to_file(path)
    taken = lg.read_incidents(path)
    pd.testing.assert_frame_equal(pd.DataFrame(taken), pd.DataFrame(by_csv), check_dtype=ending != "parquet")
    assert taken.crs == "EPSG:4326" and (ending == "json" or choices(taken)["x"] == "geometry_longitude")


def test_a_layer_that_only_gdal_reads_is_said_to_be_one(tmp_path):
    path = tmp_path / "calls.gpkg"
    read(calls(), tmp_path)[["id", "geometry"]].to_file(path)
    with pytest.raises(ValueError, match=r"calls\.gpkg holds points already: use it as a layer"):
        lg.read_incidents(path)
    assert lg.as_incidents(path).size == ROWS


def metres(crs="EPSG:2913"):
    """Return calls in Portland: degrees to six decimals, and X and Y in a CRS."""
    import geopandas as gpd

    frame = calls().assign(Longitude=-122.6 + NUMBERS / 1000, Latitude=45.5 + NUMBERS / 2000)
    places = gpd.GeoSeries(gpd.points_from_xy(frame.Longitude, frame.Latitude), crs="EPSG:4326").to_crs(crs)
    return frame.assign(X=places.x.round(2), Y=places.y.round(2))


def action_of(frame, rule):
    (line,) = (line for line in frame.attrs["audit"] if line["rule"] == rule)
    return line["action"]


@pytest.mark.parametrize("crs", ["EPSG:2913", "EPSG:32610", "EPSG:5070"])
def test_projected_coordinates_beside_degrees_are_checked_by_the_crs_that_fits(crs, tmp_path, caplog):
    frame = metres(crs)
    with caplog.at_level("INFO", "lacrime_geo"):
        taken = read(frame, tmp_path)
    assert re.search(r"other_crs = EPSG:\d+: 'X' and 'Y' are in EPSG:.* half lie within .* m, 99 % within", caplog.text)
    action = action_of(taken, "other_coordinates")
    assert "'X' and 'Y' are in EPSG:" in action and crs in action and choices(taken)["x"] == "Longitude"
    np.testing.assert_array_equal(taken.geometry.x, frame.Longitude)
    # Named alone, the CRS says which pair is in it.
    by_crs = read(frame, tmp_path, crs=crs)
    assert choices(by_crs)["x"] == "X"
    np.testing.assert_allclose(by_crs.geometry.x, frame.Longitude, atol=1e-6)


def test_a_place_projected_from_zero_is_none(tmp_path):
    from pyproj import Transformer

    frame = metres()
    frame.loc[5:6, ["X", "Y"]] = 0
    frame.loc[5, ["Longitude", "Latitude"]] = Transformer.from_crs(2913, 4326, always_xy=True).transform(0, 0)
    taken = read(frame, tmp_path)
    assert found(taken, "coordinates_projected_zero") == 1
    assert taken.geometry.isna().tolist() == [row == 5 for row in range(ROWS)]


def test_pairs_that_say_different_places_are_refused(tmp_path):
    frame = metres()
    few = frame.copy()
    few.loc[:4, "X"] += 50_000
    taken = read(few, tmp_path)
    assert found(taken, "coordinates_differ") == 5 and (taken.geometry.x == frame.Longitude).all()
    few.loc[:5, "X"] = frame.X[:6] + 50_000
    with pytest.raises(
        ValueError, match=r"Two pairs of columns say different places in 6 of 60 rows, first in row 0: 'Long"
    ):
        read(few, tmp_path)
    assert (read(few, tmp_path, x="Longitude", y="Latitude").geometry.x == frame.Longitude).all()
    block = frame.assign(lon=frame.Longitude + 0.0008, lat=frame.Latitude)
    assert choices(read(block, tmp_path))["x"] == "Longitude"
    with pytest.raises(ValueError, match=r"60 of 60 rows.* name the two that are right as x and y"):
        read(block.assign(lat=block.lat + 1), tmp_path)


def test_without_pyproj_as_in_a_stock_qgis_nothing_is_compared_and_that_is_said(tmp_path, monkeypatch):
    metres().to_csv(tmp_path / "calls.csv", index=False)
    monkeypatch.setitem(sys.modules, "pyproj", None)
    loaded = load_incidents(tmp_path / "calls.csv")
    (line,) = (line for line in loaded.audit if line["rule"] == "other_coordinates")
    assert line["action"] == "'X' and 'Y': not compared with the place: that needs pyproj" and loaded.placed.all()
    by_crs = load_incidents(tmp_path / "calls.csv", asked({"crs": "EPSG:2913"}))
    assert by_crs.crs == "EPSG:2913" and by_crs.parameters["x"] == "X"
    with pytest.raises(ValueError, match="needs pyproj"):
        load_incidents(tmp_path / "calls.csv", asked({"x": "X", "y": "Y", "near": (-122.6, 45.5)}))


def test_a_pair_without_numbers_says_nothing(tmp_path):
    frame = metres().assign(lat=0, lon=0)
    assert choices(read(frame, tmp_path))["x"] == "Longitude"
    only = frame.drop(columns=["Longitude", "Latitude"]).assign(lon=["0", *[""] * 59], lat=["0", *[""] * 59])
    assert choices(read(only, tmp_path, crs="EPSG:2913"))["x"] == "X"


def test_numbers_that_are_no_known_coordinates_are_told_and_left(tmp_path):
    taken = read(metres().assign(X=NUMBERS * 1e3, Y=500), tmp_path)
    assert "no CRS in use there puts 'X' and 'Y' where" in action_of(taken, "other_coordinates")
    assert (taken.X == NUMBERS * 1e3).all()


def test_a_rough_place_tells_the_crs(tmp_path, caplog):
    frame = metres().drop(columns=["Longitude", "Latitude"])
    with pytest.raises(
        ValueError, match=r"in 'X' and 'Y' are no longitude and latitude, .* about where they are \(near"
    ):
        read(frame, tmp_path)
    with caplog.at_level("INFO", "lacrime_geo"):
        taken = read(frame, tmp_path, mapping={"near": (-122.7, 45.5)})
    (line,) = (line for line in taken.attrs["audit"] if line["rule"] == "crs")
    assert line["examples"] == ["EPSG:2269"] and "EPSG:2913" in line["action"]
    assert "crs = EPSG:2269: NAD83 / Oregon North (ft), the only one that puts" in caplog.text
    np.testing.assert_allclose(
        taken.geometry.x, metres().Longitude, atol=3e-5
    )  # a datum of about a metre beside the other
    with pytest.raises(ValueError, match="No CRS puts the coordinates in 'X' and 'Y' within 100 km"):
        read(frame, tmp_path, mapping={"near": (-87.6, 41.8)})
    utm = metres("EPSG:32610").drop(columns=["Longitude", "Latitude"])
    with pytest.raises(
        ValueError, match=r"Several CRSs put the coordinates .* EPSG:26\d10 .*; name the one that is meant"
    ):
        read(utm, tmp_path, mapping={"near": (-122.7, 45.5)})


def test_a_crs_without_degrees_is_not_taken_for_degrees(tmp_path):
    with pytest.raises(ValueError, match="'Longitude' and 'Latitude' hold degrees, but the CRS 'EPSG:2229' has none"):
        read(calls(), tmp_path, crs="EPSG:2229")


def test_what_was_chosen_of_those_read_is_told_last(tmp_path, caplog):
    read(calls(), tmp_path)
    with caplog.at_level("INFO", "lacrime_geo"):
        loaded = load_incidents(tmp_path / "calls.csv").select(category="theft", since="2024-05-03")
    assert f"{len(loaded)} of them in the category theft from 2024-05-03 on" in caplog.text
    caplog.clear()
    with caplog.at_level("INFO", "lacrime_geo"):
        load_incidents(tmp_path / "calls.csv").select()
    assert "of them" not in caplog.text


def test_examples_differ_and_spaces_are_seen(tmp_path):
    frame = calls()
    frame.loc[:4, ["Longitude", "Latitude"]] = 0.0
    frame.loc[5:9, "Longitude"] = np.nan
    taken = read(frame.assign(**{"Call Type": "a  b"}), tmp_path)
    examples = {line["rule"]: line["examples"] for line in taken.attrs["audit"]}
    assert examples["coordinates_zero"] == ["(0, 0)"]
    blank = examples["coordinates_blank"]
    assert len(set(blank)) == 3 and all(re.fullmatch(r"\(blank, 41\.8\d*\)", pair) for pair in blank)
    page = loading_page(load_incidents(tmp_path / "calls.csv").select())
    assert '<span class="spaced">a  b</span>' in page and ".spaced{white-space:pre-wrap}" in page


def test_a_rule_that_found_nothing_is_named_once(tmp_path):
    read(calls().drop(columns="Address"), tmp_path)
    page = loading_page(load_incidents(tmp_path / "calls.csv").select())
    (quiet,) = re.findall(r"Nothing was found by: ([^.]+)\.", page)
    names = quiet.split(", ")
    assert "spaces" in names and len(set(names)) == len(names)
    read(calls(), tmp_path)
    (quiet,) = re.findall(
        r"Nothing was found by: ([^.]+)\.", loading_page(load_incidents(tmp_path / "calls.csv").select())
    )
    assert "spaces" not in quiet


def test_without_dates_there_are_no_times(tmp_path):
    taken = read(calls().drop(columns=["Date", "Closed"]), tmp_path)
    assert not {"occurred", "time_placeholder"} & set(taken.columns)
    loaded = load_incidents(tmp_path / "calls.csv")
    with pytest.raises(ValueError, match="the incidents have no times"):
        loaded.select(since="2024-01-01")
    with pytest.raises(ValueError, match="no incident has a time of day"):
        loaded.select(hours="22-4")


@pytest.mark.parametrize(("kept", "said"), [((), "there are no times"), (("Opened",), "'Opened' is")])
def test_dates_that_cannot_be_read_are_not_passed_over_in_silence(tmp_path, kept, said):
    days_first = calls(Closed="Opened").assign(Date=[f"{13 + number % 16} May 2024" for number in NUMBERS])
    taken = read(days_first.drop(columns=["Time", *({"Opened"} - set(kept))]), tmp_path)
    (line,) = (line for line in taken.attrs["audit"] if line["rule"] == "date_unread")
    assert line["rows"] == ROWS and line["examples"][0] == "13 May 2024"
    assert line["action"].startswith(f"the column 'Date' is not taken as the date, {said}: ")
    assert not found(read(calls(), tmp_path), "date_unread")


def test_a_column_called_like_a_date_may_be_blank(tmp_path):
    taken = read(calls().assign(Occurred=None), tmp_path)
    assert choices(taken)["date"] == "Date" and not found(taken, "date_unread")


def test_blanks_and_words_for_nothing_are_blank(tmp_path):
    odd = np.array(["1.5", " ", "NULL", "n/a", " nan ", "2"], dtype=object)
    taken = read(calls().assign(odd=odd[NUMBERS % 6], **{"Call Type": odd[NUMBERS % 5 + 1]}), tmp_path)
    assert taken.odd[:6].isna().tolist() == [False, True, True, True, True, False] and taken.odd[0] == 1.5
    assert taken.category[:5].isna().tolist() == [True, True, True, True, False]


def test_long_identifiers_and_zeros_stay_texts(tmp_path):
    frame = calls().assign(
        big=[f"{10**18 + number}" for number in NUMBERS], zero="007", half=NUMBERS / 2, geometry="no"
    )
    taken = read(frame, tmp_path)
    assert taken.big[7] == str(10**18 + 7) and taken.zero[0] == "007" and taken.half[3] == 1.5
    assert taken["geometry_"][0] == "no" and taken.geometry.notna().all()


def test_parquet_reads_alike(tmp_path):
    frame = calls().assign(Date=pd.to_datetime(calls().Date, format="%m/%d/%Y"))
    frame.to_parquet(tmp_path / "calls.parquet")
    by_parquet, by_csv = lg.read_incidents(tmp_path / "calls.parquet"), read(calls(), tmp_path)
    assert choices(by_parquet) == choices(by_csv)
    for name in ("occurred", "time_placeholder", "category", "geometry"):
        assert (by_parquet[name] == by_csv[name]).all()


def test_choices_are_announced(tmp_path, caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        read(calls(), tmp_path)
    for line in (
        "x = Longitude: by its name",
        "crs = EPSG:4326: no other is named",
        "calls.csv: 60 reports read, 60 kept",
    ):
        assert line in caplog.text


LAPD = dict(
    x="LON", y="LAT", date="DATE OCC", time="TIME OCC", reported="Date Rptd", category="Crm Cd Desc", id="DR_NO"
)
POINTS = dict(x="geometry_longitude", y="geometry_latitude")
# Rows, rows with a place, the columns that are guessed, what the rules find in how many rows.
REAL = {
    "la_homicides_2015.csv": (
        *(411, 411),
        dict(x="longitude", y="latitude", date="date_single", category="offense_type", id="uid"),
        {"time_unknown": 0},
    ),
    "memphis_robberies_2019.parquet": (
        *(2_245, 2_245),
        dict(**POINTS, date="date", category="offense_type", id="uid"),
        {"time_unknown": 0},
    ),
    # Its last row is blank but for the places that its maker computed of x and y of 0.
    "portland_cfs_2016-08.parquet": (
        *(19_376, 19_375),
        dict(x="LON", y="LAT", date="occ_date", category="CATEGORY"),
        {"coordinates_projected_zero": 1, "time_unknown": 19_375},
    ),
    "lapd_citywide_2023-09_2023-10.csv.gz": (38_520, 38_520, LAPD, {"coordinates_zero": 0}),
    "lapd_official_format_874rows.csv": (874, 872, LAPD, {"coordinates_zero": 2}),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files(name, lacrime_data):
    rows, placed, columns, counted = REAL[name]
    frame = lg.read_incidents(lacrime_data / name)
    assert (len(frame), frame.geometry.notna().sum(), choices(frame)) == (rows, placed, columns)
    assert {rule: found(frame, rule) for rule in counted} == counted
    if "lapd" in name:
        by_rules = lg.read_lapd(lacrime_data / name)
        assert (frame.occurred == by_rules.occurred).all()
        assert frame.geometry.geom_equals(by_rules.geometry).where(frame.geometry.notna(), True).all()


def test_the_crs_of_the_calls_in_portland(lacrime_data):
    path = lacrime_data / "portland_cfs_2016-08.parquet"
    frame = lg.read_incidents(path)
    assert action_of(frame, "other_coordinates") == (
        "'x_coordina' and 'y_coordina' are in EPSG:2913 (NAD83(HARN) / Oregon North (ft)): half lie within 0.037 m, 99 % within "
        "0.063 m of 'LON' and 'LAT'"
    )
    feet = lg.read_incidents(path, crs="EPSG:2913")
    assert choices(feet)["x"] == "x_coordina" and feet.geometry.notna().sum() == 19_375
    np.testing.assert_allclose(feet.geometry.x[:-1], frame.geometry.x[:-1], atol=1e-6)
    found_near = lg.read_incidents(path, dict(x="x_coordina", y="y_coordina", near=(-122.6, 45.5)))
    np.testing.assert_allclose(found_near.geometry.x[:-1], frame.geometry.x[:-1], atol=3e-5)


def test_files_that_are_none_of_incidents_are_refused(lacrime_data):
    for name, sentence in {
        "nearrepeat/chicago_be.csv": "'X' and 'Y' are no longitude and latitude",
        "nearrepeat/chicago_arson.csv": "has no header: its first line is 359192",
        "us_city_crime_ucr_1975_2015.csv": "look like longitude and latitude",
        "la_times_neighborhoods.geojson": "114 of its 114 geometries are others, most of them Polygon",
    }.items():
        with pytest.raises(ValueError, match=sentence):
            lg.read_incidents(lacrime_data / name)


def test_blank_ids_dates_and_categories_are_counted(tmp_path):
    frame = calls()
    frame.loc[:2, "ID"], frame.loc[4:5, "Date"], frame.loc[7, "Call Type"] = "", "NULL", " "
    taken = read(frame, tmp_path)
    assert [found(taken, f"{name}_blank") for name in ("id", "occurred", "category")] == [3, 2, 1]
    (line,) = [
        line for line in read(frame.drop(columns="ID"), tmp_path).attrs["audit"] if line["rule"] == "occurred_blank"
    ]
    assert line["examples"] == ["row 4", "row 5"]
