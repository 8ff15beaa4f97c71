"""Forecasts: intervals hold as many counts as they promise, and the test of two models is as rare as it says."""

from __future__ import annotations

import numpy as np

from ...forecasting.loss_differences import diebold_mariano
from ...forecasting.models import Panel
from ...forecasting.smoothing import Smoothing
from ..declared import Simulation

MONTHS = np.arange("2018-01", "2023-01", dtype="M8[M]").astype("M8[D]")


def _held(random: np.random.Generator) -> float:
    """Return the share of 60 series whose next month lies within the interval of 95 %, about slowly wandering means."""
    walk = np.cumsum(random.normal(0, 0.05, (60, MONTHS.size)), axis=1) + random.normal(0, 0.3, (60, 1))
    rate = 300 * np.exp(walk)
    values = random.poisson(rate * random.gamma(20, 1 / 20, rate.shape)).astype(float)
    told = Smoothing().fit_many(Panel(values[:, :-1], MONTHS[:-1], "month")).predict(1)
    return float(((told.low[95][:, 0] <= values[:, -1]) & (values[:, -1] <= told.high[95][:, 0])).mean())


def _better(random: np.random.Generator) -> np.ndarray:
    """Return whether p < .05 of a hundred pairs of models that are as good, at 8 origins."""
    return np.array([diebold_mariano(random.normal(0, 1, 8), np.zeros(8)).p < 0.05 for _ in range(100)])


SIMULATIONS = (
    Simulation(
        "months within their 95 % interval",
        "forecast",
        (0.93, 0.98),
        "misses at past origins",
        _held,
        30,
        400,
        mean=True,
    ),
    Simulation(
        "models as good with p < .05", "backtest", (0.045, 0.055), "Harvey, Leybourne & Newbold 1997", _better, 60, 600
    ),
)
