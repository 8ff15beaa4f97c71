"""The models by their names: as scripts, commands and forms ask for them, and as results tell which one it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import checks
from .automatic import Automatic
from .combined_models import Combination
from .exponential_states import ExponentialStates
from .gradient_boosting import GradientBoosting
from .harmonic_regression import HarmonicRegression
from .models import Model
from .neural.network_model import NeuralNetwork
from .prophet_model import Prophet
from .seasonal_arima import SeasonalArima
from .simple_models import Drift, MovingAverage, SeasonalMean, SeasonalNaive
from .smoothing import Smoothing, Theta

# The names are those of the models themselves (a test compares).
MODELS: dict[str, Callable[[], Model]] = {
    "auto": Automatic,
    "seasonal naive": SeasonalNaive,
    "seasonal mean": SeasonalMean,
    "last count": lambda: MovingAverage(1),
    "drift": Drift,
    "mean of 6": lambda: MovingAverage(6),
    "smoothing": Smoothing,
    "Theta": Theta,
    "ETS": ExponentialStates,
    "combination": Combination,
    "harmonic regression": HarmonicRegression,
    "SARIMAX": SeasonalArima,
    "gradient boosting": GradientBoosting,
    "neural network": NeuralNetwork,
    "Prophet": Prophet,
}
# What a backtest scores where nothing is named: all that need neither a further package nor minutes.
USUAL = ("auto", "seasonal naive", "last count", "mean of 6", "smoothing", "Theta", "ETS", "combination")
__all__ = ["MODELS", "USUAL", "model_of", "models_of"]


def model_of(model: Any) -> Any:
    """Return the model of a name (in any case, "_" for " "), or the model itself.

    >>> model_of("seasonal_naive").name
    'seasonal naive'
    """
    if not isinstance(model, str):
        if hasattr(model, "fit") or hasattr(model, "fit_many"):
            return model
        raise TypeError(f"A model is a name or has `fit`, and this is a {type(model).__name__}.")
    plain = {_plain(name): name for name in MODELS}
    name = plain.get(_plain(model), model)
    return MODELS[checks.option("model", name, tuple(MODELS))]()


def models_of(models: Any) -> list[Any]:
    """Return models of a name, several (in a text with commas between), models themselves, or None for the usual ones."""
    if models is None:
        models = USUAL
    if isinstance(models, str):
        models = [name.strip() for name in models.split(",") if name.strip()]
    every = models if isinstance(models, Iterable) else [models]
    return [model_of(model) for model in every]


def _plain(name: str) -> str:
    return name.strip().replace("_", " ").casefold()
