"""Pairs of incidents of which the earlier may have brought the later: near each other, and not the same day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..unit_distances import NearUnits

# A day's incidents bring others for so many days at most; pairs beyond the largest number would fill the memory.
LONGEST, MOST = 60, 1_000_000


@dataclass(frozen=True, eq=False)
class Days:
    """Hold incidents as counts of a unit on a day (r,), ordered by unit and day; days run from 0 to `days` − 1."""

    unit: np.ndarray
    day: np.ndarray
    count: np.ndarray
    days: int

    @classmethod
    def of(cls, unit: np.ndarray, day: np.ndarray, days: int) -> Days:
        """Count incidents, each given by its unit and day (e,)."""
        key, count = np.unique(unit * np.int64(days) + day, return_counts=True)
        return cls(key // days, key % days, count.astype(float), days)

    @property
    def ahead(self) -> np.ndarray:
        """How many days after each count are known, and may hold what it brought (r,): at most the longest lag."""
        return np.minimum(self.days - 1 - self.day, LONGEST)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Hold the pairs (p,): the later count, the earlier one, days between, and the number of their pair of units in `near`."""

    later: np.ndarray
    earlier: np.ndarray
    lag: np.ndarray
    near: np.ndarray

    @classmethod
    def of(cls, known: Days, near: NearUnits) -> Pairs:
        """Find them."""
        each = near.start[known.unit + 1] - near.start[known.unit]
        later, link = _expanded(near.start[known.unit], each)
        other, day = near.other[link], known.day[later]
        key = known.unit * np.int64(known.days) + known.day
        first = np.searchsorted(key, other * np.int64(known.days) + np.maximum(day - LONGEST, 0))
        stop = np.searchsorted(key, other * np.int64(known.days) + day)
        which, earlier = _expanded(first, stop - first)
        return cls(later[which], earlier, known.day[later[which]] - known.day[earlier], link[which])


def days_that_fit(unit: np.ndarray, age: np.ndarray, days: int, near: NearUnits) -> int:
    """Return how many of the last days have no more pairs than fit: incidents are given by their unit and age in days (e,)."""
    while days > LONGEST and _likely_pairs(unit[age <= days], days, near) > MOST:
        days = max(int(0.8 * days), LONGEST)
    return days


def _likely_pairs(unit: np.ndarray, days: int, near: NearUnits) -> float:
    """Return how many pairs there would be, were incidents spread evenly over the days."""
    count = np.bincount(unit, minlength=near.start.size - 1).astype(float)
    return float(count[near.source] @ count[near.other]) * min(LONGEST / days, 0.5)


def _expanded(start: np.ndarray, each: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for ranges, given by their start and length, whose each number is, and the numbers one after the other."""
    whose = np.repeat(np.arange(start.size), each)
    return whose, np.arange(whose.size) - np.repeat(np.cumsum(each) - each, each) + start[whose]
