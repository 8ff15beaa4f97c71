"""The dates of incidents, shuffled: each shuffling by random numbers of its own, wherever it is drawn."""

from __future__ import annotations

import threading

import numpy as np

# Shufflings that are kept while pairs are counted of them take so many bytes, or are so many of very many dates: pairs are
# listed anew for those drawn next.
BYTES_KEPT, LEAST_KEPT = 160_000_000, 4


class ShuffledDates:
    """The days of incidents (n,), from 0 on, as they are (number 0) and shuffled; those drawn last are kept.

    Shuffling k is `default_rng([seed, k]).permutation(day)`. `at_once` are kept, by all threads of a process together; the
    period is `length` days long.
    """

    def __init__(self, day: np.ndarray, seed: int) -> None:
        # As few bytes as hold days and their differences.
        self.day, self.seed = day.astype(np.int16 if day.max() < 2**15 else np.int64), seed
        self.length = int(day.max()) + 1
        self.at_once = max(BYTES_KEPT // self.day.nbytes, LEAST_KEPT)
        self._drawn: dict[int, np.ndarray] = {}
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type, tuple[np.ndarray, int]]:
        """Go to another process without what is drawn here."""
        return type(self), (self.day, self.seed)

    def of(self, number: int) -> np.ndarray:
        """Return the days (n,) of a shuffling."""
        if number == 0:
            return self.day
        found = self._drawn.get(number)
        if found is None:
            found = np.random.default_rng([self.seed, number]).permutation(self.day)
            with self._lock:
                while len(self._drawn) >= self.at_once:
                    del self._drawn[next(iter(self._drawn))]
                self._drawn[number] = found
        return found
