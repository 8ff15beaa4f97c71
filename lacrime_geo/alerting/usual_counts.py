"""What is usual of an area before each step: how many incidents, how far they scatter, and the pattern of the week."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..dates import weekday_of
from .baselines import sums_before

WEEK = 7
# Of how many steps the level and the scatter are measured: a year.
HISTORY = {"day": 365, "week": 52}
# A pattern of the week is told from chance with this confidence, and from so many weeks.
SURE, FEWEST_WEEKS = 0.01, 8


class Usual(NamedTuple):
    """Hold the mean count and the dispersion (variance / mean, at least 1) before each step (areas, steps)."""

    level: np.ndarray
    dispersion: np.ndarray


def usual_before(count: np.ndarray, step: str, least: int) -> Usual:
    """Return level and dispersion of up to a year before each step, NaN where fewer than `least` steps are before it.

    The dispersion is of differences to the same weekday a week before (of weeks, to the week before), which neither the
    pattern of the week nor a slow change touches.
    """
    lag = lag_of(step)
    level = _running_mean(count, HISTORY[step])
    squares = np.full(count.shape, np.nan)
    squares[:, lag:] = (count[:, lag:] - count[:, :-lag]) ** 2 / 2.0
    variance = np.full(count.shape, np.nan)
    variance[:, lag:] = _running_mean(squares[:, lag:], HISTORY[step])
    level[:, :least] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        dispersion = np.where(level > 0, np.maximum(variance / level, 1.0), 1.0)
    return Usual(level, np.where(np.isnan(level), np.nan, dispersion))


def lag_of(step: str) -> int:
    """Return how many steps are between the counts of which the scatter is measured: a week."""
    return WEEK if step == "day" else 1


def _running_mean(values: np.ndarray, most: int) -> np.ndarray:
    """Return the mean of up to so many steps before each (areas, steps), NaN at the first."""
    found = sums_before(values, most) / most
    total = np.cumsum(values, axis=1)
    early = min(most, values.shape[1])
    found[:, 1:early] = total[:, : early - 1] / np.arange(1, early)
    return found


def weekdays_before(total: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Return the weekday factors for each step of totals (steps,), as (steps, 7): ones where chance may explain what differs.

    They are of up to a year before the first day of the step's month: what comes later changes nothing of them.
    """
    scatter = usual_before(total[np.newaxis], "day", 1).dispersion[0]
    months, first = np.unique(begin.astype("M8[M]"), return_index=True)
    factors = np.ones((begin.size, WEEK))
    for month, end in zip(months, first):
        before = slice(max(end - HISTORY["day"], 0), end)
        found = weekday_factors(total[before], begin[before], float(scatter[end]))
        if found is not None:
            factors[begin.astype("M8[M]") == month] = found
    return factors


def weekday_factors(total: np.ndarray, begin: np.ndarray, dispersion: float) -> np.ndarray | None:
    """Return how many times the mean each weekday has (7,), Monday first, of totals (steps,); None where chance may explain it.

    >>> weekday_factors(np.ones(700), np.datetime64("2023-01-02") + np.arange(700), 1.0) is None
    True
    """
    from scipy.special import chdtrc

    whole = total.size // WEEK * WEEK
    if whole < FEWEST_WEEKS * WEEK or not total[-whole:].any():
        return None
    sums = np.bincount(weekday_of(begin[-whole:]), total[-whole:], WEEK)
    mean = sums.mean()
    chi2 = ((sums - mean) ** 2 / mean).sum() / dispersion
    return np.asarray(sums / mean) if chdtrc(WEEK - 1, chi2) < SURE else None
