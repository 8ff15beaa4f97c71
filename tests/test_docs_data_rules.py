"""docs/data_rules.md tells every rule of the readers, each once, and no others."""

import ast
import re
from pathlib import Path

from pages import INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.data.lapd_cleaning import BLANK
from lacrime_geo.data.quality.detectors import __file__ as DETECTORS

PAGE = Page("data_rules.md")
READERS = Path(DETECTORS).parents[1]
# Rules whose names stand in a variable or a table.
BY_TABLE = {
    "ragged",
    "ragged_left_out",
    "undated_left_out",
    "untimed_left_out",
    "occurred_too_early",
    "reported_too_early",
}


def told():
    """Return the rules in the tables, one cell after the other."""
    rows = re.findall(r"^\| (`[^|]+`) \| .+? \| .+? \|$", PAGE.text, flags=re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([\w…]+)`", row)]


def in_code():
    """Return the names that the readers give their findings."""
    found = set()
    for path in READERS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("finding", "of_pairs") and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_links_lead_somewhere():
    assert PAGE.pictures() == set()


def test_every_rule_of_the_readers_is_told_once():
    rules = told()
    families = {"…_blank", "…_unreadable"}
    covered = {name for name in in_code() if name.endswith("_blank") and name not in rules}
    assert len({*rules}) == len(rules)
    assert {*rules} - families == (in_code() - covered) | BY_TABLE


def test_the_rules_by_table_are_rules():
    source = "\n".join(path.read_text(encoding="utf-8") for path in READERS.glob("*.py"))
    assert [name for name in BY_TABLE if f'"{name}"' not in source and not name.endswith("_too_early")] == []
    assert "_too_early" in source


def test_what_the_sample_shows_is_told():
    rows = {line["rule"]: line for line in lg.read_lapd(INCIDENTS).attrs["audit"]}
    rules = {*told(), *(f"{name}_blank" for name in BLANK), "dr_no_blank", "coordinates_blank", "headers"}
    assert {name for name in rows if not name.endswith("_unreadable")} - rules == set()
    assert rows["dr_no_duplicate"]["action"].startswith("dropped") and "kept" in rows["coordinates_zero"]["action"]
