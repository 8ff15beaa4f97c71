"""docs/data_quality.md is always true: its examples run and print what it says, its rules and limits are the software's."""

import re

import numpy as np
import pytest
from pages import EXAMPLES, Page, run_script

import lacrime_geo as lg
from lacrime_geo import place_spacing
from lacrime_geo.cli import main
from lacrime_geo.data.quality import area_checks, place_checks, record_checks, snapping, time_checks, week_checks
from lacrime_geo.data.quality.audit_page import told
from lacrime_geo.data.quality.weeks import DAYS
from lacrime_geo.summaries import share_in_words

PAGE = Page("data_quality.md")
LIMITS = {row[0].strip("`"): " ".join(row[1:]) for row in PAGE.table_under("<!-- detectors -->")}


def test_links_lead_somewhere():
    assert PAGE.pictures() == set()


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    examples = EXAMPLES.findall(PAGE.text)
    for script, command, said in examples:
        if command:
            assert main([*command.split(), "--quiet"]) == 0
        printed = run_script(script) if script else capsys.readouterr().out
        assert said in printed, printed
    assert len(examples) == 2 and (in_copy / "audit.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_rules_are_those_of_the_detectors(in_copy):
    found = lg.audit(lg.read_lapd("sample_layers/incidents.csv.gz"), boundaries="sample_layers/divisions.geojson")
    ours = [line["rule"] for line in found.findings if "computed" in line or line["rule"] in LIMITS]
    assert set(ours) == set(LIMITS)


def test_limits_are_those_of_the_code():
    low, high = place_checks.BULK
    assert f"{100 * (high - low):.0f} % of the places" in LIMITS["coordinates_swapped"] and place_checks.WIDER == 1
    assert f"{place_checks.STRAY:g} times as far" in LIMITS["coordinates_stray"] and place_checks.MOST == 0.9
    said = f"{100 * snapping.NEARLY_ALL:.0f} % of them, and a step of {snapping.COARSE:g} m"
    assert said in LIMITS["coordinates_rounded"]
    low, high = time_checks.MIDDLE
    assert f"the middle {100 * (high - low):.0f} %" in LIMITS["dates_stray"] and time_checks.YEAR == np.timedelta64(
        365, "D"
    )
    often = f"{time_checks.TIMES:g} times the fullest of the same minute one and two hours before and after"
    assert (
        f"{often}, beyond {time_checks.SURE:g} standard errors, and {100 * time_checks.LEAST_SHARE:g} %"
        in (LIMITS["times_too_frequent"])
    )
    assert (
        f"beyond {time_checks.SURE:g} standard errors, in {time_checks.MONTHS} months" in LIMITS["dates_first_of_month"]
    )
    weeks = (
        f"{week_checks.COMPARED} weeks against the {week_checks.PAST} before them, {week_checks.LEAST_PAST} at least"
    )
    assert (
        weeks in LIMITS["recording_breaks"]
        and f"one of {1 / week_checks.CHANCE:.0f} files" in LIMITS["recording_breaks"]
    )
    assert f"less than {100 * week_checks.COMPLETE:.0f} %" in LIMITS["weeks_incomplete"] and DAYS == 7
    assert f"the last {week_checks.LAST} weeks" in LIMITS["weeks_incomplete"]
    dry = f"at most {100 * record_checks.DRY:.0f} % in {record_checks.LAST_WEEKS} last weeks"
    assert dry in LIMITS["columns_dry"] and record_checks.FILLED == 0.5
    assert f"more than {area_checks.TOLERANCE:g} m" in LIMITS["area_disagrees"]


def test_the_finest_cell_is_found_as_the_page_says():
    words = PAGE.prose
    assert (
        f"rings of {place_spacing.WIDEST_RING:g} m around (at most {place_spacing.PLACES_LOOKED_AT:,}) places" in words
    )
    assert f"some {place_spacing.INCIDENTS_LOOKED_AT:,}, evenly taken" in words
    assert f"a ring {place_spacing.DENSER} times as dense" in words and place_spacing.SURE == 4
    assert place_spacing.LEAST_SHARED == 0.1 and place_spacing.MOSTLY_SHARED == 0.5 and place_spacing.CLEARLY == 0.9
    assert place_spacing.COVERING == pytest.approx(np.sqrt(2))


def test_the_citywide_file_is_as_the_page_says(lacrime_data):
    file, boundaries = re.search(r"`lacrime-geo audit (\S+) --boundaries (\S+)`", PAGE.text).groups()
    found = lg.audit(lacrime_data / file, boundaries=lacrime_data / boundaries)
    rows = [
        [f"`{line['rule']}`", f"{line['rows']:,}", share_in_words(line["rows"] / found.records.size)]
        for line in found.findings
        if told(line)
    ]
    assert PAGE.table_under("<!-- citywide -->") == rows
    computed = {line["rule"]: line.get("computed") for line in found.findings}
    shared, snapped = computed["places_shared"], computed["places_snapped"]
    assert f"{found.records.size:,} rows" in PAGE.prose
    assert f"{shared['places']:,} places hold all incidents, one of them {shared['largest']}" in PAGE.prose
    assert f"no cells finer than about {snapped['finest_cell_m']:.0f} m" in PAGE.prose
    noon, midnight = (100 * computed["times_too_frequent"]["share"][clock] for clock in ("12:00", "00:01"))
    assert f"12:00 ({noon:.1f} %) and 00:01 ({midnight:.1f} %)" in PAGE.prose
    assert f"{computed['dates_first_of_month']['ratio']:.2f} times as many" in PAGE.prose
    assert computed["recording_breaks"]["weeks"] == 8
    assert f"{computed['area_disagrees']['within_tolerance']} points stand less than 150 m beyond" in PAGE.prose
