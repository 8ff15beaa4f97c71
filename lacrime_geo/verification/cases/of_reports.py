"""Data: the share reported within so many days, its interval, and what the last weeks will be."""

from __future__ import annotations

import numpy as np

from ... import nowcast, reporting_delay
from ...delays.truncated_delays import delays_of
from ..declared import Case
from ..small_layers import points

LAGAKOS = "Lagakos, Barraj & De Gruttola 1988, by hand"


def _share() -> float:
    """Return the share reported on the first day of three incidents, of which the youngest could show no longer delay."""
    return float(delays_of(np.array([0, 1, 0]), np.array([5, 4, 0])).share[0])


def _wilson() -> list[float]:
    """Return the interval of the share within 3 days of 100 incidents, of which 80 were, and all could have shown longer ones."""
    low, high = delays_of(np.repeat([0, 3, 9], [50, 30, 20]), np.full(100, 50)).interval(95)
    return [low[3], high[3]]


def _now() -> float:
    """Return the nowcast of the last day: those reported so far over the share that is by then, a half."""
    day = np.datetime64("2022-01-01") + np.repeat(np.arange(100), 10)
    late = np.tile([0] * 5 + [1] * 5, 100)
    seen = day + late <= np.datetime64("2022-01-01") + 99
    some = points(np.zeros(1000), np.zeros(1000), when=day, reported=day + late).take(seen)
    return float(nowcast(some, step="day", last=1, as_of="2022-04-10")["nowcast"][-1])


def _delay() -> float:
    day = np.datetime64("2022-01-01") + np.arange(200)
    some = points(np.zeros(200), np.zeros(200), when=day, reported=day + np.arange(200) % 2)
    return float(reporting_delay(some).delays["all"].share[0])


CASES = (
    Case("share on the first day, one too young for more", "reporting_delay", 0.5, 1e-12, LAGAKOS, _share),
    Case(
        "80 of 100 within 3 days at 95 %",
        "reporting_delay",
        [0.7112, 0.8666],
        5e-5,
        "Brown, Cai & DasGupta 2001",
        _wilson,
    ),
    Case("share on the first day where every other is late", "reporting_delay", 0.5, 5e-3, LAGAKOS, _delay),
    Case("5 so far of a day of which half are known: 10", "nowcast", 10.0, 1e-9, "Lawless 1994, by hand", _now),
)
