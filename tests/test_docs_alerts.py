"""docs/alerts.md is always true: its commands run and print what it says, its tables are what the results have."""

import numpy as np
import pytest
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.alerting.area_warnings import METHODS
from lacrime_geo.alerting.warning_states import STATES

PAGE = Page("alerts.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"alerts.png", "watched_counts.svg"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 4


def names_in(table):
    return [name.strip(" `") for row in table for name in row[0].split(",")]


def test_tables_are_of_the_result():
    assert names_in(PAGE.table_under("| state | when |\n|---|---|\n| alarm")[:0]) == []
    assert [row[0] for row in PAGE.table_under("not among 21 areas\n```")] == list(STATES)
    found = lg.alerts(INCIDENTS, areas=DIVISIONS)
    assert names_in(PAGE.table_under("too few steps are before it |")) == list(found.columns)
    assert names_in(PAGE.table_under("## Methods")) == list(METHODS)


@pytest.mark.slow
def test_what_west_la_shows(lacrime_data):
    path = lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet"
    found = lg.alerts(path, areas=lacrime_data / "la_times_neighborhoods.geojson", since="2020-06-01")
    judged = found.judged()
    alarm = judged["state"] == "alarm"
    assert alarm.sum() == 5 and f"{alarm.sum()} alarms in 14 months" in PAGE.prose
    row = alarm & (judged["area"] == "Pacific Palisades")
    assert judged["date"][row].astype("M8[D]").astype(str).tolist() == ["2021-04-11"]
    assert judged["count"][row].tolist() == [11] and np.isclose(judged["expected"][row], 2.0, atol=0.05)
    assert f"The {found.parameters['no_data']} neighbourhoods elsewhere" in PAGE.prose


def test_what_the_city_shows(lacrime_data):
    path = lacrime_data / "lapd_citywide_2023-09_2023-10.parquet"
    options = dict(areas=lacrime_data / "lapd_divisions.geojson", since="2023-10-15")
    judged = lg.alerts(path, **options).judged()
    assert np.unique(judged["date"][judged["state"] != "no data"]).size == 5
    watched = judged["state"] == "watch"
    assert not (judged["state"] == "alarm").any() and watched.sum() == 5
    friday = watched & (judged["date"] == np.datetime64("2023-10-27"))
    assert sorted(judged["count"][friday].tolist()) == [31, 48, 65]
    occurred = lg.alerts(path, dated_by="occurred", **options).judged()
    alarm = occurred["state"] == "alarm"
    assert occurred["area"][alarm].tolist() == ["WILSHIRE"] and occurred["count"][alarm].tolist() == [65]
