"""Forecasts of single series that agree with those of all their groups: by areas and by categories at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .models import Panel
from .shares_of_totals import SharesOfTotals, totals_ahead, totals_of, windows
from .smoothing import first_steps, levels
from .step_lengths import relative_lengths
from .traced_models import TracedModel

# Rounds of fitting to each grouping; two groupings agree to a thousandth after some five.
ROUNDS = 10


class RakedTotals(TracedModel):
    """Forecast the totals of several groupings, and rake the smoothed series to all of them.

    How many of a category an area has, beyond what the area's and the category's totals make likely, changes slowly; the
    totals change faster, and are known better. So the single series are smoothed slowly, and then multiplied by turns until
    they add up to the forecast of each group (iterative proportional fitting).

    Parameters
    ----------
    groupings : models of the totals; the forecasts of the others are scaled to the sum of the first one's.
    series_alpha : weight of the latest step in the level of each series.

    References
    ----------
    Deming & Stephan (1940), Annals of Mathematical Statistics 11: 427-444.
    """

    name = "raked totals"

    def __init__(self, groupings: Sequence[SharesOfTotals], series_alpha: float = 0.15) -> None:
        self.groupings, self.series_alpha = tuple(groupings), series_alpha

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 4

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return the groups of the series and the factors of their season, grouping by grouping."""
        return {"groupings": [each.estimate(panel) for each in self.groupings]}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        steps = panel.begin.size
        length = relative_lengths(panel, horizon)
        rates = panel.values / length[:steps]
        ahead = [
            (each["group"], totals_ahead(totals_of(rates, each["group"]), each["factors"], model.alpha, horizon))
            for model, each in zip(self.groupings, found["groupings"])
        ]
        level = np.repeat(levels(rates, self.series_alpha)[:, :, None], horizon, axis=2)
        traced = raked(level, ahead) * windows(length, steps, horizon)
        traced[:, : first_steps(steps) - 1] = np.nan
        return traced


def raked(values: np.ndarray, margins: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Multiply values (series, ...) by turns until they add up to the totals (groups, ...) of each grouping.

    All totals are first scaled to the sum of the first ones. A group of zeros stays one.

    >>> group = np.array([0, 0]), np.array([[6.0]])
    >>> raked(np.array([[1.0], [2.0]]), [group]).tolist()
    [[2.0], [4.0]]
    """
    whole = margins[0][1].sum(axis=0)
    scaled = [(group, totals * _ratio(whole, totals.sum(axis=0))) for group, totals in margins]
    for _ in range(ROUNDS if len(margins) > 1 else 1):
        for group, totals in scaled:
            values = values * _ratio(totals, totals_of(values, group))[group]
    return values


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
