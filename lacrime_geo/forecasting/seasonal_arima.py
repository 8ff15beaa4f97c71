"""SARIMAX: seasonal ARIMA with columns known ahead as regressors, the order by AICc within stated bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arima_estimates import Estimate, ahead, differenced, estimated, tried
from .arima_orders import Order
from .count_intervals import predicted
from .covariates import known_column
from .models import LEVELS, FittedMany, Model, Panel, Prediction, require
from .season_factors import season_ratio

Triple = tuple[int, int, int]
ORDERS = ((0, 1, 1), (1, 1, 0), (1, 1, 1), (0, 1, 2))
SEASONAL_ORDERS = ((0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 0))
# F of a season that is differenced: over three seasons it is the strength of .64 by which Hyndman & Athanasopoulos 2021 (section
# 9.1) difference, over many a weaker one is known as well.
CLEAR = 6.0
# Orders whose likelihood is climbed: those with the least AICc at the weights that are tried first.
CLIMBED = 3
# Differences that are left in the shortest history.
LEAST = 10


class SeasonalArima(Model):
    """Forecast by a seasonal ARIMA with regressors (Box & Jenkins 1976), series by series.

    Parameters
    ----------
    orders : the (p, d, q) that are tried, all of the same d. Default: one difference and one or two terms.
    seasonal_orders : the (P, D, Q) that are tried. Of a series with a clear season (F of its steps about the level above 6)
        those of the greatest D, else those of the least. Default: at most one difference and one term.

    Notes
    -----
    The likelihood is the exact one of the differences, with the regressors' effects by generalised least squares; weights and
    AICc are those of statsmodels' SARIMAX with `simple_differencing=True`. It is computed here because all series share the
    covariances at the weights that are tried first, 6 values of each partial autocorrelation: hundreds of series take
    seconds, and no package is needed. From there the three best orders are climbed to their maximum.

    Bounds are narrow because short histories of counts reward nothing else: with more terms, or with a season that is
    differenced without need, errors were larger. Differences are not chosen by AICc, which does not compare them.

    Intervals are negative binomial, with the variance of Student's t.

    Raises
    ------
    ValueError
        If orders are not of the same d, or not whole numbers of 0 or more.

    Examples
    --------
    >>> from lacrime_geo.forecasting.models import Series
    >>> months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    >>> counts = np.random.default_rng(1).poisson(60 + 30 * np.sin(np.arange(48) * np.pi / 6))
    >>> fitted = SeasonalArima().fit(Series(counts, months, "month"))
    >>> fitted.parameters["orders"]
    [(0, 1, 1, 0, 1, 1, 12)]
    >>> fitted.predict(3).mean.round().tolist()
    [57.0, 79.0, 86.0]
    """

    name = "SARIMAX"

    def __init__(self, orders: Sequence[Triple] = ORDERS, seasonal_orders: Sequence[Triple] = SEASONAL_ORDERS) -> None:
        self.orders = _checked("orders", orders)
        self.seasonal_orders = _checked("seasonal_orders", seasonal_orders)
        if len({order[1] for order in self.orders}) > 1:
            raise ValueError(
                f"orders must all have the same number of differences, got {self.orders}: AICc does not compare them."
            )

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        lost = self.orders[0][1] + season * max(order[1] for order in self.seasonal_orders)
        return max(2 * season + 2, lost + LEAST)

    def fit_many(self, panel: Panel) -> ArimaFit:
        """Fit each of many series."""
        require(self, panel)
        clear = season_ratio(panel.values, panel.period) > CLEAR
        found: dict[int, Estimate] = {}
        for rows, differences in ((~clear, min), (clear, max)):
            orders = self._orders(panel.period, differences(order[1] for order in self.seasonal_orders))
            found.update(zip(np.flatnonzero(rows).tolist(), _best(panel.among(rows), orders) if rows.any() else []))
        return ArimaFit(panel, [found[row] for row in range(panel.size)])

    def _orders(self, season: int, differences: int) -> list[Order]:
        """Return the orders with some differences of the season; without one, those without terms of it."""
        seasonal = [order for order in self.seasonal_orders if order[1] == differences] if season > 1 else [(0, 0, 0)]
        return [Order(*order, *extra, season) for order in self.orders for extra in seasonal]


@dataclass(frozen=True, eq=False)
class ArimaFit(FittedMany):
    """What is estimated of each series."""

    panel: Panel
    estimates: Sequence[Estimate]

    @property
    def parameters(self) -> dict[str, Any]:  # type: ignore[override]
        """The orders, and the weights and effects by their names, of each series."""
        names = list(self.panel.covariates or {})
        coefficients = [
            {**each.order.named(each.partial), **dict(zip(names, each.effects.tolist()))} for each in self.estimates
        ]
        return {"orders": [tuple(each.order) for each in self.estimates], "coefficients": coefficients}

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon): negative binomial with the model's mean and variance."""
        regressors = np.vstack([_regressors(self.panel, 0), _regressors(self.panel, horizon)])
        found = [ahead(values, regressors, each, horizon) for values, each in zip(self.panel.values, self.estimates)]
        mean, variance = np.stack(found, axis=1)
        return predicted(mean, variance, levels)


def _best(panel: Panel, orders: Sequence[Order]) -> list[Estimate]:
    """Return of each series the order with the least AICc."""
    # All have the same differences.
    counts, regressors = (differenced(columns, orders[0]) for columns in (panel.values.T, _regressors(panel, 0)))
    starts = [tried(counts, regressors, order) for order in orders]
    scores = np.array([aicc for _, aicc in starts])
    if np.isinf(scores).all():
        raise ValueError(
            f"{regressors.shape[1]:,} covariates are too many for {panel.begin.size:,} {panel.step}s: SARIMAX cannot tell their "
            "effects; leave some out, or give a longer history."
        )
    nearest = np.argsort(scores, axis=0, kind="stable")[:CLIMBED]
    found = []
    for row, numbers in enumerate(nearest.T):
        climbed = [estimated(counts[:, row], regressors, orders[at], starts[at][0][row]) for at in numbers]
        found.append(min(climbed, key=lambda estimate: estimate.aicc))
    return found


def _regressors(panel: Panel, horizon: int) -> np.ndarray:
    """Return the covariates (steps, covariates) of the history, or of a horizon after it."""
    first, steps = (panel.begin.size, horizon) if horizon else (0, panel.begin.size)
    columns = [known_column(name, column, first, steps) for name, column in (panel.covariates or {}).items()]
    return np.stack(columns, axis=1) if columns else np.zeros((steps, 0))


def _checked(name: str, orders: Sequence[Triple]) -> tuple[Triple, ...]:
    found = tuple(tuple(order) for order in orders)
    bad = [order for order in found if len(order) != 3 or any(int(each) != each or each < 0 for each in order)]
    if bad or not found:
        raise ValueError(
            f"{name} must be triples of whole numbers of 0 or more, such as (0, 1, 1), got {bad[0] if bad else found!r}."
        )
    return found  # type: ignore[return-value]
