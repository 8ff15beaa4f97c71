"""The mean of several models' forecasts, which is seldom the best and hardly ever bad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .exponential_states import ExponentialStates
from .models import Panel
from .simple_models import MovingAverage, SeasonalNaive
from .smoothing import Smoothing, Theta
from .traced_models import TracedModel


class Combination(TracedModel):
    """Forecast the plain mean of several models (Bates & Granger 1969; Clemen 1989).

    Parameters
    ----------
    members : models that tell of their past forecasts. Default: smoothing, Theta, ETS, the mean of 6, seasonal naive.
    """

    name = "combination"

    def __init__(self, members: Sequence[TracedModel] | None = None) -> None:
        default = (Smoothing(), Theta(), ExponentialStates(), MovingAverage(6), SeasonalNaive())
        self.members = default if members is None else tuple(members)
        if not self.members:
            raise ValueError("members must hold at least one model, got none.")

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return max(member.needs(season) for member in self.members)

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return what each member estimates, by its name."""
        return {member.name: member.estimate(panel) for member in self.members}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        traced = [np.maximum(member.trace(panel, horizon, found[member.name]), 0.0) for member in self.members]
        return np.asarray(np.mean(traced, axis=0))
