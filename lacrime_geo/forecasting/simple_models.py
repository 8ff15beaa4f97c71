"""The forecasts that need no model: last season's, the last level's, the drift's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import checks
from .models import Panel
from .traced_models import TracedModel


class SeasonalNaive(TracedModel):
    """Forecast the count of the same time of the last season: the baseline of all others.

    >>> from lacrime_geo.forecasting.models import Series
    >>> months = np.arange("2020-01", "2022-01", dtype="M8[M]")
    >>> SeasonalNaive().fit(Series(np.arange(24.0), months, "month")).predict(3).mean.tolist()
    [12.0, 13.0, 14.0]
    """

    name = "seasonal naive"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return season + 1

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        season, steps = panel.period, panel.begin.size
        traced = np.full((panel.size, steps, horizon), np.nan)
        for ahead in range(horizon):
            back = season - 1 - ahead % season
            traced[:, back:, ahead] = panel.values[:, : steps - back]
        return _after(traced, season)


class Drift(TracedModel):
    """Go on from the last count by the mean change of a step: the line through the first and the last count."""

    name = "drift"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 3

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        at = np.arange(panel.begin.size)
        slope = (panel.values - panel.values[:, :1]) / np.maximum(at, 1)
        return _after(panel.values[:, :, None] + slope[:, :, None] * np.arange(1, horizon + 1), 2)


class MovingAverage(TracedModel):
    """Forecast the mean of the last steps.

    Parameters
    ----------
    window : steps. Default 6.
    """

    def __init__(self, window: int = 6) -> None:
        self.window = checks.whole("window", window)
        self.name = "last count" if self.window == 1 else f"mean of {self.window}"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return self.window + 1

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        sums = np.cumsum(panel.values, axis=1)
        sums[:, self.window :] -= sums[:, : -self.window].copy()
        return _after(np.repeat(sums[:, :, None] / self.window, horizon, axis=2), self.window)


def _after(traced: np.ndarray, steps: int) -> np.ndarray:
    """Return forecasts that are missing after fewer than some steps."""
    traced[:, : steps - 1] = np.nan
    return traced
