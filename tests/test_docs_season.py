"""docs/season.md is always true: its commands print what it says, its tables are what the files give."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pages import INCIDENTS, Page
from test_reporting_delays import WEST_LA

import lacrime_geo as lg

PAGE = Page("season.md")
MONTHLY = "lapd_monthly_division_category_2020-01_2023-10.parquet"


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"season.svg", "weekday_test.svg", "decomposition.svg", "changes.svg"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 5
    pictures = Path(__file__).parent.parent / "docs" / "pictures"
    assert Path("season.svg").read_text() == (pictures / "season.svg").read_text()
    assert Path("parts.svg").read_text() == (pictures / "decomposition.svg").read_text()
    found = pd.read_csv("changes.csv")
    assert list(found["date"]) == ["2023-05-08", "2023-10-09"]
    assert "the week of 8 May and falls in that of 9 October" in PAGE.prose


def test_the_tables_of_columns_are_those_of_the_results():
    for heading, table in (
        ("interval.", lg.season(INCIDENTS)),
        ("that of 9 October.", lg.change_points(INCIDENTS, step="week")),
    ):
        named = [name.strip(" `") for row in PAGE.table_under(heading) for name in row[0].split(",")]
        assert named == list(table.columns)


@pytest.fixture(scope="module")
def west_la(lacrime_data):
    return lg.as_incidents(lg.read_lapd(Path(lacrime_data) / WEST_LA))


def test_the_season_of_west_la(west_la):
    found = lg.season(west_la)
    for name, ratio, interval in PAGE.table_under("<!-- west la -->"):
        (row,) = np.flatnonzero(found["level"] == name)
        low, high = (f"{found[side][row]:.2f}" for side in ("low", "high"))
        assert (ratio, interval) == (f"{found['ratio'][row]:.2f}", f"{low} – {high}")
    month = found["p_effect"][found["effect"] == "month"][0]
    assert f"months not at all (p = {month:.2f})" in PAGE.prose and f"{west_la.size:,} incidents" in PAGE.prose
    other = lg.season(west_la, by="category")
    (row,) = np.flatnonzero((other["group"] == "other") & (other["level"] == "first day"))
    assert f"(category `other`, × {other['ratio'][row]:.2f})" in PAGE.prose


def test_the_peaks_of_west_la_and_the_city(west_la, lacrime_data):
    found = lg.peaks(west_la)
    assert (
        "hours above the mean: 10:00 to 11:00 (× 1.16), 13:00 to 22:00 (× 1.77, most at 17:00)"
        in found.parameters["found"]
    )
    assert "10:00 to 11:00 and 13:00 to 22:00 are high (most at 17:00, × 1.77, " in PAGE.prose
    assert found["level"][(found["effect"] == "hour") & (found["peak"] == "low")].tolist() == [
        f"{h}:00" for h in range(1, 8)
    ]
    for hour in (12, 17):
        assert _ratio_of(found, hour) in PAGE.prose
    assert f"{found.parameters['time_placeholder']} times are placeholders" in PAGE.prose
    city = lg.peaks(lg.read_lapd(Path(lacrime_data) / "lapd_citywide_2023-09_2023-10.parquet"))
    assert "13:00 to 23:00 (× 1.48, most at 18:00)" in city.parameters["found"]
    assert f"13:00 to 23:00, most at 18:00 ({_ratio_of(city, 18)})" in PAGE.prose


def _ratio_of(found, hour):
    ratio, low, high = (found[name][found["level"] == f"{hour}:00"][0] for name in ("ratio", "low", "high"))
    return f"× {ratio:.2f}, {low:.2f} to {high:.2f}"


def test_the_changes_of_west_la(west_la):
    assert [len(lg.change_points(west_la, step=step)) for step in ("day", "week")] == [0, 0]
    found = lg.change_points(west_la, by="category")
    assert set(found["group"]) == {"burglary"}
    for number, row in enumerate(PAGE.table_under("<!-- burglary -->")):
        numbers = [f"{found[name][number]:.2f}" for name in ("before", "after", "ratio")]
        low, high = (f"{found[side][number]:.2f}" for side in ("low", "high"))
        assert row == [str(found["date"][number])[:10], *numbers, f"{low} – {high}"]
    day = west_la.when[west_la.category == "burglary"].astype("M8[D]")
    counts = [
        int(((day >= np.datetime64(f)) & (day <= np.datetime64(t))).sum())
        for f, t in (("2020-05-30", "2020-05-31"), ("2020-05-27", "2020-06-02"))
    ]
    assert f"{counts[0]} of these {counts[1]} burglaries" in PAGE.prose


def test_the_city_by_months(lacrime_data):
    frame = pd.read_parquet(Path(lacrime_data) / MONTHLY)
    months = (
        frame.groupby("period", as_index=False)["crimes"].sum().rename(columns={"period": "date", "crimes": "count"})
    )
    assert f"({int(months['count'].sum()):,} incidents)" in PAGE.prose
    found = lg.change_points(months)
    assert found["date"].astype("M8[D]").astype(str).tolist() == ["2021-07-01"]
    before, after = (f"{round(found[name][0], -2):,.0f}" for name in ("before", "after"))
    ratio, low, high = (f"{found[name][0]:.2f}" for name in ("ratio", "low", "high"))
    assert f"from {before} to {after} a month (× {ratio}, {low} to {high})" in PAGE.prose
    season = lg.season(months)
    assert f"× {season['ratio'][-1]:.2f} a year" in PAGE.prose and f"(p = {season['p_effect'][0]:.2f})" in PAGE.prose
    assert f"(correlation {season.parameters['autocorrelation']['all']:.2f})" in PAGE.prose
    assert "by a factor of 2.7 or more" in season.parameters["warnings"][0] and "2.7 times too narrow" in PAGE.prose
    thefts = frame[frame["category"].str.contains("Theft")].groupby("period", as_index=False)["crimes"].sum()
    thefts = lg.change_points(thefts.rename(columns={"period": "date", "crimes": "count"}))
    assert thefts["date"].astype("M8[M]").astype(str).tolist() == ["2020-04", "2021-09", "2022-12"]
    assert f"fell by {100 - 100 * thefts['ratio'][0]:.0f} %" in PAGE.prose
