"""What docs/any_agency.md says is so."""

import ast
import re

from pages import ROOT, Page

from lacrime_geo.data.generic import OWN
from lacrime_geo.data.own_mapping import OTHERS, ROLES, SYNONYMS, asked

PAGE = Page("any_agency.md")


def test_its_example_runs(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 2


def test_every_role_and_column_is_named():
    rows = PAGE.table_under("<!-- roles -->")
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert named == {*ROLES, *SYNONYMS}
    made = {name for row in rows for name in re.findall(r"`(\w+)`", row[2])}
    assert made == set(OWN) and all(f"`{name}`" in PAGE.prose for name in OTHERS)


def test_its_links_lead_somewhere():
    assert PAGE.pictures() == set()


def test_the_three_roads_say_the_same():
    tool = (ROOT / "qgis_plugin/tools/load_incidents.py").read_text(encoding="utf-8")
    for _, command, script, qgis in PAGE.table_under("is said by `--mapping`:"):
        text = re.search(r'--mapping "(.*)"', command)[1]
        assert asked(text) == asked(ast.literal_eval(script.strip("`").partition("=")[2]))
        assert all(f'"{label}"' in tool for label in qgis.split("; "))
