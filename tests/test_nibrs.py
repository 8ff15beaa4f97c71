"""The LAPD's NIBRS files: told from the older ones, cleaned with nothing silent, counted by offence or by incident."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from makers import nibrs_table

import lacrime_geo as lg
from lacrime_geo.data.categories import CATEGORIES, HIERARCHY, NIBRS_CATEGORIES, nibrs_code
from lacrime_geo.data.lapd import load_lapd
from lacrime_geo.data.nibrs import COLUMNS, ORDER
from lacrime_geo.data.schemas import LEGACY, NIBRS, refuse_mixed, schema_of

SAMPLE = "sample_layers/incidents.csv.gz"


@pytest.mark.parametrize("spelling", [str, str.upper, str.title, lambda name: f" {name.replace('_', ' ')} "])
def test_a_schema_is_known_however_its_columns_are_spelled(spelling):
    assert schema_of(map(spelling, ["caseno", "uniquenibrno", "nibr_code", "lat"])) == NIBRS
    assert schema_of(map(spelling, ["dr_no", "date_rptd", "crm_cd", "lat"])) == LEGACY
    assert schema_of(map(spelling, ["id", "date", "lat"])) is None


def test_columns_of_both_are_refused():
    with pytest.raises(ValueError, match="columns of both record systems"):
        schema_of(["DR_NO", "Crm Cd", "uniquenibrno", "nibr_code"])


def test_files_of_both_are_never_joined_in_silence():
    refuse_mixed({"a.csv": LEGACY, "b.csv": LEGACY})
    with pytest.raises(
        ValueError, match=r"2 files are of different record systems \(a\.csv is legacy, b\.csv is NIBRS\)"
    ):
        refuse_mixed({"a.csv": LEGACY, "b.csv": NIBRS})


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a table and reads it as a NIBRS file, as a GeoDataFrame."""

    def reading(table, name="nibrs.csv"):
        table.to_csv(tmp_path / name, index=False)
        return load_lapd(tmp_path / name).to_geodataframe()

    return reading


def found(frame, rule):
    (line,) = (line for line in frame.attrs["audit"] if line["rule"] == rule)
    return line["rows"]


def test_every_offence_is_kept_under_settled_names(read):
    table = nibrs_table()
    frame = read(table)
    assert list(frame.columns) == [name for name in ORDER if name in frame] + ["geometry"] and len(frame) == len(table)
    assert set(COLUMNS) - {
        "time",
        "arrestee_homeless",
        "suspect_homeless",
        "transit_related",
        "victim_homeless",
    } <= set(frame)
    assert frame.offence_no.tolist() == table.uniquenibrno.tolist() and frame.attrs["agency"] == "LAPD"
    expected = pd.to_datetime(table.date_occ) + pd.to_timedelta(table.time_occ.astype(int) // 100 * 60 + 15, unit="min")
    assert (frame.occurred == expected).all() and (frame.reported == pd.to_datetime(table.date_rptd)).all()
    np.testing.assert_array_equal(frame.geometry.x, table.lon.astype(float))
    assert (frame.offences == table.totaloffensecount.astype(int)).all() and frame.offences.dtype == "Int64"
    kinds = {"23F": "theft_from_vehicle", "13A": "aggravated_assault", "240": "motor_vehicle_theft", "35A": "other"}
    assert frame.category.tolist() == [kinds[code] for code in table.nibr_code]
    assert not set(frame) & {"victim_age", "victim_sex", "victim_descent", "mocodes", "crime_code"}
    assert found(frame, "offences_of_one_incident") == len(table) - table.caseno.nunique()


@pytest.mark.parametrize("spelling", [str.upper, str.title, lambda name: f" {name.replace('_', ' ').upper()}"])
def test_the_spelling_of_the_header_does_not_matter(read, spelling):
    table = nibrs_table(60)
    pd.testing.assert_frame_equal(pd.DataFrame(read(table.rename(columns=spelling))), pd.DataFrame(read(table)))


def test_flags_are_yes_no_or_not_recorded(read):
    table = nibrs_table(4).assign(hate_crime=["Y", "true", "N", ""], victim_shot=["1", "0.0", "maybe", "NO"])
    frame = read(table)
    assert frame.hate_crime.tolist() == ["yes", "yes", "no", np.nan]
    assert frame.victim_shot.tolist() == ["yes", "no", np.nan, "no"] and found(frame, "victim_shot_unreadable") == 1


def test_times_and_dates_that_stand_for_none(read):
    table = nibrs_table(8)
    table["time_occ"] = ["1", "1200", "", "2561", "13:05", "0.0", "2359", "330"]
    table.loc[6, "date_occ"] = "1800-01-01T00:00:00.000"
    frame = read(table)
    assert np.flatnonzero(frame.time_placeholder).tolist() == [0, 1, 2, 3]
    clock = frame.occurred.dt.strftime("%H:%M").tolist()
    assert clock[:6] == ["00:01", "12:00", "00:00", "00:00", "13:05", "00:00"] and clock[7] == "03:30"
    assert frame.occurred.isna().tolist() == [row == 6 for row in range(8)] and found(frame, "occurred_too_early") == 1


def test_a_repeated_offence_is_kept_once_as_it_was_reported_last(read):
    table = nibrs_table(50)
    later = table.iloc[[3, 9]].assign(date_rptd="2024-12-01T00:00:00.000", status_desc="Adult Arrest")
    frame = read(pd.concat([table, later]))
    assert len(frame) == 50 and found(frame, "offence_no_duplicate") == 2
    assert set(frame[frame.status_text == "Adult Arrest"].offence_no) == set(later.uniquenibrno)


def test_the_hundred_block_has_coordinates_of_its_own(read):
    table = nibrs_table(20)
    block = table.rename(columns={"lat": "hndrdth_lat", "lon": "hndrdth_lon", "location": "hndrdth_loc_chk"})
    pd.testing.assert_frame_equal(pd.DataFrame(read(block)), pd.DataFrame(read(table)))
    # Where both are there, the department's coarser ones hold for all rows.
    both = read(block.assign(lat="34.2", lon="-118.4"))
    np.testing.assert_array_equal(both.geometry.x, table.lon.astype(float))
    assert found(both, "coordinates_elsewhere") == 0
    blank = block.assign(lat="34.2", lon="-118.4")
    blank.loc[:2, "hndrdth_lat"] = None
    some = read(blank)
    assert some.geometry.isna().sum() == 3 and found(some, "coordinates_elsewhere") == 3


@pytest.mark.parametrize("with_columns", [False, True])
def test_a_layer_has_its_places_in_its_geometry(tmp_path, read, with_columns):
    table = nibrs_table(30)
    points = gpd.points_from_xy(table.lon.astype(float), table.lat.astype(float), crs="EPSG:4326")
    layer = gpd.GeoDataFrame(table if with_columns else table.drop(columns=["lat", "lon"]), geometry=points)
    layer.to_file(tmp_path / "nibrs.geojson")
    frame = lg.read_lapd(tmp_path / "nibrs.geojson")
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(read(table)))
    assert (frame.attrs["schema"], lg.read_lapd(SAMPLE).attrs["schema"]) == ("NIBRS", "legacy") and frame.attrs[
        "agency"
    ] == "LAPD"


def test_without_coordinates_there_is_no_place_and_that_is_said(read):
    frame = read(nibrs_table(20).drop(columns=["lat", "lon"]))
    assert frame.geometry.isna().all() and found(frame, "coordinates_absent") == 20


def test_zero_and_strange_coordinates(read):
    table = nibrs_table(5)
    table.loc[0, ["lat", "lon"]] = "0"
    table.loc[1, ["lat", "lon"]] = ["-118.3", "34.05"]
    table.loc[2, ["lat", "lon"]] = ["40.7", "-74.0"]
    frame = read(table)
    assert frame.geometry.isna().tolist() == [True, False, False, False, False]
    assert frame.geometry.y[1] == 34.05 and frame.outside_city.tolist() == [False, False, True, False, False]


def test_what_is_missing_is_named(read):
    with pytest.raises(ValueError, match=r"nibrs\.csv is no NIBRS file .* lacks the columns caseno, date_occ"):
        read(nibrs_table(5).drop(columns=["caseno", "date_occ"]))
    fewer = read(nibrs_table(5)[["caseno", "uniquenibrno", "date_occ", "nibr_code"]])
    assert fewer.time_placeholder.all() and "reported" not in fewer


def test_categories_are_those_of_the_older_files_and_name_each_code_once():
    assert set(NIBRS_CATEGORIES) == set(CATEGORIES) == set(HIERARCHY) - {"other"}
    codes = [code for listed in NIBRS_CATEGORIES.values() for code in listed]
    assert len(set(codes)) == len(codes) and all(nibrs_code(code) == code for code in codes)


def test_the_gravest_offence_stands_for_an_incident(read):
    frame = read(nibrs_table())
    kept = lg.one_per_incident(frame)
    assert kept.case_no.is_unique and set(kept.case_no) == set(frame.case_no) and kept.offences_here.sum() == len(frame)
    for _, row in kept.iterrows():  # the slow and obvious twin
        own = frame[frame.case_no == row.case_no]
        gravest = min(own.category, key=HIERARCHY.index)
        assert row.category == gravest and row.offence_no == own[own.category == gravest].offence_no.iloc[0]
        assert row.offences_here == len(own)
    assert found(kept, "further_offences") == len(frame) - len(kept) and kept.attrs["agency"] == "LAPD"
    assert len(lg.one_per_incident(frame.assign(case_no=None))) == len(frame)
    with pytest.raises(ValueError, match="no column 'case_no'"):
        lg.one_per_incident(frame.drop(columns="case_no"))
