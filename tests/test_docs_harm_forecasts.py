"""docs/harm_forecasts.md is always true: its examples print what it says, its tables are those of the real files."""

import re

import pytest
from pages import Page

import lacrime_geo as lg
from tools.harm_forecast_tables import contests
from tools.harm_forecast_tables.__main__ import TABLES
from tools.harm_forecast_tables.tables_of_harm import days, days_until_reported, months

PAGE = Page("harm_forecasts.md")
MAE, R2, CRPS, COVERED = 0, 3, 6, 9
# What is fitted in no time.
QUICK = ("seasonal mean", "last count", "mean of 6")


def rows_of(mark):
    """Return the rows of a table of the page, by their first cell."""
    return {row[0]: row[1:] for row in PAGE.table_under(f"<!-- {mark} -->")}


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"harm_forecasts.svg"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3


def test_every_table_of_real_places_has_its_place():
    marks = re.findall(r"<!-- ([\w ]+) -->\n\|.*\n\| ---", PAGE.text)
    assert sorted(marks) == sorted(TABLES)


@pytest.mark.parametrize("mark, more", [("days", {contests.NONE}), ("months", {"ETS"})])
def test_every_model_is_in_the_tables(mark, more):
    assert {name.partition(" (")[0] for name in rows_of(mark)} == {
        *contests.PLAIN,
        contests.BOOSTING,
        contests.NETWORK,
        *more,
    }


def scored(mark, folder, levels):
    """Return the backtest of the quick models that a table of the page is of."""
    if mark == "days":
        asked = dict(horizon=contests.WEEK, origins=contests.ORIGINS_OF_DAYS, apart=contests.WEEK)
        return lg.backtest(days(folder), QUICK, gap=days_until_reported(folder), levels=levels, **asked)
    asked = dict(horizon=contests.QUARTER, origins=contests.ORIGINS_OF_MONTHS, gap=0)
    return lg.backtest(months(folder), QUICK, levels=levels, **asked)


@pytest.mark.parametrize("mark", ["days", "months"])
def test_the_errors_are_those_of_the_files(mark, lacrime_data):
    found, printed = scored(mark, lacrime_data, ()), rows_of(mark)
    for at, name in enumerate(found["model"]):
        assert float(printed[name][MAE].replace(",", "")) == pytest.approx(found["mae"][at], abs=0.0006)
        assert float(printed[name][R2]) == pytest.approx(found["r2"][at], abs=0.0006)


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["days", "months"])
def test_the_scores_of_intervals_are_those_of_the_files(mark, lacrime_data):
    found, printed = scored(mark, lacrime_data, contests.LEVELS), rows_of(mark)
    for at, name in enumerate(found["model"]):
        assert float(printed[name][CRPS].replace(",", "")) == pytest.approx(found["crps"][at], abs=0.0006)
        assert float(printed[name][COVERED].split(" ")[0]) == pytest.approx(100 * found["coverage80"][at], abs=0.06)


def test_what_is_said_of_the_files_is_so(lacrime_data):
    table = days(lacrime_data)
    panel = table.panel()
    assert (int(panel.values.sum()), panel.size, table.unit) == (7810, 69, "Part 1 offences")
    assert days_until_reported(lacrime_data) == 32 and table.parameters["lag_days"] == 59
    assert panel.values.mean(axis=1).min().round(3) == 0.002 and panel.values.mean(axis=1).max() == 0.625
    assert len(months(lacrime_data).groupby(["area", "category"])) == 168
