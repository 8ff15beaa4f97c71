"""Time: intervals of season, and how often nothing is called a change or a day."""

from __future__ import annotations

import numpy as np

from ... import change_points, season, weekday_test
from ..declared import Simulation

BEGIN = np.datetime64("2021-01-01")
WEEK = np.array([1.0, 0.9, 0.95, 1.0, 1.2, 1.25, 0.8])
WEEK = WEEK / np.exp(np.log(WEEK).mean())


def _season_held(random: np.random.Generator) -> float:
    """Return the share of the seven weekdays whose interval of 95 % holds the planted ratio, counts being overdispersed."""
    day = BEGIN + np.arange(400)
    rate = 6 * WEEK[(day.astype(int) + 3) % 7]
    found = season(dict(date=day, count=random.poisson(rate * random.gamma(5, 0.2, day.size))))
    rows = found["effect"] == "weekday"
    return float(((found["low"][rows] <= WEEK) & (WEEK <= found["high"][rows])).mean())


def _change_called(random: np.random.Generator) -> bool:
    """Return whether 150 days of one level, with weekdays and scatter, are said to have changed."""
    rate = 12 * np.tile(WEEK, 22)[:150]
    count = random.poisson(rate * random.gamma(20, 1 / 20, 150))
    return len(change_points(dict(date=np.datetime64("2022-01-03") + np.arange(150), count=count))) > 0


def _weekday_called(random: np.random.Generator) -> bool:
    """Return whether six events on any days have p ≤ .05."""
    return bool(weekday_test(np.bincount(random.integers(0, 7, 6), minlength=7))["p"][0] <= 0.05)


SIMULATIONS = (
    Simulation(
        "weekday ratios within their 95 % interval",
        "season",
        (0.93, 0.96),
        "Lawless 1987",
        _season_held,
        60,
        800,
        mean=True,
    ),
    Simulation(
        "series of one level with a change",
        "change_points",
        (0.0, 0.05),
        "Killick et al. 2012",
        _change_called,
        150,
        3_000,
    ),
    Simulation(
        "six events at random with p ≤ .05",
        "weekday_test",
        (0.02, 0.05),
        "Wheeler 2016; exact",
        _weekday_called,
        3_000,
        40_000,
    ),
)
