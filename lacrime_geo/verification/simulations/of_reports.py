"""Data: intervals of delays and nowcasts hold the truth as often as they say."""

from __future__ import annotations

import numpy as np

from ... import nowcast
from ...delays.truncated_delays import delays_of
from ..declared import Simulation
from ..small_layers import points

BEGIN = np.datetime64("2022-01-01")


def _delay_held(random: np.random.Generator) -> bool:
    """Return whether the interval of 90 % holds the share reported within 7 days, delays being geometric."""
    occurred = random.integers(0, 200, 600)
    reported = occurred + random.geometric(1 / 16, 600) - 1
    seen = reported < 200
    low, high = delays_of((reported - occurred)[seen], (199 - occurred)[seen]).interval(90)
    return bool(low[7] <= 1 - (15 / 16) ** 8 <= high[7])


def _nowcast_held(random: np.random.Generator) -> bool:
    """Return whether the last week but one of a known city lies within its interval of 90 %."""
    occurred = np.repeat(np.arange(300), random.poisson(8, 300))
    reported = occurred + np.floor(random.exponential(15.0, occurred.size)).astype(int)
    some = points(np.zeros(occurred.size), np.zeros(occurred.size), when=BEGIN + occurred, reported=BEGIN + reported)
    known = some.take(reported <= 299)
    found = nowcast(known, step="week", last=2, as_of=BEGIN + 299, level=90, seed=int(random.integers(1 << 31)))
    first = int((found["date"][0].astype("M8[D]") - BEGIN).astype(int))
    true = ((occurred >= first) & (occurred < first + 7)).sum()
    return bool(found["low"][0] <= true <= found["high"][0])


SIMULATIONS = (
    Simulation(
        "shares reported within their 90 % interval",
        "reporting_delay",
        (0.87, 0.94),
        "Lagakos et al. 1988",
        _delay_held,
        1_500,
        10_000,
    ),
    Simulation("weeks within their 90 % interval", "nowcast", (0.86, 0.96), "Lawless 1994", _nowcast_held, 120, 2_000),
)
