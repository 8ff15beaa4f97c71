"""Steps judged: what the method makes of the counts, p and limits under chance, and the state that follows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..dates import weekday_of
from ..parameters import Parameters
from ..progress import Progress
from ..temporal.count_series import CountSeries
from .baselines import Judgement
from .farrington import FEWEST_YEARS, first_week
from .limits_by_simulation import Chance, Limits, limits_of
from .methods import FARRINGTON, PER_YEAR, farrington_judgement, method_of
from .usual_counts import WEEK, Usual, usual_before, weekdays_before
from .warning_states import NO_DATA, Rows, adjusted, states

# A level is not known of less.
FEWEST_STEPS = {"day": 28, "week": 8}


class Asked(NamedTuple):
    """What was asked for."""

    method: str
    step: str
    false_alarms: float
    correction: str
    seed: int

    @property
    def share(self) -> float:
        """The share of the steps that may be a false alarm."""
        return self.false_alarms / PER_YEAR[self.step]

    @property
    def chance(self) -> Chance:
        """How a step is simulated, of which no pattern of the week is known."""
        return Chance(self.method, self.step, None, self.share, self.seed)


def weekdays_of(series: CountSeries, asked: Asked, parameters: Parameters) -> np.ndarray:
    """Return the weekday factors for each step (steps, 7), ones where there is no pattern of the week, and keep the last ones."""
    if asked.step != "day":
        return np.ones((series.begin.size, WEEK))
    factors = weekdays_before(series.total.astype(float), series.begin)
    last = factors[-1]
    found = None if (last == 1.0).all() else [round(float(value), 3) for value in last]
    reason = (
        f"how many times the mean each weekday has, Monday first, of all areas in the year before "
        f"{series.begin[-1].astype('M8[M]')}; None where chance may explain it, or too few weeks are before that month"
    )
    parameters.choose("weekday_factors", found, reason)
    return factors


def judged_rows(series: CountSeries, wanted: np.ndarray, factors: np.ndarray, asked: Asked, progress: Progress) -> Rows:
    """Return the rows of the steps that are wanted; `factors` are of the weekdays (steps, 7)."""
    count = series.count.astype(float)
    # All areas of a step have their part in its correction, also where one alone is judged again.
    columns = np.flatnonzero(wanted.any(axis=0))
    judgement, usual = _judgement(series, count, columns, asked)
    statistic = np.full(count.shape, np.nan)
    statistic[:, columns] = np.where(usual.level[:, columns] > 0, judgement.statistic[:, columns], np.nan)
    weekday = weekday_of(series.begin)
    limits = limits_of(statistic, usual, weekday, factors, asked.chance, progress)
    expected = judgement.expected * factors[np.arange(weekday.size), weekday]
    p_adjusted = np.full(count.shape, np.nan)
    p_adjusted[:, columns] = adjusted(limits.p[:, columns], asked.correction)
    return _rows(series, wanted, judgement._replace(expected=expected), limits, statistic, p_adjusted, asked)


def _judgement(series: CountSeries, count: np.ndarray, columns: np.ndarray, asked: Asked) -> tuple[Judgement, Usual]:
    """Return what the method makes of the counts, and what is usual; raise where no step has history enough."""
    if asked.method == FARRINGTON:
        needed = first_week()
        history = f"{FEWEST_YEARS} years ({needed} weeks) before a week"
    else:
        needed = max(method_of(asked.method, asked.step).looks_back, FEWEST_STEPS[asked.step])
        history = f"{needed} {asked.step}s before a {asked.step}"
    if columns.size and columns.max() < needed:
        one_of = (
            "one of EARS (ears_c1, ears_c2, ears_c3) needs least" if asked.method[:4] != "ears" else "EARS needs least"
        )
        raise ValueError(
            f"Method {asked.method!r} needs {history}, and the file has {int(columns.max())}; {one_of}: "
            f"{FEWEST_STEPS[asked.step]} {asked.step}s."
        )
    usual = usual_before(count, asked.step, needed)
    if asked.method == FARRINGTON:
        return farrington_judgement(count, columns[columns >= needed]), usual
    return method_of(asked.method, asked.step).judge(count), usual


def _rows(
    series: CountSeries,
    wanted: np.ndarray,
    judgement: Judgement,
    limits: Limits,
    statistic: np.ndarray,
    p_adjusted: np.ndarray,
    asked: Asked,
) -> Rows:
    area, step = np.nonzero(wanted)
    with np.errstate(invalid="ignore"):
        least = np.maximum(np.ceil(judgement.count_at(limits.limit) - 1e-9), 0.0) + 0.0  # and no −0
    state = states(limits.p[area, step], p_adjusted[area, step], asked.share)
    known = state != NO_DATA
    return Rows(
        area,
        step,
        series.count[area, step],
        np.where(known, judgement.expected[area, step], np.nan),
        np.where(known, least[area, step], np.nan),
        statistic[area, step],
        limits.p[area, step],
        p_adjusted[area, step],
        state,
    )
