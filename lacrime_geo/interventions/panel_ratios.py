"""Ratios of the changes of two groups of areas, by areas and steps: the Poisson difference in differences in closed form."""

from __future__ import annotations

from math import comb
from typing import NamedTuple

import numpy as np

DRAWS = 4_999


class Effect(NamedTuple):
    """Hold the logarithm of a ratio, and its standard error by areas, NaN where a sum is 0."""

    log_ratio: float
    error: float


def effect(counts: np.ndarray, treated: np.ndarray, later: np.ndarray, earlier: np.ndarray) -> Effect:
    """Return how the treated areas changed from some steps to others, over how the rest did.

    Parameters
    ----------
    counts : (areas, steps).
    treated : (areas,) True where treated.
    later, earlier : (steps,) masks.

    Poisson regression with an effect of each area, of each step, and of treated × later, gives exactly the ratio of the four
    sums, as it fits the totals of areas and steps. Its error clustered by areas follows from how much each area moves it:
    u = y_later/Σ y_later − y_earlier/Σ y_earlier, within its group, variance Σ u² · g/(g − 1) of g areas.

    >>> counts = np.array([[10.0, 5], [20, 10], [10, 10], [30, 30]])
    >>> found = effect(counts, np.array([True, True, False, False]), np.array([False, True]), np.array([True, False]))
    >>> round(float(np.exp(found.log_ratio)), 6)
    0.5
    """
    log_ratio, variance = 0.0, 0.0
    for group, sign in ((treated, 1.0), (~treated, -1.0)):
        sums = [counts[group][:, steps].sum(axis=1) for steps in (later, earlier)]
        totals = [part.sum() for part in sums]
        with np.errstate(divide="ignore", invalid="ignore"):
            log_ratio += sign * float(np.log(totals[0]) - np.log(totals[1]))
            moves = sums[0] / totals[0] - sums[1] / totals[1]
        several = moves.size
        variance += float((moves**2).sum()) * several / (several - 1) if several > 1 else float("nan")
    return Effect(log_ratio, float(np.sqrt(variance)))


def regrouped_p(statistic: np.ndarray, seen: float) -> float:
    """Return the share of other groupings (n,) that are as far from 0 as the one seen, itself counted in; 1 if that is NaN.

    >>> regrouped_p(np.array([0.1, -0.5, 0.2]), 0.5)
    0.5
    """
    if np.isnan(seen):
        return 1.0
    known = statistic[~np.isnan(statistic)]
    return float((1 + (np.abs(known) >= abs(seen) * (1 - 1e-9)).sum()) / (1 + known.size))


def groupings(areas: int, treated: int, seed: int) -> np.ndarray:
    """Return which areas are treated in other groupings (n, areas): all there are but few, else drawn by the seed."""
    if comb(areas, treated) <= DRAWS:
        from itertools import combinations

        rows = np.array(list(combinations(range(areas), treated)))
    else:
        random = np.random.default_rng(seed)
        rows = np.argsort(random.random((DRAWS, areas)), axis=1)[:, :treated]
    found = np.zeros((len(rows), areas), dtype=bool)
    np.put_along_axis(found, rows, True, axis=1)
    return found


def log_ratios(counts: np.ndarray, groups: np.ndarray, later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Return the logarithm of the ratio for many groupings (n, areas) at once; NaN where it is 0/0."""
    sums = [counts[:, steps].sum(axis=1) for steps in (later, earlier)]
    inside = [groups @ part for part in sums]
    outside = [part.sum() - within for part, within in zip(sums, inside)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(inside[0] / inside[1]) - np.log(outside[0] / outside[1]))
