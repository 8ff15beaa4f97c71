"""Prophet: a trend that bends and seasons of the calendar, by the package of that name."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .count_intervals import predicted
from .covariates import known_column
from .models import LEVELS, FittedMany, Model, Panel, Prediction, require
from .step_lengths import later_begins

LEAST = 12
WEEK, YEAR = 7.0, 365.2425
# Pairs of sine and cosine of the year: Prophet's own, but for months, of which twelve tell five.
WAVES = {"day": 10, "week": 10, "month": 5}
WAVES_OF_WEEK = 3
# Prophet's optimizer starts at a fixed place; the seed is for what else Stan draws.
SEED = 1


class Prophet(Model):
    """Forecast by Prophet (Taylor & Letham 2018), series by series; needs the package prophet.

    A year is a season where the history has two, a week where the steps are days and there are two of them; there is no season
    within the day. Covariates are regressors. What else Prophet lets one set is as it sets it.

    Notes
    -----
    Intervals are negative binomial, with the variance that Prophet draws its own from: that of the misses in the history, and
    of a trend that goes on to bend as often and as sharply as it has (section 3.1.4), in closed form: with S bends in a
    history of length 1, whose sizes are λ in the mean, 2 λ² S t³ / 3 at a time t after it. Prophet takes no account of the
    terms it estimates; here that variance is widened for them. Where its straight line goes astray, they still hold too few.

    Prophet and cmdstanpy log warnings only, and that plotly is missing is not said.

    Raises
    ------
    ImportError
        If prophet is not installed; nothing else is taken in its place.
    """

    name = "Prophet"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return LEAST

    def fit_many(self, panel: Panel) -> ProphetFit:
        """Fit each of many series, one after the other."""
        require(self, panel)
        kind, waves = _imported(), waves_of(panel)
        fits = [_fitted(kind, waves, panel, values) for values in panel.values]
        return ProphetFit(panel, fits, {"waves": waves})


@dataclass(frozen=True, eq=False)
class ProphetFit(FittedMany):
    """The fits of Prophet, series by series."""

    panel: Panel
    fits: Sequence[Any]
    parameters: dict[str, Any] = field(default_factory=dict)

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon): negative binomial with Prophet's mean and variance."""
        table = _table(self.panel, later_begins(self.panel, horizon), self.panel.begin.size)
        mean = np.array([fit.predict(table)["yhat"].to_numpy() for fit in self.fits])
        variance = self._wider * np.array([variance_ahead(fit, table["ds"]) for fit in self.fits])
        return predicted(mean, variance, levels)

    @property
    def _wider(self) -> float:
        """How much greater the variance is for the terms estimated: that of Student's t, bends left out of account."""
        steps, terms = self.panel.begin.size, 2 + 2 * sum(self.parameters["waves"].values())
        return steps / max(steps - terms - len(self.panel.covariates or {}) - 2, 1)


def waves_of(panel: Panel) -> dict[str, int]:
    """Return the seasons for which a history is long enough, with their pairs of sine and cosine.

    >>> days = np.datetime64("2023-01-01") + np.arange(90)
    >>> waves_of(Panel(np.ones((1, 90)), days, "day"))
    {'week': 3}
    """
    days = (
        float((panel.begin[-1] - panel.begin[0]).astype(int)) + {"day": 1, "week": WEEK, "month": YEAR / 12}[panel.step]
    )
    found = {}
    if panel.step == "day" and days >= 2 * WEEK:
        found["week"] = WAVES_OF_WEEK
    if days >= 2 * YEAR - 2:
        found["year"] = WAVES[panel.step]
    return found


def variance_ahead(fit: Any, when: Any) -> np.ndarray:
    """Return the variance (steps,) of a fitted Prophet at times after its history."""
    after = np.maximum(((when - fit.start) / fit.t_scale).to_numpy(dtype=float) - 1, 0)
    bends = np.asarray(fit.params["delta"], dtype=float).ravel()
    trend = 2 * np.square(np.abs(bends).mean()) * len(fit.changepoints_t) * after**3 / 3
    return np.asarray((float(np.ravel(fit.params["sigma_obs"])[0]) ** 2 + trend) * float(fit.y_scale) ** 2)


def _fitted(kind: Any, waves: dict[str, int], panel: Panel, values: np.ndarray) -> Any:
    model = kind(
        weekly_seasonality=waves.get("week", False),
        yearly_seasonality=waves.get("year", False),
        daily_seasonality=False,
        uncertainty_samples=0,
    )
    table = _table(panel, panel.begin, 0)
    for name in table.columns[1:]:
        model.add_regressor(name)
    return model.fit(table.assign(y=values), seed=SEED)


def _table(panel: Panel, begin: np.ndarray, first: int) -> Any:
    """Return days and covariates as Prophet reads them; names of its own would be refused, so these have none."""
    import pandas as pd

    columns = {
        f"covariate {number}": known_column(name, column, first, begin.size)
        for number, (name, column) in enumerate((panel.covariates or {}).items())
    }
    return pd.DataFrame({"ds": begin.astype("M8[ns]"), **columns})


def _imported() -> Any:
    logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
    for name in ("prophet", "cmdstanpy"):
        logging.getLogger(name).addFilter(_warns)
    try:
        from prophet import Prophet as kind
    except ImportError as problem:
        raise ImportError(
            "Prophet needs the package prophet; install it (pip install prophet), or choose another model."
        ) from problem
    return kind


def _warns(record: logging.LogRecord) -> bool:
    """Return whether something is wrong: prophet and cmdstanpy tell of every fit."""
    return record.levelno >= logging.WARNING
