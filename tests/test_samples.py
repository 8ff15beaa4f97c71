"""The sample city: made again to the byte, in the official format, with its faults and hotspots as documented."""

import csv
import gzip
import json
import re
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

FOLDER = Path(__file__).parent.parent / "sample_layers"
FILES = ("divisions.geojson", "basemap.geojson", "planted_hotspots.geojson", "incidents.csv.gz", "agency_years.csv")
HEADER = (
    "DR_NO,Date Rptd,DATE OCC,TIME OCC,AREA,AREA NAME,Rpt Dist No,Part 1-2,Crm Cd,Crm Cd Desc,Mocodes,Vict Age,Vict Sex,"
    "Vict Descent,Premis Cd,Premis Desc,Weapon Used Cd,Weapon Desc,Status,Status Desc,Crm Cd 1,Crm Cd 2,Crm Cd 3,Crm Cd 4,"
    "LOCATION,Cross Street,LAT,LON"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two folders, each with the city made from nothing."""
    sys.path.insert(0, str(FOLDER))
    try:
        import make
    finally:
        sys.path.remove(str(FOLDER))
    folders = [tmp_path_factory.mktemp("city") for _ in range(2)]
    for folder in folders:
        make.make_city(folder)
    return folders


@pytest.fixture(scope="module")
def rows():
    with gzip.open(FOLDER / "incidents.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _features(name):
    features = json.loads((FOLDER / name).read_text(encoding="utf-8"))["features"]
    return [(each["properties"], shape(each["geometry"])) for each in features]


@pytest.fixture(scope="module")
def divisions():
    return _features("divisions.geojson")


@pytest.fixture(scope="module")
def planted():
    return _features("planted_hotspots.geojson")


@pytest.fixture(scope="module")
def coordinates(rows):
    """Longitude and latitude of every row, NaN where they are missing."""
    lonlat = np.array([(float(row["LON"]), float(row["LAT"])) for row in rows])
    lonlat[(lonlat == 0).all(axis=1)] = np.nan
    return lonlat


@pytest.fixture(scope="module")
def unique(rows):
    """Rows without the second reports."""
    return list({row["DR_NO"]: row for row in reversed(rows)}.values())


def _column(rows, name):
    return np.array([row[name] for row in rows])


def _days(rows, name):
    return np.array([datetime.strptime(row[name], "%m/%d/%Y %I:%M:%S %p") for row in rows], dtype="datetime64[D]")


@pytest.mark.parametrize("name", FILES)
def test_two_runs_give_the_same_bytes(made, name):
    first, second = (folder / name for folder in made)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_make_makes(made, name):
    # Another zlib may pack otherwise, so the packed file is compared by what is in it.
    unpacked = gzip.decompress if name.endswith(".gz") else bytes
    assert unpacked((made[0] / name).read_bytes()) == unpacked((FOLDER / name).read_bytes())


def test_the_header_and_the_line_ends_are_the_official_ones():
    text = gzip.decompress((FOLDER / "incidents.csv.gz").read_bytes()).decode("utf-8")
    assert text.startswith(HEADER + "\n")
    assert text.endswith("\n")
    assert "\r" not in text


def _fit(rows, name, pattern):
    return [row[name] for row in rows if not re.fullmatch(pattern, row[name])]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("DR_NO", r"2[34](0[1-9]|1\d|2[01])\d{5}"),
        ("Date Rptd", r"(0[1-9]|1[0-2])/([0-2]\d|3[01])/202[34] 12:00:00 AM"),
        ("DATE OCC", r"(0[1-9]|1[0-2])/([0-2]\d|3[01])/2023 12:00:00 AM"),
        ("TIME OCC", r"([01]\d|2[0-3])[0-5]\d"),
        ("AREA", r"0[1-9]|1\d|2[01]"),
        ("Rpt Dist No", r"(0[1-9]|1\d|2[01])\d\d"),
        ("Part 1-2", r"[12]"),
        ("Crm Cd", r"\d{3}"),
        ("Crm Cd Desc", r"[A-Z, -]+"),
        ("Mocodes", r"(\d{4}( \d{4}){0,9})?"),
        ("Vict Age", r"-?\d{1,3}"),
        ("Vict Sex", r"[MFXH]?"),
        ("Vict Descent", r"[A-Z-]?"),
        ("Premis Cd", r"\d{3}"),
        ("Weapon Used Cd", r"(\d{3})?"),
        ("Status", r"IC|AA|AO|JA|JO|CC"),
        ("Crm Cd 2", r"(998)?"),
        ("LOCATION", r"(\d{3,5} [NSEW ]  )?[A-Z]+ {5,}[A-Z]{2}"),
        ("Cross Street", r"[A-Z]*"),
        ("LAT", r"0|3[34](\.\d{1,4})?"),
        ("LON", r"0|-118(\.\d{1,4})?"),
    ],
)
def test_values_have_the_official_form(rows, name, pattern):
    assert _fit(rows, name, pattern) == []


def test_part_and_description_are_functions_of_the_crime_code(rows):
    kinds = {(row["Crm Cd"], row["Part 1-2"], row["Crm Cd Desc"]) for row in rows}
    assert len(kinds) == len({code for code, _, _ in kinds})
    assert len(kinds) >= 40
    assert all(row["Crm Cd"] == row["Crm Cd 1"] for row in rows)


def test_faults_are_as_documented(rows, coordinates):
    ages = _column(rows, "Vict Age").astype(int)
    assert len(rows) == 20_005
    assert len({row["DR_NO"] for row in rows}) == 20_000
    assert np.isnan(coordinates[:, 0]).sum() == 45
    assert (_days(rows, "DATE OCC") > _days(rows, "Date Rptd")).sum() == 6
    assert ((ages < 0).sum(), (ages > 100).sum()) == (8, 4)
    assert (_column(rows, "Vict Sex") == "H").sum() == 3
    assert (_column(rows, "Vict Descent") == "-").sum() == 2


def test_gaps_and_placeholders_are_as_frequent_as_documented(unique):
    def share(name, value):
        return float((_column(unique, name) == value).mean())

    assert share("TIME OCC", "1200") == pytest.approx(0.045, abs=1e-4)
    assert share("TIME OCC", "0001") == pytest.approx(0.020, abs=1e-4)
    assert share("Vict Age", "0") == pytest.approx(0.22, abs=1e-3)
    assert share("Vict Sex", "") == pytest.approx(0.11, abs=1e-3)
    assert share("Weapon Used Cd", "") == pytest.approx(0.65, abs=1e-3)
    assert share("Status", "IC") == pytest.approx(0.81, abs=0.01)


def test_first_days_of_months_are_heaped(unique):
    day = _days(unique, "DATE OCC")
    first = day == day.astype("datetime64[M]")
    assert (first.sum() / 12) / ((~first).sum() / 353) == pytest.approx(1.5, abs=0.12)


def test_reports_lag_along_the_customary_curve(unique):
    lag = (_days(unique, "Date Rptd") - _days(unique, "DATE OCC")).astype(int)
    for days, share in ((0, 0.427), (1, 0.645), (7, 0.829), (14, 0.880), (30, 0.922), (60, 0.952), (90, 0.964)):
        assert (lag <= days).mean() == pytest.approx(share, abs=0.02), f"within {days} days"


def test_incidents_share_places(coordinates):
    places = Counter(map(tuple, coordinates[~np.isnan(coordinates[:, 0])].tolist()))
    assert 7_000 <= len(places) <= 9_000
    assert max(places.values()) >= 20


def test_the_divisions_tile_the_city(divisions):
    polygons = [polygon for _, polygon in divisions]
    assert [properties["area"] for properties, _ in divisions] == [f"{code:02d}" for code in range(1, 22)]
    assert len({properties["area_name"] for properties, _ in divisions}) == 21
    assert all(polygon.geom_type == "Polygon" and polygon.is_valid for polygon in polygons)
    assert all(polygon.exterior.is_ccw for polygon in polygons)
    city = shapely.union_all(polygons)
    assert city.geom_type == "Polygon"
    assert not city.interiors
    assert sum(polygon.area for polygon in polygons) == pytest.approx(city.area, rel=1e-12)


def test_divisions_that_touch_share_their_vertices(divisions):
    corners = [set(polygon.exterior.coords) for _, polygon in divisions]
    for one, (_, polygon) in enumerate(divisions):
        for other in range(one):
            shared = len(corners[one] & corners[other])
            assert (shared >= 1) == polygon.intersects(divisions[other][1])
            assert shared != 1 or polygon.intersection(divisions[other][1]).length == 0
    assert all(any(mine & other for other in corners if other is not mine) for mine in corners)


def test_incidents_lie_in_the_division_they_name(rows, divisions, coordinates):
    area, name, district = (_column(rows, column) for column in ("AREA", "AREA NAME", "Rpt Dist No"))
    inside = np.zeros(len(rows), dtype=bool)
    for properties, polygon in divisions:
        mine = area == properties["area"]
        inside[mine] = shapely.contains_xy(polygon, coordinates[mine])
        assert set(name[mine]) == {properties["area_name"]}
        assert set(np.char.ljust(district[mine], 4).astype("U2")) == {properties["area"]}
    assert (inside | np.isnan(coordinates[:, 0])).all()


def test_no_incident_lies_in_the_hills_or_a_park(coordinates):
    green = [polygon for properties, polygon in _features("basemap.geojson") if properties["kind"] in ("hills", "park")]
    assert len(green) == 9
    # Rounding to four decimals may move a place next to a park by some metres.
    assert shapely.contains_xy(shapely.union_all(green).buffer(-0.0002), coordinates).sum() == 0


def test_planted_hotspots_hold_what_is_documented(planted, coordinates):
    assert len(planted) == 6
    for properties, polygon in planted:
        total = int(shapely.contains_xy(polygon, coordinates).sum())
        assert total == properties["total_incidents"]
        assert properties["extra_incidents"] * 0.97 <= total <= properties["extra_incidents"] * 1.15


def test_the_readme_names_every_file_and_planted_hotspot(planted):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in FILES:
        assert f"`{name}`" in text
    for properties, _ in planted:
        row = next(line for line in text.splitlines() if line.startswith(f"| {properties['name']} |"))
        assert (
            f"| {properties['radius_m']} | {properties['extra_incidents']} | {properties['total_incidents']} |" in row
        )


@pytest.fixture(scope="module")
def incidents():
    import lacrime_geo as lg

    return lg.read_lapd(FOLDER / "incidents.csv.gz")


def test_the_reader_finds_the_planted_faults(incidents):
    found = {each["rule"]: each["rows"] for each in incidents.attrs["audit"]}
    assert len(incidents) == 20_000
    assert (found["coordinates_zero"], found["occurred_after_reported"], found["dr_no_duplicate"]) == (45, 6, 5)
    assert found["time_placeholder"] == pytest.approx(1_300, abs=5)


def _projected(planted, crs):
    import geopandas

    polygons = geopandas.GeoSeries([polygon for _, polygon in planted], crs="EPSG:4326").to_crs(crs)
    return dict(zip([properties["name"] for properties, _ in planted], polygons))


@pytest.mark.parametrize(
    ("options", "beyond"),
    [(dict(cell_size=300, distance_band=450), 0.005), (dict(cell_size=300), 0.03), ({}, 0.03)],
    ids=["narrow band", "cells given", "defaults"],
)
def test_hotspots_finds_every_planted_hotspot_and_little_else(incidents, planted, options, beyond):
    import lacrime_geo as lg

    found = lg.hotspots(incidents, boundary=FOLDER / "divisions.geojson", **options)
    cells = found.to_geodataframe()
    hot, centre = (cells["bin"] >= 2).to_numpy(), cells.geometry.centroid
    polygons = _projected(planted, cells.crs)
    for name, polygon in polygons.items():
        assert hot[centre.within(polygon)].mean() >= 0.6, name
    # A hot cell is one with a hot neighbourhood: up to a band away from what is hot itself. Wide bands also see that the
    # city is denser in its middle.
    rest = ~centre.within(shapely.union_all(list(polygons.values())).buffer(found.parameters["distance_band"] + 150))
    assert hot[rest].mean() < beyond


def test_the_largest_clusters_are_the_planted_hotspots(incidents, planted):
    import lacrime_geo as lg

    clusters = lg.dbscan(incidents).clusters().to_geodataframe()
    largest = clusters.nlargest(len(planted), "count")
    found = [
        largest.index[largest.intersects(polygon.centroid)].tolist()
        for polygon in _projected(planted, clusters.crs).values()
    ]
    assert all(len(each) == 1 for each in found)
    assert len({each[0] for each in found}) == len(planted)
