"""docs/interventions.md is always true: its examples print what it says, its tables are those of the code and the real files."""

import re

import geopandas as gpd
import pytest
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg
from tools.intervention_tables import drawn_trials
from tools.intervention_tables.__main__ import SERIES, TABLES, TRIALS, areas_told, west_la

PAGE = Page("interventions.md")


def rows_of(mark):
    """Return the rows of a table filled by tools/intervention_tables."""
    return PAGE.table_under(f"<!-- {mark} -->")


def share(cell):
    """Return the number of a cell in per cent."""
    return float(cell.removesuffix(" %"))


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"intervention_map.png"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 5


def test_the_table_of_columns_is_that_of_the_result():
    divisions = gpd.read_file(DIVISIONS).set_index("area_name")
    areas = dict(treated=divisions.loc[["Juniper"]], control=divisions.loc[["Foundry"]])
    found = lg.intervention(INCIDENTS, start="2023-09-01", **areas)
    rows = PAGE.table_under("## After it: `intervention`")
    assert [name.strip(" `") for row in rows for name in row[0].split(",")] == list(found.columns)


def test_every_table_of_real_places_has_its_place():
    marks = re.findall(r"<!-- ([\w ]+) -->\n\|.*\n\| ---", PAGE.text)
    assert sorted(marks) == sorted(TABLES)
    assert f"{TRIALS} made-up trials a row" in PAGE.prose


def test_the_shares_of_areas_are_those_of_the_file(lacrime_data):
    expected = areas_told(west_la(lacrime_data).located(), SERIES)
    assert rows_of("series")[-2:] == expected


def test_made_up_trials_are_held_against_each_other_as_they_stand(lacrime_data):
    drawn = list(drawn_trials.trials(west_la(lacrime_data), 56, drawn_trials.ALIKE, 8, seed=1))
    for trial in drawn:
        before = trial.counts.sums((trial.periods.before, trial.periods.after), 0)[:2, 0]
        assert before.min() >= drawn_trials.LEAST and len(trial.periods.placebos) >= 5
    # All taken out is told by every statistic.
    told, _ = drawn_trials.shares(drawn, drawn_trials.taken_out(1.0))
    assert told["treated alone"] == 1.0 and told["difference, Poisson"] > 0.5


def test_what_is_said_of_the_tables_stands_in_them():
    null = {tuple(row[:2]): row[3:] for row in rows_of("null")}
    risen, both = "treated where it had risen", "both where it had risen"
    alone = [null[f"West LA, {days} days", risen][4] for days in (28, 56)]
    assert f"in {alone[0]} of trials of four weeks and in {alone[1]} of eight" in PAGE.prose
    by_lot, as_risen = (
        [null[f"West LA, {days} days", how][0].removesuffix(" %").removesuffix(".0") for days in (28, 56)]
        for how in (risen, both)
    )
    assert f"({by_lot[0]} and {by_lot[1]} % by the difference)" in PAGE.prose
    assert f"({as_risen[0]} and {as_risen[1]} %)" in PAGE.prose
    lot = [
        share(null[f"West LA, {days} days", how][at])
        for days in (28, 56)
        for how in ("any two", "control alike")
        for at in (0, 3)
    ]
    assert f"({min(lot):g} to {max(lot):g} %)" in PAGE.prose
    told = {row[0]: share(row[3]) for row in rows_of("series") if row[1] != "p_regrouped"}
    assert (
        f"tell {told['difference in differences, 8 squares of a km² against 8']:.0f} % of sixteen squares" in PAGE.prose
    )
    planted = {tuple(row[:2]): row[3:] for row in rows_of("planted")}
    poisson, widened, promised, ratio = planted["56 days", "30 %"][:4]
    assert f"({poisson.replace('.0', '')} by the difference, {ratio.replace('.0', '')} by the ratio)" in PAGE.prose
    assert f"({widened} in place of {poisson.replace('.0', '')})" in PAGE.prose
    apart = [abs(share(row[3]) - share(row[4])) for row in planted.values()]
    apart += [abs(share(row[0]) - share(row[2])) for row in planted.values()]
    assert max(apart) < 8
    assert abs(share(planted["56 days", "50 %"][0]) - 50) < 5 and promised == "22.6 %"
