"""Forecasts of series and of all their totals, which add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .models import LEVELS, Panel, Prediction
from .reconciled_models import MINT, Reconciled, ReconciledFit


class WithTotals(NamedTuple):
    """Hold series with their totals, what is forecast of them, and the fitted models."""

    panel: Panel
    prediction: Prediction
    fitted: ReconciledFit


def predict_with_totals(
    panel: Panel,
    model: Any,
    horizon: int,
    levels: Sequence[float] = LEVELS,
    method: str = MINT,
    keys: Sequence[str] | None = None,
) -> WithTotals:
    """Forecast series and their totals, so that areas sum to the city and categories to all.

    Parameters
    ----------
    panel : the series, told apart by keys.
    model : a model of `models`, or anything with a `name` and `fit(series)` or `fit_many(panel)`.
    horizon : steps ahead.
    levels : of the intervals, in per cent.
    method : "bottom-up": the totals are the sums of the forecasts of the series; "mint": the totals are forecast as well, and
        all made to add up (see `Reconciled`).
    keys : names of the keys whose values have totals. Default: all keys.

    Returns
    -------
    WithTotals
        The counts (`panel`) and their forecasts (`prediction`), row by row: all together first, then the values of each key, the
        series last and in their order. The keys are text, "all" where one is summed over. Means add up; intervals do not, as
        each is of its own past misses.

    Raises
    ------
    ValueError
        If a key has the value "all", the history is too short for the model and three misses, or `keys` names none of them.

    Examples
    --------
    >>> import numpy as np
    >>> from lacrime_geo.forecasting.smoothing import Smoothing
    >>> months = np.arange("2021-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> counts = Panel(10.0 + np.arange(72).reshape(3, 24) % 7, months, "month", keys={"area": np.array(["a", "b", "c"])})
    >>> found = predict_with_totals(counts, Smoothing(), 2, method="bottom-up")
    >>> found.panel.keys["area"].tolist()
    ['all', 'a', 'b', 'c']
    >>> mean = found.prediction.mean
    >>> bool(abs(mean[0] - mean[1:].sum(axis=0)).max() < 1e-9)
    True
    """
    fitted = Reconciled(model, method, keys).fit_many(panel)
    return WithTotals(fitted.nodes, fitted.predict_nodes(horizon, levels), fitted)
