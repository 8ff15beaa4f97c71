"""Models written down as JSON values, and made again of them: their kind and settings, never code."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .. import checks
from ..recipes import KIND, SETTINGS, parts_of_recipe, shown, whole
from .automatic import Automatic, Chosen
from .combined_models import Combination, Weighted
from .exponential_states import ExponentialStates
from .gradient_boosting import GradientBoosting
from .harmonic_regression import HarmonicRegression
from .last_steps import LastSteps
from .neural.network_model import MOST_NETWORKS, NeuralNetwork
from .past_refits import Refitted
from .prophet_model import Prophet
from .raked_totals import RakedTotals
from .reconciled_models import METHODS, Reconciled, ReconciledFit
from .seasonal_arima import SeasonalArima
from .shares_of_totals import SharesOfTotals
from .simple_models import Drift, MovingAverage, SeasonalMean, SeasonalNaive
from .smoothing import Smoothing, Theta
from .sums_as_counts import SumsAsCounts

# A recipe names one of these and nothing else can be made of it.
KINDS: dict[str, Callable[..., Any]] = {
    kind.__name__: kind
    for kind in (
        Automatic,
        Combination,
        Drift,
        ExponentialStates,
        GradientBoosting,
        HarmonicRegression,
        LastSteps,
        MovingAverage,
        NeuralNetwork,
        Prophet,
        RakedTotals,
        Reconciled,
        SeasonalArima,
        SeasonalMean,
        SeasonalNaive,
        SharesOfTotals,
        Smoothing,
        Theta,
        Weighted,
    )
}
# JSON knows no infinity, which stands for "no season" in SharesOfTotals.
INFINITE = "Infinity"
# What no model that forecasts has more of, and what would be a burden to try.
MOST_PARTS, DEEPEST, LARGEST, MOST_WAVES = 100, 5, 100_000, 26
LARGEST_SEED = 2**32 - 1
# The terms of ARIMA: what is tried of them grows by powers of their number.
LARGEST_ORDER, MOST_ORDERS = 5, 20


def recipe_of(model: Any) -> dict[str, Any]:
    """Return the kind and settings of a model, as JSON values.

    Raises
    ------
    TypeError
        If it is no model of this package.

    Examples
    --------
    >>> recipe_of(MovingAverage(4))
    {'kind': 'MovingAverage', 'settings': {'window': 4}}
    """
    own = getattr(model, "recipe", None)
    if isinstance(own, dict):
        return own
    kind = type(model).__name__
    if KINDS.get(kind) is not type(model):
        raise TypeError(
            f"A {kind} cannot be written down as one of this package's models ({', '.join(sorted(KINDS))}); forecast by one of "
            "these, or keep it as its own package does."
        )
    return {KIND: kind, SETTINGS: {name: _written(getattr(model, name)) for name in _settings_of(type(model))}}


def model_of_recipe(recipe: Any, depth: int = 0) -> Any:
    """Return the model of a recipe.

    Raises
    ------
    ValueError
        If it names no model of this package, or a setting is missing, unknown or not of its kind.

    Examples
    --------
    >>> model_of_recipe({"kind": "MovingAverage", "settings": {"window": 4}}).name
    'mean of 4'
    """
    if depth > DEEPEST:
        raise ValueError(f"Models stand within each other more than {DEEPEST} deep.")
    kind, given = parts_of_recipe(recipe, "model", KINDS, _settings_of)
    return KINDS[kind](**{name: READERS[name](name, value, depth) for name, value in given.items()})


def settled(model: Any, fitted: Any) -> Any:
    """Return a model with what it chose when it was fitted in place of the choice."""
    if isinstance(model, LastSteps):
        return LastSteps(settled(model.model, fitted), model.window)
    if isinstance(model, Reconciled) and isinstance(fitted, ReconciledFit):
        return _settled_by_level(model, fitted)
    if isinstance(fitted, (Refitted, SumsAsCounts)):
        return settled(model, fitted.fitted)
    if isinstance(fitted, Chosen):
        return getattr(fitted.fitted, "model", model)
    return getattr(model, "settled", model)


def _settled_by_level(model: Reconciled, fitted: ReconciledFit) -> Reconciled:
    """Return a model of series and totals with what each level chose; levels that chose nothing have the model of the series."""
    *upper, last = fitted.parts
    own = settled(model.model, last)
    above = [settled(each, part) for each, part in zip(model.above or [model.model] * len(upper), upper)]
    alike = all(recipe_of(each) == recipe_of(own) for each in above)
    return Reconciled(own, model.method, model.keys, None if alike else above)


def _settings_of(kind: Callable[..., Any]) -> list[str]:
    """Return the names of what a model is made with, which are those that it keeps it under."""
    return list(inspect.signature(kind).parameters)


def _written(value: Any) -> Any:
    if hasattr(value, "fit_many"):
        return recipe_of(value)
    if isinstance(value, (list, tuple)):
        return [_written(each) for each in value]
    if isinstance(value, float) and value == float("inf"):
        return INFINITE
    return value


def _whole(name: str, value: Any, least: int = 1, most: int = LARGEST) -> int:
    return whole(name, value, least, most)


def _number(name: str, value: Any, most: float) -> float:
    if type(value) not in (int, float) or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most:g}, got {shown(value)}.")
    return value


def _list(name: str, value: Any, most: int = MOST_PARTS) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"{name} must be a list of at most {most}, got {shown(value)}.")
    return value


def _names(name: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not all(isinstance(each, str) for each in _list(name, value)):
        raise ValueError(f"{name} must hold names of keys, got {shown(value)}.")
    return tuple(value)


def _order(name: str, value: Any) -> tuple[int, ...]:
    if len(_list(name, value)) != 3:
        raise ValueError(f"{name} must hold three whole numbers each, got {shown(value)}.")
    return tuple(_whole(name, each, 0, LARGEST_ORDER) for each in value)


def _shrink(name: str, value: Any) -> float:
    return float("inf") if value == INFINITE else _number(name, value, LARGEST)


def _shares_model(name: str, value: Any, depth: int) -> SharesOfTotals:
    model = model_of_recipe(value, depth)
    if not isinstance(model, SharesOfTotals):
        raise ValueError(f"{name} must hold models of totals, got a {type(model).__name__}.")
    return model


def _traced(name: str, value: Any, depth: int) -> Any:
    model = model_of_recipe(value, depth)
    if not hasattr(model, "trace"):
        raise ValueError(f"{name} must hold models that tell of their past forecasts, got a {type(model).__name__}.")
    return model


# How each setting is read, by its name, which means the same in every model.
READERS: Mapping[str, Callable[[str, Any, int], Any]] = {
    "horizon": lambda name, value, depth: None if value is None else _whole(name, value),
    "most_keys": lambda name, value, depth: _whole(name, value, 0, MOST_PARTS),
    "seed": lambda name, value, depth: _whole(name, value, 0, LARGEST_SEED),
    "networks": lambda name, value, depth: _whole(name, value, 1, MOST_NETWORKS),
    "seasons": lambda name, value, depth: None if value is None else _whole(name, value),
    "window": lambda name, value, depth: _whole(name, value),
    "waves": lambda name, value, depth: None if value is None else _whole(name, value, 0, MOST_WAVES),
    "alpha": lambda name, value, depth: _number(name, value, 1),
    "share_alpha": lambda name, value, depth: _number(name, value, 1),
    "series_alpha": lambda name, value, depth: _number(name, value, 1),
    "shrink": lambda name, value, depth: _shrink(name, value),
    "by": lambda name, value, depth: _names(name, value),
    "above": lambda name, value, depth: (
        None if value is None else [model_of_recipe(each, depth + 1) for each in _list(name, value)]
    ),
    "keys": lambda name, value, depth: _names(name, value),
    "method": lambda name, value, depth: checks.option(name, value, tuple(METHODS)),
    "orders": lambda name, value, depth: tuple(_order(name, each) for each in _list(name, value, MOST_ORDERS)),
    "seasonal_orders": lambda name, value, depth: tuple(_order(name, each) for each in _list(name, value, MOST_ORDERS)),
    "members": lambda name, value, depth: [_traced(name, each, depth + 1) for each in _list(name, value)],
    "weights": lambda name, value, depth: tuple(_number(name, each, 1) for each in _list(name, value)),
    "groupings": lambda name, value, depth: [_shares_model(name, each, depth + 1) for each in _list(name, value)],
    "model": lambda name, value, depth: model_of_recipe(value, depth + 1),
}
