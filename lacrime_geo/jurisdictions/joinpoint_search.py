"""Where the slope of a series changes: all placements of joinpoints held against each other by weighted least squares."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

# Observations before the first joinpoint, after the last one, and between two: those of the Joinpoint program.
AT_ENDS, BETWEEN = 2, 2
# Placements worked on at once, so that they stay in the cache.
AT_ONCE = 512


@cache
def placements(years: int, joinpoints: int) -> np.ndarray:
    """Return all placements (m, joinpoints) of joinpoints on the observations of a series, as their numbers.

    >>> placements(8, 1).ravel().tolist(), placements(8, 2).tolist()
    ([2, 3, 4, 5], [[2, 5]])
    """
    places = range(AT_ENDS, years - AT_ENDS)
    apart = BETWEEN + 1
    found = [one for one in combinations(places, joinpoints) if all(b - a >= apart for a, b in zip(one, one[1:]))]
    return np.array(found, dtype=np.int64).reshape(len(found), joinpoints)


def hinges(year: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return by how much each year (n,) is after each of some years (..., k), 0 before it, as columns (..., n, k)."""
    return np.asarray(np.maximum(year[:, None] - np.asarray(at)[..., None, :], 0.0))


class Weighted(NamedTuple):
    """Hold a series as weighted least squares see it, what a straight line explains taken away.

    Parameters
    ----------
    weight : of each year (n,).
    hinge : the change of slope at each possible year, without what a line explains (n, q).
    gram : of the hinges (q, q).
    """

    weight: np.ndarray
    hinge: np.ndarray
    gram: np.ndarray

    @classmethod
    def of(cls, year: np.ndarray, weight: np.ndarray) -> Weighted:
        """Return it of years (n,) and their weights (n,)."""
        at = year[AT_ENDS : year.size - AT_ENDS]
        hinge = without_line(year, weight, hinges(year, at) if at.size else np.zeros((year.size, 0)))
        return cls(weight, hinge, (hinge * weight[:, None]).T @ hinge)

    def explained(self, values: np.ndarray, joinpoints: int) -> np.ndarray:
        """Return how much of the weighted squares of series (n, r) each placement explains beyond a line (m, r)."""
        rows = placements(self.weight.size, joinpoints) - AT_ENDS
        parts = [self._explained(values, rows[at : at + AT_ONCE]) for at in range(0, len(rows), AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, values.shape[1]))

    def most_explained(self, values: np.ndarray, joinpoints: int) -> np.ndarray:
        """Return the largest of these of each series (r,); 0 where there is no placement."""
        rows = placements(self.weight.size, joinpoints) - AT_ENDS
        most = np.zeros(values.shape[1])
        for at in range(0, len(rows) if joinpoints else 0, AT_ONCE):
            np.maximum(most, self._explained(values, rows[at : at + AT_ONCE]).max(axis=0), out=most)
        return most

    def _explained(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        moment = self.hinge.T @ (self.weight[:, None] * values)
        if rows.shape[1] == 0:
            return np.zeros((len(rows), values.shape[1]))
        lower = np.linalg.cholesky(self.gram[rows[:, :, None], rows[:, None, :]])
        return np.asarray((np.linalg.inv(lower) @ moment[rows]) ** 2).sum(axis=1)


def without_line(year: np.ndarray, weight: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return what weighted least squares leave of columns (n, r) when a straight line is taken away."""
    root = np.sqrt(weight)[:, None]
    base, _ = np.linalg.qr(root * np.column_stack([np.ones(year.size), year]))
    held = root * values
    # Twice, as rounding of the first time is as large as what is left.
    for _ in range(2):
        held = held - base @ (base.T @ held)
    return np.asarray(held / root)
