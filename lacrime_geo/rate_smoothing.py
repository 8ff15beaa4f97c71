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
    variance of the rates beyond what chance gives, at least 0. An area without population has the mean rate of the others.

    Examples
    --------
    >>> empirical_bayes(np.array([0, 30, 5]), np.array([10, 1000, 1000])).round(4).tolist()
    [0.0162, 0.0285, 0.0065]
    """
    peopled = population > 0
    count, people = count[peopled], population[peopled]
    mean, beyond = between_areas(count, people)
    smooth = np.full(population.shape, mean)
    if beyond > 0:
        smooth[peopled] += (count / people - mean) * beyond / (beyond + mean / people)
    return smooth


def between_areas(count: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """Return the rate of all areas together, and the variance of their rates beyond what chance gives (Marshall 1991).

    >>> [round(value, 9) for value in between_areas(np.array([10, 30]), np.array([1000, 1000]))]
    [0.02, 8e-05]
    """
    mean = float(count.sum() / people.sum())
    beyond = (people * (count / people - mean) ** 2).sum() / people.sum() - mean / people.mean()
    return mean, max(float(beyond), 0.0)


def rates_of(count: np.ndarray, population: np.ndarray, smoothing: str, parameters: Parameters) -> np.ndarray:
    """Return rates (n,) as asked for; say what becomes of areas without population.

    Raises
    ------
    ValueError
        If a count is negative, or no area has a population, or one has none and rates are not smoothed.
    """
    negative = np.flatnonzero(count < 0)
    if negative.size:
        raise ValueError(
            f"A rate needs counts, and {negative.size:,} of {count.size:,} values are negative, the first is "
            f"{count[negative[0]]:g}; correct them, or leave the denominator out."
        )
    empty = int((population == 0).sum())
    if smoothing == "none" and empty:
        raise ValueError(
            f"The denominator is 0 in {empty:,} of {count.size:,} features, which have no rate: leave them out, or take "
            "smoothing='empirical_bayes', which gives them the mean rate."
        )
    peopled = population > 0
    parameters.update(smoothing=smoothing, mean_rate=float(count[peopled].sum() / population[peopled].sum()))
    held = f"{count[~peopled].sum():g} of their counts are in no rate"
    parameters.note(
        "without_population", empty, f"{empty:,} features have a denominator of 0: they get the mean rate, {held}"
    )
    if smoothing == "none":
        return count / population
    smooth = empirical_bayes(count, population)
    if np.ptp(smooth) == 0:
        parameters.warn(
            "The rates differ by no more than chance: smoothing leaves one rate for all, and nothing to find."
        )
    return smooth
