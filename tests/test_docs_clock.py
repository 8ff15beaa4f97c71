"""docs/clock.md is always true: its examples run and print what it says, its pictures and tables are what the code makes."""

from pathlib import Path

import numpy as np
import pytest
from pages import INCIDENTS, Page
from test_reporting_delays import WEST_LA

import lacrime_geo as lg

PAGE = Page("clock.md")
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
CITYWIDE = "lapd_citywide_2023-09_2023-10.parquet"


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"clock.svg", "clock_starts.svg", "clock_spans.svg", "aoristic.png", "shifts.png"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 4


def test_the_table_of_columns_and_the_picture_are_those_of_the_result():
    clock = lg.clock(INCIDENTS)
    named = [name.strip(" `") for row in PAGE.table_under("QGIS needs nothing.") for name in row[0].split(",")]
    named.remove("weight_sum")  # only where there are weights
    assert named == list(clock.columns)
    assert clock.svg() == (PICTURES / "clock.svg").read_text("utf-8")


def test_the_table_of_weights_is_what_aoristic_gives():
    for span, weight in PAGE.table_under("Of the shift from 12:00 to 16:00:"):
        start, _, end = span.replace(" exactly", "").partition(" to ")
        when, until = (np.array([f"2023-10-02T{text}"], dtype="M8[s]") for text in (start, end or start))
        one = lg.Incidents([0.0], [0.0], when=when, until=until, crs="EPSG:32611")
        assert f"{lg.aoristic(one, hours='12-16')['weight'][0]:.3g}" == weight


@pytest.fixture(scope="module")
def read(lacrime_data):
    return [lg.read_lapd(Path(lacrime_data) / name) for name in (WEST_LA, CITYWIDE)]


def test_the_table_of_los_angeles(read):
    columns = []
    for frame in read:
        clock = lg.clock(frame)
        hours, days = clock.hours(), clock.weekdays()
        raw = lg.clock(frame.drop(columns="time_placeholder")).hours()["ratio"]
        top, least, busy = (
            int(at(table["ratio"])) for at, table in ((np.argmax, hours), (np.argmin, hours), (np.argmax, days))
        )
        minutes = lg.as_incidents(frame).when.astype("M8[m]").astype(int) % 30
        columns.append(
            [
                f"{clock.parameters['counted']:,}",
                f"{clock.parameters['time_placeholder']:,}",
                f"{top}:00, {hours['ratio'][top]:.2f}",
                f"{least}:00, {hours['ratio'][least]:.2f}",
                f"{hours['ratio'][12]:.2f}",
                f"{raw[12]:.2f}",
                f"{days['weekday'][busy]}, {days['ratio'][busy]:.2f}",
                f"{100 * np.mean(minutes == 0):.0f} %",
            ]
        )
        others = np.delete(days["ratio"], busy)
        assert days["low"][busy] > clock.parameters["mean_rate"] and np.abs(others - 1).max() < 0.07
    told = PAGE.table_under("<!-- los angeles -->")
    assert [row[1:] for row in told] == [list(pair) for pair in zip(*columns)]


def test_noon_is_the_busiest_hour_only_of_placeholders(read):
    raw = lg.clock(read[0].drop(columns="time_placeholder")).hours()["ratio"]
    assert np.argmax(raw) == 12 and lg.clock(read[0]).hours()["ratio"][12] < 1
