"""Predictors fitted anew at each origin to what was known then, side by side in threads, with what each cost."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from ... import checks
from ...progress import Progress
from ...shared_out import shared_out
from ..events import Events, History
from .contest_origins import Schedule
from .entrants import Entrant

THREADS = 2


class _Told(NamedTuple):
    """What a predictor expects in each unit (n,), or why it could not be fitted, and the seconds that took."""

    expected: np.ndarray | None
    refusal: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Run:
    """Hold what each entrant expects at some origins.

    Parameters
    ----------
    expected : incidents (entrants, origins, n); NaN where it could not be fitted.
    refusals : why it could not, by entrant and origin, in their order.
    seconds : that each entrant took (entrants,), by the clock.
    """

    expected: np.ndarray
    refusals: dict[tuple[int, int], str]
    seconds: np.ndarray

    @property
    def fitted(self) -> np.ndarray:
        """Which entrant could be fitted at which origin (entrants, origins)."""
        fine = np.ones(self.expected.shape[:2], dtype=bool)
        for place in self.refusals:
            fine[place] = False
        return fine

    def since(self, first: int) -> Run:
        """Return the same without the first origins; the seconds are those of all."""
        kept = {(entrant, at - first): why for (entrant, at), why in self.refusals.items() if at >= first}
        return Run(self.expected[:, first:], kept, self.seconds)


def histories_at(events: Events, schedule: Schedule) -> tuple[list[History], list[History]]:
    """Return what was known at the origins that fix thresholds, and at those that are scored.

    The first stand within what was known at the first scored origin: no report of later ones is in them.
    """
    first = events.known(schedule.scored[0], schedule.gap)
    scored = [first, *(events.known(origin, schedule.gap) for origin in schedule.scored[1:])]
    return [first.until(origin) for origin in schedule.validation], scored


def run(entrants: Sequence[Entrant], histories: Sequence[History], horizon: int, progress: Progress = None) -> Run:
    """Return what each entrant expects in the days after each history.

    Entrants and origins are shared out between two threads; the result does not depend on how.

    Raises
    ------
    ValueError
        If an entrant returns something else than a number of 0 or more for each unit.
    """
    # The costly ones come first to the threads, so that none is left alone at the end.
    tasks = {
        (entrant, origin): partial(_timed, entrants[entrant], histories[origin], horizon)
        for entrant in reversed(range(len(entrants)))
        for origin in reversed(range(len(histories)))
    }
    found = shared_out(tasks, progress, THREADS)
    return _together(found, len(entrants), histories)


def _together(found: dict[tuple[int, int], _Told], entrants: int, histories: Sequence[History]) -> Run:
    size = histories[0].units.size if histories else 0
    expected = np.full((entrants, len(histories), size), np.nan)
    seconds = np.zeros(entrants)
    for place in sorted(found):
        told = found[place]
        seconds[place[0]] += told.seconds
        if told.expected is not None:
            expected[place] = told.expected
    refusals = {place: found[place].refusal for place in sorted(found) if found[place].expected is None}
    return Run(expected, refusals, seconds)


def _timed(entrant: Entrant, history: History, horizon: int) -> _Told:
    """Return what an entrant expects; that it cannot be fitted to a history is told, not raised."""
    began = time.perf_counter()
    try:
        fitted = entrant.predictor.fit(history)
    except (ValueError, ImportError) as problem:
        return _Told(None, " ".join(str(problem).split()), time.perf_counter() - began)
    expected = _checked(entrant.name, fitted.predict(horizon), history.units.size)
    return _Told(expected, "", time.perf_counter() - began)


def _checked(name: str, expected: np.ndarray, units: int) -> np.ndarray:
    column = checks.numbers(f"what {name!r} expects", expected, units)
    bad = np.flatnonzero(column < 0)
    if bad.size:
        raise ValueError(
            f"{name!r} expects fewer than 0 incidents in {bad.size:,} of {units:,} units, first in unit {bad[0]} "
            f"({column[bad[0]]}); an expectation is 0 or more."
        )
    return column


def megabytes_held() -> float:
    """Return how much memory this process has held at most, NaN where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return np.nan
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1e6 if sys.platform == "darwin" else held / 1e3
