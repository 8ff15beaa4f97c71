"""Rows alike in columns of whole numbers, added up: what many incidents come to where no more than these is asked of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Rows are added up again when they are so many times as many as last time, and so many.
_GROWTH, _LEAST_ROWS = 2, 1_000_000
# Numbers are looked up in a table of so many, and of as many again as there are rows; a range is short of so many.
_TABLE, _TIMES, _SHORT = 1 << 20, 4, 1 << 16
_BLOCK = 1 << 12


class AlikeRows:
    """Hold rows told apart by columns of whole numbers (k,), how many there were of each, and sums over them (k,)."""

    def __init__(self, keys: Sequence[np.ndarray], sums: Sequence[np.ndarray] = ()) -> None:
        """Begin with rows that are one each, with values (n,) to be added up."""
        self.keys, number = told_apart([np.asarray(column, dtype=np.int64) for column in keys])
        self._least = self.keys[0].size
        self.frequency = np.bincount(number, minlength=self._least)
        self.sums = [sums_of(number, values, self._least) for values in sums]

    @property
    def size(self) -> int:
        """The number of rows."""
        return int(self.frequency.size)

    def merge(self, other: AlikeRows) -> AlikeRows:
        """Add rows to these; return these."""
        self.keys = [np.concatenate(pair) for pair in zip(self.keys, other.keys)]
        self.frequency = np.concatenate([self.frequency, other.frequency])
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
        self._least = self.keys[0].size
        # As floats whole numbers are exact below 2^53.
        self.frequency = np.bincount(number, self.frequency, self._least).astype(np.int64)
        self.sums = [sums_of(number, values, self._least) for values in self.sums]


def sums_of(number: np.ndarray, values: np.ndarray, kinds: int) -> np.ndarray:
    """Return the sums of values (n,) by their number, of so many.

    They are added up in blocks, and these together: of millions in one sum each addition would lose a part of the last digits.
    """
    block = max(_BLOCK, _TIMES * kinds)
    found = np.zeros(kinds)
    for begin in range(0, values.size, block):
        found += np.bincount(number[begin : begin + block], values[begin : begin + block], kinds)
    return found


def told_apart(columns: Sequence[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the different rows (k,) of columns of whole numbers (n,), in order, and the number of each row among them (n,).

    >>> rows, number = told_apart([np.array([2, 1, 2]), np.array([0, 5, 0])])
    >>> [column.tolist() for column in rows], number.tolist()
    ([[1, 2], [5, 0]], [1, 0, 1])
    """
    code, size = _coded(columns[0])
    for column in columns[1:]:
        own, values = _coded(column)
        if size * values > _in_table(code.size):
            # Numbered anew: the product of many would be too large a number.
            code, size = _ranked(code)
        code, size = code * values + own, size * values
    number, kinds = _ranked(code)
    row = np.empty(kinds, dtype=np.int64)
    row[number] = np.arange(number.size)
    return [column[row] for column in columns], number


def _in_table(rows: int) -> int:
    return _TABLE + _TIMES * rows


def _coded(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Return numbers from 0 on in the order of the values (n,), and how many they may be: by their range where it is short."""
    if not values.size:
        return values, 1
    low, high = int(values.min()), int(values.max())
    return (values - low, high - low + 1) if high - low < _SHORT else _ranked(values)


def _ranked(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the number of each value (n,) among the different ones, in order, and how many these are."""
    if not values.size:
        return values, 0
    low, high = int(values.min()), int(values.max())
    if high - low > _in_table(values.size):
        found, number = np.unique(values, return_inverse=True)
        return number.ravel(), int(found.size)
    there = np.zeros(high - low + 1, dtype=bool)
    there[values - low] = True
    rank = np.cumsum(there) - 1
    return rank[values - low], int(rank[-1]) + 1
