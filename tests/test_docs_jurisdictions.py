"""docs/jurisdictions.md is always true: its examples print what it says, its tables are those of the code and the real file."""

import re

import numpy as np
from pages import Page

import lacrime_geo as lg
from lacrime_geo.jurisdictions.high_crime_models import BASELINES, LEARNED
from tools.jurisdiction_tables import cities
from tools.jurisdiction_tables.__main__ import TABLES

PAGE = Page("jurisdictions.md")
SAMPLE = "sample_layers/agency_years.csv"


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"rate_trends.svg", "persistent_high.svg"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 4


def test_every_check_is_named():
    told = {
        name
        for row in PAGE.table_under("What is looked for, and what follows:")
        for name in re.findall(r"`(\w+)`", row[0])
    }
    rules = set(lg.read_ucr(SAMPLE).findings()["rule"])
    assert rules - told == set()


def test_the_table_of_columns_is_that_of_the_result():
    told = [
        name
        for row in PAGE.table_under("or as a first one where there is none.\n")
        for name in re.findall(r"`(\w+)`", row[0])
    ]
    assert set(told) | {"agency", "name"} == set(lg.rate_trends(SAMPLE).columns)


def test_every_model_and_baseline_is_named():
    section = PAGE.text.split("## Whether it will be high next year", 1)[1]
    assert all(f"`{model}`" in section for model in (*BASELINES, *LEARNED))


def test_every_table_of_the_real_file_has_its_place():
    assert sorted(re.findall(r"<!-- ([\w ]+) -->\n\|.*\n\| ---", PAGE.text)) == sorted(TABLES)


def test_findings_and_persistence_are_those_of_the_file(lacrime_data):
    for name in ("findings", "persistence"):
        assert f"<!-- {name} -->\n{TABLES[name](lacrime_data)}\n<!-- end -->" in PAGE.text


def test_some_trends_are_those_of_the_file(lacrime_data):
    panel = cities.panel(lacrime_data)
    some = np.isin(panel["name"], ["Baltimore", "Atlanta", "Fairfax County, Va."])
    columns = {
        name: panel[name][some] for name in ("agency", "name", "year", "population", "months_reported", "violent")
    }
    found = lg.rate_trends(columns)
    assert found["joinpoint_years"].tolist()[:2] == ["1980, 1983, 1991", "1981, 1987, 1993"]
    assert found["high_10"][0] < 0 < found["low_10"][2]


def test_the_words_on_the_prediction_are_those_of_its_tables():
    brier = {}
    for mark in ("new agencies", "known agencies"):
        rows = {row[0].strip("`"): row for row in PAGE.table_under(f"<!-- {mark} -->")}
        brier[mark] = {model: float(row[4].split()[0]) for model, row in rows.items()}
        # No model is surely better than last year's label.
        gains = [row[5].split("to ")[1].strip(")") for model, row in rows.items() if model in LEARNED]
        assert all(float(gain) > 0 for gain in gains)
        assert min(brier[mark], key=brier[mark].get) == "last_rate"
        assert all(float(row[6].split(",")[0]) > 1 for row in rows.values())
    leaky = {row[0].strip("`"): [float(value) for value in row[1:]] for row in PAGE.table_under("<!-- leaky -->")}
    assert (
        leaky["gradient_boosting"][3] > 0.99
        and leaky["logistic_regression"][2] - leaky["logistic_regression"][1] < 0.02
    )


def test_the_words_on_chance_are_those_of_its_table():
    rows = [[float(cell.strip(" %")) for cell in row[-2:]] for row in PAGE.table_under("<!-- no joinpoint -->")]
    assert all(bic <= 6 and 3 <= p <= 7 for bic, p in rows[:3]) and rows[3][0] > 50
