"""Places sorted into square cells: those near a place stand in a few contiguous ranges of the sorted order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

# What is compared at once stays in the processor's cache.
_PAIRS_AT_ONCE = 131_072
_MARGIN = 2
_CELLS_LISTED = 2_000_000


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
        # Beyond that cells have no numbers of their own; ranges of places near a point are found all the same.
        self.cells_differ = bool((float(np.ptp(y)) / side + 1) * self.stride < 2**62)
        order = np.argsort(self._along(x, self._row(y)))
        # Two places on either side of a cell's border may be as far along, to rounding.
        if self.cells_differ and (np.diff(self._key(x[order], y[order])) < 0).any():
            order = np.lexsort((x, self._key(x, y)))
        self._sorted(order, x[order], y[order])

    def require_cells(self) -> CellIndex:
        """Return the index; raise when there are more cells than whole numbers."""
        if not self.cells_differ:
            raise ValueError(
                f"Places up to {self.span / 1000:,.0f} km apart are too far for distances of about {self.side:g} m: leave stray "
                "coordinates out, or make the distance larger."
            )
        return self

    def _row(self, y: np.ndarray) -> np.ndarray:
        return np.floor((y - self.south) / self.side).astype(np.int64)

    def _along(self, x: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Return how far along all rows, laid end to end, a place stands."""
        return row * self.span + (x - self.west)

    def _sorted(self, order: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
        self.order, self.x, self.y = order, x, y
        self.along = self._along(x, self._row(y))
        key = self._key(x, y)
        begins = np.ones(key.size, dtype=bool)
        begins[1:] = key[1:] != key[:-1]
        self.first = np.flatnonzero(begins)
        self.cells = key[self.first]
        self.cell = np.cumsum(begins) - 1

    def _key(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the number of each place's cell."""
        column = np.floor((x - self.west) / self.side).astype(np.int64)
        return np.asarray(self._row(y) * self.stride + column + _MARGIN)

    def subset(self, keep: np.ndarray) -> CellIndex:
        """Return the index of the sorted places that a mask keeps, over the same cells."""
        part = CellIndex.__new__(CellIndex)
        part.side, part.west, part.south, part.cells_differ = self.side, self.west, self.south, self.cells_differ
        part.span, part.stride = self.span, self.stride
        part._sorted(self.order[keep], self.x[keep], self.y[keep])
        return part

    def block(self, reach: int, cells: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (cells, 2 · reach + 1) of the sorted places up to `reach` cells from each cell, by rows.

        The cells are the occupied ones, or those of given numbers.
        """
        middle = self.cells if cells is None else cells
        before = self._before()
        start, stop = (np.empty((middle.size, 2 * reach + 1), dtype=np.int64, order="F") for _ in range(2))
        for column, step in enumerate(range(-reach, reach + 1)):
            row = middle + step * self.stride
            start[:, column] = before(row - reach)
            stop[:, column] = before(row + reach + 1)
        return start, stop

    def _before(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return what tells how many sorted places stand in cells of lower numbers than given ones."""
        if self.cells.size == 0 or self.cells[-1] > _CELLS_LISTED:
            ends = np.append(self.first, self.x.size)
            return lambda number: ends[np.searchsorted(self.cells, number, side="left")]
        # Where cells are few, empty ones included, each one's answer is listed.
        last = int(self.cells[-1]) + 1
        listed = np.zeros(last + 1, dtype=np.int64)
        listed[self.cells + 1] = np.diff(np.append(self.first, self.x.size))
        listed = np.cumsum(listed)
        return lambda number: listed[np.clip(number, 0, last)]

    def around(self, x: np.ndarray, y: np.ndarray, radius: float, below: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (n, rows) of ranges that hold all sorted places within radius of each point.

        They hold a few more, as a row is cut at the chord where it comes nearest. Without `below`, only the point's own
        row and those above.
        """
        slack = self._slack(radius)

        def half(north: np.ndarray) -> np.ndarray:
            gap = np.maximum(np.maximum(-north, north - self.side), 0.0)
            # A row out of reach has an empty range.
            return np.where(gap <= radius + slack, np.sqrt(np.maximum(radius**2 - gap**2, 0.0)) + slack, -1.0)

        return self._ranges(x, y, radius, below, half)

    def surely_around(self, x: np.ndarray, y: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (n, rows) of ranges that hold only places within radius of each point.

        They do not hold them all, as a row is cut at the chord where it is farthest.
        """
        slack = self._slack(radius)

        def half(north: np.ndarray) -> np.ndarray:
            gap = np.maximum(north, self.side - north) + slack
            return np.sqrt(np.maximum(radius**2 - gap**2, 0.0)) - slack

        return self._ranges(x, y, radius, True, half)

    def _slack(self, radius: float) -> float:
        """Return by how much rounding may move a place along its row (m)."""
        return 1e-9 * radius + 1e-14 * float(abs(self.along[-1]) + abs(self.along[0])) if self.along.size else 0.0

    def _ranges(
        self, x: np.ndarray, y: np.ndarray, radius: float, below: bool, half: Callable[[np.ndarray], np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (n, rows): in each row so far on either side, by how far north of its foot a point is."""
        reach = math.ceil(radius / self.side)
        steps = range(-reach if below else 0, reach + 1)
        own = self._row(y)
        # Row by row, as in `block`: what is asked for in the order of the index then ascends, and is found fastest.
        start, stop = (np.empty((x.size, len(steps)), dtype=np.int64, order="F") for _ in range(2))
        for column, step in enumerate(steps):
            row = own + step
            wide = half((y - self.south) - row * self.side)
            middle = self._along(x, row)
            start[:, column] = np.searchsorted(self.along, middle - wide, side="left")
            stop[:, column] = np.searchsorted(self.along, middle + wide, side="right")
        return start, np.maximum(stop, start)


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
