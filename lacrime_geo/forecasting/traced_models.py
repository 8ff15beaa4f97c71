"""Models that tell what they would have forecast after each past step: their past misses make their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from .calibrated_tails import calibrated
from .count_intervals import predicted
from .miss_spreads import with_spread
from .models import LEVELS, FittedMany, Model, Panel, Prediction, checked_levels, require
from .sum_intervals import are_enough, past_misses, predicted_by_misses

# Forecasts kept at once: series × steps × horizon.
MOST_TRACED = 50_000_000
# Steps whose misses make intervals: the last ones, fewer of many series, of which each step tells more.
FEWEST_RECENT, MOST_RECENT, MISSES_AT_ONCE = 60, 400, 300_000
# How often parameters are estimated anew in the past, and after how many steps at most (or a season and a half) first.
REFITS, FIRST_REFIT = 4, 24


class TracedModel(Model):
    """A model of many series at once, given by the forecasts it makes after each step."""

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return what is estimated from the whole history, as arrays by name."""
        return {}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step; NaN where the history is too short."""
        raise NotImplementedError

    def fit_many(self, panel: Panel) -> TracedFit:
        """Fit each of many series."""
        require(self, panel)
        return TracedFit(self, panel, self.estimate(panel))


@dataclass(frozen=True, eq=False)
class TracedFit(FittedMany):
    """A fitted model that keeps its history."""

    model: TracedModel
    panel: Panel
    parameters: Mapping[str, Any]

    def trace(self, horizon: int) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step, by parameters of the whole history."""
        checks.whole("horizon", horizon)
        kept = self.panel.values.size * horizon
        if kept > MOST_TRACED:
            raise ValueError(
                f"{self.panel.size:,} series of {self.panel.begin.size:,} steps and a horizon of {horizon:,} are too many at "
                f"once ({kept:,} forecasts, at most {MOST_TRACED:,}); give fewer series at a time."
            )
        return self.model.trace(self.panel, horizon, self.parameters)

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one."""
        mean = np.maximum(self.trace(horizon)[:, -1], 0.0)
        if not checked_levels(levels):
            return Prediction(mean, {}, {})
        return foretold(mean, self.panel, *self.past(horizon), levels)

    def past(self, horizon: int) -> tuple[np.ndarray, int]:
        """Return the forecasts (series, steps, horizon) made after each step, and from which step on by what was known then."""
        refits = refits_of(self.model, self.panel)
        return traced_then(self.model, self.panel, horizon, refits), refits[0] - 1


def foretold(mean: np.ndarray, panel: Panel, traced: np.ndarray, first: int, levels: Sequence[float]) -> Prediction:
    """Return a forecast with intervals by the misses of those of the past.

    Parameters
    ----------
    mean : expected counts (series, horizon), 0 or more.
    panel : the counts so far.
    traced : forecasts (series, steps, horizon) made after each step.
    first : the step from which on these knew nothing later, not even parameters.
    levels : of the intervals, per cent.

    Notes
    -----
    The counts are negative binomial. Sums of weights (`weight` of the panel) have the quantiles of past misses, where these are
    enough.
    """
    recent = recent_steps(mean.size)
    values, cut = panel.values[:, -recent:], max(panel.begin.size - recent, 0)
    past = with_spread(values, np.maximum(traced[:, -recent:], 0.0), panel.keys)
    if panel.weight is not None:
        misses = past_misses(values, past, max(first - cut, 0))
        if are_enough(misses, levels):
            return predicted_by_misses(mean, past.variance[:, -1], misses, levels)
    return predicted(mean, past.variance[:, -1], levels, calibrated(values, past, max(first - cut, 0), levels))


def recent_steps(at_once: int) -> int:
    """Return how many of the last steps make intervals, of as many series times steps ahead."""
    return int(np.clip(MISSES_AT_ONCE // at_once, FEWEST_RECENT, MOST_RECENT))


def refits_of(model: TracedModel, panel: Panel) -> list[int]:
    """Return after how many steps a model is fitted anew in the past: each time the history has grown by the same ratio."""
    steps, season = panel.begin.size, panel.period
    first = min(max(model.needs(season), min(steps // 2, max(3 * season // 2, FIRST_REFIT))), steps)
    return spaced(first, steps)


def spaced(first: int, steps: int) -> list[int]:
    """Return some numbers of steps from the first on, each larger than the one before by the same ratio."""
    return sorted({int(step) for step in np.geomspace(first, steps, REFITS, endpoint=False).round()})


def traced_then(model: TracedModel, panel: Panel, horizon: int, refits: Sequence[int]) -> np.ndarray:
    """Return the forecasts (series, steps, horizon) made after each step, by parameters of the last refit before it.

    From the first refit on they know nothing of what came later, as those by parameters of the whole history do.
    """
    traced = None
    for steps in refits:
        found = model.trace(panel, horizon, model.estimate(panel.until(steps)))
        if traced is None:
            traced = found
        else:
            traced[:, steps - 1 :] = found[:, steps - 1 :]
    assert traced is not None
    return np.maximum(traced, 0.0)
