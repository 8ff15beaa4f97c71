"""Reading LAPD files: every re-save gives the same rows, every rule is counted, what is no LAPD file is refused."""

import gzip
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg
from lacrime_geo.data.lapd import COLUMNS, ORDER

HEADER = [
    *("DR_NO", "Date Rptd", "DATE OCC", "TIME OCC", "AREA", "AREA NAME", "Rpt Dist No", "Part 1-2", "Crm Cd"),
    *("Crm Cd Desc", "Mocodes", "Vict Age", "Vict Sex", "Vict Descent", "Premis Cd", "Premis Desc", "Weapon Used Cd"),
    *("Weapon Desc", "Status", "Status Desc", "Crm Cd 1", "Crm Cd 2", "Crm Cd 3", "Crm Cd 4", "LOCATION"),
    *("Cross Street", "LAT", "LON"),
]
PLAIN = dict(
    zip(
        HEADER,
        [
            *["231400001", "01/31/2023 12:00:00 AM", "01/30/2023 12:00:00 AM", "1305", "14", "Pacific", "1494", "1"],
            *["510", "VEHICLE - STOLEN", "0344 1251", "34", "F", "H", "101", "STREET", "", "", "IC", "Invest Cont"],
            *["510", "", "", "", "100  MAIN                ST", "", "34.0001", "-118.4001"],
        ],
    )
)


def rows(*changes, n=1):
    """Return a frame of plain rows, each with its own number, changed one by one."""
    made = [{**PLAIN, "DR_NO": f"2314{i:05d}", **change} for i, change in enumerate(changes or [{}] * n)]
    return pd.DataFrame(made, columns=HEADER)


def read(frame, tmp_path, encoding="utf-8", **options):
    path = tmp_path / "crimes.csv"
    frame.to_csv(path, index=False, encoding=encoding, **options)
    return lg.read_lapd(path)


def found(frame, rule):
    """Return how many rows the audit counts under a rule."""
    return sum(line["rows"] for line in frame.attrs["audit"] if line["rule"] == rule)


def test_a_plain_row(tmp_path):
    frame = read(rows(), tmp_path)
    row = frame.iloc[0]
    assert isinstance(frame, gpd.GeoDataFrame) and frame.crs == "EPSG:4326" and frame.attrs["agency"] == "LAPD"
    assert list(frame.columns) == [*ORDER, "geometry"] and row.dr_no == "231400000"
    assert (row.reported, row.occurred) == (pd.Timestamp("2023-01-31"), pd.Timestamp("2023-01-30 13:05"))
    assert (row.geometry.x, row.geometry.y) == (-118.4001, 34.0001) and row.category == "motor_vehicle_theft"
    assert (row.area, row.crime_code, row.victim_age, row.victim_sex) == (14, 510, 34, "F")
    assert row.address == "100 MAIN ST" and pd.isna(row.weapon_code) and pd.isna(row.cross_street)
    assert {line["rule"] for line in frame.attrs["audit"] if line["rows"]} == {"other_codes", "spaces"}


def test_spaces_in_headers_are_counted(tmp_path):
    frame = read(rows().rename(columns={"AREA": "AREA ", "LAT": " LAT"}), tmp_path)
    (found,) = [line for line in frame.attrs["audit"] if line["rule"] == "headers"]
    assert (found["rows"], found["examples"]) == (2, ["AREA ", " LAT"])


def test_audit_is_plain_json_and_logged(tmp_path, caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        frame = read(rows({}, {"LAT": "0", "LON": "0"}), tmp_path)
    assert json.loads(json.dumps(frame.attrs["audit"])) == frame.attrs["audit"]
    assert "coordinates_zero: 1 row " in caplog.text and "2 reports read, 2 kept" in caplog.text


DATES = {
    "official": "01/30/2023 12:00:00 AM",
    "spreadsheet": "1/30/2023 0:00",
    "spreadsheet, two digits": "01/30/23 0:00",
    "date": "01/30/2023",
    "ISO": "2023-01-30",
    "ISO with time": "2023-01-30 00:00:00",
    "API": "2023-01-30T00:00:00.000",
    "API without fraction": "2023-01-30T00:00:00",
    "portal's words": "2023 Jan 30 12:00:00 AM",
}


@pytest.mark.parametrize("form", list(DATES))
def test_dates_of_every_resave(form, tmp_path):
    frame = read(rows({"Date Rptd": DATES[form], "DATE OCC": DATES[form]}), tmp_path)
    assert frame.reported[0] == pd.Timestamp("2023-01-30") and frame.occurred[0] == pd.Timestamp("2023-01-30 13:05")


def test_forms_may_mix_and_blanks_are_no_failure(tmp_path):
    made = rows(*({"DATE OCC": text, "Date Rptd": ""} for text in [*DATES.values(), "", " "]))
    frame = read(made, tmp_path)
    assert frame.occurred.isna().sum() == 2 and frame.reported.isna().all()
    assert found(frame, "occurred_unreadable") == 0


@pytest.mark.parametrize("bad", [5, 6])
def test_more_than_five_unreadable_dates_are_an_error(bad, tmp_path):
    made = rows(*[{"DATE OCC": "31.01.2023"}] * bad, *[{}] * 100)
    if bad == 5:
        frame = read(made, tmp_path)
        assert found(frame, "occurred_unreadable") == 5 and frame.occurred.isna().sum() == 5
        return
    with pytest.raises(ValueError, match=r"6 of 106 values of occurred cannot be read, first in row 0: '31\.01\.2023'"):
        read(made, tmp_path)


def test_a_thousandth_of_unreadable_dates_is_forgiven(tmp_path):
    made = rows(*[{"DATE OCC": "x"}] * 8, *[{}] * 7992)
    assert found(read(made, tmp_path), "occurred_unreadable") == 8


@pytest.mark.parametrize(
    ("text", "clock", "placeholder", "invalid"),
    [
        *[("1", "00:01", True, 0), ("330", "03:30", False, 0), ("2130", "21:30", False, 0), ("1200", "12:00", True, 0)],
        *[("0001", "00:01", True, 0), ("0", "00:00", False, 0), ("2460", "00:00", True, 1), ("", "00:00", True, 0)],
        *[("1260", "00:00", True, 1), ("-5", "00:00", True, 1), ("2400", "00:00", True, 1)],
    ],
)
def test_times(text, clock, placeholder, invalid, tmp_path):
    frame = read(rows({"TIME OCC": text}), tmp_path)
    assert frame.occurred[0] == pd.Timestamp(f"2023-01-30 {clock}") and frame.time_placeholder[0] == placeholder
    assert found(frame, "time_invalid") == invalid and found(frame, "time_blank") == (text == "")
    assert found(frame, "time_placeholder") == (text in ("1", "0001", "1200"))


@pytest.mark.parametrize(
    ("longitude", "latitude", "place", "rule"),
    [
        ("0", "0", None, "coordinates_zero"),
        ("", "", None, "coordinates_blank"),
        ("-118.4", "", None, "coordinates_blank"),
        ("", "34.0", None, "coordinates_blank"),
        ("34.0001", "-118.4001", (-118.4001, 34.0001), "coordinates_swapped"),
        ("-117.2", "32.7", (-117.2, 32.7), "coordinates_outside"),
        ("inf", "34.0", None, "longitude_unreadable"),
    ],
)
def test_coordinates(longitude, latitude, place, rule, tmp_path):
    frame = read(rows({}, {"LON": longitude, "LAT": latitude}), tmp_path)
    geometry = frame.geometry[1]
    assert len(frame) == 2 and found(frame, rule) == 1
    assert geometry is None if place is None else (geometry.x, geometry.y) == place
    assert frame.outside_city.tolist() == [False, rule == "coordinates_outside"]


@pytest.mark.parametrize(
    ("age", "kept"), [("0", None), ("-4", None), ("101", None), ("120", None), ("1", 1), ("100", 100)]
)
def test_ages(age, kept, tmp_path):
    frame = read(rows({"Vict Age": age}), tmp_path)
    assert pd.isna(frame.victim_age[0]) if kept is None else frame.victim_age[0] == kept
    assert found(frame, "age_unknown") == (kept is None)


@pytest.mark.parametrize("sex", ["M", "f", "X", "H", "-", ""])
def test_sexes(sex, tmp_path):
    frame = read(rows({"Vict Sex": sex}), tmp_path)
    kept = {"M": "M", "f": "F"}.get(sex, "Unknown")
    assert frame.victim_sex[0] == kept and found(frame, "sex_unknown") == (kept == "Unknown")


def test_lost_zeros_come_back(tmp_path):
    frame = read(rows({"DR_NO": "10304468"}, {"DR_NO": "817"}, {"DR_NO": "231400001"}), tmp_path)
    assert frame.dr_no.tolist() == ["010304468", "000000817", "231400001"] and found(frame, "dr_no_padded") == 2


def test_of_duplicates_the_latest_report_stays(tmp_path):
    dates = ["02/01/2023 12:00:00 AM", "02/09/2023 12:00:00 AM", "02/05/2023 12:00:00 AM"]
    made = rows(*({"DR_NO": "231400009", "Date Rptd": date} for date in dates), {"DR_NO": "231400001"})
    frame = read(made, tmp_path)
    assert frame.dr_no.tolist() == ["231400009", "231400001"] and frame.reported[0] == pd.Timestamp("2023-02-09")
    assert found(frame, "dr_no_duplicate") == 2


def test_rows_without_a_number_are_no_duplicates(tmp_path):
    frame = read(rows(*[{"DR_NO": ""}] * 4), tmp_path)
    assert len(frame) == 4 and found(frame, "dr_no_duplicate") == 0 and found(frame, "dr_no_padded") == 0


def test_occurred_after_reported_is_counted_and_nulled(tmp_path):
    late = {"DATE OCC": "02/01/2023 12:00:00 AM"}
    same_day = {"DATE OCC": "01/31/2023 12:00:00 AM", "TIME OCC": "2359"}
    frame = read(rows({}, late, same_day), tmp_path)
    assert frame.occurred.isna().tolist() == [False, True, False] and found(frame, "occurred_after_reported") == 1


def test_same_place_is_no_duplicate(tmp_path):
    assert len(read(rows(n=50), tmp_path)) == 50


RESAVES = {
    "trailing spaces in headers": lambda f, p: f.rename(columns=lambda n: n + " ").to_csv(p, index=False),
    "BOM": lambda f, p: f.to_csv(p, index=False, encoding="utf-8-sig"),
    "Latin-1": lambda f, p: f.to_csv(p, index=False, encoding="latin-1"),
    "quoted": lambda f, p: f.to_csv(p, index=False, quoting=1),
    "Windows lines": lambda f, p: f.to_csv(p, index=False, lineterminator="\r\n"),
    "other order": lambda f, p: f[f.columns[::-1]].to_csv(p, index=False),
    "index column": lambda f, p: f.to_csv(p),
}


@pytest.mark.parametrize("resave", list(RESAVES))
def test_resaves_read_alike(resave, tmp_path):
    made = rows({"LOCATION": "500 PIÑATA AV"}, {"LAT": "0", "LON": "0"}, {})
    path = tmp_path / "crimes.csv"
    RESAVES[resave](made, path)
    frame, plain = lg.read_lapd(path), read(made, tmp_path)
    pd.testing.assert_frame_equal(pd.DataFrame(frame)[list(plain)], pd.DataFrame(plain))
    assert frame.address[0] == "500 PIÑATA AV" and found(frame, "encoding") == (3 if resave == "Latin-1" else 0)


def test_compressed_and_parquet_read_alike(tmp_path):
    made = rows({}, {"Vict Age": "0"}, {"TIME OCC": "1"})
    plain = read(made, tmp_path)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "crimes.csv").read_bytes()))
    made.to_parquet(tmp_path / "a.parquet")
    whole = ("DR_NO", "TIME OCC", "AREA", "Crm Cd", "LAT", "LON", "Vict Age")
    typed = made.assign(**{c: pd.to_numeric(made[c]) for c in whole})
    zoned = {
        c: pd.to_datetime(made[c], format="%m/%d/%Y %I:%M:%S %p").dt.tz_localize("America/Los_Angeles")
        for c in ("Date Rptd", "DATE OCC")
    }
    typed.assign(**zoned).to_parquet(tmp_path / "typed.parquet")
    for name in ("a.csv.gz", "a.parquet", "typed.parquet"):
        pd.testing.assert_frame_equal(pd.DataFrame(lg.read_lapd(tmp_path / name)), pd.DataFrame(plain))


def test_no_rows_are_no_error(tmp_path):
    frame = read(rows().iloc[:0], tmp_path)
    assert len(frame) == 0 and list(frame.columns) == [*ORDER, "geometry"] and frame.crs == "EPSG:4326"


def test_numbers_that_are_not_whole_are_counted(tmp_path):
    frame = read(rows({"Vict Age": "34.5"}, {"Crm Cd": "inf"}, {"Vict Age": "31.0"}), tmp_path)
    assert found(frame, "victim_age_unreadable") == found(frame, "crime_code_unreadable") == 1
    assert frame.victim_age.fillna(-1).tolist() == [-1, 34, 31] and frame.category[1] == "other"


def test_every_column_has_a_place():
    assert set(COLUMNS) <= set(HEADER) and set(ORDER) - set(COLUMNS.values()) == {
        *("time_placeholder", "category", "outside_city")
    }
    assert np.unique(ORDER).size == len(ORDER)
