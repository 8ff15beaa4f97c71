"""Cells in the order of their counts or harm: their ranks, and which of them are the top ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..risk.scoring.hit_curves import tied


@dataclass(frozen=True, eq=False)
class CellRanking:
    """Hold the cells that have incidents in the order of a sum, the largest first, among cells that have none.

    Parameters
    ----------
    values : the sum of each cell (c,), 0 or more.
    group : the number of each cell's group of tied ones (c,), 0 the largest.
    size : how many cells each group has, those without incidents in the group of sum 0.

    Examples
    --------
    >>> ranking = CellRanking.of(np.array([5.0, 0.0, 9.0]), 2)
    >>> ranking.ranks.tolist(), ranking.chosen(2).tolist(), ranking.chosen(4).round(3).tolist()
    ([2.0, 4.0, 1.0], [1.0, 0.0, 1.0], [1.0, 0.667, 1.0])
    """

    values: np.ndarray
    group: np.ndarray
    size: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, empty: int) -> CellRanking:
        """Rank sums of cells (c,) among so many `empty` cells."""
        group = tied(np.asarray(values, dtype=float))
        size = np.bincount(group)
        if values.min() > 0:
            return cls(values, group, np.append(size, empty) if empty else size)
        size[-1] += empty
        return cls(values, group, size)

    @cached_property
    def _before(self) -> np.ndarray:
        return np.asarray(np.cumsum(self.size) - self.size)

    @property
    def ranks(self) -> np.ndarray:
        """The rank of each cell (c,), 1 the largest; those tied share the mean of theirs."""
        return np.asarray((self._before + (self.size + 1) / 2)[self.group])

    def ranks_among(self, cells: np.ndarray) -> np.ndarray:
        """Return the ranks of some of the cells (a mask (c,)) among themselves, whatever others there are."""
        group = self.group[cells]
        size = np.bincount(group, minlength=self.size.size)
        return np.asarray((np.cumsum(size) - size + (size + 1) / 2)[group])

    @property
    def rank_of_empty(self) -> float:
        """The rank that the cells without incidents share."""
        return float(self._before[-1] + (self.size[-1] + 1) / 2)

    def chosen(self, cells: float) -> np.ndarray:
        """Return how far each cell is among so many top ones (c,): 1, 0, or, tied at the cut, what of them fits."""
        return np.asarray(self._filled(cells)[self.group])

    def overlap(self, other: CellRanking, cells: float) -> float:
        """Return the share of so many top cells that they are in another ranking of the same cells too."""
        empty = int(self.size.sum()) - self.group.size
        of_empty = empty * min(self._filled(cells)[-1], other._filled(cells)[-1])
        return float(np.minimum(self.chosen(cells), other.chosen(cells)).sum() + of_empty) / cells

    def _filled(self, cells: float) -> np.ndarray:
        return np.asarray(np.clip((cells - self._before) / self.size, 0.0, 1.0))

    def ranks_at(self, values: np.ndarray) -> np.ndarray:
        """Return the rank (c,) that each cell would have with another sum, at most its own, all others as they are."""
        # What rounding leaves of a difference of sums is no difference.
        apart = 1e-9 * max(float(self.values.max()), 1e-300)
        falling = np.sort(-self.values)
        above = np.searchsorted(falling, -(values + apart), side="left")
        level = np.searchsorted(falling, -(values - apart), side="right") - above
        level = level + np.where(values <= apart, int(self.size.sum()) - self.values.size, 0)
        same = np.abs(self.values - values) <= apart
        # The cell itself stands above, where it falls, or among those level with it.
        return np.asarray(np.where(same, above + (level + 1) / 2, above - 1 + (level + 2) / 2))


def agreement(one: np.ndarray, two: np.ndarray) -> float:
    """Return Spearman's correlation of two columns of ranks (c,), NaN where one of them is all ties.

    >>> agreement(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))
    0.5
    """
    first, second = one - one.mean(), two - two.mean()
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / spread if spread > 0 else float("nan")
