"""How far the places that are chosen stay the same from one origin to the next."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import checks
from .hit_curves import Ranking, Shares


def overlap(chosen: Any, other: Any, *, area: Any = None) -> float:
    """Return Jaccard's index of two choices of units: the area in both of that in either.

    Parameters
    ----------
    chosen, other : how far each unit is chosen (n,), 0 to 1, as by `Ranking.chosen`.
    area : of each unit (n,). Default: all equal.

    Returns
    -------
    float
        1 where the same units are chosen, NaN where none is. Units tied at the cut are drawn anew at each origin: of two
        shares a and b a unit is expected in both by a·b, and in either by a + b − a·b. So a map that cannot choose is not
        stable; two that choose a share s at random come to s / (2 − s).

    References
    ----------
    Jaccard (1912), New Phytologist 11: 37-50.

    Examples
    --------
    >>> overlap([1, 1, 0, 0], [0, 1, 1, 0])
    0.3333333333333333
    """
    first = checks.numbers("chosen", chosen, np.size(chosen))
    second = checks.numbers("other", other, first.size)
    size = np.ones(first.size) if area is None else checks.numbers("area", area, first.size)
    both = first * second
    either = float((size * (first + second - both)).sum())
    return float((size * both).sum()) / either if either else np.nan


def stability(risks: Any, shares: Shares, *, area: Any = None) -> np.ndarray:
    """Return how far the chosen units of each origin are those of the one before.

    Parameters
    ----------
    risks : predicted at each origin, in their order (origins, n).
    shares : of the area, one or several.
    area : of each unit (n,). Default: all equal.

    Returns
    -------
    ndarray
        (origins − 1, shares): Jaccard's index, as `overlap`.
    """
    maps = np.asarray(risks, dtype=float)
    if maps.ndim != 2:
        raise ValueError(f"risks must be of origins and units, got the shape {maps.shape}.")
    rankings = [Ranking.of(risk, area) for risk in maps]
    asked = np.atleast_1d(np.asarray(shares, dtype=float))
    chosen = [[ranking.chosen(share) for share in asked] for ranking in rankings]
    pairs = [[overlap(*two, area=area) for two in zip(*both)] for both in zip(chosen, chosen[1:])]
    return np.array(pairs, dtype=float).reshape(-1, asked.size)
