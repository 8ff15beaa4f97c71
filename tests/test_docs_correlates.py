"""docs/correlates.md is always true: its examples print what it says, its tables are those of the code and of the real files."""

import re

import numpy as np
import pytest
from pages import INCIDENTS, Page

import lacrime_geo as lg
from tools.correlate_tables.__main__ import TABLES
from tools.readme_tables import filled

PAGE = Page("correlates.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"category_components.png"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3


def test_the_table_of_columns_is_that_of_the_result():
    found = lg.breakdown(INCIDENTS, by="premise")
    named = [
        name for row in PAGE.table_under("hours in eighths of the day.\n") for name in re.findall(r"`(\w+)`", row[0])
    ]
    assert sorted(named) == sorted(found.columns)


def test_every_table_of_real_places_has_its_place():
    assert sorted(re.findall(r"<!-- ([\w ]+) -->\n\|", PAGE.text)) == sorted(TABLES)


@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("together", "components")])
def test_tables_of_real_places_are_those_of_the_files(lacrime_data, name):
    made = TABLES[name](lacrime_data)
    assert filled(PAGE.text, {name: lambda: made}) == PAGE.text


def test_what_is_said_of_the_division(lacrime_data):
    rows = {row[0]: row for row in PAGE.table_under("<!-- victim descents -->")}
    assert sum(row[1] == "withheld" for row in rows.values()) == 2 and "two kinds are withheld" in PAGE.prose
    weapons = {row[0]: row[2] for row in PAGE.table_under("<!-- weapons -->")}
    assert weapons["not recorded"].startswith("78.0") and "eight of ten have none recorded" in PAGE.prose
    together = {row[0]: float(row[1].split()[0]) for row in PAGE.table_under("<!-- together -->")}
    assert max(together, key=together.get) == "premise" and min(together, key=together.get) == "weekday"


def test_the_first_component_is_the_same_from_cells_to_divisions(lacrime_data):
    from tools.correlate_tables.mixes import CITY, DIVISIONS

    first = [row[2] for row in PAGE.table_under("<!-- components -->") if row[1] == "1"]
    assert len(first) == 3 and all(made.startswith("other theft against aggravated assault") for made in first)
    incidents = lg.read_lapd(lacrime_data / CITY)
    used = lg.category_components(incidents, units=lacrime_data / DIVISIONS).parameters
    assert f": {first[2]} (" in used["components_in_words"][0] and used["above_noise"] == 7
    assert np.isclose(used["shares"][0], 0.70, atol=0.005)
