"""What every analysis that is run again on moved places shares: how far, how often, and the moved incidents one by one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..incidents import Incidents
from ..parameters import Parameters
from ..progress import Progress, advance, within
from .displacement import Side, Uncertain

log = logging.getLogger("lacrime_geo")
# Hot or cold at 95 % confidence.
SURE = 2
# What is found in nine of ten runs stands.
STANDS = 0.9
# The analysis of the data as given takes its part of the whole.
FIRST = 0.2


@dataclass(frozen=True)
class Reruns:
    """Incidents and the radius (m) within which their places are moved, how often, and the options of the analysis."""

    incidents: Incidents
    radius: float
    runs: int
    seed: int
    options: dict[str, Any]
    record: Parameters
    progress: Progress = None

    @property
    def first(self) -> dict[str, Any]:
        """The options of the first run, on the data as given."""
        return {**self.options, "progress": within(self.progress, 0.0, FIRST)}

    def moved(self, side: Side = None) -> Iterator[tuple[Incidents, Progress]]:
        """Yield the incidents with a place, moved anew for each run, and its progress; `side` tells the border none crosses."""
        random = np.random.default_rng(self.seed)
        uncertain = Uncertain.of(self.incidents.located(), self.radius, side)
        for number in range(self.runs):
            begin, end = (FIRST + (1 - FIRST) * (number + step) / self.runs for step in (0, 1))
            advance(self.progress, begin)
            yield uncertain.moved(random), within(self.progress, begin, end)
        advance(self.progress, 1.0)

    def described(self, parameters: Parameters, found: str) -> Parameters:
        """Return the record of the first run with how places were moved, and what stands in words."""
        parameters.update(self.record)
        parameters.update(runs=self.runs, seed=self.seed, moved="each place with its incidents, evenly over a disk")
        parameters.tell(found)
        return parameters

    def standing(self, times: np.ndarray) -> np.ndarray:
        """Mark what was found in at least nine of ten runs."""
        return np.asarray(times >= STANDS * self.runs)

    def said(self, word: str, times: np.ndarray) -> np.ndarray:
        """Say in words in how many runs something was found; nothing where it never was."""
        text = [f"{word} in {number} of {self.runs} runs" if number else "" for number in times.tolist()]
        return np.array(text, dtype=object)


def out_of(number: int, whole: int) -> str:
    """Return a number of a whole in words, with its share.

    >>> out_of(3, 4), out_of(1929, 1936), out_of(0, 0)
    ('3 of 4 (75 %)', '1,929 of 1,936 (99.6 %)', '0 of 0')
    """
    if not whole:
        return f"{number:,} of {whole:,}"
    share = 100 * number / whole
    # All but a few are not all, and a few are not none.
    digits = 0 if number in (0, whole) or 0.5 <= share < 99.5 else 1
    return f"{number:,} of {whole:,} ({share:.{digits}f} %)"


@contextmanager
def unsaid() -> Iterator[None]:
    """Keep a run among many from announcing what it chooses."""
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)
