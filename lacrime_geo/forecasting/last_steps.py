"""A model that is fitted to the last steps of a history only: to a window that rolls on with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import checks
from .models import Model, Panel, fitted_to, set_for


class LastSteps(Model):
    """Fit another model to the last steps, whatever came before.

    Parameters
    ----------
    model : what is fitted.
    window : steps; all of a shorter history.
    """

    def __init__(self, model: Any, window: int) -> None:
        self.model, self.window = model, checks.whole("window", window)
        self.name = f"{model.name} (last {self.window} steps)"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        needed = int(self.model.needs(season)) if hasattr(self.model, "needs") else 1
        if needed > self.window:
            raise ValueError(
                f"{self.model.name} needs a history of at least {needed:,} steps, and the window is {self.window:,}; make it "
                "longer, or choose another model."
            )
        return needed

    def for_horizon(self, horizon: int, gap: int = 0) -> LastSteps:
        """Return the same of the model set for some steps ahead."""
        return LastSteps(set_for(self.model, horizon, gap), self.window)

    def fit_many(self, panel: Panel) -> Any:
        """Fit each of many series."""
        return fitted_to(self.model, last_steps(panel, self.window))


def last_steps(panel: Panel, window: int) -> Panel:
    """Return the last steps of every series, with what is known of them and ahead.

    >>> months = np.arange("2022-01", "2022-05", dtype="M8[M]")
    >>> last_steps(Panel(np.arange(4.0)[None], months, "month"), 2).values.tolist()
    [[2.0, 3.0]]
    """
    before = max(panel.begin.size - window, 0)
    columns = {name: np.asarray(column)[before:] for name, column in (panel.covariates or {}).items()}
    return replace(
        panel, values=panel.values[:, before:], begin=panel.begin[before:], covariates=columns or panel.covariates
    )
