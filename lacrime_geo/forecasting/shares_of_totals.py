"""Forecasts of groups, shared out: the group's level and season from its total, each series' share smoothed by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .models import Panel
from .season_factors import shrunk_factors
from .smoothing import first_steps, levels
from .step_lengths import relative_lengths
from .traced_models import TracedModel

EACH = "each series"


class SharesOfTotals(TracedModel):
    """Forecast totals of groups, with a shrunk season, and share them out by smoothed shares (top-down).

    A single series of a few incidents a month shows too little of a season or a change of level; all series of its group
    together do. Counts are per mean month, so that February is no fall.

    Parameters
    ----------
    by : names of the keys that tell groups apart; () for one group of all, None for each series by itself.
    alpha : weight of the latest step in the level of the total.
    share_alpha : weight of the latest step in the shares; small: shares last longer than levels.
    shrink : seasons without effect that the season is drawn to (see `shrunk_factors`); inf for no season.

    References
    ----------
    Gross & Sohl (1990), Journal of Forecasting 9: 233-254, on top-down forecasts by shares.
    """

    def __init__(
        self, by: Sequence[str] | None = (), alpha: float = 0.5, share_alpha: float = 0.2, shrink: float = 2.0
    ) -> None:
        self.by = None if by is None else tuple(by)
        self.alpha, self.share_alpha, self.shrink = alpha, share_alpha, shrink
        groups = EACH if self.by is None else " and ".join(self.by) or "all"
        self.name = f"totals of {groups}, shared out" if self.by is not None else "smoothing with a shrunk season"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 4

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return the factors of the groups' season (groups, season) and the group of each series."""
        group = groups_of(panel, self.by)
        totals = totals_of(panel.values / relative_lengths(panel, 0), group)
        return {"group": group, "factors": shrunk_factors(totals, panel.period, self.shrink)}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        steps, group = panel.begin.size, found["group"]
        length = relative_lengths(panel, horizon)
        rates = panel.values / length[:steps]
        share = shares(rates, group, self.share_alpha)
        share[:, : first_steps(steps) - 1] = np.nan
        ahead = totals_ahead(totals_of(rates, group), found["factors"], self.alpha, horizon)
        return ahead[group] * share[:, :, None] * windows(length, steps, horizon)


def totals_ahead(totals: np.ndarray, factors: np.ndarray, alpha: float, horizon: int) -> np.ndarray:
    """Return the forecasts of totals per mean step (groups, steps, horizon) made after each step: level × season."""
    steps = totals.shape[1]
    along = factors[:, np.arange(steps + horizon) % factors.shape[1]]
    level = levels(totals / along[:, :steps], alpha)
    return level[:, :, None] * windows(along, steps, horizon)


def windows(along: np.ndarray, steps: int, horizon: int) -> np.ndarray:
    """Return of each step what comes after it (..., steps, horizon), of values along steps and some further ones."""
    return np.lib.stride_tricks.sliding_window_view(along[..., 1 : steps + horizon], horizon, axis=-1)


def groups_of(panel: Panel, by: tuple[str, ...] | None) -> np.ndarray:
    """Return the number of the group of each series (series,)."""
    if by is None:
        return np.arange(panel.size)
    keys = panel.keys or {}
    missing = [name for name in by if name not in keys]
    if missing:
        raise ValueError(
            f"There is no key {missing[0]!r} to group the series by; the keys are {', '.join(keys) or 'none'}."
        )
    group = np.zeros(panel.size, dtype=np.intp)
    for name in by:
        number = np.unique(np.asarray(keys[name]).astype(str), return_inverse=True)[1].ravel()
        group = np.unique(group * (number.max() + 1) + number, return_inverse=True)[1].ravel()
    return group


def totals_of(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the sums of groups (groups, ...) of values (series, ...)."""
    if group.size == int(group.max()) + 1:
        return np.asarray(values[np.argsort(group)])
    member = (np.arange(int(group.max()) + 1)[:, None] == group).astype(float)
    return np.tensordot(member, values, axes=1)


def shares(rates: np.ndarray, group: np.ndarray, alpha: float) -> np.ndarray:
    """Return each series' share of its group after each step (series, steps): smoothed count by smoothed total.

    The shares of a group add up to 1; those of a group without any count are alike.
    """
    level = levels(rates, alpha)
    total = totals_of(level, group)[group]
    alike = 1.0 / np.bincount(group)[group][:, None]
    return np.where(total > 0, level / np.where(total > 0, total, 1.0), alike)
