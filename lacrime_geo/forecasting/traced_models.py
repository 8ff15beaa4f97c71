"""Models that tell what they would have forecast after each past step: their past misses make their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from .count_intervals import predicted, spread_of
from .models import LEVELS, FittedMany, Model, Panel, Prediction, require

# Forecasts kept at once: series × steps × horizon.
MOST_TRACED = 50_000_000


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
        traced = self.trace(horizon)
        spread = spread_of(self.panel.values, np.maximum(traced, 0.0), self.panel.period)
        return predicted(traced[:, -1], spread, levels)
