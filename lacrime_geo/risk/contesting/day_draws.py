"""How sure the hit rate of one map is: the weeks or days of the incidents that score it, drawn again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...parameters import Parameters
from ..scoring.block_bootstrap import Interval, resample

# A percentile interval needs some twenty spans that differ; near repeats reach over the days of a week.
ENOUGH, WEEK = 20, 7


class Spans(NamedTuple):
    """Hold the number of the span of time of each incident (n,), and how many spans there are."""

    number: np.ndarray
    size: int

    @classmethod
    def of(cls, when: np.ndarray | None, rows: int, parameters: Parameters) -> Spans:
        """Return the weeks of incidents where there are twenty, else their days; one without a date is a span of its own.

        Parameters
        ----------
        when : of each incident (n,), or None.
        rows : how many incidents there are.
        parameters : the record, in which is kept what is drawn again.
        """
        if when is None or np.isnat(when).all():
            parameters.choose("drawn_again", "incidents", "they have no dates")
            parameters["drawn_from"] = rows
            return cls(np.arange(rows), rows)
        dated = ~np.isnat(when)
        day = when.astype("M8[D]").astype(np.int64)
        since = day - day[dated].min()
        days = int(since[dated].max()) + 1
        weeks = days // WEEK >= ENOUGH
        reason = "other weeks like these" if weeks else f"{days:,} days are fewer than {ENOUGH} weeks"
        parameters.choose("drawn_again", "weeks" if weeks else "days", reason)
        parameters["drawn_from"] = days // WEEK if weeks else days
        number = np.where(dated, since // WEEK if weeks else since, 0)
        held = int(number[dated].max()) + 1
        number[~dated] = held + np.arange(int((~dated).sum()))
        return cls(number, held + int((~dated).sum()))

    def take(self, rows: np.ndarray) -> Spans:
        """Return the spans of some of the incidents."""
        return Spans(self.number[rows], self.size)

    def interval(self, caught: np.ndarray, seed: int) -> Interval:
        """Return the share of incidents caught with its 95 % interval; `caught` is how far each was (n,), 0 to 1."""
        sums = np.bincount(self.number, caught, self.size)
        total = np.bincount(self.number, minlength=self.size)
        found = resample(sums[None, :, None], total[:, None], seed=seed)
        return found.interval(lambda share: share[..., 0])
