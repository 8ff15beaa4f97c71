"""A scan over all cylinders, as the incidents happened and as often with their days dealt anew among the places."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from ..progress import Progress, advance
from .cylinders import Cylinders, Found

# Random maxima lie above: with this as a first limit few cylinders need their ratio computed.
USUAL_LEAST = 3.0
MOST_THREADS = 8
_BATCHES = 100


class Scans:
    """Scans of the same cylinders; what they find does not depend on how many threads work at it."""

    def __init__(self, cylinders: Cylinders) -> None:
        self.cylinders = cylinders

    @cached_property
    def _usual(self) -> list[np.ndarray]:
        return self.cylinders.limits(USUAL_LEAST)

    @cached_property
    def _lowest(self) -> list[np.ndarray]:
        return self.cylinders.limits(0.0)

    def found(self, day: np.ndarray, least: float = USUAL_LEAST) -> Found:
        """Return the cylinders whose log likelihood ratio reaches a value, and some below; if none does, all above 0."""
        found = self.cylinders.reaching(day, self._usual if least >= USUAL_LEAST else self._lowest)
        return found if (found.ratio >= USUAL_LEAST).any() else self.cylinders.reaching(day, self._lowest)

    def largest(self, day: np.ndarray) -> float:
        """Return the largest log likelihood ratio of all cylinders."""
        return float(self.found(day).ratio.max(initial=0.0))

    def maxima(self, permutations: int, seed: int, progress: Progress) -> np.ndarray:
        """Return the largest ratio of each of so many random scans."""
        maxima = np.empty(permutations)
        threads = min(_processors(), MOST_THREADS)
        size = max(permutations // _BATCHES, threads)
        # Before the threads, which would each make them.
        self._usual  # noqa: B018

        def one(number: int) -> float:
            return self.largest(self.cylinders.cases.shuffled(seed, number))

        with ThreadPoolExecutor(threads) as pool:
            for begin in range(0, permutations, size):
                numbers = range(begin, min(begin + size, permutations))
                maxima[numbers.start : numbers.stop] = list(pool.map(one, numbers))
                advance(progress, numbers.stop / permutations)
        return maxima


def _processors() -> int:
    """Return how many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
