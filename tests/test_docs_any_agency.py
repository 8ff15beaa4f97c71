"""What docs/any_agency.md says is so."""

import re

from pages import Page

from lacrime_geo.data.generic import OWN
from lacrime_geo.data.own_mapping import OTHERS, ROLES, SYNONYMS

PAGE = Page("any_agency.md")


def test_its_example_runs(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 1


def test_every_role_and_column_is_named():
    rows = PAGE.table_under("<!-- roles -->")
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert named == {*ROLES, *SYNONYMS}
    made = {name for row in rows for name in re.findall(r"`(\w+)`", row[2])}
    assert made == set(OWN) and all(f"`{name}`" in PAGE.prose for name in OTHERS)


def test_its_links_lead_somewhere():
    assert PAGE.pictures() == set()
