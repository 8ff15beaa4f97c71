"""docs/severity_class.md is always true: its examples print what it says, its tables are those of the code and of a real file."""

import re

import pytest
from pages import INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.severity_class.class_contests import PREDICTORS
from lacrime_geo.severity_class.leaking_names import LEAKS
from lacrime_geo.severity_class.severity_words import row_of, with_interval
from tools.severity_class_tables import west_la

PAGE = Page("severity_class.md")
SHARES = west_la.SHARES


def rows_of(mark):
    """Return the rows of a table filled by tools/severity_class_tables, by their first cell."""
    return {row[0].strip("`"): row[1:] for row in PAGE.table_under(f"<!-- {mark} -->")}


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"severity_class.svg"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3


def test_every_predictor_and_column_is_named():
    assert [row[0].strip("`") for row in PAGE.table_under("names some:\n")] == list(PREDICTORS)
    told = {name for row in PAGE.table_under("## What comes out\n") for name in re.findall(r"`([\w…]+)`", row[0])}
    found = lg.predict_severity(INCIDENTS, models=SHARES)
    ends = tuple(end[1:] for end in told if end.startswith("…"))
    assert {name for name in found.columns if not name.endswith(ends)} == {
        one for one in told if not one.startswith("…")
    }


def test_every_kind_of_leak_is_told_of():
    assert len(PAGE.table_under("## The guard: `refuse_severity_leaks`")) == len(LEAKS) + 5 - 1


def test_every_table_of_the_real_file_has_its_place():
    marks = re.findall(r"<!-- ([\w ]+) -->\n\|.*\n\| ---", PAGE.text)
    assert sorted(marks) == sorted(west_la.TABLES)
    assert set(rows_of("predictors")) == set(PREDICTORS)


def test_what_shares_told_of_west_los_angeles(lacrime_data):
    found = west_la.scored(lacrime_data, ("premise_code",), SHARES)
    row = row_of(found, SHARES)
    told = [with_interval(found, figure, row) for figure in ("pr_auc", "roc_auc", "macro_f1")]
    assert rows_of("predictors")[SHARES][:3] == told
    assert rows_of("predictors")[SHARES][4] == f"{found['log_loss'][row]:.3f}"
    assert {part: cells[0] for part, cells in rows_of("parts").items()}["test"] == f"{found['n_test'][0]:,}"
    assert f"{found['prevalence'][0]:.2f}".lstrip("0") in PAGE.prose


def test_what_a_leak_would_have_said(lacrime_data):
    void = west_la.void(lacrime_data, ("crime_code",))
    row = row_of(void, SHARES)
    assert rows_of("refused")["place and crime code"][0] == with_interval(void, "pr_auc", row)
    assert void["pr_auc"][row] > 0.999
    with pytest.raises(ValueError, match="names the offence"):
        west_la.scored(lacrime_data, ("crime_code",))


def test_what_is_taken_from_the_tables_stands_in_them():
    areas = {name: float(cells[0].split()[0]) for name, cells in rows_of("predictors").items()}
    assert areas[SHARES] == areas["logistic_regression"] == areas["gradient_boosting"] == 0.77
    assert "right in 77 of 100 on the mean, where one without any knowledge is in 57" in PAGE.prose
    assert areas["prevalence"] == 0.57 and areas["hour_of_week"] - areas["prevalence"] == pytest.approx(0.03)
    known = {name: float(cells[0].split()[0]) for name, cells in rows_of("known").items()}
    assert known["time, place, premise and reporting district"] <= known["time, place and premise"] == 0.77
    share = {part: cells[1] for part, cells in rows_of("parts").items()}
    assert (share["train"], share["test"]) == ("0.620", "0.571") and "fell from .62 to .57" in PAGE.prose
    assert float(share["left out"]) < 0.45
