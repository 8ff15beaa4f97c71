"""Early warning: as many false alarms a year as were asked for."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...alerting.limits_by_simulation import Chance, limits_of
from ...alerting.methods import method_of
from ...alerting.null_tails import drawn_counts
from ...alerting.usual_counts import usual_before
from ..declared import Simulation

ASKED, YEAR = 12.0, 365.25
DAYS, JUDGED, AREAS = 500, 200, 25


def _false_alarms(random: np.random.Generator, name: str) -> np.ndarray:
    """Return the false alarms a year of each of some areas in which nothing happens, at 6 a day, scattered by 1.5."""
    count = drawn_counts(random, 6.0, 1.5, np.ones(7), AREAS, DAYS)
    usual = usual_before(count, "day", 56)
    statistic = method_of(name, "day").judge(count).statistic
    statistic[:, : DAYS - JUDGED] = np.nan
    chance = Chance(name, "day", None, ASKED / YEAR, int(random.integers(1 << 31)))
    limits = limits_of(statistic, usual, np.arange(DAYS) % 7, np.ones((DAYS, 7)), chance)
    return (limits.p[:, -JUDGED:] <= chance.share).mean(axis=1) * YEAR


SIMULATIONS = tuple(
    Simulation(
        f"false alarms a year, 12 asked: {name}",
        "alerts",
        (0.85 * ASKED, 1.15 * ASKED),
        "limits by simulation",
        partial(_false_alarms, name=name),
        12,
        200,
        mean=True,
    )
    for name in ("poisson", "cusum", "ears_c1", "ears_c2", "ears_c3")
)
