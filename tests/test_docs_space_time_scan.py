"""docs/space_time_scan.md is always true: its examples print what it says, its columns and numbers are the code's."""

import numpy as np
import pytest
from pages import INCIDENTS, Page

import lacrime_geo as lg

PAGE = Page("space_time_scan.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"outbreaks.png"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 2


def test_the_table_of_columns_is_that_of_the_result():
    some = lg.as_incidents(INCIDENTS).select(category="robbery")
    named = [name.strip(" `") for row in PAGE.table_under("## What is in the layer") for name in row[0].split(",")]
    assert sorted(named) == sorted(lg.space_time_scan(some, permutations=9).columns)


def test_west_la_shows_what_the_page_says(lacrime_data):
    burglaries = lg.as_incidents(lg.read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet"))
    june = burglaries.select(category="burglary", until="2021-07-01")
    found = lg.space_time_scan(june)
    assert len(found) == 1 and found["cases"][0] == 24 and found["places"][0] == 18 and found["radius"][0] == 3000
    assert found["expected"][0] == pytest.approx(8.0, abs=0.05) and found["p"][0] == pytest.approx(0.003)
    assert found["first"][0] == np.datetime64("2021-06-14") and june.placed.sum() == 1465
