"""Forecasts that add up: any model's, of areas to the city and of categories to all, from the bottom up or by MinT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import checks
from .hierarchy import Hierarchy, bottom_up, hierarchy_of
from .last_steps import LastSteps
from .minimum_trace import mint_weights
from .models import LEVELS, FittedMany, Model, Panel, Prediction, checked_levels, require, set_for
from .past_refits import fitted_with_past
from .traced_models import foretold

BOTTOM_UP, MINT = "bottom-up", "mint"
METHODS = {BOTTOM_UP: "from the bottom up", MINT: "reconciled (MinT)"}
# Steps whose misses tell covariances.
LEAST_MISSES = 3


class Reconciled(Model):
    """Forecast series so that they add up with their totals: all together, and those of each value of each key.

    Parameters
    ----------
    model : the model of the series, and with MinT of each total as well; level by level, so that one that weighs for a whole
        table ("auto") weighs for the areas, the categories and the city apart.
    method : "mint" forecasts every total too, and moves all forecasts as little as makes them add up, those most that have
        missed most; "bottom-up" leaves the series as the model forecasts them, and the totals are their sums.
    keys : names of the keys whose values have totals. Default: all keys of the panel.
    above : models of the totals, level by level from the total of all down to the last key, where they are not that of the
        series: what was chosen for each. Default: `model` for all.

    Raises
    ------
    ValueError
        If method is none of those named; when fitted, if there are not as many levels of totals as models above.

    Notes
    -----
    The covariance of MinT is that of the misses one step ahead in the history, drawn to its diagonal (see `mint`); a model
    that does not tell its past forecasts is fitted anew at the last 12 steps. No series is below 0, and the totals follow.
    Intervals are those of any model (`foretold`), level by level, by what the forecasts that add up have missed: the ends of the
    intervals of the series would add up to far too wide ones.

    References
    ----------
    Wickramasuriya, Athanasopoulos & Hyndman (2019), Journal of the American Statistical Association 114: 804-819.

    Examples
    --------
    >>> from lacrime_geo.forecasting.smoothing import Smoothing
    >>> Reconciled(Smoothing()).name
    'smoothing, reconciled (MinT)'
    """

    def __init__(
        self, model: Any, method: str = MINT, keys: Sequence[str] | None = None, above: Sequence[Any] | None = None
    ) -> None:
        self.model, self.method = model, checks.option("method", method, tuple(METHODS))
        self.above = None if above is None else tuple(above)
        self.keys = None if keys is None else (keys,) if isinstance(keys, str) else tuple(keys)
        self.name = named(model.name, method)

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        models = (self.model, *(self.above or ()))
        return max(int(each.needs(season)) if hasattr(each, "needs") else 1 for each in models) + LEAST_MISSES

    def for_horizon(self, horizon: int, gap: int = 0) -> Reconciled:
        """Return the same of models set for some steps ahead."""
        above = None if self.above is None else [set_for(each, horizon, gap) for each in self.above]
        return Reconciled(set_for(self.model, horizon, gap), self.method, self.keys, above)

    def fit_many(self, panel: Panel) -> ReconciledFit:
        """Fit the series, and with MinT all their totals."""
        require(self, panel)
        if panel.weight is not None:
            raise ValueError(
                "Totals that add up are made of counts, or of sums of weights of 0 and 1, and these weights are others; leave "
                "the totals out, or count without a key."
            )
        tree = hierarchy_of(panel.keys, panel.size, self.keys)
        nodes = nodes_of(panel, tree)
        if self.method == BOTTOM_UP:
            parts, weights = [fitted_with_past(self.model, panel)], None
        else:
            upper = tree.rows_by_level()[:-1]
            models = self._models_above(len(upper))
            parts = [fitted_with_past(model, _of_level(nodes, rows)) for model, rows in zip(models, upper)]
            parts.append(fitted_with_past(self.model, panel))
            weights = mint_weights(tree.sums, _misses(parts, nodes.values))
        own = getattr(parts[-1], "parameters", {}).get("chosen", self.model.name)
        told = {"chosen": named(str(own), self.method), "method": self.method, "nodes": nodes.size}
        return ReconciledFit(nodes, tree, parts, weights, told)

    def _models_above(self, levels: int) -> Sequence[Any]:
        if self.above is None:
            return [self.model] * levels
        if len(self.above) != levels:
            raise ValueError(
                f"{self.name} has models of {len(self.above)} levels of totals, and these counts have {levels}; give counts "
                "with the same keys, or choose anew."
            )
        return self.above


@dataclass(frozen=True, eq=False)
class ReconciledFit(FittedMany):
    """Fitted models of the levels of a hierarchy, the series last, and the weights that make them add up (None: sums)."""

    nodes: Panel
    tree: Hierarchy
    parts: Sequence[Any]
    weights: np.ndarray | None
    parameters: Mapping[str, Any]

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one."""
        if self.weights is None:
            own: Prediction = self.parts[-1].predict(horizon, levels)
            return own
        return _rows(self.predict_nodes(horizon, levels), slice(self.tree.upper, None))

    def predict_nodes(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (nodes, horizon) of the series and all their totals; the means add up."""
        made = np.concatenate([np.asarray(part.predict(horizon, ()).mean) for part in self.parts])
        mean = bottom_up(self._below(made), self.tree.sums)
        if not checked_levels(levels):
            return Prediction(mean, {}, {})
        traced, first = self.past(horizon)
        told = [
            foretold(mean[rows], _of_level(self.nodes, rows), traced[rows], first, levels)
            for rows in self.tree.rows_by_level()
        ]
        if self.weights is None:
            told[-1] = self.parts[-1].predict(horizon, levels)
        return _joined(told)

    def past(self, horizon: int) -> tuple[np.ndarray, int]:
        """Return the forecasts (nodes, steps, horizon) made after each step, and from which step on levels knew nothing later.

        The weights that make them add up are of the misses of the whole history, and saw what followed.
        """
        pasts = [part.past(horizon) for part in self.parts]
        traced = np.concatenate([traced for traced, _ in pasts])
        nodes, steps = self.nodes.values.shape
        below = self._below(traced.reshape(traced.shape[0], -1))
        return bottom_up(below, self.tree.sums).reshape(nodes, steps, horizon), max(first for _, first in pasts)

    def _below(self, made: np.ndarray) -> np.ndarray:
        """Return the forecasts of the series (series, …), never below 0, from those that were fitted."""
        plain = np.maximum(made, 0.0)
        return plain if self.weights is None else np.maximum(self.weights @ plain, 0.0)


def own_method(model: Any) -> str | None:
    """Return by which method a model's forecasts add up, be it saved or fitted to the last steps only; None if by none.

    >>> from lacrime_geo.forecasting.smoothing import Smoothing
    >>> own_method(Reconciled(Smoothing())), own_method(Smoothing())
    ('mint', None)
    """
    while not isinstance(model, Reconciled):
        model = model.model if isinstance(model, LastSteps) else getattr(model, "settled", None)
        if model is None:
            return None
    return str(model.method)


def named(model: str, method: str) -> str:
    """Return the name of a model whose forecasts add up.

    >>> named("auto", "bottom-up")
    'auto, from the bottom up'
    """
    return f"{model}, {METHODS[method]}"


def nodes_of(panel: Panel, tree: Hierarchy) -> Panel:
    """Return the counts of all nodes, told apart by the keys of the hierarchy."""
    return replace(panel, values=bottom_up(panel.values, tree.sums), keys=tree.keys)


def _of_level(nodes: Panel, rows: np.ndarray) -> Panel:
    """Return the nodes of one level, told apart by the keys that are not the same in all of them."""
    found = nodes.among(rows)
    own = {name: column for name, column in (found.keys or {}).items() if len(set(column.tolist())) > 1}
    return replace(found, keys=own)


def _misses(parts: Sequence[Any], values: np.ndarray) -> np.ndarray:
    """Return by how much each step (nodes, steps - 1) was missed by the forecast made after the one before."""
    traced = np.concatenate([np.maximum(part.trace(1)[:, :-1, 0], 0.0) for part in parts])
    return np.asarray(values[:, 1:] - traced)


def _rows(told: Prediction, rows: slice) -> Prediction:
    low, high = ({level: ends[rows] for level, ends in side.items()} for side in (told.low, told.high))
    return Prediction(told.mean[rows], low, high)


def _joined(told: Sequence[Prediction]) -> Prediction:
    """Return one forecast of the rows of several."""
    low, high = (
        {level: np.concatenate([getattr(one, side)[level] for one in told]) for level in told[0].low}
        for side in ("low", "high")
    )
    return Prediction(np.concatenate([one.mean for one in told]), low, high)
