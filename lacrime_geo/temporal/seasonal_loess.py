"""STL, Cleveland et al. 1990: a series parted into trend, season and remainder by loess after loess."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .local_regression import loess

INNER, ROBUST_INNER, OUTER = 5, 2, 15
# Of six medians of the remainder, as the authors' own programme has it.
LIGHT, NOTHING = 0.001, 0.999


class Parts(NamedTuple):
    """Hold trend, season, remainder and robustness weights (n,) of a series."""

    trend: np.ndarray
    seasonal: np.ndarray
    remainder: np.ndarray
    weight: np.ndarray


class Spans(NamedTuple):
    """Hold how many values each loess reaches over: of a step of the season from cycle to cycle (None: all), trend, low pass."""

    period: int
    seasonal: int | None
    trend: int
    low_pass: int


def stl(values: np.ndarray, spans: Spans, robust: bool = False) -> Parts:
    """Return the parts of values (n,), which add up to them.

    Section 2 of the paper: 5 turns of the inner loop; if robust, 2 in each of 15 outer ones, with bisquare weights.
    """
    trend, seasonal = np.zeros(values.size), np.zeros(values.size)
    weight: np.ndarray | None = None
    for outer in range(1 + (OUTER if robust else 0)):
        for _ in range(ROBUST_INNER if robust else INNER):
            seasonal = _seasonal(values - trend, spans, weight)
            trend = loess(values - seasonal, spans.trend, 1, weight, np.arange(float(values.size)))
        if robust and outer < OUTER:
            weight = _robustness(values - trend - seasonal)
    if spans.seasonal is None:
        seasonal = _repeated(seasonal, spans.period)
    return Parts(trend, seasonal, values - trend - seasonal, np.ones(values.size) if weight is None else weight)


def _seasonal(detrended: np.ndarray, spans: Spans, weight: np.ndarray | None) -> np.ndarray:
    """Return the season: each of its steps smoothed from cycle to cycle, less what is left in them of the trend."""
    cycles, period = np.empty(detrended.size + 2 * spans.period), spans.period
    for step in range(period):
        own = detrended[step::period]
        # One cycle more at either end.
        at = np.arange(-1.0, own.size + 1)
        span, degree = (10 * detrended.size + 1, 0) if spans.seasonal is None else (spans.seasonal, 1)
        cycles[step::period] = loess(own, span, degree, None if weight is None else weight[step::period], at)
    low = _moving(_moving(_moving(cycles, period), period), 3)
    low = loess(low, spans.low_pass, 1, None, np.arange(float(low.size)))
    return cycles[period : period + detrended.size] - low


def _moving(values: np.ndarray, span: int) -> np.ndarray:
    return np.convolve(values, np.full(span, 1 / span), mode="valid")


def _robustness(remainder: np.ndarray) -> np.ndarray:
    """Return bisquare weights of the remainder's size against six times its median."""
    size = np.abs(remainder)
    limit = 6 * float(np.median(size))
    if limit == 0:
        return np.ones(size.size)
    weight = (1 - np.minimum(size / limit, 1) ** 2) ** 2
    weight = np.where(size <= LIGHT * limit, 1.0, weight)
    return np.where(size > NOTHING * limit, 0.0, weight)


def _repeated(seasonal: np.ndarray, period: int) -> np.ndarray:
    """Return a season whose every step is the mean of that step in all cycles."""
    step = np.arange(seasonal.size) % period
    return (np.bincount(step, seasonal) / np.bincount(step))[step]
