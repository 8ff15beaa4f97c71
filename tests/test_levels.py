"""The level of an interval is in per cent, in whatever analysis."""

import inspect
import re

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo import checks

DAYS = np.datetime64("2023-01-02") + np.repeat(np.arange(70), 4)
HOURS = np.arange(280) % 24 * np.timedelta64(1, "h")
POINTS = lg.Incidents(
    np.arange(280.0), np.zeros(280), when=DAYS + HOURS, reported=DAYS + np.arange(280) % 2, crs="EPSG:32611"
)
# Analyses with a level that are told it here; those of whole layers have it in their own tests.
ANALYSES = {
    "clock": lambda level: lg.clock(POINTS, level=level),
    "season": lambda level: lg.season(POINTS, level=level),
    "peaks": lambda level: lg.peaks(POINTS, level=level),
    "nowcast": lambda level: lg.nowcast(POINTS, level=level),
    "nowcast_counts": lambda level: lg.nowcast_counts(
        dict(date=["2023-03-12"], count=[3]),
        delay=lg.reporting_delay(POINTS),
        as_of="2023-03-12",
        step="day",
        level=level,
    ),
}


def test_every_level_has_a_default_in_per_cent():
    found = {
        name: inspect.signature(function).parameters["level"].default
        for name, function in ((name, getattr(lg, name)) for name in lg.__all__)
        if inspect.isfunction(function) and "level" in inspect.signature(function).parameters
    }
    assert set(ANALYSES) < set(found)
    assert {name: level for name, level in found.items() if not 50 <= level < 100} == {}


def test_every_level_is_said_to_be_in_per_cent():
    silent = []
    for name in lg.__all__:
        function = getattr(lg, name)
        if inspect.isfunction(function) and "level" in inspect.signature(function).parameters:
            said = re.search(r"^level[^:\n]* : ((?:.+\n)(?:    .+\n)*)", inspect.getdoc(function), re.M)[1]
            silent += [] if "per cent" in said or "as of `" in said else [name]
    assert silent == []


@pytest.mark.parametrize("analysis", ANALYSES)
def test_a_level_that_is_a_share_is_refused(analysis):
    with pytest.raises(ValueError, match=r"^level is in per cent: 95, not 0\.95\.$"):
        ANALYSES[analysis](0.95)


def test_the_level_is_what_the_interval_has():
    kept = lg.clock(POINTS, level=90)
    assert kept.parameters["level"] == 90 and "90 %" in kept.html()
    narrow, wide = (lg.clock(POINTS, level=level) for level in (50, 99))
    assert (narrow["low"] >= wide["low"]).all() and (narrow["high"] < wide["high"]).any()


@pytest.mark.parametrize("level", [0.5, 1, 1.0])
def test_one_per_cent_and_less_are_shares(level):
    with pytest.raises(ValueError, match=f"^limits is in per cent: {100 * level:g}, not {level!r}.$"):
        checks.per_cent("limits", level)


@pytest.mark.parametrize("level", [100, 950])
def test_a_level_is_below_100(level):
    with pytest.raises(ValueError, match=f"level must be above 1 and below 100 per cent, such as 95, got {level}."):
        checks.per_cent("level", level)


def test_levels_of_forecasts_are_in_per_cent():
    counts = dict(period=np.datetime64("2020-01-01") + np.arange(60), count=np.arange(60) % 7)
    with pytest.raises(ValueError, match=r"levels is in per cent: 80, not 0\.8\."):
        lg.forecast(counts, horizon=2, levels=(0.8, 0.95), model="drift")
