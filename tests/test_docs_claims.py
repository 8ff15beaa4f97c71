"""docs/claims.md is always true: its examples print what it says, its tables name the fields there are."""

import json

import pytest
from pages import Page

from lacrime_geo.claim_tables import NAMES, SCHEMA, document
from lacrime_geo.claims import Claim

PAGE = Page("claims.md")


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3
    assert json.loads((in_copy / "claims.json").read_text(encoding="utf-8"))["schema"] == SCHEMA


def test_the_tables_name_every_field():
    told = {name.strip("` ") for row in PAGE.table_under("## What a claim holds") for name in row[0].split(",")}
    assert told == set(Claim.__dataclass_fields__)
    keys = {name.strip("` ") for row in PAGE.table_under("## The JSON") for name in row[0].split(",")}
    assert keys == set(document("", [], {}))
    assert SCHEMA in PAGE.text and all(f"`{name}`" in PAGE.text for name in NAMES)


def test_links_lead_somewhere():
    assert PAGE.broken_links() == []
