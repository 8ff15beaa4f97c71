"""Panels of agencies over years: what the checks find in the real file, in altered copies, and on every road in."""

import csv

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg
from lacrime_geo.cli import main

REAL = "us_city_crime_ucr_1975_2015.csv"
SAMPLE = "sample_layers/agency_years.csv"


def table(**columns):
    """Return three agencies over six years, each number as usual unless it is given."""
    agency = np.repeat(["A1", "B2", "C3"], 6)
    violent = np.repeat([100, 200, 300], 6)
    made = {
        "ORI": agency.astype(object),
        "year": np.tile(np.arange(2000, 2006), 3),
        "department_name": np.repeat(["Ash", "Birch", "Cedar"], 6).astype(object),
        "total_pop": np.repeat([50_000.0, 80_000.0, 90_000.0], 6),
        "homs_sum": violent * 0.0,
        "rape_sum": violent * 0.1,
        "rob_sum": violent * 0.3,
        "agg_ass_sum": violent * 0.6,
        "violent_crime": violent * 1.0,
        "months_reported": np.full(18, 12.0),
        "violent_per_100k": 1e5 * violent / np.repeat([50_000.0, 80_000.0, 90_000.0], 6),
    }
    return {**made, **columns}


def altered(name, row, value):
    columns = table()
    columns[name] = columns[name].copy()
    columns[name][row] = value
    return columns


def found(panel):
    findings = panel.findings()
    return dict(zip(findings["rule"], findings["rows"]))


def test_a_clean_table_has_no_findings_and_is_usable():
    panel = lg.as_panel(table())
    assert {rule for rule, rows in found(panel).items() if rows} == set()
    assert panel["usable"].all() and set(panel["why_not"]) == {""}
    np.testing.assert_allclose(panel["violent_rate"][:6], 200.0)
    assert list(panel.columns)[:5] == ["agency", "name", "year", "population", "months_reported"]
    assert panel.counted == "violent" and lg.as_panel(panel) is panel


# What is altered in row 7, the rule that finds it, and why the row is not usable ("" where it is).
TRAPS = {
    "short": ("months_reported", 9.0, "months_too_few", "reported for fewer than 12 months"),
    "thirteen months": ("months_reported", 13.0, "months_too_many", "reported for more than 12 months"),
    "no months, but counts": ("months_reported", 0.0, "months_zero_with_counts", "reported for fewer than 12 months"),
    "months not known": ("months_reported", np.nan, "months_unknown", ""),
    "no population": ("total_pop", np.nan, "population_missing", "no population"),
    "nobody lives there": ("total_pop", 0.0, "population_not_positive", "population is not above 0"),
    "no count": ("violent_crime", np.nan, "count_missing", "no count"),
    "sum": ("violent_crime", 203.0, "components_do_not_add_up", "components do not add up"),
    "component": ("rob_sum", 10.0, "components_do_not_add_up", "components do not add up"),
    "rate": ("violent_per_100k", 99.0, "violent_rate_differs", ""),
    "population jumps": ("total_pop", 500_000.0, "population_jumps", ""),
    "count jumps": ("violent_crime", 900.0, "violent_jumps", "components do not add up"),
    "name": ("department_name", "Beech", "names_vary", ""),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_is_found_and_told(trap):
    name, value, rule, why = TRAPS[trap]
    panel = lg.as_panel(altered(name, 7, value))
    # A jump is one there and one back; a name is of all rows of the agency.
    assert found(panel)[rule] == (2 if "jumps" in rule else 6 if rule == "names_vary" else 1)
    assert panel["why_not"][7] == why and panel["usable"].tolist() == [row != 7 or not why for row in range(18)]


def test_rounding_is_no_mismatch():
    columns = altered("violent_crime", 7, 202.0)
    columns["rape_sum"] = columns["rape_sum"] + 0.4
    assert found(lg.as_panel(columns))["components_do_not_add_up"] == 0
    assert found(lg.as_panel(altered("violent_crime", 7, 201.0)))["components_do_not_add_up"] == 1


@pytest.mark.parametrize("agency, name", [("", "National"), ("NA", "United States"), ("US", "National"), ("", "")])
def test_rows_that_add_up_agencies_are_dropped(agency, name):
    columns = altered("ORI", 7, agency)
    columns["department_name"][7] = name
    panel = lg.as_panel(columns)
    assert len(panel) == 17 and found(panel)["aggregate_rows"] == 1 and found(panel)["years_missing"] == 1


def test_twins_are_dropped_and_contradictions_not_used():
    twice = {name: np.append(values, values[7]) for name, values in table().items()}
    panel = lg.as_panel(twice)
    assert len(panel) == 18 and found(panel)["agency_year_twice"] == 1 and panel["usable"].all()
    twice["violent_crime"][18] += 1
    twice["rob_sum"][18] += 1
    panel = lg.as_panel(twice)
    assert len(panel) == 19 and found(panel)["agency_year_differs"] == 2
    assert np.flatnonzero(~panel["usable"]).tolist() == [7, 18]


def test_what_is_not_usable_is_in_no_matrix_and_in_no_year():
    panel = lg.as_panel(altered("months_reported", 7, 3.0))
    series = panel.series()
    assert np.argwhere(np.isnan(series.crimes)).tolist() == [[1, 1]]
    assert series.rate[0].tolist() == [200.0] * 6
    assert panel.year(2001)["name"].tolist() == ["Ash", "Cedar"] and len(panel.year(2002)) == 3
    with pytest.raises(ValueError, match="No agency is usable in 1990"):
        panel.year(1990)


def test_small_counts_do_not_jump():
    columns = altered("homs_sum", 7, 20.0)
    columns["violent_crime"][7] += 20
    columns["homs_sum"][6] = 2.0
    columns["violent_crime"][6] += 2
    assert found(lg.as_panel(columns, count="homs_sum"))["homicide_jumps"] == 0


def test_unknown_months_are_usable_by_choice(tmp_path):
    path = tmp_path / "table.csv"
    pd.DataFrame(altered("months_reported", 7, np.nan)).to_csv(path, index=False, na_rep="NA")
    kept, left = (lg.read_ucr(path, months_unknown=how) for how in ("keep", "leave_out"))
    assert kept["usable"].all() and "not known for how many months" in kept.parameters["warnings"][0]
    assert left["why_not"][7] == "months reported are not known" and left["usable"].sum() == 17
    with pytest.raises(ValueError, match="months_unknown must be one of"):
        lg.read_ucr(path, months_unknown="guess")


def test_every_road_gives_the_same_panel(tmp_path):
    columns = altered("months_reported", 7, 5.0)
    frame = pd.DataFrame(columns)
    frame.to_csv(tmp_path / "table.csv", index=False, na_rep="NA")
    frame.to_parquet(tmp_path / "table.parquet")
    expected = lg.as_panel(columns)
    for given in (
        frame,
        tmp_path / "table.csv",
        str(tmp_path / "table.parquet"),
        {**columns, "year": columns["year"].astype(str)},
    ):
        panel = lg.as_panel(given)
        assert panel["why_not"].tolist() == expected["why_not"].tolist()
        np.testing.assert_array_equal(panel["violent"], expected["violent"])
    saved = expected.save(tmp_path / "panel.csv")
    np.testing.assert_allclose(lg.read_ucr(saved)["violent_rate"], expected["violent_rate"])


def test_columns_of_other_names_are_mapped(tmp_path):
    path = tmp_path / "table.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["who", "when", "thefts", "people"], ["A", 2001, 5, 1000], ["A", 2002, 6, 1000]])
    panel = lg.read_ucr(path, mapping="agency=who, year=when, count=thefts, population=people")
    assert panel.counted == "thefts" and panel["thefts_rate"].tolist() == [500.0, 600.0]
    with pytest.raises(ValueError, match="has no column 'ORI' or"):
        lg.read_ucr(path)
    with pytest.raises(ValueError, match="'crime' is nothing that a column of a panel may hold"):
        lg.read_ucr(path, mapping={"crime": "thefts"})
    with pytest.raises(ValueError, match=r"'thefts' is no year in 2 of 2 rows, first in row 0 \(5\)"):
        lg.as_panel(path, agency="who", year="thefts", count="thefts", population="people")


def test_a_table_of_sums_alone_is_refused():
    with pytest.raises(ValueError, match=r"None of the 18 rows of .* is of an agency \(the first is 'Ash 2000'\)"):
        lg.as_panel(table(ORI=np.array([""] * 18, object)))


def test_the_traps_of_the_real_file_are_found(lacrime_data):
    panel = lg.read_ucr(lacrime_data / REAL)
    rows = {rule: count for rule, count in found(panel).items() if count}
    assert rows == {
        "aggregate_rows": 41,
        "months_blank": 137,
        "population_missing": 28,
        "count_missing": 35,
        "months_too_few": 53,
        "months_zero_with_counts": 14,
        "months_unknown": 96,
        "violent_jumps": 3,
    }
    months, year = panel["months_reported"], panel["year"]
    assert (months == 0).sum() == 18 and np.isnan(months[year == 2015]).all() and (year == 2015).sum() == 68
    assert set(panel["name"][np.isnan(panel["population"])]) == {"Louisville, Ky."}
    assert "National" not in set(panel["name"]) and len(panel) == 68 * 41
    assert panel["usable"].sum() == 2704 and len(panel.year(2014)) == 65
    examples = dict(zip(panel.findings()["rule"], panel.findings()["examples"]))
    assert examples["violent_jumps"].startswith("Prince George's County, Md. 1987")


def test_altered_copies_of_the_real_file_are_found(lacrime_data, tmp_path):
    frame = pd.read_csv(lacrime_data / REAL)
    frame.loc[100, "rob_sum"] += 1
    frame.loc[200, "violent_per_100k"] *= 1.02
    frame.loc[300, "department_name"] = "Another"
    frame = pd.concat([frame.drop(index=400), frame.iloc[[500]]])
    frame.to_csv(tmp_path / "altered.csv", index=False, na_rep="NA")
    rows = found(lg.read_ucr(tmp_path / "altered.csv"))
    assert rows["components_do_not_add_up"] == 1 and rows["violent_rate_differs"] == 1 and rows["names_vary"] == 41
    assert rows["years_missing"] == 1 and rows["agency_year_twice"] == 1 and rows["robbery_rate_differs"] == 1


def test_a_name_of_several_agencies_is_told():
    panel = lg.as_panel(table(department_name=np.repeat(["Springfield", "Springfield", "Cedar"], 6).astype(object)))
    rows = found(panel)
    assert rows["names_shared"] == 12 and rows["names_vary"] == 0 and panel["usable"].all()


def test_the_command_writes_the_panel_and_what_was_found(tmp_path, capsys):
    whole, year, found = (str(tmp_path / name) for name in ("panel.parquet", "2022.csv", "findings.csv"))
    assert main(["read_ucr", SAMPLE, whole, "--findings", found]) == 0
    assert main(["read_ucr", SAMPLE, year, "--year", "2022"]) == 0
    panel = lg.read_ucr(SAMPLE)
    assert pd.read_parquet(whole)["violent_rate"].equals(panel.to_dataframe()["violent_rate"])
    assert pd.read_csv(year)["name"].tolist() == panel.year(2022)["name"].tolist()
    assert dict(pd.read_csv(found)[["rule", "rows"]].to_numpy())["aggregate_rows"] == 24
    assert capsys.readouterr().out.split() == [whole, found, year]
    assert main(["read_ucr", SAMPLE, str(tmp_path / "panel.gpkg")]) == 2
