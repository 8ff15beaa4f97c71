"""Correspondence analysis: the axes along which rows of a table of counts differ most in what they are made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Axes(NamedTuple):
    """Hold the axes (k,) of a table: their inertias, scores of the rows (n, k), and standard coordinates of the columns (m, k).

    A row's score is the mean of the coordinates of what it is made of; the columns' shares of all counts are `mass` (m,).
    """

    inertia: np.ndarray
    scores: np.ndarray
    coordinates: np.ndarray
    mass: np.ndarray

    @property
    def contributions(self) -> np.ndarray:
        """Which share of each axis each column makes (m, k); they sum to 1."""
        return np.asarray(self.mass[:, None] * self.coordinates**2)

    def errors(self, count: np.ndarray) -> np.ndarray:
        """Return the standard errors (n, k) of the scores, of rows that are random samples, with the axes held fast."""
        total = count.sum(axis=1, keepdims=True)
        share = count / total
        square = share @ self.coordinates**2 - (share @ self.coordinates) ** 2
        return np.asarray(np.sqrt(np.maximum(square, 0.0) / total))


def correspondence(count: np.ndarray) -> Axes:
    """Return the axes of a table of counts (n, m) without empty rows or columns, by falling inertia.

    Notes
    -----
    Benzécri 1973; Greenacre 1984, Theory and applications of correspondence analysis, chapter 4: the singular values of
    S = D_r^(−½) (P − r c′) D_c^(−½), with P the table over its total and r, c its margins. The sum of the inertias is χ² over the
    total. On each axis the column that makes the largest part of it is positive, of equal ones the first.

    Examples
    --------
    >>> smoking = np.array([[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]])  # Greenacre 1984
    >>> correspondence(smoking).inertia.round(5).tolist()
    [0.07476, 0.01002, 0.00041]
    """
    share = count / count.sum()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    inertia, vectors = np.linalg.eigh(_crossed(share, rows, columns))
    axes = min(count.shape) - 1
    # One is always 0: rows and columns are held against their own margins.
    inertia, vectors = np.maximum(inertia[::-1][:axes], 0.0), vectors[:, ::-1][:, :axes]
    largest = np.argmax(np.round(np.abs(vectors), 12), axis=0)
    vectors = vectors * np.where(vectors[largest, np.arange(axes)] < 0, -1.0, 1.0)
    coordinates = vectors / np.sqrt(columns)[:, None]
    return Axes(inertia, (share / rows[:, None]) @ coordinates, coordinates, columns)


def inertias(count: np.ndarray) -> np.ndarray:
    """Return the inertias of a table of counts by falling size, those of no axis as 0."""
    share = count / count.sum()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    # A category that was not drawn at all differs nowhere.
    crossed = _crossed(share, rows, np.where(columns > 0, columns, 1.0))
    return np.linalg.eigvalsh(crossed * np.outer(columns > 0, columns > 0))[::-1]


def _crossed(share: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return S′S (m, m), whose eigenvalues are the inertias."""
    standard = (share - np.outer(rows, columns)) / np.sqrt(np.outer(rows, columns))
    return np.asarray(standard.T @ standard)
