"""Means of several models' forecasts, which are seldom the best and hardly ever bad."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .exponential_states import ExponentialStates
from .models import Panel
from .simple_models import MovingAverage, SeasonalNaive
from .smoothing import Smoothing, Theta
from .traced_models import TracedModel

# Members that a weighted mean is named by.
SHOWN = 2


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


class Weighted(TracedModel):
    """Forecast the weighted mean of several models.

    Parameters
    ----------
    members : models that tell of their past forecasts, each with its own name.
    weights : of the members, 0 or more; they are divided by their sum.
    """

    def __init__(self, members: Sequence[TracedModel], weights: Sequence[float]) -> None:
        self.members, given = tuple(members), tuple(float(weight) for weight in weights)
        if len(self.members) != len(given) or not self.members:
            raise ValueError(f"{len(self.members)} members have {len(given)} weights; give one to each.")
        bad = [weight for weight in given if not 0 <= weight < float("inf")]
        if bad or not sum(given):
            raise ValueError(f"weights must be 0 or more and not all 0, got {bad[0] if bad else 0:g}.")
        self.weights = _shares(given)
        self.name = _named(self.members, self.weights)

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return max(member.needs(season) for member in self.members)

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return what each member estimates, by its name."""
        return {member.name: member.estimate(panel) for member in self.members}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        total = np.zeros((*panel.values.shape, horizon))
        for member, weight in zip(self.members, self.weights):
            total += weight * np.maximum(member.trace(panel, horizon, found[member.name]), 0.0)
        return total


def _shares(weights: Sequence[float]) -> tuple[float, ...]:
    """Return weights by their sum; those that add up to 1 stay bit by bit, so that a saved model has the weights it had.

    >>> _shares([1, 3])
    (0.25, 0.75)
    """
    total = sum(weights)
    return tuple(weights) if math.isclose(total, 1.0, rel_tol=1e-12) else tuple(weight / total for weight in weights)


def _named(members: Sequence[TracedModel], weights: Sequence[float]) -> str:
    """Return the names of the two that weigh most, and how many others there are.

    >>> _named([Smoothing(), Theta()], [0.25, 0.75])
    'Theta (75 %), smoothing (25 %)'
    """
    order = sorted(range(len(weights)), key=lambda number: -weights[number])
    parts = [f"{members[number].name} ({100 * weights[number]:.0f} %)" for number in order[:SHOWN]]
    more = len(weights) - SHOWN
    return ", ".join(parts) + (f" and {more} more" if more > 0 else "")
