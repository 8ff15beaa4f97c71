"""docs/emerging_hotspots.md is always true: its examples print what it says, its tables are what code and files give."""

from collections import Counter

import geopandas as gpd
import pytest
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.spacetime.patterns import KINDS

PAGE = Page("emerging_hotspots.md")
WEST_LA, CITYWIDE = "lapd_west_la_2020-03_2021-07_28col.parquet", "lapd_citywide_2023-09_2023-10.parquet"


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"emerging.png", "emerging_played.png"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    pytest.importorskip("xarray")
    assert PAGE.run_examples(capsys) == 4


def test_the_tables_are_those_of_the_code():
    kinds = [row[0] for row in PAGE.table_under("--distance-band 600")]
    assert sorted(kinds) == sorted([*KINDS, "no pattern"])
    found = lg.emerging_hotspots(INCIDENTS, boundary=DIVISIONS, cell_size=800, distance_band=1200, time_step="month")
    named = [name.strip(" `") for row in PAGE.table_under("see [reporting lag]") for name in row[0].split(",")]
    assert named == list(found.columns)


@pytest.fixture(scope="module")
def west_la(lacrime_data):
    divisions = gpd.read_file(lacrime_data / "lapd_divisions.geojson")
    area = divisions[divisions["APREC"] == "WEST LOS ANGELES"]
    options = dict(boundary=area, cell_size=200, distance_band=600, time_step="month")
    return lg.emerging_hotspots(lg.as_incidents(lacrime_data / WEST_LA), **options)


@pytest.fixture(scope="module")
def city(lacrime_data):
    area = lacrime_data / "la_city_boundary_from_divisions.geojson"
    return lg.emerging_hotspots(lg.as_incidents(lacrime_data / CITYWIDE), boundary=area)


def test_the_table_of_los_angeles(west_la, city):
    both = [Counter(cells["pattern"].tolist()) for cells in (west_la, city)]
    for name, *told in PAGE.table_under("<!-- los angeles -->"):
        cold = name == "all kinds of cold spots"
        kinds = [f"{kind} cold spot" for kind in KINDS] if cold else [name]
        assert told == [f"{sum(counts[kind] for kind in kinds):,}" for counts in both], name
    assert (west_la.parameters["first_day"], city.parameters["first_day"]) == ("2020-04-01", "2023-09-02")
    assert (city.parameters["cell_size"], city.parameters["distance_band"]) == (310, 1000)
    assert not (west_la.parameters.get("warnings") or city.parameters.get("warnings"))


@pytest.mark.parametrize(
    "name, said",
    [
        ("city", "Of its 1,098 cells hot in nine of ten steps and the last one 42 are intensifying or diminishing"),
        ("west_la", "25 of 260 such cells have a trend, where chance would give 13"),
    ],
)
def test_how_many_trends_there_are(name, said, request):
    patterns = Counter(request.getfixturevalue(name)["pattern"].tolist())
    moving = patterns["intensifying hot spot"] + patterns["diminishing hot spot"]
    always = moving + patterns["persistent hot spot"]
    assert f"{always:,}" in said and f"{moving}" in said and said in PAGE.prose
    assert f"would give {round(0.05 * always)}" in PAGE.prose
