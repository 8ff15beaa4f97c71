"""What limits found by simulation hold: false alarms per year where nothing happens, and the delay until a doubling is found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance, within
from .limits_by_simulation import Chance, farrington_values, statistics_drawn, tails_at
from .methods import FARRINGTON, PER_YEAR, farrington_judgement, method_of
from .null_tails import drawn_counts
from .usual_counts import WEEK

SERIES = 400
# For how many steps a doubling is watched.
WATCHED = {"day": 28, "week": 12}
OF_FARRINGTON, FARRINGTON_WEEKS = 100, 300


class Check(NamedTuple):
    """Hold false alarms per year and area, and how soon a doubling is found: its median delay (steps) and the share found."""

    false_alarms: float
    delay: float
    found: float


def check_of(level: float, dispersion: float, chance: Chance, alone: float, progress: Progress = None) -> Check:
    """Return what the limits of a level and a dispersion hold, on counts drawn anew.

    `alone` is the share of chance that one area alone must pass to be an alarm.
    """
    other = chance._replace(seed=chance.seed + 1)
    random = np.random.default_rng([other.seed, 7])
    tails = tails_at(level, dispersion, chance)
    advance(progress, 0.4)
    if chance.method == FARRINGTON:
        p = tails[0].p(farrington_values(random, level, dispersion, SERIES * 2, within(progress, 0.4, 0.6)))
    else:
        values, weekday = statistics_drawn(random, level, dispersion, chance, 20_000)
        p = _p(values, weekday, tails)
    advance(progress, 0.6)
    per_year = PER_YEAR[chance.step]
    p_doubled = _doubled(random, level, dispersion, chance, tails)
    advance(progress, 1.0)
    first = np.where((p_doubled <= alone).any(axis=1), (p_doubled <= alone).argmax(axis=1) + 1.0, np.inf)
    return Check(
        float((p <= chance.share).mean() * per_year), float(np.median(first)), float(np.isfinite(first).mean())
    )


def _p(values: np.ndarray, weekday: np.ndarray, tails: list) -> np.ndarray:
    p = np.empty(values.shape)
    for number, tail in enumerate(tails):
        own = weekday == number if len(tails) > 1 else np.ones(weekday.size, dtype=bool)
        p[:, own] = tail.p(values[:, own].ravel()).reshape(-1, int(own.sum()))
    return p


def _doubled(random: np.random.Generator, level: float, dispersion: float, chance: Chance, tails: list) -> np.ndarray:
    """Return p of the steps from the one on in which the mean doubles (series, steps)."""
    factors = np.ones(1) if chance.factors is None else chance.factors
    steps = WATCHED[chance.step]
    if chance.method == FARRINGTON:
        before, rows = FARRINGTON_WEEKS, OF_FARRINGTON
    else:
        method = method_of(chance.method, chance.step)
        before, rows = method.looks_back + method.settles, SERIES
    usual = drawn_counts(random, level, dispersion, factors, rows, before + steps)
    more = drawn_counts(random, level, dispersion, factors, rows, before + steps)
    count = usual + np.where(np.arange(before + steps) >= before, more, 0.0)
    at = np.arange(before, before + steps)
    if chance.method == FARRINGTON:
        return _p(farrington_judgement(count, at).statistic[:, before:], at * 0, tails)
    return _p(method.judge(count).statistic[:, before:], at % WEEK, tails)
