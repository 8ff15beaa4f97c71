"""Sums of weights handed to models as counts: over what an incident weighs, and the forecasts times it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .models import LEVELS, FittedMany, Panel, Prediction


@dataclass(frozen=True, eq=False)
class SumsAsCounts(FittedMany):
    """A model fitted to sums over the effective weight of their series (series,)."""

    fitted: Any
    weight: np.ndarray

    @property
    def parameters(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What was found in the history."""
        return dict(getattr(self.fitted, "parameters", {}))

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one, as sums of weights."""
        told, each = self.fitted.predict(horizon, levels), self.weight[:, None]
        low, high = ({level: ends * each for level, ends in side.items()} for side in (told.low, told.high))
        return Prediction(told.mean * each, low, high)


def are_unlike_counts(panel: Panel) -> bool:
    """Return whether the series are sums of weights that are not taken for counts yet."""
    return panel.weight is not None and bool((panel.weight != 1).any())


def as_counts_of(panel: Panel) -> Panel:
    """Return sums over the effective weight: of incidents that come by chance their variance is then their mean.

    >>> days = np.arange("2022-01-01", "2022-01-03", dtype="M8[D]")
    >>> as_counts_of(Panel(np.array([[0.0, 5.0]]), days, "day", weight=np.array([2.5]))).values.tolist()
    [[0.0, 2.0]]
    """
    assert panel.weight is not None
    return replace(panel, values=panel.values / panel.weight[:, None], weight=np.ones(panel.size))
