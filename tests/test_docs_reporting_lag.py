"""docs/reporting_lag.md is always true: its commands run and print what it says, its tables are what the files give."""

from pathlib import Path

import numpy as np
import pytest
from pages import INCIDENTS, Page
from test_reporting_delays import WEST_LA

import lacrime_geo as lg
from lacrime_geo.agencies import NIBRS_SWITCH
from lacrime_geo.delays import period_guards

PAGE = Page("reporting_lag.md")


def per_cent(share):
    return f"{100 * share:.1f} %"


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"reporting_delay.svg", "nowcast.svg"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3


def test_the_table_of_columns_is_that_of_the_result():
    named = [name.strip(" `") for row in PAGE.table_under("--curve curve.svg") for name in row[0].split(",")]
    assert named == list(lg.reporting_delay(INCIDENTS).columns)


def test_what_the_hidden_week_had_in_the_end():
    when = lg.as_incidents(INCIDENTS).when
    had = int(((when >= np.datetime64("2023-11-24")) & (when < np.datetime64("2023-12-01"))).sum())
    assert f"In the end that week had {had}." in PAGE.prose


def test_pictures_are_what_the_commands_draw(in_copy):
    pictures = Path(__file__).parent.parent / "docs" / "pictures"
    lg.reporting_delay(INCIDENTS, as_of="2023-11-30").curve().save("delay.svg")
    assert Path("delay.svg").read_text() == (pictures / "reporting_delay.svg").read_text()
    lg.nowcast(INCIDENTS, as_of="2023-11-30").save("nowcast.svg")
    assert (
        Path("nowcast.svg").read_text().count("<circle")
        == 12
        == (pictures / "nowcast.svg").read_text().count("<circle")
    )


def test_the_guards_numbers_are_the_codes():
    told = " ".join(" ".join(row) for row in PAGE.table_under("## The guard of periods"))
    assert f"{100 * period_guards.SHARE:.0f} % of a day" in told and f"within {period_guards.USUAL_LAG} days" in told
    assert told.count(str(NIBRS_SWITCH)[:10]) == 2


@pytest.fixture(scope="module")
def west_la(lacrime_data):
    return lg.as_incidents(lg.read_lapd(Path(lacrime_data) / WEST_LA))


def test_the_table_of_west_la(west_la):
    then, whole = lg.reporting_delay(west_la, as_of="2021-06-01"), lg.reporting_delay(west_la)
    rows = PAGE.table_under("<!-- west la -->")
    for number, row in enumerate(rows):
        low, high = per_cent(then["low"][number])[:-2], per_cent(then["high"][number])
        made = [per_cent(values[number]) for values in (then["naive"], then["share"])]
        assert row == [str(then["days"][number]), *made, f"{low} – {high}", per_cent(whole["naive"][number])]
    assert len(rows) == 7 and f"{west_la.size:,} incidents" in PAGE.prose


def test_the_figures_of_identity_thefts(west_la):
    then, whole = (lg.reporting_delay(west_la, by="crime", as_of=as_of) for as_of in ("2021-06-01", None))
    for table, name, said in (
        (then, "naive", "45.0 % within a week and 71.7 % within a month"),
        (then, "share", "is 39.3 % and 63.4 %"),
        (whole, "naive", "(39.5 % and 62.9 %)"),
    ):
        week, month = (
            per_cent(table[name][(table["group"] == "THEFT OF IDENTITY") & (table["days"] == days)][0])
            for days in (7, 30)
        )
        assert week in said and month in said and said in PAGE.prose


def test_the_table_of_hidden_weeks(west_la):
    occurred = west_la.when.astype("M8[D]")
    ends = np.arange(occurred.min() + 240, occurred.max() + 1, 14)
    assert f"taken back to {ends.size} days, two weeks apart" in PAGE.prose
    for row, (step, days, last) in zip(PAGE.table_under("<!-- hidden -->"), (("week", 7, 6), ("day", 1, 28))):
        raw, error, held = [], [], []
        for end in ends:
            found = lg.nowcast(west_la, step=step, last=last, as_of=end)
            first = found["date"].astype("M8[D]")
            true = np.array([((occurred >= day) & (occurred < day + days)).sum() for day in first])
            raw.append(true - found["reported"])
            error.append(np.abs(found["nowcast"] - true))
            held.append((found["low"] <= true) & (true <= found["high"]))
        last_ones = [f"{np.mean(values, axis=0)[-1]:.1f}" for values in (raw, error)]
        assert row == [
            f"{step}s",
            *last_ones,
            *(f"{np.mean(values):.1f}" for values in (raw, error)),
            f"{100 * np.mean(held):.0f} %",
        ]
