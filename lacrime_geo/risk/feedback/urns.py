"""Two districts as an urn: who looks where much is recorded, records more there (Ensign et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...progress import Progress, advance

_TELLS_EVERY = 50  # days


@dataclass(frozen=True, eq=False)
class Urn:
    """Hold two districts: each day one is visited, with the probability of its share of all that is recorded.

    Parameters
    ----------
    discovered : the probability (2,) that a visit discovers an incident.
    reported : the probability (2,) that one is reported on a day, whoever is visited.
    start : what is recorded of each before the first day (2,).
    """

    discovered: np.ndarray
    reported: np.ndarray
    start: np.ndarray

    def true_share(self) -> float:
        """Return the first district's share of all incidents, as it would be if both were visited every day."""
        both = self.discovered + self.reported
        return float(both[0] / both.sum())

    def limit(self, corrected: bool) -> float | None:
        """Return to which share of the first district the records tend, None where chance alone decides.

        What is recorded on a day adds so much to each on average that its share moves to the root of a polynomial (Renlund
        2010, Generalized Pólya urns via stochastic approximation, arXiv 1002.3716).
        """
        if not self.reported.any() and not corrected:
            return None if self.discovered[0] == self.discovered[1] else float(self.discovered[0] > self.discovered[1])
        low, high = 0.0, 1.0
        # Below the limit the share rises on average, above it falls: one root, found by halving.
        for _ in range(60):
            middle = (low + high) / 2
            if self._gain(middle, corrected) > 0:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def _gain(self, share: float, corrected: bool) -> float:
        """Return how much the records of a day are more the first district's than those before them."""
        visits = np.array([share, 1 - share])
        counted = visits * counting(visits) if corrected else visits
        added = self.reported + self.discovered * counted
        return float(added[0] - share * added.sum())


def counting(visits: np.ndarray) -> np.ndarray:
    """Return the probability with which a discovered incident counts in each district, so that visits do not.

    In the one that is visited more it counts by the share of the other's visits; then what counts is by the incidents alone.

    >>> counting(np.array([0.75, 0.25])).round(3).tolist()
    [0.333, 1.0]
    """
    return np.asarray(visits[::-1] / visits.max(axis=0))


def shares_of_runs(urn: Urn, days: np.ndarray, runs: int, corrected: bool, seed: int, progress: Progress) -> np.ndarray:
    """Return the first district's share of the records after each of some days, rising (runs, days).

    Each run draws who is visited, what is found there, what counts of it, and what is reported: day after day, of all runs at
    once.
    """
    # Each update has draws of its own, alike whether the other one is asked for or not.
    draw = np.random.default_rng([seed, int(corrected)])
    records = np.repeat(urn.start[:, None], runs, axis=1)
    found = np.empty((runs, days.size))
    at = 0
    for day in range(int(days[-1]) + 1):
        if day:
            _pass_a_day(urn, records, corrected, draw)
        if day == days[at]:
            found[:, at] = records[0] / records.sum(axis=0)
            at += 1
        if day % _TELLS_EVERY == 0:
            advance(progress, day / int(days[-1]))
    return found


def _pass_a_day(urn: Urn, records: np.ndarray, corrected: bool, draw: np.random.Generator) -> None:
    """Add to the records (2, runs) what one day brings."""
    visits = records / records.sum(axis=0)
    runs = records.shape[1]
    first = draw.random(runs) < visits[0]
    visited = np.array([first, ~first])
    chance = urn.discovered[:, None] * (counting(visits) if corrected else 1.0)
    records += visited & (draw.random(runs) < chance)
    if urn.reported.any():
        records += draw.random((2, runs)) < urn.reported[:, None]
