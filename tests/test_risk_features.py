"""Features of places: that they know nothing of what comes after, by altering it; slow twins; distances; units of each kind."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lacrime_geo import Incidents, as_incidents, geometry, risk_features
from lacrime_geo.features import Features
from lacrime_geo.risk.events import known_before

CRS, WEST, SOUTH, SIDE, CELLS = "EPSG:32611", 380000.0, 3768000.0, 250.0, 12
FIRST = np.datetime64("2023-01-01")
DAY = np.timedelta64(1, "D")
ORIGIN = FIRST + 50 * DAY


def city(seed=0, incidents=900, days=75):
    """Return incidents of four categories, some reported late, crowded towards a corner and on a few places."""
    draw = np.random.default_rng(seed)
    x, y = CELLS * SIDE * draw.beta(1, 3, (2, incidents))
    x[::5], y[::5] = np.round(x[::5] / 900) * 900 + 60, np.round(y[::5] / 900) * 900 + 60
    when = FIRST + (draw.uniform(0, days, incidents) * 86400).astype("m8[s]")
    reported = when + (draw.exponential(3.0, incidents) * 86400).astype("m8[s]")
    category = draw.choice(["burglary", "robbery", "theft", "arson"], incidents, p=[0.2, 0.1, 0.5, 0.2])
    return Incidents(x + WEST, y + SOUTH, when=when, reported=reported, category=category, crs=CRS)


def squares(side=SIDE, cells=CELLS):
    """Return the city's square cells as polygons."""
    column, row = np.meshgrid(np.arange(cells), np.arange(cells))
    corners = WEST + side * column.ravel(), SOUTH + side * row.ravel()
    return Features(list(geometry.rectangles_wkb(*corners, side, side)), CRS, {})


def town():
    """Return the city's boundary."""
    return squares(SIDE * CELLS, 1)


def bars(seed=5, points=40):
    """Return places, as points."""
    x, y = np.random.default_rng(seed).uniform(0, CELLS * SIDE, (2, points))
    return Features(geometry.points_wkb(x + WEST, y + SOUTH), CRS, {}, "bars")


def altered(incidents, origin, gap, seed):
    """Return incidents of which all that was not known at the origin are others: where, when, what and when reported."""
    draw = np.random.default_rng(seed)
    day = np.datetime64(origin, "D")
    later = ~known_before(incidents.when, incidents.reported, day, gap)
    many = int(later.sum())
    columns = {
        "easting": WEST + CELLS * SIDE * draw.random(many),
        "northing": SOUTH + CELLS * SIDE * draw.random(many),
        "when": np.datetime64(day - gap * DAY, "s") + draw.integers(0, 9_000_000, many).astype("m8[s]"),
        "category": draw.choice(["aaa", "burglary", "robbery", "zzz"], many),
    }
    # What had occurred before, and came to light after, stays so, wherever and whatever it was.
    columns["reported"] = np.maximum(columns["when"], day.astype("M8[s]")) + np.timedelta64(3600, "s")
    hidden = incidents.when[later] < day - gap * DAY
    columns["when"][hidden] = day - draw.integers(gap + 1, 400, int(hidden.sum())).astype("m8[D]")
    changed = {}
    for name, values in columns.items():
        column = getattr(incidents, name).copy()
        column[later] = values
        changed[name] = column
    order = draw.permutation(incidents.size)
    return replace(incidents, **changed, whole=None, known_until=None).take(order), many


def same(first, second):
    """Tell whether two results have the same columns to the last bit, on the same places."""
    alike = list(first.columns) == list(second.columns) and np.array_equal(first.cell, second.cell)
    return alike and all(np.array_equal(first[name], second[name]) for name in first.columns)


@given(
    st.integers(0, 10_000), st.integers(0, 9), st.sampled_from([None, "burglary"]), st.sampled_from([250.0, "squares"])
)
def test_nothing_that_was_not_known_changes_a_feature(seed, gap, category, kind):
    incidents = city(seed % 7)
    other, many = altered(incidents, ORIGIN, gap, seed)
    assert many > 100
    units = squares() if kind == "squares" else kind
    found = [risk_features(units, one, ORIGIN, gap, category=category, places=bars()) for one in (incidents, other)]
    assert sorted(found[0].columns) and same(*found)


def test_what_was_known_changes_features():
    incidents = city()
    before = incidents.take(incidents.when < ORIGIN)
    moved = replace(
        incidents, easting=np.where(incidents.when < ORIGIN - 3 * DAY, incidents.easting[::-1], incidents.easting)
    )
    found = [risk_features(squares(), one, ORIGIN, category="burglary") for one in (incidents, moved)]
    assert before.size > 100 and not same(*found)
    assert [name for name in found[0].columns if np.array_equal(found[0][name], found[1][name])] == []


def test_of_a_real_file_nothing_that_was_not_known_changes_a_feature(lacrime_data):
    incidents = as_incidents(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    incidents = incidents.take(incidents.placed)
    other, many = altered(incidents, "2020-12-01", 3, 1)
    assert many > 3000
    found = [risk_features(500, one, "2020-12-01", 3, category="burglary") for one in (incidents, other)]
    assert same(*found) and found[0]["own_90_days"].sum() > 50
    known = (incidents.when < np.datetime64("2020-11-28")) & (incidents.reported < np.datetime64("2020-12-01"))
    expected = known & (incidents.category == "burglary") & (incidents.when >= np.datetime64("2020-08-30"))
    assert found[0]["own_90_days"].sum() == expected.sum()
