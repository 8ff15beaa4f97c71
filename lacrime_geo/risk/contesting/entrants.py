"""Who takes part in a contest: predictors by name, and maps and functions of the user's own, each under a name of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ... import checks
from ...features import Features
from ...results import Cells, Marks, Shapes, Surface
from ..predicting.predictor_names import BASELINE, PREDICTORS, predictor_of
from ..predicting.predictors import Predictor
from ..units import Units
from .given_maps import GivenFunction, GivenMap, given_map

USUAL = (
    "all_crime_counts",
    "smoothed_counts",
    "kde",
    "gi_star",
    "prospective",
    "self_exciting",
    "logistic_regression",
    "random_forest",
    "auto",
)
# Where the predictors of this package are.
OURS = __name__.rpartition(".contesting")[0]
MAPS = (Surface, Cells, Marks, Shapes, Features)


class Entrant(NamedTuple):
    """Hold a predictor under the name by which the contest knows it."""

    name: str
    predictor: Predictor

    @property
    def is_given(self) -> bool:
        """Whether it is the user's own, of which it is not known how it was made."""
        given = isinstance(self.predictor, (GivenMap, GivenFunction))
        return given or not type(self.predictor).__module__.startswith(f"{OURS}.")


def entrants_of(predictors: Any, units: Units, horizon: int) -> list[Entrant]:
    """Return the entrants, prior counts first.

    Parameters
    ----------
    predictors : names, predictors, maps, functions, (map, column), or a dict of any of these by name; None for the usual ones.
    units : the places.
    horizon : days that are predicted.

    Raises
    ------
    ValueError
        If a name is of none.
    TypeError
        If something is neither a name, a predictor, a map nor a function.
    """
    asked = [(None, name) for name in USUAL] if predictors is None else _listed(predictors)
    found = [(name, thing, _predictor(thing, name, units, horizon)) for name, thing in asked]
    # Under the name by which it was asked for: "auto" may be another predictor tomorrow.
    named = [
        (name or (thing if isinstance(thing, str) and thing in PREDICTORS else one.name), one)
        for name, thing, one in found
    ]
    own = predictor_of(BASELINE, horizon)
    kept = [pair for pair in named if not (pair[0] == BASELINE and type(pair[1]) is type(own))]
    return [Entrant(name, one) for name, one in _told_apart([(BASELINE, own), *kept])]


def _listed(predictors: Any) -> list[tuple[str | None, Any]]:
    """Return what was given with the names that it was given."""
    if isinstance(predictors, Mapping):
        return [(str(name), thing) for name, thing in predictors.items()]
    if isinstance(predictors, str):
        return [(None, word.strip()) for word in predictors.split(",") if word.strip()]
    if _is_one(predictors):
        return [(None, predictors)]
    return [(None, thing) for thing in (predictors if isinstance(predictors, Iterable) else [predictors])]


def _is_one(anything: Any) -> bool:
    """Whether something is one entrant, not several."""
    columned = isinstance(anything, tuple) and len(anything) == 2 and isinstance(anything[1], str)
    pair = columned and not isinstance(anything[0], str)
    return (
        pair
        or isinstance(anything, (Predictor, os.PathLike, *MAPS))
        or hasattr(anything, "geometry")
        or callable(anything)
    )


def _predictor(thing: Any, name: str | None, units: Units, horizon: int) -> Predictor:
    """Return one entrant as a predictor."""
    if isinstance(thing, Predictor):
        return thing
    if isinstance(thing, str) and _is_name(thing):
        return predictor_of(thing, horizon)
    if isinstance(thing, tuple) and len(thing) == 2:
        return given_map(thing[0], units, name, str(thing[1]))
    if isinstance(thing, (str, os.PathLike, *MAPS)) or hasattr(thing, "geometry"):
        return given_map(thing, units, name)
    if callable(thing):
        return GivenFunction(thing, name or str(getattr(thing, "__name__", "function")))
    raise TypeError(
        f"A predictor is a name, a map, (map, column), a function of a History or a Predictor, not a {type(thing).__name__}."
    )


def _is_name(text: str) -> bool:
    """Whether a text is a predictor's name, or meant as one: not the path of a file."""
    path = text.partition("|layername=")[0]
    return text in PREDICTORS or not (Path(path).suffix or Path(path).exists())


def _told_apart(named: list[tuple[str, Predictor]]) -> list[tuple[str, Predictor]]:
    """Return the same with names that are all different: those alike are numbered.

    >>> [name for name, _ in _told_apart([("kde", Predictor()), ("kde", Predictor())])]
    ['kde', 'kde (2)']
    """
    taken: set[str] = set()
    found = []
    for name, one in named:
        plain, number = checks.listed([name]), 2
        new = plain
        while new in taken:
            new, number = f"{plain} ({number})", number + 1
        taken.add(new)
        found.append((new, one))
    return found


def maps_among(entrants: list[Entrant]) -> list[tuple[str, GivenMap]]:
    """Return the entrants that are maps of the user's own."""
    return [(one.name, one.predictor) for one in entrants if isinstance(one.predictor, GivenMap)]
