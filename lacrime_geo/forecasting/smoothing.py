"""Exponential smoothing of many series at once, alone and with half the trend (Theta)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .models import Panel
from .recursions import faded_sums
from .traced_models import TracedModel

# What is tried; 1 is the last count.
ALPHAS = np.round(np.arange(0.05, 1.0001, 0.05), 2)
# Steps whose mean is the first level, and after which misses count.
FIRST = 6


class Smoothing(TracedModel):
    """Forecast the exponentially weighted mean of the counts: simple exponential smoothing (Brown 1956).

    The weight α of the latest step is that of 0.05, 0.10, … 1 with the least mean squared miss one step ahead, series by
    series. The first level is the mean of the first six steps (half of them in shorter histories).
    """

    name = "smoothing"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 4

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return the weight of each series (series,)."""
        return {"alpha": best_alpha(panel.values)}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        level = levels(panel.values, found["alpha"])
        level[:, : first_steps(panel.begin.size) - 1] = np.nan
        return np.repeat(level[:, :, None], horizon, axis=2)


class Theta(TracedModel):
    """Forecast by the Theta method: smoothing with half the slope of the straight line (Assimakopoulos & Nikolopoulos 2000).

    It is simple exponential smoothing with a drift of half the slope (Hyndman & Billah 2003, equation 10), after the season
    has been taken out by multiplication where the autocorrelation at a season's lag is significant at 90 %.
    """

    name = "Theta"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 6

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return the factors of the season (series, season), the slope and the weight of each series."""
        from .season_factors import seasonal, shrunk_factors

        factors = shrunk_factors(panel.values, panel.period, 0.0)
        factors[~seasonal(panel.values, panel.period)] = 1.0
        plain = panel.values / _along(factors, 0, panel.begin.size)
        return {"factors": factors, "slope": _slopes(plain), "alpha": best_alpha(plain)}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        steps = panel.begin.size
        factors = _along(found["factors"], 0, steps + horizon)
        alpha, slope = found["alpha"][:, None], found["slope"][:, None]
        level = levels(panel.values / factors[:, :steps], found["alpha"])
        level[:, : first_steps(steps) - 1] = np.nan
        settled = (1 - (1 - alpha) ** np.arange(1, steps + 1)) / alpha
        traced = np.empty((panel.size, steps, horizon))
        for ahead in range(horizon):
            forecast = level + slope / 2 * (ahead + settled)
            traced[:, :, ahead] = forecast * factors[:, ahead + 1 : ahead + 1 + steps]
        return traced


def first_steps(steps: int) -> int:
    """Return how many steps make the first level."""
    return min(FIRST, max(steps // 2, 1))


def levels(values: np.ndarray, alpha: np.ndarray | float) -> np.ndarray:
    """Return the smoothed level (series, steps) after each step.

    >>> levels(np.array([[4.0, 8.0]]), 0.5).tolist()
    [[4.0, 6.0]]
    """
    weight = np.broadcast_to(np.asarray(alpha, dtype=float), (values.shape[0],))
    first = values[:, : first_steps(values.shape[1])].mean(axis=1)
    level = np.empty(values.shape)
    for each in np.unique(weight):
        rows = weight == each
        moved = each * values[rows]
        moved[:, 0] += (1 - each) * first[rows]
        level[rows] = faded_sums(moved, 1 - each)
    return level


def best_alpha(values: np.ndarray) -> np.ndarray:
    """Return of each series the weight with the least mean squared miss one step ahead (series,)."""
    begin = first_steps(values.shape[1])
    missed = [
        np.square(values[:, begin:] - levels(values, alpha)[:, begin - 1 : -1]).mean(axis=1)
        for alpha in ALPHAS.tolist()
    ]
    return np.asarray(ALPHAS[np.argmin(missed, axis=0)])


def _slopes(values: np.ndarray) -> np.ndarray:
    """Return the slope of the straight line through each series (series,)."""
    at = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    return np.asarray(values @ at / (at @ at))


def _along(factors: np.ndarray, first: int, stop: int) -> np.ndarray:
    """Return the factor of each of some steps (series, steps)."""
    return np.asarray(factors[:, np.arange(first, stop) % factors.shape[1]])
