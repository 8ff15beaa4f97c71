"""docs/watch.md is always true: its examples run, its units are units, its tables are those of the history and of the code."""

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import INCIDENTS, Page
from watched import incidents_of, small_city

import lacrime_geo as lg
from lacrime_geo.cli import commands_parser
from lacrime_geo.data.portal.portal_data_sets import named
from lacrime_geo.parameters import Unsaid
from lacrime_geo.watching.history_tables import LAYERS, TABLES
from lacrime_geo.watching.known_data import known_data
from lacrime_geo.watching.monitors import DISTRUST
from lacrime_geo.watching.watched_data import monitors_of

PAGE = Page("watch.md")
COMMAND = "/usr/local/bin/lacrime-geo"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.text, re.DOTALL)


@pytest.fixture
def lacrime(tmp_path):
    """Return a program of the command's name."""
    program = tmp_path / "lacrime-geo"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m lacrime_geo "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


def test_links_exist():
    assert PAGE.pictures() == set()


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3


def test_tables_are_those_of_the_history():
    rows = {row[0].strip("`"): row for row in PAGE.table_under("## The history")}
    assert list(rows) == list(TABLES)
    for name, columns in TABLES.items():
        told = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", rows[name][2]))
        assert told == list(columns), name
    assert all(f"`{layer}`" in PAGE.text for layer in LAYERS)


def test_monitors_are_those_of_a_run():
    known = known_data(incidents_of(small_city(days=100)), None, None, None, Unsaid())
    names = [one.name for one in monitors_of(known, [], [], [], "week")]
    assert [row[0] for row in PAGE.table_under("## What is watched")] == names


def test_options_are_those_of_the_command():
    told = {row[0].strip("`") for row in PAGE.table_under("So it should not be trusted")}
    own = commands_parser().parse_args(["watch", "a.csv", "h.gpkg"])
    assert {name[2:].replace("-", "_") for name in told} <= set(vars(own))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_units_are_verified_by_systemd(tmp_path, lacrime):
    service, timer = blocks("ini")
    (tmp_path / "lacrime-watch.service").write_text(service.replace(COMMAND, str(lacrime)), encoding="utf-8")
    (tmp_path / "lacrime-watch.timer").write_text(timer, encoding="utf-8")
    units = [tmp_path / f"lacrime-watch.{kind}" for kind in ("service", "timer")]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    told = [line for line in (done.stdout + done.stderr).splitlines() if "lacrime" in line]
    assert done.returncode == 0 and told == [], done.stderr
    calendar = re.search(r"OnCalendar=(.+)", timer)[1]
    assert (
        "Mon"
        in subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, text=True, check=True).stdout
    )
    # What stands on their lines are options that there are.
    for line in re.findall(rf"{COMMAND} (.+)", service):
        commands_parser().parse_args(shlex.split(line))


def test_the_line_of_the_crontab_does_what_the_page_says(in_copy, lacrime):
    """Cron hands what follows five fields to sh, each \\% as %; the portal is left out."""
    (line,) = blocks("sh")
    fields, command = re.fullmatch(r"((?:[\d*/,-]+ ){5})(.+)\n", line).groups()
    assert fields.split() == ["15", "5", "*", "*", "1"] and not re.search(r"(?<!\\)%", command)
    command = command.replace("\\%", "%").replace("/srv/crime", str(in_copy)).replace(COMMAND, str(lacrime))
    there, fetch, watch = command.split(" && ")
    asked = commands_parser().parse_args(shlex.split(fetch.partition(" >")[0])[1:])
    assert named(asked.dataset, np.datetime64(asked.since), None).until is None  # it goes on
    shutil.copy(INCIDENTS, in_copy / "incidents.csv.gz")
    shutil.copy("sample_layers/divisions.geojson", in_copy / "divisions.geojson")
    watch = watch.replace("incidents.csv", "incidents.csv.gz").replace("$(date -d yesterday +%F)", "2023-06-30")
    watch += " --category robbery --model 'last count'"
    done = subprocess.run(["sh", "-c", f"{there} && {watch}"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout == ""
    assert Path("watch.html").exists() and Path("history.gpkg").exists()
    # A fetch that fails keeps watch from running, and its status is what cron sees.
    done = subprocess.run(["sh", "-c", f"{there} && false && {watch} --again"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""


@pytest.fixture(scope="module")
def west_la(lacrime_data):
    return lg.as_incidents(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")


def distrusted(incidents, *days):
    """Return by Sunday what monitors of the data distrust."""
    found = {}
    for day in days:
        known = known_data(incidents, None, None, day, Unsaid())
        told = monitors_of(known, [], [], [], "week")
        found[day] = {one.name: one.sentence for one in told if one.verdict == DISTRUST}
    return found


SUNDAYS = ("2021-05-16", "2021-05-23", "2021-05-30")


def test_what_is_told_when_reports_are_left_out(west_la):
    later = west_la.reported >= np.datetime64("2021-05-10")
    missing = later & (np.random.default_rng(0).random(later.size) < 0.7)
    first, second, third = distrusted(west_la.take(~missing), *SUNDAYS).values()
    assert first == {} and list(second) == ["reports of the last four weeks"] and "weekly counts" in third
    told = re.search(r"of the last four weeks (\d+) incidents are reported where (\d+) should be there", PAGE.prose)
    assert re.findall(r"\d+", second["reports of the last four weeks"])[:2] == list(told.groups())


def test_what_is_told_when_a_category_is_renamed(west_la):
    later = (west_la.reported >= np.datetime64("2021-05-10")) & (west_la.category == "theft_from_vehicle")
    renamed = replace(west_la, category=np.where(later, "other", west_la.category))
    first, second, _ = distrusted(renamed, *SUNDAYS).values()
    assert first == {} and list(second) == ["mix of categories"]


def test_two_months_are_too_few_and_say_so(lacrime_data, tmp_path):
    path = lacrime_data / "lapd_citywide_2023-09_2023-10.parquet"
    every = lg.as_incidents(path)
    few = every.take(np.arange(0, every.size, 8))
    found = lg.watch(few, tmp_path / "h.gpkg", model="last count")
    assert "needs 26 weeks before a week" in found.missing["Alerts"] and found.verdict == "not known"


@pytest.mark.slow
def test_what_west_la_shows(west_la, tmp_path):
    sundays = np.arange(np.datetime64("2020-10-04"), np.datetime64("2021-08-02"), 7)
    runs = [lg.watch(west_la, tmp_path / "h.gpkg", as_of=str(day)) for day in sundays]
    verdicts = [run.verdict for run in runs]
    told = PAGE.prose.split("## What real files show")[1]
    assert f"({len(runs)} runs" in told
    assert verdicts.count("distrust") == 0 and "never said *distrust*" in told
    assert f"could be told from {sundays[verdicts.index('trust')].astype(object):%-d %B %Y} on" in told
    alarmed = [run for run in runs if any(line.startswith("alarm") for line in run.lines)]
    assert f"{len(alarmed)} runs had an alarm" in told
    lost = [day for day, run in zip(sundays, runs) if any("An earlier run could." in line for line in run.lines)]
    assert [f"of {day.astype(object):%-d %B %Y}" in told for day in lost] == [True]
    last = {row["name"]: row for row in runs[-1].monitor_rows}
    assert f"{100 * last['coverage of the 80 % intervals']['value']:.0f} % of the last 20" in told
    assert f"{last['error beside the naive forecast']['value']:.2f} times that of the naive one" in told
