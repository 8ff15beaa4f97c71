"""Columns as linear models want them: on a scale on which twice as much is a step, and each as wide as any other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Scales(NamedTuple):
    """Hold, of each column (k,), what is typical of it, and the mean and the spread of its logarithm.

    A value v becomes z = (sign(v) · log(1 + |v| / typical) − middle) / spread. Typical is the median of what is not 0, for
    counts mostly 1; so it matters not in which unit a column is. A column that is alike in all rows becomes 0.

    Examples
    --------
    >>> scales = Scales.of(np.array([[0.0], [1.0], [1.0], [7.0]]), np.ones(4))
    >>> scales.typical.tolist(), scales.apply(np.array([[0.0], [7.0]])).round(2).tolist()
    ([1.0], [[-1.15], [1.61]])
    """

    typical: np.ndarray
    middle: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, weight: np.ndarray) -> Scales:
        """Return the scales of the rows (r, k) of a training set, each standing for so many (r,)."""
        size = np.abs(values)
        typical = np.array([np.median(column[column > 0]) if column.any() else 1.0 for column in size.T])
        logarithm = _logarithm(values, typical)
        middle = np.average(logarithm, axis=0, weights=weight)
        spread = np.sqrt(np.average((logarithm - middle) ** 2, axis=0, weights=weight))
        return cls(typical, middle, spread)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return z (r, k) of values (r, k)."""
        varied = self.spread > 1e-9
        return (_logarithm(values, self.typical) - self.middle) * varied / np.where(varied, self.spread, 1.0)


def _logarithm(values: np.ndarray, typical: np.ndarray) -> np.ndarray:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values) / typical))
