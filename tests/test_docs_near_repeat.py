"""docs/near_repeat.md is always true: its commands run and print what it says, its tables are what the files give."""

from pathlib import Path

import numpy as np
import pytest
from pages import INCIDENTS, Page
from test_near_repeats import PUBLISHED

import lacrime_geo as lg
from lacrime_geo.spacetime import near_repeat_roles as roles

PAGE = Page("near_repeat.md")
WEST_LA = "lapd_west_la_2020-03_2021-07_28col.parquet"


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"knox.svg", "risk_zones.png", "zones_played.png"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3


def test_the_tables_of_columns_are_those_of_the_results():
    robberies = lg.as_incidents(INCIDENTS).select(category="robbery")
    made = (
        ("The output is the table", lg.near_repeat(robberies, permutations=1)),
        ("there are\nno zones, but a sentence", lg.risk_zones(robberies, distance=100, days=7)),
    )
    for title, result in made:
        named = [name.strip(" `") for row in PAGE.table_under(title) for name in row[0].split(",")]
        assert named == list(result.columns)
    told = [row[0].strip("`") for row in PAGE.table_under("`followed_by` and how many")]
    assert told == [roles.ORIGINATOR, roles.REPEAT, roles.BOTH, roles.ISOLATED, roles.UNKNOWN]


def test_before_the_hot_spot_opens_nothing_stands_out():
    assert "Before September no near band of the first two weeks stands out." in PAGE.prose
    early = lg.as_incidents(INCIDENTS).select(category="burglary", until="2023-09-01")
    found = lg.near_repeat(early, permutations=199)
    soon = np.isfinite(found["distance_to"]) & (found["time_to"] <= 14)
    assert soon.sum() == 10 and (found["p"][soon] > 0.05).all()
    assert not any("has changed" in said for said in found.parameters.get("warnings", []))


def test_the_published_table_is_the_tested_one():
    rows = [row[1:] for row in PAGE.table_under("<!-- chicago -->")]
    assert rows == [[str(number) for number in row] for row in PUBLISHED]


@pytest.fixture(scope="module")
def west_la(lacrime_data):
    return lg.as_incidents(lg.read_lapd(Path(lacrime_data) / WEST_LA))


def test_the_table_of_west_la(west_la):
    for row, category in zip(PAGE.table_under("<!-- west la -->"), ("burglary", "theft_from_vehicle")):
        found = lg.near_repeat(west_la.select(category=category))
        wanted = [f"{found['ratio'][number]:.2f}" for number in (0, 1, 2, 3, 5, 10)]
        assert row[1:] == [f"{found.parameters['incidents']:,}", *wanted]
        if category == "burglary":
            assert f"({found['observed'][0]} pairs, {found['expected'][0]:.1f} expected)" in PAGE.prose
            assert f"p {found['p'][5]:.2f} for burglaries" in PAGE.prose


def test_what_zones_catch_in_west_la(west_la):
    assert PAGE.prose.count("43 weeks") == 1
    for category in ("burglary", "theft_from_vehicle"):
        caught, busiest, blocks = weekly(west_la.select(category=category).located())
        assert f"{100 * caught:.1f} %" in PAGE.prose and f"{100 * busiest:.1f} %" in PAGE.prose
        if category == "burglary":
            assert (
                f"{blocks[0]:.0f} of {blocks[1]}" in PAGE.prose and f"{100 * blocks[0] / blocks[1]:.1f} %" in PAGE.prose
            )


def weekly(incidents, days=28):
    """Return which shares of the next week's incidents zones and as many of the busiest blocks have, and how many they are."""
    place = incidents.easting + 1j * incidents.northing
    day, reported = incidents.when.astype("M8[D]"), incidents.reported.astype("M8[D]")
    weeks = np.arange(np.datetime64("2020-10-01"), np.datetime64("2021-07-24"), 7)
    hits, top, zones, every = 0, 0, 0, 0
    for today in weeks:
        known = (day <= today) & (reported <= today)
        recent = np.unique(place[known & (day > today - days)])
        blocks, count = np.unique(place[known], return_counts=True)
        busiest = blocks[np.argsort(-count, kind="stable")[: recent.size]]
        coming = place[(day > today) & (day <= today + 7)]
        hits, top = hits + np.isin(coming, recent).sum(), top + np.isin(coming, busiest).sum()
        zones, every = zones + recent.size, every + coming.size
    drawn = lg.risk_zones(incidents, distance=50, days=days, as_of=weeks[-1], decay="linear")
    assert len(drawn) == recent.size and weeks.size == 43
    return hits / every, top / every, (zones / weeks.size, np.unique(place).size)
