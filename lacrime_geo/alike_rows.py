"""Rows alike in columns of whole numbers, added up: what many incidents come to when no more than these is asked of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Rows are added up again when they are so many times as many as last time, and so many.
_GROWTH, _LEAST_ROWS = 2, 1_000_000
# Combinations that are looked up in a table, of as many again as there are rows.
_TABLE, _TIMES = 1 << 20, 4


class AlikeRows:
    """Hold rows told apart by columns of whole numbers (k,), and sums (k,) over all that are alike."""

    def __init__(self, keys: Sequence[np.ndarray], sums: Sequence[np.ndarray]) -> None:
        self.keys = [np.asarray(column, dtype=np.int64) for column in keys]
        self.sums = list(sums)
        self._least = 0
        self._add_up()

    @property
    def size(self) -> int:
        """The number of rows."""
        return int(self.sums[0].size)

    def merge(self, other: AlikeRows) -> AlikeRows:
        """Add rows to these; return these."""
        self.keys = [np.concatenate(pair) for pair in zip(self.keys, other.keys)]
        self.sums = [np.concatenate(pair) for pair in zip(self.sums, other.sums)]
        if self.size > max(_GROWTH * self._least, _LEAST_ROWS):
            self._add_up()
        return self

    def added_up(self) -> AlikeRows:
        """Return these with one row of each kind, in the order of their keys."""
        self._add_up()
        return self

    def _add_up(self) -> None:
        self.keys, number = told_apart(self.keys)
        rows = self.keys[0].size
        self.sums = [_sums(number, column, rows) for column in self.sums]
        self._least = rows


def _sums(number: np.ndarray, values: np.ndarray, rows: int) -> np.ndarray:
    """Return the sums of the values of each number; those of whole numbers are whole: as floats exact below 2^53."""
    return np.bincount(number, values, rows).astype(values.dtype)


def told_apart(columns: Sequence[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the different rows (k,) of columns of whole numbers (n,), in order, and the number of each row among them (n,).

    >>> rows, number = told_apart([np.array([2, 1, 2]), np.array([0, 5, 0])])
    >>> [column.tolist() for column in rows], number.tolist()
    ([[1, 2], [5, 0]], [1, 0, 1])
    """
    number, first = _ranked(columns[0])
    for column in columns[1:]:
        # Numbered anew after each column: the product of many would be too large a number.
        own, values = _ranked(column)
        number, _ = _ranked(number * max(values.size, 1) + own)
    kinds = int(number.max(initial=-1)) + 1
    row = np.empty(kinds, dtype=np.int64)
    row[number] = np.arange(number.size)
    return [first] if len(columns) == 1 else [column[row] for column in columns], number


def _ranked(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each value (n,) among the different ones, and these in order."""
    if not values.size:
        return np.empty(0, dtype=np.int64), values
    low, high = int(values.min()), int(values.max())
    if high - low > _TABLE + _TIMES * values.size:
        found, number = np.unique(values, return_inverse=True)
        return number.ravel(), found
    there = np.zeros(high - low + 1, dtype=bool)
    there[values - low] = True
    found = np.flatnonzero(there)
    rank = np.empty(there.size, dtype=np.int64)
    rank[found] = np.arange(found.size)
    return rank[values - low], found + low
