"""Incidents counted by weeks that end with the last day of the data, so that none but the first is cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

DAYS = 7
# Two centuries: dates before them are no records of today's.
MOST = 10_000


class Weeks(NamedTuple):
    """Whole weeks: the first day of each (m,), the week of each row (n,), −1 for those without a date or before the first."""

    begin: np.ndarray
    of_row: np.ndarray

    @classmethod
    def of(cls, when: np.ndarray) -> Weeks:
        """Return the whole weeks that moments (n,) cover, counted back from the last day, the last ten thousand at most."""
        day = when.astype("M8[D]")
        known = ~np.isnat(day)
        if not known.any():
            return cls(np.empty(0, "M8[D]"), np.full(when.size, -1))
        last = day[known].max()
        number = min(int((last - day[known].min()).astype(int) + 1) // DAYS, MOST)
        begin = last - (DAYS * np.arange(number, 0, -1) - 1).astype("m8[D]")
        back = np.where(known, (last - np.where(known, day, last)).astype(np.int64) // DAYS, number)
        return cls(begin, np.where(back < number, number - 1 - back, -1))

    def before(self, when: np.ndarray) -> int:
        """Return how many of the moments (n,) are before the first whole week."""
        return int((when.astype("M8[D]") < self.begin[0]).sum())

    def until(self, day: np.datetime64) -> Weeks:
        """Return the weeks that begin before a day."""
        number = int((self.begin < day).sum())
        return Weeks(self.begin[:number], np.where(self.of_row < number, self.of_row, -1))

    @property
    def size(self) -> int:
        """The number of weeks."""
        return int(self.begin.size)

    def counts(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Return how many rows, of all or of a mask (n,), are of each week."""
        week = self.of_row if rows is None else self.of_row[rows]
        return np.bincount(week[week >= 0], minlength=self.size)


def running_departures(counts: np.ndarray, first: int, past: int, weeks: int) -> tuple[np.ndarray, ...]:
    """Return for each week from the first on: z, the mean count of some weeks from it on, and that of the past ones before.

    z is that of `departures`, for all weeks of counts (m,) at once.
    """
    at = np.arange(first, counts.size - weeks + 1)
    begin = np.maximum(at - past, 0)
    total, squares = (np.concatenate([[0.0], np.cumsum(values)]) for values in (counts, counts.astype(float) ** 2))
    number, now = at - begin, total[at + weeks] - total[at]
    mean = (total[at] - total[begin]) / number
    variance = np.maximum(squares[at] - squares[begin] - number * mean**2, 0.0) / (number - 1)
    spread = np.maximum(variance / np.where(mean > 0, mean, np.inf), 1.0)
    z = 2 * (np.sqrt(now) - np.sqrt(weeks * mean)) / np.sqrt(spread * (1 + weeks / number))
    return z, now / weeks, mean


def departures(later: np.ndarray, earlier: np.ndarray, weeks: int = 1) -> float:
    """Return how many standard errors a count of some weeks departs from those of earlier ones (m,).

    z = 2(√x − √μ) / √(φ (1 + w/m)), the variance-stabilised difference of two Poisson counts (Wheeler 2016), with φ the
    overdispersion of the earlier weeks, variance / mean and at least 1.
    """
    mean = float(earlier.mean())
    spread = max(1.0, float(earlier.var(ddof=1)) / mean) if mean > 0 else 1.0
    error = np.sqrt(spread * (1 + weeks / earlier.size))
    return float(2 * (np.sqrt(later.sum()) - np.sqrt(weeks * mean)) / error)
