"""Cells within a distance of a cell, row by row, and sums over them: on square cells, and on rows staggered by half a cell."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

# Centres that are exactly one radius away stay within it, in spite of rounding.
_SURPLUS = 1 + 1e-12


class Reach(NamedTuple):
    """The columns from `first` to `last` beside a cell's own, in the row `offset` below it.

    With a `parity` it holds only for cells in rows whose number is even (0) or odd (1).
    """

    offset: int
    first: int
    last: int
    parity: int | None = None


def disk(radius: float) -> list[Reach]:
    """Return the square cells with their centre within a radius (in cells) of a cell's centre.

    >>> [(reach.offset, reach.first, reach.last) for reach in disk(1.5)]
    [(-1, -1, 1), (0, -1, 1), (1, -1, 1)]
    """
    radius *= _SURPLUS
    halves = [(offset, math.floor(math.sqrt(radius**2 - offset**2))) for offset in _within(radius, 1.0)]
    return [Reach(offset, -half, half) for offset, half in halves]


def staggered_disk(radius: float, row: float) -> list[Reach]:
    """Return the same where rows are `row` cell sizes apart and the odd ones moved half a cell to the east.

    >>> sum(reach.last - reach.first + 1 for reach in staggered_disk(1.5, math.sqrt(0.75)) if reach.parity in (None, 0))
    7
    """
    radius *= _SURPLUS
    found = []
    for offset in _within(radius, row):
        half = math.sqrt(radius**2 - (row * offset) ** 2)
        if offset % 2 == 0:
            found.append(Reach(offset, -math.floor(half), math.floor(half)))
            continue
        for parity, moved in ((0, 0.5), (1, -0.5)):
            reach = Reach(offset, math.ceil(-half - moved), math.floor(half - moved), parity)
            found += [reach] if reach.first <= reach.last else []
    return found


def _within(radius: float, row: float) -> range:
    """Return the offsets of the rows that a disk reaches."""
    return range(-math.floor(radius / row), math.floor(radius / row) + 1)


def neighbourhood_sums(values: np.ndarray, reaches: list[Reach]) -> np.ndarray:
    """Sum values (rows, columns) over each cell's neighbourhood by prefix sums along rows: exact for integers."""
    rows, columns = values.shape
    prefix = np.zeros((rows, columns + 1), dtype=values.dtype if values.dtype.kind == "f" else np.int64)
    np.cumsum(values, axis=1, out=prefix[:, 1:])
    at = np.arange(columns)
    total = np.zeros((rows, columns), dtype=prefix.dtype)
    for first, last in sorted({(reach.first, reach.last) for reach in reaches}):
        begin, end = np.clip(at + first, 0, columns), np.clip(at + last + 1, 0, columns)
        strip = prefix[:, end] - prefix[:, begin]
        for reach in reaches:
            if (reach.first, reach.last) == (first, last):
                _add_rows(total, strip, reach)
    return total


def _add_rows(total: np.ndarray, strip: np.ndarray, reach: Reach) -> None:
    """Add to each row that a reach holds for the sums of the row it reaches."""
    begin, end = max(-reach.offset, 0), min(len(total) - reach.offset, len(total))
    step = 1 if reach.parity is None else 2
    begin += 0 if reach.parity is None else (reach.parity - begin) % 2
    if begin < end:
        total[begin:end:step] += strip[begin + reach.offset : end + reach.offset : step]
