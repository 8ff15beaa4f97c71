"""Forecasts of harm at past origins: every model beside the mean of the same weekday (days) and smoothing (months)."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec

import numpy as np

import lacrime_geo as lg
from lacrime_geo.forecasting.loss_differences import diebold_mariano
from lacrime_geo.forecasting.model_names import MODELS
from lacrime_geo.forecasting.model_scores import crps_by_origin
from lacrime_geo.forecasting.models import Prediction
from tools import markdown

from .tables_of_harm import days, days_until_reported, months

LEVELS = (20, 40, 60, 80, 90, 95, 98)
BOOSTING, NETWORK, NONE = "gradient boosting", "neural network", "always 0"
NAIVE, MEAN, SMOOTHING = "seasonal naive", "seasonal mean", "smoothing"
PLAIN = (MEAN, NAIVE, SMOOTHING, "last count", "mean of 6", "auto")
ORIGINS_OF_DAYS, ORIGINS_OF_MONTHS = 14, 12
WEEK, QUARTER = 7, 3


class Nothing:
    """Forecast that nothing will happen: of sparse counts it has a small mean absolute error, and is of no use."""

    name = NONE

    def fit(self, series):
        """Return itself: it learns nothing."""
        return self

    def predict(self, horizon, levels):
        """Return zeros."""
        ends = {level: np.zeros(horizon) for level in levels}
        return Prediction(np.zeros(horizon), ends, ends)


def models():
    """Return the models that are scored: the network where it and torch are there."""
    learned = [BOOSTING, *([NETWORK] if NETWORK in MODELS and find_spec("torch") else [])]
    return [*PLAIN, *learned]


@lru_cache(maxsize=1)
def scored_days(folder):
    """Return the backtest of days by district, a week ahead, after the days that were not reported yet."""
    gap = days_until_reported(folder)
    asked = dict(horizon=WEEK, origins=ORIGINS_OF_DAYS, apart=WEEK, gap=gap, levels=LEVELS)
    return lg.backtest(days(folder), [*models(), Nothing()], **asked)


@lru_cache(maxsize=1)
def scored_months(folder):
    """Return the backtest of months by division and category, three months ahead."""
    asked = dict(horizon=QUARTER, origins=ORIGINS_OF_MONTHS, gap=0, levels=LEVELS)
    return lg.backtest(months(folder), [*models(), "ETS"], **asked)


def beside(found, baseline):
    """Return the scores of all models, the least CRPS first, beside those of a baseline."""
    overlap = found.made.origins.overlap
    missed = {name: np.abs(made.mean - found.made.actual) for name, made in found.made.forecasts.items()}
    whole = {name: crps_by_origin(made, found.made.actual) for name, made in found.made.forecasts.items()}
    of = f"of {baseline}'s"
    header = ["model", "MAE", of, "p", "R²", "R² within", "MASE", "CRPS", of, "p", "in 80 %", "in 95 %"]
    rows = []
    for at in np.argsort(found["crps"], kind="stable"):
        name = str(found["model"][at])
        chances = [diebold_mariano(losses[name], losses[baseline], overlap=overlap).p for losses in (missed, whole)]
        rows.append(
            [
                name,
                markdown.number(found["mae"][at], 3),
                markdown.share(missed[name].mean() / missed[baseline].mean()),
                markdown.chance(chances[0]),
                markdown.number(found["r2"][at], 3),
                markdown.number(found["r2_within"][at], 3),
                markdown.share(found["mase"][at]),
                markdown.number(found["crps"][at], 3),
                markdown.share(whole[name].mean() / whole[baseline].mean()),
                markdown.chance(chances[1]),
                markdown.percent(found["coverage80"][at]),
                markdown.percent(found["coverage95"][at]),
            ]
        )
    if NETWORK not in missed:
        rows.append([f"{NETWORK} (not scored here: it needs torch)", *["–"] * (len(header) - 1)])
    return markdown.table(header, rows)


def table_of_days(folder):
    """Return the scores of days by district."""
    return beside(scored_days(folder), MEAN)


def table_of_months(folder):
    """Return the scores of months by division and category."""
    return beside(scored_months(folder), SMOOTHING)


def cost(folder):
    """Return how long the models took, a fit and a forecast at each origin."""
    days_found, months_found = scored_days(folder), scored_months(folder)
    rows = [
        [
            name,
            *(
                markdown.seconds(found.made.forecasts[name].seconds / len(found.made.actual))
                for found in (days_found, months_found)
            ),
        ]
        for name in models()
    ]
    return markdown.table(["model", "seconds an origin: days", "months"], rows)


TABLES = {"days": table_of_days, "months": table_of_months, "cost": cost}
