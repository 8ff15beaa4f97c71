"""Units in the order of their predicted risk, those within a share of the area, and what each share of it caught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Union

import numpy as np

from ... import checks

SHARES = (0.01, 0.02, 0.05)
Shares = Union[float, Sequence[float], np.ndarray]
# Areas that differ by less are equal: what rounding and projecting leaves of the cells of a grid.
ALIKE = 1e-6
# What rounding may leave of a whole number of cells (0.29 × 100 is 28.999…), and of risks that are the same (the same
# features, or a rate times an area): ties must not be broken by the place of a unit in the file.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Ranking:
    """Hold units in the order of their risk, the highest first; those tied stand in one group.

    Parameters
    ----------
    group : the number of each unit's group (n,), 0 the highest.
    size : of each unit (n,): 1 where all areas are equal, else m².
    ends : how much the groups so far hold (groups + 1,), from 0, in the same unit.
    equal : whether all areas are equal.

    Examples
    --------
    Two of three tied units fit; each is counted by two thirds.

    >>> ranking = Ranking.of([2.0, 2.0, 2.0, 1.0])
    >>> ranking.chosen(0.5).round(3).tolist()
    [0.667, 0.667, 0.667, 0.0]
    """

    group: np.ndarray
    size: np.ndarray
    ends: np.ndarray
    equal: bool

    @classmethod
    def of(cls, risk: Any, area: Any = None) -> Ranking:
        """Return units ordered by risk, or by risk per area where areas differ, which fills an area best.

        Parameters
        ----------
        risk : expected incidents of each unit (n,), or any score where areas are equal.
        area : of each unit (n,), m². Default: all equal.

        Raises
        ------
        ValueError
            If a risk is missing or infinite, or an area is not above 0.
        """
        values = checks.numbers("risk", risk, np.size(risk))
        size = _sizes(area, values.size)
        group = tied(values / size)
        ends = np.concatenate([[0.0], np.cumsum(np.bincount(group, size))])
        return cls(group, size, ends, bool((size == 1).all()))

    def budget(self, shares: Shares) -> np.ndarray:
        """Return how much shares of the area hold: whole cells, rounded down, where areas are equal, else m²."""
        asked = _shares(shares) * self.ends[-1]
        return np.floor(asked * (1 + ROUNDING)) if self.equal else asked

    def taken(self, shares: Shares) -> np.ndarray:
        """Return the share of the area that such budgets come to."""
        whole = self.ends[-1]
        return self.budget(shares) / whole if whole else np.full(np.shape(shares), np.nan)

    def chosen(self, share: float) -> np.ndarray:
        """Return how far each unit is within a share of the area (n,): 1, 0, or, tied at the cut, what of them fits.

        m of t tied cells count m / t each. Where areas differ, tied ones count by the share of their common area that fits;
        so all predictors fill the same area.
        """
        filled = (self.budget(share) - self.ends[:-1]) / np.diff(self.ends)
        return np.clip(filled, 0.0, 1.0)[self.group]

    def curve(self, counts: Any) -> HitCurve:
        """Return which share of the incidents (n,) each share of the area caught, ties by their expected share."""
        came = counted(counts, self.group.size)
        caught = np.cumsum(np.bincount(self.group, came, minlength=self.ends.size - 1))
        return HitCurve.of(self.ends, caught)

    def curve_against(self, counts: Any) -> HitCurve:
        """Return the same with all ties broken against the map: the lower bound of what it caught."""
        came = counted(counts, self.group.size)
        order = np.lexsort((came / self.size, self.group))
        return HitCurve.of(np.concatenate([[0.0], np.cumsum(self.size[order])]), np.cumsum(came[order]))


@dataclass(frozen=True, eq=False)
class HitCurve:
    """Hold the share of incidents caught by each share of the area, straight between its points.

    Parameters
    ----------
    area : shares of the area (points,), from 0 to 1.
    hits : shares of the incidents (points,), from 0 to 1; NaN where none came.
    """

    area: np.ndarray
    hits: np.ndarray

    @classmethod
    def of(cls, ends: np.ndarray, caught: np.ndarray) -> HitCurve:
        """Return the curve through areas (k + 1,) and incidents (k,), both summed up."""
        whole, total = ends[-1], caught[-1] if caught.size else 0
        area = ends / whole if whole else ends
        hits = np.concatenate([[0.0], caught]) / total if total else np.full(ends.size, np.nan)
        return cls(area, hits)

    def at(self, area: Shares) -> np.ndarray:
        """Return the share of incidents that shares of the area caught."""
        return np.interp(np.asarray(area, dtype=float), self.area, self.hits)

    def pai(self, area: Shares) -> np.ndarray:
        """Return the prediction accuracy index at shares of the area: how much denser incidents are there than overall."""
        share = np.asarray(area, dtype=float)
        return self.at(share) / np.where(share > 0, share, np.nan)


def tied(values: np.ndarray) -> np.ndarray:
    """Return the group of each value (n,), 0 the highest; those that differ by rounding alone stand in one.

    >>> tied(np.array([0.1, 0.3, 0.1 + 0.2, 0.0])).tolist()
    [1, 0, 0, 2]
    """
    order = np.argsort(-values, kind="stable")
    falling = values[order]
    apart = falling[:-1] - falling[1:] > ROUNDING * np.maximum(np.abs(falling[:-1]), np.abs(falling[1:]))
    group = np.zeros(values.size, dtype=np.int64)
    group[order[1:]] = np.cumsum(apart)
    return group


def counted(counts: Any, rows: int, name: str = "counts") -> np.ndarray:
    """Return counts (or expected ones) of units as a float column, none of them below 0."""
    column = checks.numbers(name, counts, rows)
    bad = np.flatnonzero(column < 0)
    if bad.size:
        raise ValueError(
            f"{name} must be 0 or more, but {bad.size:,} of {rows:,} units are below, first unit {bad[0]} ({column[bad[0]]}); "
            "give numbers of incidents."
        )
    return column


def _sizes(area: Any, rows: int) -> np.ndarray:
    if area is None:
        return np.ones(rows)
    column = checks.numbers("area", area, rows)
    bad = np.flatnonzero(column <= 0)
    if bad.size:
        raise ValueError(
            f"area is not above 0 in {bad.size:,} of {rows:,} units, first in unit {bad[0]} ({column[bad[0]]}); "
            "leave these units out."
        )
    alike = rows > 0 and np.ptp(column) <= ALIKE * column.max()
    return np.ones(rows) if alike else column


def _shares(shares: Shares) -> np.ndarray:
    values = np.asarray(shares, dtype=float)
    bad = values[~((values > 0) & (values <= 1))]
    if bad.size:
        raise ValueError(f"A share of the area must be above 0 and at most 1, got {bad.ravel()[0]}.")
    return values
