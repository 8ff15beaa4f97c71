"""docs/comparisons.md is always true: its examples print what it says, its tables are those of the code and of the real files."""

import re

import numpy as np
import pytest
from pages import Page

import lacrime_geo as lg
from lacrime_geo.comparisons.counted_places import ranks_of
from tools.comparison_tables.__main__ import TABLES

PAGE = Page("comparisons.md")
FUNCTIONS = (lg.rates, lg.funnel, lg.rank_intervals)


def rows_of(mark):
    """Return the rows of a table filled by tools/comparison_tables, by their first cell."""
    return {row[0]: row[1:] for row in PAGE.table_under(f"<!-- {mark} -->")}


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"funnel_map.png", "funnel_neighbourhoods.svg"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    lg.funnel(lived_in()).map().save("places.gpkg")
    assert PAGE.run_examples(capsys) == 4


def lived_in():
    import geopandas as gpd

    places = gpd.read_file("sample_layers/divisions.geojson")
    return places.assign(count=range(20, 41), residents=range(9000, 30_000, 1000))


def test_columns_and_options_named_are_those_of_the_results():
    found = [function({"count": [5, 9, 30], "population": [900, 800, 1000]}) for function in FUNCTIONS]
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE.text, flags=re.MULTILINE)
    columns = {name for cell in named for name in re.findall(r"`(\w+)`", cell)}
    assert columns and columns <= {name for one in found for name in one.columns}
    assert set(found[1].columns) - {"name", "count", "population", "rate", "expected"} <= columns


def test_every_table_has_its_place():
    assert sorted(re.findall(r"<!-- ([\w ]+) -->\n\|", PAGE.text)) == sorted(TABLES)


def test_what_is_said_of_the_tables_stands_in_them():
    overview = rows_of("overview")
    assert [row[-1] for row in overview.values()] == ["3 of 10", "5 of 10", "5 of 7", "4 of 10"]
    assert all(float(row[2].replace(",", "")) > 100 for row in overview.values())
    places = {name: int(row[0].replace(",", "")) for name, row in overview.items()}
    for name, row in overview.items():
        assert int(row[4].replace(",", "")) / places[name] > 0.9
        assert int(re.search(r"(\d+) %", row[6])[1]) > 87
    assert overview["1,243 tracts"][5] == "80, 121" and "Of the tracts 121 lie below" in PAGE.prose
    york = rows_of("cities")["New York City"]
    assert york[1] == "1" and york[3] == "38" and "is 38th of 65 by rate" in PAGE.prose
    airport = rows_of("tracts")["06037980028"]
    assert airport[1] == "1" and airport[-1] == "no rate"


@pytest.mark.parametrize("name", ["neighbourhoods", "divisions"])
def test_the_tables_are_those_of_the_files(lacrime_data, name):
    made = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLES[name](lacrime_data).splitlines()]
    assert {row[0]: row[1:] for row in made[2:]} == rows_of(name)


def simulated(seed, places, least, most, shape):
    """Return places whose rates are of a gamma distribution, and these rates."""
    random = np.random.default_rng(seed)
    people = random.integers(least, most, places).astype(float)
    true = random.gamma(shape, 0.02 / shape, places)
    return {"count": random.poisson(true * people), "population": people}, true


def within(low, true, high):
    return np.mean((low <= true) & (true <= high))


@pytest.mark.slow
def test_intervals_hold_as_often_as_the_page_says():
    for runs, places, said in (
        (40, 300, "in 40 simulations of 300 places the 95 % intervals held"),
        (200, 20, "in 200 of 20 places"),
    ):
        held = []
        for seed in range(runs):
            data, true = simulated(seed, places, 200, 8000, 4.0)
            found = lg.rates(data, per=1)
            held.append(within(found["smoothed_low"], true, found["smoothed_high"]))
        assert f"{said} {100 * np.mean(held):.1f} %" in PAGE.prose
    for level, said in ((95, "the 95 % intervals held {} % of the true ranks"), (90, "the 90 % ones {} %.")):
        held = []
        for seed in range(30):
            data, true = simulated(seed, 120, 400, 4000, 6.0)
            found = lg.rank_intervals(data, level=level, draws=1000, seed=seed)
            held.append(within(found["rank_low"], ranks_of(true), found["rank_high"]))
        assert said.format(f"{100 * np.mean(held):.1f}") in PAGE.prose
