"""Rates of areas of unlike size: counts over a population, raw or drawn towards the mean where the population is small."""

from __future__ import annotations

import numpy as np

from .parameters import Parameters

SMOOTHING = ("empirical_bayes", "none")


def empirical_bayes(count: np.ndarray, population: np.ndarray) -> np.ndarray:
    """Return each area's rate, drawn towards the mean rate the more the smaller its population (n,).

    Notes
    -----
    Marshall 1991, the global estimator by moments: b + a (r − b) / (a + b / n) with b the rate of all areas together and a the
    variance of the rates beyond what chance gives, at least 0. An area without population has the mean rate.

    Examples
    --------
    >>> empirical_bayes(np.array([0, 30, 5]), np.array([10, 1000, 1000])).round(4).tolist()
    [0.0162, 0.0285, 0.0065]
    """
    people = np.maximum(population, np.finfo(float).tiny)
    rate, mean = count / people, count.sum() / population.sum()
    rate[population == 0] = mean
    spread = (population * (rate - mean) ** 2).sum() / population.sum()
    beyond = max(spread - mean / population.mean(), 0.0)
    if beyond == 0:
        return np.full(rate.shape, mean)
    return mean + (rate - mean) * beyond / (beyond + mean / people)


def rates(count: np.ndarray, population: np.ndarray, smoothing: str, parameters: Parameters) -> np.ndarray:
    """Return rates (n,) as asked for; say what becomes of areas without population.

    Raises
    ------
    ValueError
        If a count is negative, or no area has a population, or one has none and rates are not smoothed.
    """
    negative = np.flatnonzero(count < 0)
    if negative.size:
        raise ValueError(
            f"A rate needs counts; {negative.size:,} of {count.size:,} values are negative, the first is {count[negative[0]]:g}."
        )
    empty = int((population == 0).sum())
    if smoothing == "none" and empty:
        raise ValueError(
            f"The denominator is 0 in {empty:,} of {count.size:,} features, which have no rate: leave them out, or take "
            "smoothing='empirical_bayes', which gives them the mean rate."
        )
    parameters.update(smoothing=smoothing, mean_rate=float(count.sum() / population.sum()))
    parameters.note("without_population", empty, f"{empty:,} features have a denominator of 0; they get the mean rate")
    return count / population if smoothing == "none" else empirical_bayes(count, population)
