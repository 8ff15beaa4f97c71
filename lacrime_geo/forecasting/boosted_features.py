"""What gradient boosting is told of each series and step ahead: levels, the same time of earlier seasons, calendar, keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .models import Panel
from .simple_models import SeasonalMean, SeasonalNaive
from .step_lengths import later_begins, relative_lengths

# Steps of the moving means; the longest is the level, beside which all counts are seen.
WINDOWS = {"day": (7, 28, 91), "week": (4, 13, 26), "month": (3, 6, 12)}
# Steps of the mean so far that a level is drawn to, and the least level: half a count in as many steps.
PRIOR = 4.0
# As many values of a key as scikit-learn takes for a category.
MOST_VALUES = 255


@dataclass(frozen=True, eq=False)
class Features:
    """Hold what is known of many series after each step.

    Parameters
    ----------
    panel : the counts.
    level : expected count of a step of mean length (series, steps), by the steps up to each.
    known : features that are the same for all steps ahead (series, steps, features).
    naive, mean : counts of the same time of the last season, and their mean of some seasons (series, steps, horizon).
    season : features of the calendar (steps + horizon, features).
    length : of each step and of those ahead (steps + horizon,).
    keys : numbers of the values of each key (series, keys).
    """

    panel: Panel
    level: np.ndarray
    known: np.ndarray
    naive: np.ndarray
    mean: np.ndarray
    season: np.ndarray
    length: np.ndarray
    keys: np.ndarray

    @property
    def categories(self) -> np.ndarray:
        """Which columns of `rows` are categories (features,)."""
        others = self.known.shape[2] + 3 + self.season.shape[1]
        return np.append(np.zeros(others, dtype=bool), np.ones(self.keys.shape[1], dtype=bool))

    def rows(self, series: np.ndarray, step: np.ndarray, ahead: int) -> np.ndarray:
        """Return what is known after some steps of some series of the step that is so many ahead (rows, features)."""
        level = self.level[series, step]
        same = (self.naive[series, step, ahead - 1], self.mean[series, step, ahead - 1])
        own = np.stack([*(one / level for one in same), np.full(level.size, float(ahead))], axis=1)
        parts = (self.known[series, step], own, self.season[step + ahead], self.keys[series])
        return np.concatenate(parts, axis=1).astype(np.float32)

    def expected(self, series: np.ndarray, step: np.ndarray, ahead: int) -> np.ndarray:
        """Return the level of some series after some steps, for the length of the step that is so many ahead (rows,)."""
        return np.asarray(self.level[series, step] * self.length[step + ahead])


def features_of(panel: Panel, horizon: int) -> Features:
    """Return what is known after each step; nothing in it is of a later one."""
    length = relative_lengths(panel, horizon)
    rates = panel.values / length[: panel.begin.size]
    level = _levels(rates, WINDOWS[panel.step][-1])
    means = [_moving_means(rates, window) / level for window in (1, *WINDOWS[panel.step][:-1])]
    whole = rates.sum(axis=0, keepdims=True)
    tide = [
        _moving_means(whole, window) / _levels(whole, WINDOWS[panel.step][-1]) for window in WINDOWS[panel.step][:-1]
    ]
    known = [*means, *(np.broadcast_to(one, level.shape) for one in tide), np.log(level)]
    empty: Mapping[str, Any] = {}
    return Features(
        panel,
        level,
        np.stack(known, axis=2),
        SeasonalNaive().trace(panel, horizon, empty),
        SeasonalMean().trace(panel, horizon, empty),
        _calendar(panel, horizon),
        length,
        _key_numbers(panel),
    )


def _levels(rates: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of the last steps up to each (series, steps), drawn to that of all steps so far; never 0."""
    number = np.arange(1, rates.shape[1] + 1)
    so_far = (np.cumsum(rates, axis=1) + 0.5) / (number + 1)
    of_late = np.minimum(number, window)
    return np.asarray((_moving_means(rates, window) * of_late + PRIOR * so_far) / (of_late + PRIOR))


def _moving_means(values: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of the last steps up to each (series, steps), of fewer at the beginning.

    >>> _moving_means(np.array([[1.0, 3.0, 5.0]]), 2).tolist()
    [[1.0, 2.0, 4.0]]
    """
    sums = np.cumsum(values, axis=1)
    sums[:, window:] -= sums[:, :-window].copy()
    return np.maximum(sums, 0.0) / np.minimum(np.arange(1, values.shape[1] + 1), window)


def _calendar(panel: Panel, horizon: int) -> np.ndarray:
    """Return the weekday (of days) and the month of each step and of those ahead (steps + horizon, features)."""
    begin = np.concatenate([panel.begin, later_begins(panel, horizon)])
    day = begin.astype("M8[D]").astype(np.int64)
    columns = [begin.astype("M8[M]").astype(np.int64) % 12]
    if panel.step == "day":
        # Day 0 of the epoch was a Thursday, here 3.
        columns += [(day + 3) % 7, (begin.astype("M8[M]").astype("M8[D]") == begin).astype(np.int64)]
    return np.stack(columns, axis=1).astype(float)


def _key_numbers(panel: Panel) -> np.ndarray:
    """Return the numbers of the values of each key, and of each series itself (series, keys), where these are few enough."""
    numbers = [
        np.unique(np.asarray(key).astype(str), return_inverse=True)[1].ravel() for key in (panel.keys or {}).values()
    ]
    numbers.append(np.arange(panel.size))
    kept = [number for number in numbers if 0 < number.max() < MOST_VALUES]
    return np.stack(kept, axis=1).astype(float) if kept else np.zeros((panel.size, 0))
