"""What a reader keeps of a file from which it chooses a period: up to when the whole file is known, and whole."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pages import INCIDENTS

import lacrime_geo as lg
from lacrime_geo.data.file_ends import DatesOfAll, ends_together

DAY = np.timedelta64(1, "D")


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Return the sample city's file as it was on 31 December 2023."""
    table = pd.read_csv(INCIDENTS, dtype=str)
    reported = pd.to_datetime(table["Date Rptd"], format="%m/%d/%Y %I:%M:%S %p")
    path = tmp_path_factory.mktemp("live") / "live.csv"
    table[reported <= "2023-12-31"].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def whole(live):
    return lg.as_incidents(live)


def warned(incidents):
    return lg.kde(incidents, bandwidth=900, cell_size=300).parameters.get("warnings", [])


@pytest.mark.parametrize(
    "chosen",
    [
        dict(since="2023-12-01"),
        dict(since="2023-11-15", until="2023-12-18"),
        dict(since="2023-11-15", categories="burglary"),
        dict(since="2023-12-01", columns=["occurred", "crime"]),
    ],
)
def test_a_period_chosen_by_the_reader_is_told_as_one_chosen_afterwards(live, whole, chosen):
    frame = lg.read_lapd(live, **chosen)
    assert json.dumps(frame.attrs)
    period = {name: chosen[name] for name in ("since", "until") if name in chosen}
    told = warned(whole.select(**period, category=chosen.get("categories")))
    assert warned(frame) == told and len(told) == 1
    # A period of it is told of as well, and by the same day.
    later = lg.as_incidents(frame).select(since="2023-12-10")
    assert warned(later)[0].partition("holds")[2] == told[0].partition("holds")[2]


def test_a_file_that_was_converted_or_is_in_parts_tells_the_same(live, tmp_path):
    whole = lg.read_lapd(live, since="2023-12-01")
    lg.convert(live, tmp_path / "live.parquet")
    table = pd.read_csv(live, dtype=str)
    for number, part in enumerate((table[:9000], table[9000:])):
        part.to_csv(tmp_path / f"part{number}.csv", index=False)
    parts = sorted(tmp_path.glob("part*.csv"))
    for made in (tmp_path / "live.parquet", parts):
        frame = lg.read_lapd(made, since="2023-12-01")
        assert (frame.attrs["known_until"], frame.attrs["lag_safe_end"]) == ("2023-12-31T00:00:00", "2023-11-01")
    assert whole.attrs["lag_safe_end"] == "2023-11-01"


def test_a_safe_period_a_category_or_a_whole_file_is_not_told_of(live):
    for asked in (dict(until="2023-11-01"), dict(categories="burglary"), dict(area=1)):
        frame = lg.read_lapd(live, **asked)
        assert frame.attrs["known_until"] == "2023-12-31T00:00:00" and warned(frame) == []
    assert {"known_until", "lag_safe_end", "since"}.isdisjoint(lg.read_lapd(live).attrs)


def test_what_was_kept_of_another_file_is_left_aside(live):
    frame = lg.read_lapd(live, since="2023-10-01")
    moved = frame.copy()
    for name in ("occurred", "reported"):
        moved[name] = frame[name] + pd.Timedelta(days=400)
    found = lg.as_incidents(moved)
    assert found.known_until == moved["reported"].max() and found.whole.lag_safe_end is None
    spoilt = frame.copy()
    spoilt.attrs["known_until"] = "soon"
    assert lg.as_incidents(spoilt).whole.lag_safe_end is None


def test_files_together_are_whole_up_to_the_first_day():
    parts = [dict(known_until="2024-03-06", lag_safe_end="2024-02-01"), dict(known_until="2025-01-01"), {}]
    assert ends_together(parts) == dict(known_until="2025-01-01", lag_safe_end="2024-02-01")


def test_dates_gathered_by_portions_are_those_of_all():
    random = np.random.default_rng(0)
    when = np.datetime64("2023-01-01", "s") + random.integers(0, 200 * 86400, 4000)
    reported = (when.astype("M8[D]") + random.geometric(0.1, 4000) - 1).astype("M8[s]")
    kind = random.choice(["a", "b"], 4000).astype(object)
    when[5], reported[9] = "NaT", "NaT"
    here = ~(reported > np.datetime64("2023-07-19"))
    for wanted in (None, ["A"]):
        gathered = DatesOfAll(wanted)
        for rows in np.array_split(np.flatnonzero(here), 7):
            gathered.add(dict(occurred=when[rows], reported=reported[rows], category=kind[rows]))
        rows = here if wanted is None else here & (kind == "a")
        # Of the category alone, and the whole file's end.
        end = reported[here & ~np.isnat(reported)].max()
        points = lg.Incidents(
            np.zeros(rows.sum()), np.zeros(rows.sum()), when=when[rows], reported=reported[rows], crs="EPSG:32611"
        )
        assert gathered.end() == dict(known_until=str(end), lag_safe_end=str(lg.lag_safe_end(points, as_of=end)))
    without = DatesOfAll(None)
    without.add(dict(occurred=when))
    assert without.end() == dict(known_until=str(when[~np.isnat(when)].max()))
    assert DatesOfAll(None).end() == {}


def test_a_frame_without_dates_of_report_is_judged_by_the_file_s_last_date():
    days = np.datetime64("2023-01-01") + np.arange(100)
    frame = gpd.GeoDataFrame(
        dict(occurred=days), geometry=gpd.points_from_xy(np.arange(100), np.arange(100), crs="EPSG:32611")
    )
    frame.attrs = dict(known_until=str(days[-1] + 60 * DAY), since="2023-01-01")
    assert lg.as_incidents(frame).known_until == days[-1] + 60 * DAY and warned(frame) == []
