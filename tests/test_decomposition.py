"""STL: as statsmodels' for every option, its parts add up, and find what was planted."""

from xml.etree import ElementTree

import numpy as np
import pytest
from makers import incidents

import lacrime_geo as lg
from lacrime_geo.temporal.seasonal_loess import Spans, stl

BEGIN = np.datetime64("2023-01-02")


def counted(size, period=7, seed=1, mean=30.0):
    season = mean / 3 * np.sin(2 * np.pi * np.arange(size) / period)
    return np.random.default_rng(seed).poisson(mean + season)


def table(count, step=1):
    return dict(date=BEGIN + step * np.arange(count.size), count=count)


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize(
    "size, period, seasonal", [(200, 7, 7), (150, 7, 13), (46, 12, 7), (120, 52, 9), (15, 7, 7), (30, 4, 7)]
)
def test_it_is_that_of_statsmodels(size, period, seasonal, robust):
    from statsmodels.tsa.seasonal import STL

    values = counted(size, period).astype(float)
    values[size // 2] += 60
    # Their low pass must be longer than the period.
    low_pass = period + 1 + period % 2
    model = STL(values, period=period, seasonal=seasonal, robust=robust, low_pass=low_pass)
    theirs = model.fit()
    own = stl(values, Spans(period, seasonal, model.config["trend"], low_pass), robust)
    assert np.allclose(own.trend, theirs.trend, atol=1e-9) and np.allclose(own.seasonal, theirs.seasonal, atol=1e-9)
    assert np.allclose(own.weight, theirs.weights, atol=1e-9)


def test_parts_add_up_and_the_season_comes_again():
    count = counted(90)
    found = lg.decompose(table(count))
    assert np.allclose(found["trend"] + found["seasonal"] + found["remainder"], count)
    assert np.allclose(found["seasonal"][7:], found["seasonal"][:-7])
    assert found.parameters["period"] == 7 and found.parameters["period_reason"] == "a week of days"
    # Of a season that changes, the same step differs from week to week.
    changing = lg.decompose(table(count), seasonal=7)
    assert not np.allclose(changing["seasonal"][7:], changing["seasonal"][:-7])
    assert found.parameters["trend"] == 11 and changing.parameters["trend"] == 15


def test_a_line_and_a_season_are_found_whole_and_scale_and_shift_with_the_counts():
    step = np.arange(120)
    count = 100 + 2 * step + np.tile([0, 10, 0, -10, 30, 0, -30], 18)[:120]
    found = lg.decompose(table(count))
    assert np.abs(found["remainder"]).max() < 0.2 and np.allclose(np.diff(found["trend"]), 2, atol=0.1)
    assert found.parameters["seasonal_strength"]["all"] > 0.99
    other = lg.decompose(table(3 * count + 50), robust=False)
    assert np.allclose(other["seasonal"], 3 * found["seasonal"]) and np.allclose(
        other["trend"], 3 * found["trend"] + 50
    )


def test_periods_are_those_of_the_step():
    weeks = lg.decompose(table(counted(120, 52), 7))
    months = lg.decompose(dict(date=np.arange("2020-01", "2023-01", dtype="M8[M]"), count=counted(36, 12)))
    assert (weeks.parameters["period"], months.parameters["period"]) == (52, 12)
    assert months["date"][1] == np.datetime64("2020-02-01") and months.parameters["step"] == "month"
    when = np.repeat(BEGIN + np.arange(210), counted(210, mean=5.0)).astype("M8[s]")
    there = incidents(np.zeros(when.size), np.zeros(when.size), when=when)
    assert lg.decompose(there, step="week", period=4)["count"].sum() == when.size
    assert lg.decompose(there)["count"].tolist() == counted(210, mean=5.0).tolist()


def test_robust_sets_a_single_day_aside():
    count = counted(140)
    count[70] += 300
    plain, robust = (lg.decompose(table(count), robust=choice) for choice in (False, True))
    assert robust["weight"][70] == 0 and (plain["weight"] == 1).all()
    assert np.abs(robust["trend"][70] - 30) < 5 < np.abs(plain["trend"][70] - 30)
    assert str(BEGIN + 70) in robust.parameters["found"]


def test_groups_are_as_each_alone_and_drawn_in_panels():
    parts = {"a & b": counted(60, seed=1), "c": counted(60, seed=2, mean=90.0)}
    whole = {**table(np.concatenate(list(parts.values()))), "date": np.tile(BEGIN + np.arange(60), 2)}
    found = lg.decompose({**whole, "group": np.repeat(list(parts), 60)})
    assert found["group"][0] == "c"
    for name, count in parts.items():
        assert np.allclose(found["trend"][found["group"] == name], lg.decompose(table(count))["trend"])
    root = ElementTree.fromstring(found.svg())
    words = {node.text for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Incidents", "Trend", "Season", "Remainder", "a & b"} <= words
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 8


def test_counts_that_never_vary_have_no_season(tmp_path):
    for level in (0, 3):
        found = lg.decompose(table(np.full(30, level)))
        assert np.allclose(found["trend"], level) and found.parameters["seasonal_strength"]["all"] == 0
        found.save(tmp_path / "flat.svg")


@pytest.mark.parametrize(
    "size, options, problem",
    [
        (13, {}, "has 13 days, and a season of 7 needs at least 14"),
        (60, dict(trend=8), "trend must be an odd number, got 8; take 9"),
        (60, dict(seasonal=5), "seasonal must be a whole number of at least 7, got 5"),
        (60, dict(period=1), "period must be a whole number of at least 2, got 1"),
        (60, dict(step="hour"), "step must be one of 'day', 'week', 'month', got 'hour'"),
    ],
)
def test_what_cannot_be_parted_is_named(size, options, problem):
    with pytest.raises(ValueError, match=problem):
        lg.decompose(table(counted(size)), **options)
