"""What a network is told of many series: counts beside their level, levels of late, the calendar, and which series it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..covariates import known_column
from ..miss_spreads import groups_of
from ..models import Panel
from ..step_lengths import later_begins, relative_lengths
from .series_levels import LATE, dispersions, late_ratios, long_levels, season_ratios

YEAR, WEEK = 365.2425, 7
# Times of a season that are told apart one by one; a longer one is told by waves of the year.
MOST_TIMES = 12
# Seasons that a history must have for the network to be told of the year.
YEARS = 3.0
# Where the levels of late of a series itself are among the features of the past.
OWN_LATE = slice(2, 2 + len(LATE))


class Inputs(NamedTuple):
    """Hold what is known after each step, and of the steps ahead of it; all of it float32 but the counts.

    counts : in units of `unit` (series, steps), and `unit` itself.
    level : the long level (series, steps) for a step of mean length, and `length` (steps + horizon,) of each step.
    past : of each step (series, steps, features): the count beside the level, levels of late, those of all series, its calendar.
    dispersion : by how much each series has varied beyond chance so far (series, steps), as a logarithm.
    season : what the time of the season of each step ahead has beside others (series, steps, horizon).
    calendar : of each step and of those ahead (steps + horizon, features).
    keys : numbers of the values of each key that tells series apart (keys, series).
    """

    counts: np.ndarray
    unit: float
    level: np.ndarray
    length: np.ndarray
    past: np.ndarray
    dispersion: np.ndarray
    season: np.ndarray
    calendar: np.ndarray
    keys: np.ndarray


def inputs_of(panel: Panel, horizon: int) -> Inputs:
    """Return what a network is told of many series, none of which knows anything of a later step."""
    unit = unit_of(panel.values)
    counts = panel.values / unit
    length = relative_lengths(panel, horizon)
    rates = counts / length[: panel.begin.size]
    level = long_levels(rates)
    late = [late_ratios(rates, level), *_late_of_groups(panel, rates)]
    beside = np.arcsinh((rates - level) / np.sqrt(level + 0.25))[:, :, None]
    size = np.log(level / level.mean(axis=0))[:, :, None] / 2
    calendar = calendar_of(panel, horizon)
    now = np.broadcast_to(calendar[: panel.begin.size], (*level.shape, calendar.shape[1]))
    past = np.concatenate([beside, size, *late, now], axis=2).astype(np.float32)
    period = panel.period if panel.period <= MOST_TIMES and panel.begin.size >= 3 * panel.period else 1
    season = season_ratios(rates, level, period, horizon)
    lately = level * np.exp(late[0][:, :, 1])
    dispersion = np.log(dispersions(rates, lately)).astype(np.float32)
    return Inputs(
        counts, unit, level, length, past, dispersion, season, calendar.astype(np.float32), key_numbers(panel)
    )


def unit_of(values: np.ndarray) -> float:
    """Return the weight of a usual incident, by which sums of weights are divided to vary about as counts do; of counts 1.

    It is the mean of a step over the number of incidents that as many steps without any speak of (Poisson: minus the logarithm
    of their share), of all series with such steps together; without any, the variance from step to step over the mean. Whole
    numbers for which it is less than three are counts.

    >>> unit_of(np.array([[1.0, 0.0, 2.0, 0.0]])), round(unit_of(np.array([[500.0, 0.0, 1000.0, 0.0]])))
    (1.0, 541)
    """
    without = (values == 0).mean(axis=1)
    some = (without > 0) & (without < 1)
    whole = bool((values == np.floor(values)).all())
    if some.any():
        unit = float(values[some].mean(axis=1).sum() / -np.log(without[some]).sum())
    elif whole or not values.any():
        unit = 1.0
    else:
        unit = float(np.square(np.diff(values, axis=1)).sum() / 2 / values[:, 1:].sum()) or 1.0
    return 1.0 if whole and unit < 3 else unit


def calendar_of(panel: Panel, horizon: int) -> np.ndarray:
    """Return the columns (steps + horizon, features) that are known ahead: weekday, first of the month, year, covariates."""
    begin = np.concatenate([panel.begin, later_begins(panel, horizon)])
    day = begin.astype("M8[D]").astype(np.int64)
    columns = []
    if panel.step == "day":
        # Day 0 of the epoch was a Thursday, here 3.
        columns += [((day + 3) % WEEK == weekday).astype(float) for weekday in range(WEEK)]
        columns.append((begin.astype("M8[M]").astype("M8[D]") == begin).astype(float))
    if day[panel.begin.size - 1] - day[0] >= YEARS * YEAR - 31:
        columns += [turn(2 * np.pi * wave * day / YEAR) for wave in (1, 2) for turn in (np.sin, np.cos)]
    for name, column in (panel.covariates or {}).items():
        known = known_column(name, column, 0, begin.size)
        spread = known[: panel.begin.size].std()
        if spread > 0:
            columns.append((known - known[: panel.begin.size].mean()) / spread)
    return np.stack(columns, axis=1) if columns else np.zeros((begin.size, 1))


def key_numbers(panel: Panel) -> np.ndarray:
    """Return the numbers of the values of each key (keys, series), in the order of their names, and of the series itself.

    >>> days = np.datetime64("2023-01-01") + np.arange(2)
    >>> key_numbers(Panel(np.ones((2, 2)), days, "day", keys={"area": np.array(["b", "a"])})).tolist()
    [[1, 0]]
    """
    found = [
        np.unique(np.asarray(key).astype(str), return_inverse=True)[1].ravel() for key in (panel.keys or {}).values()
    ]
    return np.stack(found).astype(np.int64) if found else np.arange(panel.size, dtype=np.int64)[None]


def _late_of_groups(panel: Panel, rates: np.ndarray) -> list[np.ndarray]:
    """Return by how much the level of late of all series together, and of those alike in a key, is above the long one."""
    found = []
    for group in groups_of(panel.keys, rates):
        together = np.zeros((int(group.max()) + 1, rates.shape[1]))
        np.add.at(together, group, rates)
        found.append(late_ratios(together, long_levels(together))[group])
    return found
