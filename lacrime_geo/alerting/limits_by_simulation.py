"""Limits and p by simulation: of counts in which nothing happens, at each area's own level, scatter and weekday."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance, within
from .methods import FARRINGTON, farrington_judgement, method_of
from .null_tails import Tail, drawn_counts, tail_of
from .usual_counts import WEEK, Usual

# Levels and dispersions that differ by less are simulated together.
LEVEL_RATIO, DISPERSION_RATIO = 1.15, 1.25
# Farrington's p differs little from level to level.
FARRINGTON_RATIOS = 2.0, 1.6
# Values drawn for a limit: so many beyond it, within these bounds.
BEYOND, FEWEST, MOST = 400, 10_000, 100_000
# A fit to years of weeks for every value is dear.
OF_FARRINGTON, AT_ONCE = 1_500, 300
STEPS_DRAWN, SETTLED_WEEKS = 364, 300
LOWEST_LEVEL = 1e-3


class Chance(NamedTuple):
    """Hold how a method is simulated: its name, the step, the weekdays' factors (or None), the share above a limit, the seed."""

    method: str
    step: str
    factors: np.ndarray | None
    share: float
    seed: int


class Limits(NamedTuple):
    """Hold p of each statistic under chance and the limit that the share of chance passes (areas, steps)."""

    p: np.ndarray
    limit: np.ndarray


def limits_of(
    statistic: np.ndarray,
    usual: Usual,
    weekday: np.ndarray,
    factors: np.ndarray,
    chance: Chance,
    progress: Progress = None,
) -> Limits:
    """Return p and limits of statistics (areas, steps), NaN where they are; `weekday` (steps,) and factors (steps, 7)."""
    p, limit = np.full(statistic.shape, np.nan), np.full(statistic.shape, np.nan)
    weeks, week = np.unique(factors, axis=0, return_inverse=True)
    for (number, level, dispersion), rows, columns, begun, done in _alike(statistic, usual, week.ravel(), chance):
        tails = tails_at(level, dispersion, with_weekdays(chance, weeks[int(number)]), within(progress, begun, done))
        day = weekday[columns] if len(tails) > 1 else np.zeros(columns.size, dtype=np.int64)
        for of, tail in enumerate(tails):
            own = day == of
            p[rows[own], columns[own]] = tail.p(statistic[rows[own], columns[own]])
            limit[rows[own], columns[own]] = tail.limit(chance.share)
        advance(progress, done)
    return Limits(p, limit)


def with_weekdays(chance: Chance, factors: np.ndarray) -> Chance:
    """Return how a step with these weekday factors is simulated; where all are 1, weekdays need no limits of their own."""
    return chance._replace(factors=None if (factors == 1.0).all() else factors)


def _alike(
    statistic: np.ndarray, usual: Usual, week: np.ndarray, chance: Chance
) -> Iterator[tuple[tuple[float, float, float], np.ndarray, np.ndarray, float, float]]:
    """Yield which weeks, levels and dispersions there are, rounded, the rows and columns of each, and the progress around it."""
    level_ratio, dispersion_ratio = (
        FARRINGTON_RATIOS if chance.method == FARRINGTON else (LEVEL_RATIO, DISPERSION_RATIO)
    )
    rows, columns = np.nonzero(np.isfinite(statistic) & np.isfinite(usual.level))
    level = _rounded(np.maximum(usual.level[rows, columns], LOWEST_LEVEL), level_ratio)
    dispersion = _rounded(usual.dispersion[rows, columns], dispersion_ratio)
    kinds, of = np.unique(np.column_stack([week[columns], level, dispersion]), axis=0, return_inverse=True)
    order = np.argsort(of.ravel(), kind="stable")
    ends = np.searchsorted(of.ravel()[order], np.arange(len(kinds) + 1))
    for number, (weeks, level_step, dispersion_step) in enumerate(kinds):
        some = order[ends[number] : ends[number + 1]]
        kind = weeks, level_ratio**level_step, dispersion_ratio**dispersion_step
        yield kind, rows[some], columns[some], number / len(kinds), (number + 1) / len(kinds)


def _rounded(values: np.ndarray, ratio: float) -> np.ndarray:
    """Return the nearest powers of a ratio."""
    return np.rint(np.log(values) / np.log(ratio))


def tails_at(level: float, dispersion: float, chance: Chance, progress: Progress = None) -> list[Tail]:
    """Return the tail of the statistic at a level and a dispersion: of each weekday, or of all steps alike."""
    random = np.random.default_rng([chance.seed, int(1e6 * level), int(1e6 * dispersion)])
    number = int(np.clip(BEYOND / chance.share, FEWEST, MOST))
    if chance.method == FARRINGTON:
        values = farrington_values(random, level, dispersion, min(number, OF_FARRINGTON), progress)
        return [tail_of(values)]
    values, weekday = statistics_drawn(random, level, dispersion, chance, number)
    if chance.factors is None:
        return [tail_of(values.ravel())]
    return [tail_of(values[:, weekday == day].ravel()) for day in range(WEEK)]


def statistics_drawn(
    random: np.random.Generator, level: float, dispersion: float, chance: Chance, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return so many statistics under chance, for each weekday that counts (rows, steps), and the steps' weekdays."""
    method = method_of(chance.method, chance.step)
    before = method.looks_back + method.settles
    each = WEEK if chance.factors is not None else 1
    rows = int(np.ceil(number * each / STEPS_DRAWN))
    factors = np.ones(1) if chance.factors is None else chance.factors
    count = drawn_counts(random, level, dispersion, factors, rows, before + STEPS_DRAWN)
    return method.judge(count).statistic[:, before:], np.arange(before, before + STEPS_DRAWN) % WEEK


def farrington_values(
    random: np.random.Generator, level: float, dispersion: float, number: int, progress: Progress = None
) -> np.ndarray:
    """Return about so many of Farrington's statistics under chance, of the last week of as many series."""
    week, values = SETTLED_WEEKS - 1, []
    for done in range(0, number, AT_ONCE):
        advance(progress, done / number)
        count = drawn_counts(random, level, dispersion, np.ones(1), AT_ONCE, SETTLED_WEEKS)
        values.append(farrington_judgement(count, np.array([week])).statistic[:, week])
    return np.concatenate(values)
