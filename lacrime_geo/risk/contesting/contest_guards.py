"""What no contest takes: a map that was made of the time that it is scored by, or of the very counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...parameters import Parameters
from ..events import DAY
from ..guards.dependency_guard import refuse_dependency
from ..predicting.predictors import Predictor
from .given_maps import GivenMap


def refuse_later_maps(
    maps: Sequence[tuple[str, GivenMap]], first_unknown: np.datetime64, parameters: Parameters
) -> None:
    """Raise where a map knows of days that are scored or not known at the first origin; warn where it does not tell.

    Raises
    ------
    ValueError
        If a map's parameters tell of a period that ends too late.
    """
    for name, one in maps:
        if one.made_of is not None and one.made_of >= first_unknown:
            raise ValueError(
                f"The map {name!r} is made of incidents up to {one.made_of}, and at the first origin nothing from "
                f"{first_unknown} on was known: it would be scored by what it was made of. Make it with until={first_unknown}, "
                f"or take origins {(one.made_of - first_unknown) // DAY + 1} days later."
            )
        if one.made_of is None:
            parameters.warn(
                f"The map {name!r} does not tell of which time it is. If incidents from {first_unknown} on went into it, its "
                "scores are worth nothing."
            )


def refuse_trained_later(entrants: Sequence[tuple[str, Predictor]], first_unknown: np.datetime64) -> None:
    """Raise where a predictor that was saved had learned of days that are scored or not known at the first origin.

    Raises
    ------
    ValueError
        If one had.
    """
    for name, one in entrants:
        if one.trained_until is not None and one.trained_until > first_unknown:
            raise ValueError(
                f"The saved {name!r} learned from incidents until {one.trained_until}, and at the first origin nothing from "
                f"{first_unknown} on was known: it would be scored by what it has seen. Take later origins, or the predictor "
                "itself, which is then fitted anew at each."
            )


def refuse_made_of(name: str, risk: np.ndarray, came: np.ndarray) -> None:
    """Raise where a map goes with what came as only one that is made of it can (`guards.dependency_guard`).

    Parameters
    ----------
    name : of the map.
    risk : what it ranks units by, at each origin (origins, n); those at which it is missing are left out.
    came : incidents that came (origins, n).

    Raises
    ------
    ValueError
        If at an origin, or over all, it is a function of the counts, or they of it.
    """
    fine = np.isfinite(risk).all(axis=1)
    pairs = [*zip(risk[fine], came[fine])]
    pairs += [(risk[fine].mean(axis=0), came.sum(axis=0))] if fine.sum() > 1 else []
    for order, counts in pairs:
        try:
            refuse_dependency(counts, {name: order})
        except ValueError as problem:
            raise ValueError(
                f"{name!r} is made of the incidents that it would be scored by, or they of it: make it of what was known before "
                f"the first origin. {str(problem).partition('. ')[0]}."
            ) from problem
