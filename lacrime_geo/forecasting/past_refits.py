"""What a model would have forecast after each past step: told by itself, or by fitting it anew at the last origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .models import LEVELS, FittedMany, Panel, Prediction, fitted_to

# Origins at which a model is fitted anew that does not tell of its past.
REFITS = 12


def fitted_with_past(model: Any, panel: Panel) -> Any:
    """Return a model fitted to many series that has `trace(horizon)`: its forecasts (series, steps, horizon) after each step.

    One that keeps no such past, or only that of its last steps, is fitted anew at the last 12 steps, of which each has the
    forecasts that were made then.
    """
    fitted = fitted_to(model, panel)
    if hasattr(fitted, "trace") and fitted.trace(1).shape[1] == panel.begin.size:
        return fitted
    needed = model.needs(panel.period) if hasattr(model, "needs") else 1
    known = range(max(panel.begin.size - REFITS, needed), panel.begin.size)
    return Refitted(panel, fitted, [(steps, fitted_to(model, panel.until(steps))) for steps in known])


@dataclass(frozen=True, eq=False)
class Refitted(FittedMany):
    """A model fitted to the whole history, and to what was known after some earlier numbers of steps."""

    panel: Panel
    fitted: Any
    earlier: Sequence[tuple[int, Any]]

    @property
    def parameters(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What was found in the whole history."""
        return dict(getattr(self.fitted, "parameters", {}))

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one."""
        told: Prediction = self.fitted.predict(horizon, levels)
        return told

    def trace(self, horizon: int) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step; NaN where none was made."""
        traced = np.full((*self.panel.values.shape, horizon), np.nan)
        for steps, fitted in self.earlier:
            traced[:, steps - 1] = fitted.predict(horizon, ()).mean
        traced[:, -1] = self.fitted.predict(horizon, ()).mean
        return traced

    def past(self, horizon: int) -> tuple[np.ndarray, int]:
        """Return the same, and the first step after which a forecast was made."""
        return self.trace(horizon), min([steps for steps, _ in self.earlier], default=self.panel.begin.size) - 1
