"""Where the weight within a radius reaches a threshold: bounds decide most places, the fringe of the circle the rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .cell_index import CellIndex, expand
from .progress import Progress, advance

# Rows of cells to a radius: narrow rows leave a narrow fringe to compare, but are more to look up.
_ROWS = 2
_PLACES_AT_ONCE = 32_768


class Threshold(NamedTuple):
    """So much weight within a radius (m)."""

    radius: float
    weight: float


def reaching(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, asked: np.ndarray, wanted: Threshold, progress: Progress = None
) -> np.ndarray:
    """Return which weighted places (m,), of those asked for by a mask (m,), reach the threshold, themselves included."""
    # A hair wider, so that rounding cannot put two places within the radius one row farther apart.
    index = CellIndex(x, y, wanted.radius / _ROWS * (1 + 1e-9))
    sums = _Sums(index, weight[index.order], wanted)
    places = np.flatnonzero(asked[index.order])
    reached = np.zeros(x.size, dtype=bool)
    for begin in range(0, places.size, _PLACES_AT_ONCE):
        some = places[begin : begin + _PLACES_AT_ONCE]
        reached[index.order[some]] = sums.reach(some)
        advance(progress, min(begin + _PLACES_AT_ONCE, places.size) / places.size)
    return reached


def lowest_sum(enough: float, weight: np.ndarray) -> float:
    """Return from which difference of running sums of all weights on there may be enough, whatever was lost by rounding."""
    lost = weight.size * float(np.finfo(float).eps) * float(weight.sum())
    return enough * (1 - 1e-9) - lost


class _Sums:
    """Sums of the weights of sorted places around some of them."""

    def __init__(self, index: CellIndex, weight: np.ndarray, wanted: Threshold) -> None:
        self.index, self.weight, self.wanted = index, weight, wanted
        self.cumulative = np.concatenate([[0.0], np.cumsum(weight)])
        self.bound = lowest_sum(wanted.weight, weight)
        # Differences of running sums are exact for whole numbers only.
        self.exact = bool((weight % 1 == 0).all()) and self.cumulative[-1] < 2**53
        self.surely = wanted.weight if self.exact else 2 * wanted.weight - self.bound

    def reach(self, places: np.ndarray) -> np.ndarray:
        """Return which of the sorted places given reach the threshold."""
        index, (radius, enough) = self.index, self.wanted
        start, stop = index.around(index.x[places], index.y[places], radius)
        reached = self._between(start, stop) >= self.bound
        left = np.flatnonzero(reached)
        places, start, stop = places[left], start[left], stop[left]
        inner_start, inner_stop = index.surely_around(index.x[places], index.y[places], radius)
        # Where nothing is sure the range is empty, and must not reach beyond the one around it.
        inner_start = np.clip(inner_start, start, stop)
        inner_stop = np.clip(inner_stop, inner_start, stop)
        sure = self._between(inner_start, inner_stop)
        unsure = np.flatnonzero(sure < self.surely)
        if self.exact:
            fringe = np.hstack([start, inner_stop])[unsure], np.hstack([inner_start, stop])[unsure]
            total = sure[unsure] + self._counted(places[unsure], *fringe)
        else:
            total = self._counted(places[unsure], start[unsure], stop[unsure])
        reached[left[unsure]] = total >= enough
        return reached

    def _between(self, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        return np.asarray((self.cumulative[stop] - self.cumulative[start]).sum(axis=1))

    def _counted(self, places: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        """Return the weight, in ranges of sorted places, of those within the radius."""
        index, square = self.index, self.wanted.radius**2
        total = np.zeros(places.size)
        for row, partner, _ in expand(start, stop):
            if row.size == 0:
                continue
            of = places[row]
            near = (index.x[of] - index.x[partner]) ** 2 + (index.y[of] - index.y[partner]) ** 2 <= square
            low, high = int(row[0]), int(row[-1]) + 1
            total[low:high] += np.bincount(row - low, near * self.weight[partner], high - low)
        return total
