"""The forecasts that need no model: last season's, the mean of some seasons, the last level's, the drift's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import checks
from .models import Panel
from .traced_models import TracedModel

# Weeks of which the mean of a weekday is taken: two months, in which a season changes little.
WEEKS = 8


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


class SeasonalMean(TracedModel):
    """Forecast the mean of the same time of the last seasons: of days the same weekday of eight weeks, of months of all years.

    Parameters
    ----------
    seasons : how many, fewer where there are not as many yet. Default: 8 of days (weeks), all of weeks and months (years).

    Examples
    --------
    >>> from lacrime_geo.forecasting.models import Series
    >>> months = np.arange("2020-01", "2022-01", dtype="M8[M]")
    >>> SeasonalMean().fit(Series(np.arange(24.0), months, "month")).predict(3).mean.tolist()
    [6.0, 7.0, 8.0]
    """

    name = "seasonal mean"

    def __init__(self, seasons: int | None = None) -> None:
        self.seasons = None if seasons is None else checks.whole("seasons", seasons)

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return season + 1

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        season, steps = panel.period, panel.begin.size
        most = self.seasons or (WEEKS if panel.step == "day" else steps)
        # Of each step the mean of those a season apart up to it, itself included.
        mean = np.full((panel.size, steps), np.nan)
        for step in range(min(season, steps)):
            every = panel.values[:, step::season]
            sums = np.cumsum(every, axis=1)
            sums[:, most:] -= sums[:, :-most].copy()
            mean[:, step::season] = sums / np.minimum(np.arange(1, every.shape[1] + 1), most)
        traced = np.full((panel.size, steps, horizon), np.nan)
        for ahead in range(horizon):
            back = season - 1 - ahead % season
            traced[:, back:, ahead] = mean[:, : steps - back]
        return _after(traced, season)


def _after(traced: np.ndarray, steps: int) -> np.ndarray:
    """Return forecasts that are missing after fewer than some steps."""
    traced[:, : steps - 1] = np.nan
    return traced
