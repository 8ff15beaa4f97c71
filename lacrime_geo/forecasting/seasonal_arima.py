"""SARIMAX of statsmodels: the order by AICc within stated bounds, with columns known ahead as regressors."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .count_intervals import predicted
from .models import LEVELS, FittedMany, Model, Panel, Prediction, require

# (p, d, q) with (P, D, Q): one difference, at most two terms; orders of other differences have no comparable AICc.
ORDERS = ((0, 1, 1), (1, 1, 0), (1, 1, 1), (0, 1, 2))
SEASONAL_ORDERS = ((0, 0, 0), (1, 0, 0), (0, 0, 1))
MOST_ITERATIONS = 50


class SeasonalArima(Model):
    """Forecast by a seasonal ARIMA, series by series; needs statsmodels.

    Parameters
    ----------
    orders, seasonal_orders : the (p, d, q) and (P, D, Q) that are tried. Default: one difference and at most two terms,
        with none or one seasonal term; the least AICc is taken.

    Raises
    ------
    ImportError
        If statsmodels is not installed; nothing else is taken in its place.
    """

    name = "SARIMAX"

    def __init__(
        self,
        orders: Sequence[tuple[int, int, int]] = ORDERS,
        seasonal_orders: Sequence[tuple[int, int, int]] = SEASONAL_ORDERS,
    ) -> None:
        self.orders, self.seasonal_orders = tuple(orders), tuple(seasonal_orders)

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 2 * season + 2

    def fit_many(self, panel: Panel) -> ArimaFit:
        """Fit each of many series, one after the other."""
        require(self, panel)
        regressors = _regressors(panel)
        fits = [self._best(values, panel, regressors) for values in panel.values]
        return ArimaFit(panel, regressors, fits, {"orders": [f.model.order + f.model.seasonal_order for f in fits]})

    def _best(self, values: np.ndarray, panel: Panel, regressors: np.ndarray | None) -> Any:
        """Return the fit of the order with the least AICc."""
        seasonal = self.seasonal_orders if panel.period > 1 else ((0, 0, 0),)
        known = None if regressors is None else regressors[: values.size]
        fits = [_fit(values, order, (*extra, panel.period), known) for order in self.orders for extra in seasonal]
        return min(fits, key=lambda found: float(found.aicc) if np.isfinite(found.aicc) else np.inf)


@dataclass(frozen=True, eq=False)
class ArimaFit(FittedMany):
    """The fits of statsmodels, series by series."""

    panel: Panel
    regressors: np.ndarray | None
    fits: list[Any]
    parameters: dict[str, Any] = field(default_factory=dict)

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon): negative binomial with the model's mean and variance."""
        steps, later = self.panel.begin.size, None
        if self.regressors is not None:
            later = self.regressors[steps : steps + horizon]
            if len(later) < horizon:
                raise ValueError(
                    f"The covariates are known for {len(later):,} of the {horizon:,} steps to forecast; give them further "
                    "ahead, or leave them out."
                )
        found = [each.get_forecast(horizon, exog=later) for each in self.fits]
        mean, variance = (
            np.array([getattr(each, name) for each in found]) for name in ("predicted_mean", "var_pred_mean")
        )
        return predicted(mean, variance, levels)


def _regressors(panel: Panel) -> np.ndarray | None:
    if not panel.covariates:
        return None
    columns = [np.asarray(column, dtype=float) for column in panel.covariates.values()]
    return np.stack([column[: min(map(len, columns))] for column in columns], axis=1)


def _fit(values: np.ndarray, order: Any, seasonal: Any, regressors: np.ndarray | None) -> Any:
    try:
        from statsmodels.tsa.statespace.sarimax import SARIMAX
    except ImportError as problem:
        raise ImportError("SARIMAX needs statsmodels; install it (pip install statsmodels).") from problem
    model = SARIMAX(values, exog=regressors, order=order, seasonal_order=seasonal)
    with warnings.catch_warnings():
        # Of one of many orders: starting values and iterations; the likelihoods decide.
        warnings.simplefilter("ignore")
        return model.fit(disp=False, maxiter=MOST_ITERATIONS)
