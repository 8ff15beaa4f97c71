"""The methods by name: what each makes of counts, and how many earlier steps it needs."""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np

from . import farrington
from .baselines import Judgement
from .cumulative_sums import moving_cusum
from .ears import BASELINE, GAP, ears_c1, ears_c2, ears_c3
from .poisson_limits import poisson

DAY_STEPS, WEEK_STEPS = 56, 26
PER_YEAR = {"day": 365.25, "week": 365.25 / 7}
FARRINGTON = "farrington"


class Method(NamedTuple):
    """Hold a method: its name in words, what it makes of counts, the steps it looks back, and those until it forgets."""

    words: str
    judge: Callable[[np.ndarray], Judgement]
    looks_back: int
    settles: int = 0


def method_of(name: str, step: str) -> Method:
    """Return a method for days or weeks; of Farrington's, which is of weeks of several years, see `farrington_judgement`."""
    steps = DAY_STEPS if step == "day" else WEEK_STEPS
    if name == "poisson":
        return Method(f"the mean of the {steps} {step}s before", lambda count: poisson(count, steps), steps)
    if name == "cusum":
        words = f"a cumulative sum over the mean of the {steps} {step}s before"
        return Method(words, lambda count: moving_cusum(count, steps), steps, 2 * steps)
    c1, c2 = f"the mean of the {BASELINE} {step}s before", f"the mean of {BASELINE} {step}s, {GAP} left out"
    return {
        "ears_c1": Method(c1, ears_c1, BASELINE),
        "ears_c2": Method(c2, ears_c2, BASELINE + GAP),
        "ears_c3": Method(f"{c2}, over three {step}s", ears_c3, BASELINE + 2 * GAP),
    }[name]


def farrington_judgement(count: np.ndarray, weeks: np.ndarray) -> Judgement:
    """Judge some weeks of counts (areas, weeks) by the same season of earlier years; the statistic is −ln of the nominal p.

    Where fewer than 5 incidents are of the last four weeks there is nothing to judge: the statistic is 0, and no count an
    alarm.
    """
    expected, statistic, spread = (np.full(count.shape, np.nan) for _ in range(3))
    for week in weeks:
        found = farrington.expected_of(count, int(week))
        expected[:, week], spread[:, week] = found.mean, found.dispersion
        some = found.judged
        statistic[:, week] = 0.0
        p = farrington.p_of_week(count[some, week], found.mean[some], found.dispersion[some])
        statistic[some, week] = -np.log(np.maximum(p, 1e-300))

    def count_at(limit: np.ndarray) -> np.ndarray:
        limits = np.full(count.shape, np.nan)
        known = np.isfinite(expected) & np.isfinite(limit)
        limits[known] = farrington.bound(expected[known], spread[known], np.exp(-limit[known])) + 1.0
        return limits

    return Judgement(expected, statistic, count_at)
