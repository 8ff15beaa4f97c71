"""The effects of weekday, month, first of the month and trend on counts, as rate ratios with intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..dates import MONTHS, WEEKDAYS, weekday_of
from .count_regression import Regression, fit

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAY, MONTH, FIRST, TREND = "weekday", "month", "first of the month", "trend"
LEVELS = {WEEKDAY: WEEKDAYS, MONTH: MONTH_NAMES, FIRST: ("first day",), TREND: ("per year",)}
SHORT = {
    **{name: name[:3] for name in WEEKDAYS},
    **dict(zip(MONTH_NAMES, MONTHS)),
    "first day": "of month",
    "per year": "a year",
}
YEAR = 365.25


class Calendar(NamedTuple):
    """Hold of each step the level it is of (n,), effect by effect, its length in days, and the years since the middle."""

    levels: dict[str, np.ndarray]
    length: np.ndarray
    years: np.ndarray | None

    def take(self, rows: np.ndarray) -> Calendar:
        """Return some of the steps."""
        kept = {name: level[rows] for name, level in self.levels.items()}
        return Calendar(kept, self.length[rows], None if self.years is None else self.years[rows])


class Effect(NamedTuple):
    """Hold the logarithms of the ratios (levels,), their standard errors, p of each, and p of all of them together."""

    log_ratio: np.ndarray
    error: np.ndarray
    p: np.ndarray
    p_all: float


class Fitted(NamedTuple):
    """Hold the effects by name, the regression, and how many residual degrees of freedom its intervals have."""

    effects: dict[str, Effect]
    regression: Regression
    freedom: int
    correlation: float


def calendar_of(begin: np.ndarray, length: np.ndarray, effects: tuple[str, ...]) -> Calendar:
    """Return the calendar of steps that begin on some days, for some of the effects."""
    month = begin.astype("M8[M]")
    levels = {
        WEEKDAY: weekday_of(begin),
        MONTH: month.astype(np.int64) % 12,
        # 0 for the others, which are no level of their own.
        FIRST: (begin == month.astype("M8[D]")).astype(np.int64),
    }
    middle = begin.astype(float) + length / 2
    years = (middle - middle.mean()) / YEAR if TREND in effects else None
    return Calendar({name: level for name, level in levels.items() if name in effects}, length, years)


def fit_effects(counts: np.ndarray, calendar: Calendar, reference: dict[str, str]) -> Fitted:
    """Fit all effects together; a level without any incident has none, and its steps are left out."""
    kept = np.ones(counts.size, dtype=bool)
    for level in calendar.levels.values():
        kept &= np.bincount(level, counts)[level] > 0
    some, counts = calendar.take(kept), counts[kept]
    design, columns = _design(some)
    if np.linalg.matrix_rank(design) < design.shape[1] or design.shape[0] <= design.shape[1]:
        raise ValueError(
            f"{design.shape[0]:,} steps with incidents are too few to tell {design.shape[1]} effects apart; choose a longer "
            "period."
        )
    found = fit(counts, design, some.length)
    freedom = design.shape[0] - design.shape[1]
    residual = found.residuals(counts)
    covariance = found.covariance * max(1.0, float(residual @ residual) / freedom)
    effects = {
        name: _effect(found.beta, covariance, columns[name], len(LEVELS[name]), reference.get(name), name, freedom)
        for name in columns
    }
    return Fitted(effects, found, freedom, _correlation(residual))


def _correlation(residual: np.ndarray) -> float:
    """Return how far neighbouring residuals go together, 0 where there are none."""
    whole = float(residual @ residual)
    return float(residual[1:] @ residual[:-1]) / whole if whole > 0 else 0.0


def _design(calendar: Calendar) -> tuple[np.ndarray, dict[str, dict[int, int | None]]]:
    """Return the design (n, k), and of each effect the column of each level: None for the first one, which is the base."""
    parts, columns, at = [np.ones(calendar.length.size)], {}, 1
    for name, level in calendar.levels.items():
        there = np.unique(level).tolist()
        if len(there) < 2:
            continue
        columns[name] = {there[0]: None, **{one: at + row for row, one in enumerate(there[1:])}}
        parts += [(level == one).astype(float) for one in there[1:]]
        at += len(there) - 1
    if calendar.years is not None:
        columns[TREND] = {1: at}
        parts.append(calendar.years)
    return np.column_stack(parts), columns


def _effect(
    beta: np.ndarray,
    covariance: np.ndarray,
    columns: dict[int, int | None],
    levels: int,
    reference: str | None,
    name: str,
    freedom: int,
) -> Effect:
    """Return the ratios of the levels to their (geometric) mean, or to one of them; of two levels, to the first."""
    from scipy.special import fdtrc, stdtr

    contrast = np.zeros((len(columns), beta.size))
    for row, column in enumerate(columns.values()):
        if column is not None:
            contrast[row, column] = 1.0
    own = [column for column in columns.values() if column is not None]
    wald = float(beta[own] @ np.linalg.solve(covariance[np.ix_(own, own)], beta[own]))
    if levels > 1:
        chosen = None if reference is None else [*columns].index(LEVELS[name].index(reference))
        contrast -= contrast.mean(axis=0) if chosen is None else contrast[chosen]
        place = np.array([*columns])
    else:
        contrast, place = contrast[-1:], np.array([0])
    log_ratio, error, p = (np.full(levels, np.nan) for _ in range(3))
    log_ratio[place] = contrast @ beta
    error[place] = np.sqrt(np.einsum("ij,jk,ik->i", contrast, covariance, contrast))
    told = error[place] > 0
    p[place[told]] = 2 * stdtr(freedom, -np.abs(log_ratio[place[told]] / error[place[told]]))
    return Effect(log_ratio, error, p, float(fdtrc(len(own), freedom, wald / len(own))))
