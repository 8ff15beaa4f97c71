"""docs/risk.md is always true: its examples print what it says, its tables are those of the code and of the real files."""

import re

import numpy as np
import pytest
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.risk.predicting.predictor_names import PREDICTORS
from tools.risk_tables import places
from tools.risk_tables.__main__ import TABLES
from tools.risk_tables.october import ALIASES, October

PAGE = Page("risk.md")
# Predictors whose maps of the city are made in no time, and one category.
QUICK, CATEGORY = ("prior_counts", "all_crime_counts", "smoothed_counts", "kde", "gi_star"), "robbery"


def rows_of(mark):
    """Return the rows of a table filled by tools/risk_tables, by their first cell."""
    return {row[0].strip("`*"): row[1:] for row in PAGE.table_under(f"<!-- {mark} -->")}


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"risk_map.png", "feedback_urn.svg"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 9


def test_every_model_is_named():
    told = PAGE.text.split("**Models**", 1)[1].split("### `auto`", 1)[0]
    assert set(re.findall(r"`(\w+)`", told)) - {"places"} == set(PREDICTORS) - set(ALIASES)


def test_the_tables_of_columns_are_those_of_the_results():
    incidents = lg.as_incidents(INCIDENTS).select(since="2023-11-01")
    found = lg.predict_risk(incidents, model="prior_counts", boundary=DIVISIONS, cell_size=1000)
    named = [name.strip(" `") for row in PAGE.table_under("happens there.\n") for name in row[0].split(",")]
    assert named == list(found.columns)
    scored = lg.contest(incidents, "gi_star", boundary=DIVISIONS, cell_size=1000, origins=2)
    named = [name for row in PAGE.table_under("the most hits first:\n") for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == sorted(set(scored.columns) - {"predictor", "area"})


def test_every_table_of_real_places_has_its_place():
    marks = re.findall(r"<!-- ([\w ]+) -->\n\|.*\n\| ---", PAGE.text)
    assert sorted(marks) == sorted(TABLES)


def test_every_predictor_is_in_the_table_of_october():
    assert set(rows_of("october")) == {*PREDICTORS, "the best map there could be"} - set(ALIASES)


@pytest.fixture(scope="module")
def october(lacrime_data):
    """Return what was known of September, and October's incidents."""
    return October(lacrime_data, CATEGORY)


def test_what_september_caught_of_october(october):
    column = 1 + places.TYPES.index(CATEGORY)
    for name in QUICK:
        assert rows_of("october")[name][column] == f"{october.caught(october.risk(name)):.3f}"
    assert rows_of("october")["the best map there could be"][column] == f"{october.caught(october.came):.3f}"


def test_what_is_said_of_the_gain_is_in_the_table():
    row = rows_of("october ratio")["mean of the four"]
    assert f"{float(row[-1].split()[0]) - 1:.0%}".strip("%") == re.search(r"worth some (\d+) %", PAGE.text)[1]
    assert np.isclose(
        float(row[-1].split()[0]),
        np.mean([float(one[-1].split()[0]) for one in list(rows_of("october ratio").values())[:-1]]),
        atol=1e-3,
    )


def test_what_is_taken_from_the_tables_stands_in_them():
    tables = [rows_of(mark) for mark in ("city", "two divisions", "west", "portland")]
    assert not any(row[0].endswith("+") for rows in tables for row in rows.values())
    assert all(rows[name][0].endswith("−") for rows in tables[:3] for name in ("kde", "gi_star"))
    assert sum(cell.endswith("−") for rows in tables for cell in rows["last_counts"]) == 5 + 5 + 5 + 3 - 1
    for name in ("auto", "self_exciting", "smoothed_counts"):
        assert all(cell.endswith("+") for cell in rows_of("city")[name][1:])
    roc = {name: row[5] for name, row in rows_of("burglary").items()}
    assert f"`kde` has {roc['kde'].lstrip('0')} and `prior_counts` {roc['prior_counts'].lstrip('0')}" in PAGE.prose
