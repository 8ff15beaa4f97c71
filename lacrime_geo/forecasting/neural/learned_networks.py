"""Networks that have learned from a history without its last part, which judged them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from ..models import Panel
from .layers import Shape, Weights, reach_of, shape_of
from .panel_inputs import Inputs, inputs_of
from .training import Parts, foretold, learn

# Steps looked back at, or a few more, and steps ahead that are learned together: of a longer horizon as many times as many.
WINDOWS = {"day": 30, "week": 30, "month": 12}
AHEAD = {"day": 7, "week": 4, "month": 3}
# Of the steps after which forecasts can be judged, the part kept back for it.
KEPT_BACK = 0.125
# Steps from the first on after which no forecast is learned from: their levels are hardly known.
SETTLING = 6


@dataclass(frozen=True, eq=False)
class Learned:
    """Hold what was learned from the steps before the part kept back, and of what."""

    shape: Shape
    inputs: Inputs
    parts: Parts
    weights: Weights
    parameters: Mapping[str, Any]

    def now(self) -> tuple[np.ndarray, np.ndarray]:
        """Return means and variances (series, 1, horizon) of the steps after the last one."""
        return self._told(self.inputs.counts.shape[1] - 1)

    def kept_back(self) -> tuple[int, tuple[np.ndarray, np.ndarray]]:
        """Return the first of the steps kept back, and means and variances (series, steps, horizon) told after each of them."""
        first = self.parts.judged[0]
        return first, self._told(first)

    def _told(self, first: int) -> tuple[np.ndarray, np.ndarray]:
        mean, variance = foretold(self.weights, self.shape, self.inputs, first, self.inputs.counts.shape[1])
        return mean * self.inputs.unit, variance * self.inputs.unit**2


def learned_from(panel: Panel, horizon: int, seeds: tuple[int, ...]) -> Learned:
    """Return networks that have learned to forecast some steps ahead of many series.

    Raises
    ------
    ValueError
        If the history is too short to learn so many steps ahead from.
    """
    steps, fewest = panel.begin.size, fewest_steps(horizon)
    if steps < fewest:
        raise ValueError(
            f"The neural network learns {horizon:,} {panel.step}s ahead from {fewest:,} {panel.step}s or more, and there are "
            f"{steps:,}; give a longer history, forecast fewer ahead, or choose another model."
        )
    inputs = inputs_of(panel, horizon)
    shape = shape_of(inputs, WINDOWS[panel.step])
    parts = parts_of(steps, horizon)
    found = learn(inputs, shape, parts, seeds)
    told = {
        "window": reach_of(shape.distances) + 1,
        "kept_back": parts.judged[1] - parts.judged[0],
        "passes": found.passes,
        "unit": inputs.unit,
    }
    return Learned(shape, inputs, parts, found.weights, told)


def parts_of(steps: int, horizon: int) -> Parts:
    """Return the steps after which forecasts are learned from, and those by which they are judged, of a history.

    What follows the former is known before the latter begin, so that no count is both learned from and judged by.

    >>> parts_of(100, 7)
    Parts(learned=(6, 74), judged=(81, 93))
    """
    whole = steps - horizon
    judged = whole - max(round(KEPT_BACK * whole), 1)
    return Parts((SETTLING, judged - horizon), (judged, whole))


def fewest_steps(horizon: int) -> int:
    """Return how many steps a history must have to learn from at least one of them.

    >>> fewest_steps(7), parts_of(23, 7), fewest_steps(3)
    (23, Parts(learned=(6, 7), judged=(14, 16)), 14)
    """
    return next(steps for steps in count(2 * horizon + SETTLING) if parts_of(steps, horizon).learned[1] > SETTLING)
