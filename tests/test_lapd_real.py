"""Real LAPD files: what the audit counts is what is in the file, counted here on the raw text."""

import csv
import gzip

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg

CITYWIDE = "lapd_citywide_2023-09_2023-10"
TEXT = ("AREA NAME", "Crm Cd Desc", "Mocodes", "Vict Descent", "Premis Desc", "Weapon Desc", "Status", "Status Desc")
TEXT += ("LOCATION", "Cross Street")
OFFICIAL = "lapd_official_format_874rows.csv"


def raw_rows(path):
    """Return the rows of a CSV as dicts, by the standard library."""
    opened = gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else open(path, encoding="utf-8-sig")
    with opened as file:
        return list(csv.DictReader(file))


def counts(frame):
    return {line["rule"]: line["rows"] for line in frame.attrs["audit"] if line["rows"]}


def expected(raw):
    """Return the counts that LAPD's rules ask for, by their words."""
    ages = [int(row["Vict Age"]) for row in raw if row["Vict Age"]]
    found = {
        "time_placeholder": sum(int(row["TIME OCC"]) in (1, 1200) for row in raw),
        "age_unknown": sum(age <= 0 or age > 100 for age in ages),
        "sex_unknown": sum(row["Vict Sex"] not in ("M", "F") for row in raw),
        "coordinates_zero": sum(float(row["LAT"]) == 0 == float(row["LON"]) for row in raw),
        "other_codes": sum(any(row[f"Crm Cd {n}"] for n in (1, 2, 3, 4)) for row in raw),
        "spaces": sum(any("  " in row[name] or row[name] != row[name].strip() for name in TEXT) for row in raw),
        "reported_blank": sum(not row["Date Rptd"] for row in raw),
        "occurred_blank": sum(not row["DATE OCC"] for row in raw),
        "dr_no_padded": sum(len(row["DR_NO"]) < 9 for row in raw),
        "dr_no_duplicate": len(raw) - len({row["DR_NO"].zfill(9) for row in raw}),
    }
    return {rule: n for rule, n in found.items() if n}


@pytest.mark.parametrize("name", [OFFICIAL, f"{CITYWIDE}.csv.gz"])
def test_audit_counts_what_is_in_the_file(name, lacrime_data):
    raw, frame = raw_rows(lacrime_data / name), lg.read_lapd(lacrime_data / name)
    assert len(frame) == len(raw) == {OFFICIAL: 874}.get(name, 38_520)
    assert counts(frame) == expected(raw) and counts(frame)["time_placeholder"] > 0
    assert frame.geometry.isna().sum() == expected(raw).get("coordinates_zero", 0)


@pytest.mark.parametrize("name", [OFFICIAL, f"{CITYWIDE}.csv.gz"])
def test_values_are_those_of_the_file(name, lacrime_data):
    raw, frame = raw_rows(lacrime_data / name), lg.read_lapd(lacrime_data / name)
    moments = [f"{row['DATE OCC'][:10]} {int(row['TIME OCC']):04d}" for row in raw]
    assert (frame.occurred == pd.to_datetime(moments, format="%m/%d/%Y %H%M")).all()
    assert frame.dr_no.tolist() == [row["DR_NO"].zfill(9) for row in raw]
    assert frame.crime_code.tolist() == [int(row["Crm Cd"]) for row in raw]
    placed = frame.geometry.notna()
    for column, axis in (("LON", frame.geometry.x), ("LAT", frame.geometry.y)):
        np.testing.assert_array_equal(axis[placed], np.array([float(row[column]) for row in raw])[placed])


def test_csv_and_parquet_are_the_same_table(lacrime_data):
    a = lg.read_lapd(lacrime_data / f"{CITYWIDE}.csv.gz")
    b = lg.read_lapd(lacrime_data / f"{CITYWIDE}.parquet")
    assert counts(a) == counts(b)
    for name in ("dr_no", "occurred", "reported", "crime_code", "category", "victim_age", "address", "geometry"):
        assert (a[name].isna() == b[name].isna()).all() and (a[name].dropna() == b[name].dropna()).all(), name


def test_the_share_of_listed_categories(lacrime_data):
    # Measured by the department's list on Sep-Oct 2023: 78 % of incidents are in it; robbery is about 4 % of all.
    frame = lg.read_lapd(lacrime_data / f"{CITYWIDE}.parquet")
    assert (frame.category != "other").mean() == pytest.approx(0.78, abs=0.01)
    assert (frame.category == "robbery").mean() == pytest.approx(0.04, abs=0.01)


def test_known_concentrations_are_hot(lacrime_data):
    """Downtown, Hollywood and the Figueroa corridor south of downtown; the mountains and the rim of the valley are not."""
    import geopandas as gpd

    boundary = lacrime_data / "la_city_boundary_from_divisions.geojson"
    cells = lg.hotspots(lacrime_data / f"{CITYWIDE}.parquet", boundary=boundary).to_geodataframe()
    places = gpd.read_file(lacrime_data / "la_times_neighborhoods.geojson").to_crs(cells.crs).set_index("name").geometry
    centre, hottest = cells.geometry.centroid, (cells["bin"] == 3).to_numpy()
    for name in ("Downtown", "Hollywood", "Exposition Park", "South Park", "Vermont-Slauson"):
        assert hottest[centre.within(places[name])].mean() > 0.5, name
    for name in ("Pacific Palisades", "Porter Ranch", "Sunland"):
        assert hottest[centre.within(places[name])].mean() < 0.02, name
    assert 0.03 < hottest.mean() < 0.2


def test_a_lost_zero_and_zero_coordinates_of_2020(lacrime_data):
    frame = lg.read_lapd(lacrime_data / "lapd_first10000_2020_28col.parquet")
    assert "010304468" in set(frame.dr_no) and counts(frame)["dr_no_padded"] == 1
    assert counts(frame)["coordinates_zero"] == frame.geometry.isna().sum() == 13
    west = lg.read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    assert counts(west)["coordinates_zero"] == 31 and (west.area_name == "West LA").all()


@pytest.mark.parametrize(
    "name", ["la_homicides_2015.csv", "us_city_crime_ucr_1975_2015.csv", "memphis_robberies_2019.parquet"]
)
def test_other_files_are_no_lapd_files(name, lacrime_data):
    with pytest.raises(ValueError, match="is no LAPD incident file: it lacks the columns DR_NO"):
        lg.read_lapd(lacrime_data / name)
