"""What no contest takes: a map that was made of the time that it is scored by, or of the very counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...parameters import Parameters
from ..events import DAY
from ..predicting.predictors import Predictor
from ..scoring.hit_curves import Ranking
from ..scoring.label_scores import labels, roc_auc
from .given_maps import GivenMap

# Fewer units than these on either side are put in perfect order by chance too.
FEWEST = 5
PERFECT = 1 - 1e-9


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
                f"or take origins after {one.made_of + DAY}."
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


def refuse_perfect(name: str, risk: np.ndarray, came: np.ndarray) -> None:
    """Raise where a map puts units in the very order of what came: no forecast does, a function of the counts does.

    Parameters
    ----------
    name : of the map.
    risk : what it ranks units by, at each origin (origins, n).
    came : incidents that came (origins, n).

    Raises
    ------
    ValueError
        If at an origin, or over all, every unit with incidents is ranked above every one without.
    """
    pairs = [*zip(risk, came), (risk.mean(axis=0), came.sum(axis=0))]
    for order, counts in pairs:
        if is_perfect(order, counts):
            raise ValueError(
                f"{name!r} ranks the {int((counts > 0).sum()):,} units with later incidents in their very order, as only a map "
                "made of these does; make it of what was known before the first origin."
            )


def is_perfect(risk: np.ndarray, counts: np.ndarray) -> bool:
    """Tell whether a risk gives away which units have incidents, or, of enough units with different counts, how many.

    >>> counts = np.array([4, 3, 3, 2, 1, 0, 0, 0, 0, 0])
    >>> is_perfect(10.0 * counts + 1, counts), is_perfect(np.arange(10.0), counts)
    (True, False)
    """
    had = labels(counts)
    if min(int(had.sum()), int((~had).sum())) >= FEWEST and roc_auc(risk, counts) >= PERFECT:
        return True
    if np.unique(counts).size < 2 * FEWEST:
        return False
    ranking, best = Ranking.of(risk), Ranking.of(counts)
    ends = ranking.ends / ranking.ends[-1]
    return bool((ranking.curve_against(counts).at(ends) >= best.curve(counts).at(ends) - 1e-9).all())
