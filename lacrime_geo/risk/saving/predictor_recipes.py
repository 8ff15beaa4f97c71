"""Predictors written down as JSON values, and made again of them: their kind and settings, never code."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Callable

from ...recipes import KIND, SETTINGS, parts_of_recipe, shown, whole
from ..learning.learned_predictors import LearnedPredictor
from ..predicting.predictor_names import PREDICTORS
from ..predicting.predictors import Predictor

# Layers of places are the user's: a file names them, and they are given again.
PLACES = "places"
_LONGEST = 100
LARGEST = 1_000_000_000


def kinds() -> dict[str, type[Predictor]]:
    """Return the predictors of this package by the names of their classes: nothing else can be made of a recipe."""
    made = [type(make(7)) for make in PREDICTORS.values()]
    return {kind.__name__: kind for kind in made}


def recipe_of(predictor: Predictor) -> dict[str, Any]:
    """Return the kind and settings of a predictor, as JSON values.

    Raises
    ------
    TypeError
        If it is none of this package.

    Examples
    --------
    >>> from ..predicting.plain_predictors import LastCounts
    >>> recipe_of(LastCounts(28))
    {'kind': 'LastCounts', 'settings': {'days': 28}}
    """
    kind = type(predictor).__name__
    known = kinds()
    if known.get(kind) is not type(predictor):
        raise TypeError(
            f"A {kind} cannot be written down as one of this package's predictors ({', '.join(sorted(known))}); predict by one "
            "of these, or keep it as its own package does."
        )
    return {KIND: kind, SETTINGS: {name: getattr(predictor, name) for name in _settings_of(known[kind])}}


def predictor_of_recipe(recipe: Any, places: Mapping[str, Any] | None = None) -> Predictor:
    """Return the predictor of a recipe, with layers of places where it learns from some.

    Raises
    ------
    ValueError
        If it names no predictor of this package, or a setting is missing, unknown or not of its kind.

    Examples
    --------
    >>> predictor_of_recipe({"kind": "LastCounts", "settings": {"days": 28}}).name
    'counts_28_days'
    """
    known = kinds()
    name_of_kind, given = parts_of_recipe(recipe, "predictor", known, _settings_of)
    kind = known[name_of_kind]
    settings = {name: READERS[name](name, value) for name, value in given.items()}
    if issubclass(kind, LearnedPredictor):
        settings[PLACES] = dict(places or {})
    make: Callable[..., Predictor] = kind
    return make(**settings)


def _settings_of(kind: Callable[..., Any]) -> list[str]:
    """Return the names of what a predictor is made with, which are those that it keeps it under."""
    known = [name for name in inspect.signature(kind).parameters if name != PLACES]
    unknown = [name for name in known if name not in READERS]
    if unknown:
        raise TypeError(f"Nothing tells how the setting {unknown[0]!r} of a predictor is read from a file.")
    return known


def _whole(name: str, value: Any, least: int = 1) -> int:
    return whole(name, value, least, LARGEST)


def _number(name: str, value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value <= LARGEST:
        raise ValueError(f"{name} must be a number above 0 and up to {LARGEST:,}, got {shown(value)}.")
    return value


def _text(name: str, value: Any) -> str:
    if type(value) is not str or len(value) > _LONGEST:
        raise ValueError(f"{name} must be a short text, got {shown(value)}.")
    return value


# How each setting is read, by its name, which means the same in every predictor.
READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "bandwidth": lambda name, value: _text(name, value) if isinstance(value, str) else _number(name, value),
    "budget": _number,
    "days": _whole,
    "half_life": _number,
    "horizon": _whole,
    "kernel": _text,
    "seed": lambda name, value: _whole(name, value, 0),
    "width": _number,
}
