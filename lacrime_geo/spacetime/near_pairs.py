"""Pairs of incidents near each other in space, listed a bounded number at a time, ordered by their band of distance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ..cell_index import CellIndex, expand

METRICS = ("euclidean", "manhattan")
# With two numbers each: 64 MB.
PAIRS_AT_ONCE = 4_000_000


class NearPairs(NamedTuple):
    """Pairs of rows (pairs,), ordered by band; those of band k stand from `begin[k]` to `begin[k + 1]`.

    `fraction` is how much of all is listed with them.
    """

    first: np.ndarray
    second: np.ndarray
    begin: np.ndarray
    fraction: float


def near_pairs(
    x: np.ndarray, y: np.ndarray, edges: np.ndarray, metric: str, listing: Callable[[float], None]
) -> Iterator[NearPairs]:
    """Yield all pairs of points (n,), metres, that lie in the bands between finite edges (k + 1,), each pair once.

    A distance equal to an edge belongs to the band above it. `listing` is told, again and again, how much is listed.
    """
    if edges.size < 2 or x.size < 2:
        return
    index = CellIndex(x, y, float(edges[-1]))
    listing(0.0)
    start, stop = index.around(index.x, index.y, float(edges[-1]), below=False)
    # Of the point's own row those after it, so that each pair is met once.
    start = np.maximum(start, np.arange(1, x.size + 1)[:, None])
    listing(0.0)
    held: list[tuple[np.ndarray, ...]] = []
    number = 0
    for row, partner, fraction in expand(start, stop):
        listing(fraction)
        band = _band_of(index.x[partner] - index.x[row], index.y[partner] - index.y[row], edges, metric)
        near = (band >= 0) & (band < edges.size - 1)
        held.append((index.order[row[near]], index.order[partner[near]], band[near].astype(np.int16)))
        number += held[-1][0].size
        if number >= PAIRS_AT_ONCE:
            yield _ordered(held, edges.size - 1, fraction)
            held, number = [], 0
    if number:
        yield _ordered(held, edges.size - 1, 1.0)


def _band_of(east: np.ndarray, north: np.ndarray, edges: np.ndarray, metric: str) -> np.ndarray:
    """Return the number of the band in which each pair lies, −1 below the first."""
    if metric == "manhattan":
        return np.searchsorted(edges, np.abs(east) + np.abs(north), side="right") - 1
    # Squares are exact where coordinates are whole metres; roots are not.
    return np.searchsorted(edges**2, east * east + north * north, side="right") - 1


def _ordered(held: list[tuple[np.ndarray, ...]], bands: int, fraction: float) -> NearPairs:
    first, second, band = (np.concatenate(columns) for columns in zip(*held))
    order = np.argsort(band, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(band, minlength=bands))])
    return NearPairs(first[order], second[order], begin, fraction)
