"""Places sorted into square cells: those near a place stand in a few contiguous ranges of the sorted order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_PAIRS_AT_ONCE = 2_000_000
_MARGIN = 2


class CellIndex:
    """Places in the order of their cells, row by row.

    Parameters
    ----------
    x, y : (n,) coordinates.
    side : of a cell, in the same unit.

    Attributes
    ----------
    order : (n,) the original number of each sorted place.
    x, y, key : (n,) coordinates and cell number of each sorted place.
    cell : (n,) the rank of each sorted place's cell among the occupied ones.
    cells, first : (m,) numbers of the occupied cells, and the first sorted place of each.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, side: float) -> None:
        # The margin keeps the cells left and right of a row from running into the row before and after.
        column = np.floor((x - x.min()) / side).astype(np.int64) + _MARGIN
        row = np.floor((y - y.min()) / side).astype(np.int64)
        self.stride = int(column.max()) + _MARGIN + 1
        key = row * self.stride + column
        order = np.argsort(key, kind="stable")
        self._sorted(order, x[order], y[order], key[order])

    def _sorted(self, order: np.ndarray, x: np.ndarray, y: np.ndarray, key: np.ndarray) -> None:
        self.order, self.x, self.y, self.key = order, x, y, key
        begins = np.ones(key.size, dtype=bool)
        begins[1:] = key[1:] != key[:-1]
        self.first = np.flatnonzero(begins)
        self.cells = key[self.first]
        self.cell = np.cumsum(begins) - 1

    def subset(self, keep: np.ndarray) -> CellIndex:
        """Return the index of the sorted places that a mask keeps, over the same cells."""
        part = CellIndex.__new__(CellIndex)
        part.stride = self.stride
        part._sorted(self.order[keep], self.x[keep], self.y[keep], self.key[keep])
        return part

    def ranges(self, cells: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """Return start and stop (cells, 2 · reach + 1) of the sorted places up to `reach` cells away, row by row."""
        rows = cells[:, None] + self.stride * np.arange(-reach, reach + 1)
        return (
            np.searchsorted(self.key, rows - reach, side="left"),
            np.searchsorted(self.key, rows + reach, side="right"),
        )


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
