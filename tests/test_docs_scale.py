"""docs/scale.md is always true: its examples run, and what it says takes a scan does."""

import re

import pytest
from pages import Page

from lacrime_geo.partitioned import TAKEN_BY

PAGE = Page("scale.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == set()


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 4


def test_what_takes_a_scan_is_in_the_table():
    named = {name for row in PAGE.table_under("## What takes a scan") for name in re.findall(r"`(\w+)`", row[0])}
    assert named == {*TAKEN_BY}
