"""Any agency's CSV: which columns are taken, what becomes of dates, times and coordinates, and what is refused."""

import json
import re

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg
from lacrime_geo.data.generic import load_incidents
from lacrime_geo.data.loading_page import loading_page

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
        *("occurred", "time_placeholder", "category", "ID", "Beat", "Score", "Closed", "Address", "geometry")
    ]
    expected = pd.to_datetime(plain.Date + " " + plain.Time, format="%m/%d/%Y %H:%M")
    assert (frame.occurred == expected).all() and not frame.time_placeholder.any() and frame.crs == "EPSG:4326"
    np.testing.assert_array_equal(frame.geometry.x, plain.Longitude)
    np.testing.assert_array_equal(frame.geometry.y, plain.Latitude)
    assert (frame.category == plain["Call Type"]).all() and (frame.ID == plain.ID).all()
    assert frame.Beat.dtype == "Int64" and frame.Score.dtype == float and frame.Closed.dtype.kind == "M"
    assert frame.Address[3] == "300 MAIN ST" and found(frame, "spaces") == ROWS
    chosen = dict(x="Longitude", y="Latitude", date="Date", time="Time", category="Call Type")
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
    assert choices(taken) == dict(x="Longitude", y="Latitude", date="When it was")
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


def test_times_that_are_none_are_flagged(tmp_path):
    frame = calls()
    frame.loc[[4, 7], "Time"] = ["25:10", ""]
    taken = read(frame, tmp_path)
    assert (
        np.flatnonzero(taken.time_placeholder).tolist()
        == [4, 7]
        == np.flatnonzero(taken.occurred.dt.strftime("%H:%M") != frame.Time.str.zfill(5)).tolist()
    )


@pytest.mark.parametrize(("days", "said"), [(12, True), (13, False)])
def test_dates_that_either_order_fits_are_announced(days, said, tmp_path, caplog):
    frame = calls().assign(Date=[f"05/{1 + number % days:02d}/2024" for number in NUMBERS])
    with caplog.at_level("INFO", "lacrime_geo"):
        taken = read(frame, tmp_path)
    loaded = load_incidents(tmp_path / "calls.csv", {}).select()
    assert (taken.occurred.dt.month == 5).all() and found(taken, "date_order") == (ROWS if said else 0)
    assert (loaded.parameters.get("date_order") == "month/day") == said
    assert ("day/month would fit too" in caplog.text) == ("day/month would fit too" in loading_page(loaded)) == said
    iso = read(frame.assign(Date="2024-05-06"), tmp_path)
    assert found(iso, "date_order") == 0


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson"])
def test_a_layer_of_points_is_said_to_be_one(ending, tmp_path):
    path = tmp_path / f"calls.{ending}"
    points = read(calls(), tmp_path)[["ID", "geometry"]]
    points.to_parquet(path) if ending == "parquet" else points.to_file(path)
    with pytest.raises(ValueError, match=rf"calls\.{ending} holds points already: use it as a layer"):
        lg.read_incidents(path)
    assert lg.as_incidents(path).size == ROWS


def test_what_was_chosen_of_those_read_is_told_last(tmp_path, caplog):
    read(calls(), tmp_path)
    with caplog.at_level("INFO", "lacrime_geo"):
        loaded = load_incidents(tmp_path / "calls.csv", {}).select(category="theft", since="2024-05-03")
    assert f"{len(loaded)} of them in the category theft from 2024-05-03 on" in caplog.text
    caplog.clear()
    with caplog.at_level("INFO", "lacrime_geo"):
        load_incidents(tmp_path / "calls.csv", {}).select()
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
    page = loading_page(load_incidents(tmp_path / "calls.csv", {}).select())
    assert '<span class="spaced">a  b</span>' in page and ".spaced{white-space:pre-wrap}" in page


def test_a_rule_that_found_nothing_is_named_once(tmp_path):
    read(calls().drop(columns="Address"), tmp_path)
    page = loading_page(load_incidents(tmp_path / "calls.csv", {}).select())
    (quiet,) = re.findall(r"Nothing was found by: ([^.]+)\.", page)
    names = quiet.split(", ")
    assert "spaces" in names and len(set(names)) == len(names)
    read(calls(), tmp_path)
    (quiet,) = re.findall(
        r"Nothing was found by: ([^.]+)\.", loading_page(load_incidents(tmp_path / "calls.csv", {}).select())
    )
    assert "spaces" not in quiet


def test_without_dates_there_are_no_times(tmp_path):
    taken = read(calls().drop(columns=["Date", "Closed"]), tmp_path)
    assert not {"occurred", "time_placeholder"} & set(taken.columns)
    loaded = load_incidents(tmp_path / "calls.csv", {})
    with pytest.raises(ValueError, match="the incidents have no times"):
        loaded.select(since="2024-01-01")
    with pytest.raises(ValueError, match="no incident has a time of day"):
        loaded.select(hours="22-4")


@pytest.mark.parametrize(("kept", "said"), [((), "there are no times"), (("Closed",), "'Closed' is")])
def test_dates_that_cannot_be_read_are_not_passed_over_in_silence(tmp_path, kept, said):
    days_first = calls().assign(Date=[f"{13 + number % 16}/05/2024" for number in NUMBERS])
    taken = read(days_first.drop(columns=["Time", *({"Closed"} - set(kept))]), tmp_path)
    (line,) = (line for line in taken.attrs["audit"] if line["rule"] == "date_unread")
    assert line["rows"] == ROWS and line["examples"][0] == "13/05/2024"
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


REAL = {
    "la_homicides_2015.csv": (411, dict(x="longitude", y="latitude", date="date_single", category="offense_type")),
    "portland_cfs_2016-08.parquet": (19_376, dict(x="LON", y="LAT", date="occ_date", category="CATEGORY")),
    "lapd_citywide_2023-09_2023-10.csv.gz": (
        38_520,
        dict(x="LON", y="LAT", date="DATE OCC", time="TIME OCC", category="Crm Cd Desc"),
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files(name, lacrime_data):
    rows, columns = REAL[name]
    frame = lg.read_incidents(lacrime_data / name)
    assert len(frame) == rows and choices(frame) == columns and frame.geometry.notna().mean() > 0.99
    if "lapd" in name:
        by_rules = lg.read_lapd(lacrime_data / name)
        assert (frame.occurred == by_rules.occurred).all() and (frame.geometry == by_rules.geometry).all()
