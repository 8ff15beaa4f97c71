"""Places sorted into square cells: those near a place stand in a few contiguous ranges of the sorted order."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

_PAIRS_AT_ONCE = 2_000_000
_MARGIN = 2


class CellIndex:
    """Places in the order of their cells, row by row, and from west to east in each row.

    Parameters
    ----------
    x, y : (n,) coordinates.
    side : of a cell, in the same unit.

    Attributes
    ----------
    order : (n,) the original number of each sorted place.
    x, y : (n,) coordinates of each sorted place.
    cell : (n,) the rank of each sorted place's cell among the occupied ones.
    cells, first : (m,) numbers of the occupied cells, and the first sorted place of each.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, side: float) -> None:
        self.side, self.west, self.south = side, x.min(), y.min()
        # The margins keep what is near the end of one row from running into the next.
        self.span = float(np.ptp(x)) + 8 * side
        self.stride = int(np.ptp(x) / side) + 1 + 2 * _MARGIN
        order = np.argsort(self._along(x, self._row(y)), kind="stable")
        self._sorted(order, x[order], y[order])

    def _row(self, y: np.ndarray) -> np.ndarray:
        return np.floor((y - self.south) / self.side).astype(np.int64)

    def _along(self, x: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Return how far along all rows, laid end to end, a place stands."""
        return row * self.span + (x - self.west)

    def _sorted(self, order: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
        self.order, self.x, self.y = order, x, y
        row = self._row(y)
        self.along = self._along(x, row)
        key = row * self.stride + np.floor((x - self.west) / self.side).astype(np.int64) + _MARGIN
        begins = np.ones(key.size, dtype=bool)
        begins[1:] = key[1:] != key[:-1]
        self.first = np.flatnonzero(begins)
        self.cells = key[self.first]
        self.cell = np.cumsum(begins) - 1

    def subset(self, keep: np.ndarray) -> CellIndex:
        """Return the index of the sorted places that a mask keeps, over the same cells."""
        part = CellIndex.__new__(CellIndex)
        part.side, part.west, part.south = self.side, self.west, self.south
        part.span, part.stride = self.span, self.stride
        part._sorted(self.order[keep], self.x[keep], self.y[keep])
        return part

    def block(self, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (cells, 2 · reach + 1) of the sorted places up to `reach` cells from each cell, by rows."""
        rows = self.cells[:, None] + self.stride * np.arange(-reach, reach + 1)
        ends = np.append(self.first, self.x.size)
        return (
            ends[np.searchsorted(self.cells, rows - reach, side="left")],
            ends[np.searchsorted(self.cells, rows + reach, side="right")],
        )

    def around(self, x: np.ndarray, y: np.ndarray, radius: float, below: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (n, rows) of ranges that hold all sorted places within radius of each point.

        They hold a few more, as a row is cut at the chord where it comes nearest. Without `below`, only the point's own
        row and those above.
        """
        reach = math.ceil(radius / self.side)
        rows = self._row(y)[:, None] + np.arange(-reach if below else 0, reach + 1)
        low = rows * self.side
        north = (y - self.south)[:, None]
        gap = np.maximum(np.maximum(low - north, north - low - self.side), 0.0)
        # Wider by what rounding may take away; a row out of reach has an empty range.
        slack = 1e-9 * radius + 1e-14 * (abs(self.along[-1]) + abs(self.along[0])) if self.along.size else 0.0
        half = np.where(gap <= radius + slack, np.sqrt(np.maximum(radius**2 - gap**2, 0.0)) + slack, -1.0)
        middle = self._along(x[:, None], rows)
        start = np.searchsorted(self.along, middle - half, side="left")
        return start, np.maximum(np.searchsorted(self.along, middle + half, side="right"), start)


def expand(start: np.ndarray, stop: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Yield every partner in the ranges start…stop (n, ranges) of each of n rows, whole rows and a bounded number at once.

    Yields
    ------
    row, partner : (pairs,) ascending by row; and the fraction of the work done.
    """
    count = np.maximum(stop - start, 0)
    done = np.concatenate([[0], np.cumsum(count.sum(axis=1))])
    begin = 0
    while begin < len(count):
        end = max(int(np.searchsorted(done, done[begin] + _PAIRS_AT_ONCE, side="right")) - 1, begin + 1)
        taken = count[begin:end].ravel()
        # One long ramp whose value jumps at the beginning of each range to that range's start.
        jump = start[begin:end].ravel() - (np.cumsum(taken) - taken)
        partner = np.arange(int(taken.sum())) + np.repeat(jump, taken)
        yield np.repeat(np.arange(begin, end), count[begin:end].sum(axis=1)), partner, end / len(count)
        begin = end
