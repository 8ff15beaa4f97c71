"""Forecasts: the baselines, smoothing, SARIMA as R has it, and the scores."""

from __future__ import annotations

import math

import numpy as np

from ...forecasting import scores
from ...forecasting.count_intervals import quantile
from ...forecasting.loss_differences import diebold_mariano
from ...forecasting.models import Series
from ...forecasting.seasonal_arima import SeasonalArima
from ...forecasting.simple_models import Drift, MovingAverage, SeasonalNaive
from ...forecasting.smoothing import levels
from ..declared import Case
from ..published.series import air_passengers

ACTUAL, FORECAST, HISTORY = [10.0, 12, 0, 8, 5], [12.0, 9, 0, 8, 10], [4.0, 6, 7, 5, 10]
LOW, HIGH = [8.0, 10, 1, 8, 0], [11.0, 11, 4, 9, 5]
HYNDMAN = "Hyndman & Koehler 2006, by hand"
# σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π) of z = .75, σ = 2.
NORMAL = 2 * (0.75 * math.erf(0.75 / 2**0.5) + 2 * math.exp(-(0.75**2) / 2) / (2 * math.pi) ** 0.5 - 1 / math.pi**0.5)
MONTHS = np.arange("1949-01", "1961-01", dtype="M8[M]").astype("M8[D]")


def _ahead(model: object, steps: int) -> np.ndarray:
    """Return what a model says of the first months of 1961 from those before."""
    return model.fit(Series(air_passengers(), MONTHS, "month")).predict(steps).mean  # type: ignore[attr-defined]


def _airline() -> list[float]:
    """Return the two weights of the airline model."""
    logarithms = Series(np.log(air_passengers()), MONTHS, "month")
    (found,) = SeasonalArima([(0, 1, 1)], [(0, 1, 1)]).fit(logarithms).parameters["coefficients"]
    return [found["ma.L1"], found["ma.S.L12"]]


def _normal_crps() -> float:
    from scipy.special import ndtri

    shares = np.arange(1, 2000) / 2000
    return float(scores.crps([4.5], (3.0 + 2.0 * ndtri(shares))[:, None], shares))


def _of_poisson(chance: float) -> float:
    return float(quantile(chance, np.array([10.0]), np.array([10.0]))[0])


CASES = (
    Case(
        "seasonal naive: the year before",
        "forecast",
        [417, 391, 419],
        1e-9,
        "air passengers, by hand",
        lambda: _ahead(SeasonalNaive(), 3),
    ),
    Case(
        "drift: 320/143 more each month",
        "forecast",
        [434.2377622, 436.4755245],
        1e-6,
        "air passengers, by hand",
        lambda: _ahead(Drift(), 2),
    ),
    Case(
        "mean of the last 6 months",
        "forecast",
        3019 / 6,
        1e-9,
        "air passengers, by hand",
        lambda: _ahead(MovingAverage(6), 1)[0],
    ),
    Case(
        "smoothing of 4 8 with weight .5",
        "forecast",
        6.0,
        1e-12,
        "Brown 1959, by hand",
        lambda: levels(np.array([[4.0, 8.0]]), 0.5)[0, -1],
    ),
    Case(
        "weights of the airline model",
        "forecast",
        [-0.4018, -0.5569],
        1e-4,
        "Box & Jenkins 1976; R 4.2, arima",
        _airline,
    ),
    Case("mean absolute error", "backtest", 2.0, 1e-12, "by hand", lambda: scores.mae(ACTUAL, FORECAST)),
    Case("mean squared error, its root", "backtest", 7.6**0.5, 1e-12, "by hand", lambda: scores.rmse(ACTUAL, FORECAST)),
    Case("MASE of season 2", "backtest", 6 / 7, 1e-12, HYNDMAN, lambda: scores.mase(ACTUAL, FORECAST, HISTORY, 2)),
    Case(
        "MASE of a constant history: none",
        "backtest",
        "nan",
        0,
        HYNDMAN,
        lambda: str(scores.mase(ACTUAL, FORECAST, [3.0] * 5, 1)),
    ),
    Case(
        "sMAPE, 0 of 0 being 0",
        "backtest",
        (400 / 22 + 600 / 21 + 1000 / 15) / 5,
        1e-9,
        "Makridakis 1993",
        lambda: scores.smape(ACTUAL, FORECAST),
    ),
    Case(
        "interval score of 95 %",
        "backtest",
        (13 + 2 * 40) / 5,
        1e-9,
        "Winkler 1972, by hand",
        lambda: scores.winkler(ACTUAL, LOW, HIGH, 95),
    ),
    Case("coverage: 3 of 5", "backtest", 0.6, 1e-12, "by hand", lambda: scores.coverage(ACTUAL, LOW, HIGH)),
    Case(
        "pinball loss of the .9 quantile",
        "backtest",
        1.1,
        1e-12,
        "Koenker & Bassett 1978",
        lambda: scores.pinball([10.0, 10], [8.0, 14], 0.9),
    ),
    Case("CRPS of a normal forecast", "backtest", NORMAL, 2e-3, "Gneiting & Raftery 2007, eq. 21", _normal_crps),
    Case(
        "Diebold-Mariano of four origins",
        "backtest",
        -6 * 0.75**0.5,
        1e-9,
        "Harvey, Leybourne & Newbold 1997, by hand",
        lambda: diebold_mariano([1.0, 2, 3, 2], [2.0, 4, 4, 4]).statistic,
    ),
    Case(
        "97.5 % of a Poisson count of mean 10 lie up to",
        "forecast",
        17.0,
        0,
        "Poisson tables",
        lambda: _of_poisson(0.975),
    ),
    Case(
        "2.5 % of a Poisson count of mean 10 lie up to",
        "forecast",
        4.0,
        0,
        "Poisson tables",
        lambda: _of_poisson(0.025),
    ),
)
