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
from .usual_counts import Usual, usual_before, weekday_factors
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


def chance_of(series: CountSeries, asked: Asked, parameters: Parameters) -> Chance:
    """Return how limits are simulated, with the pattern of the week where there is one."""
    factors = None
    if asked.step == "day":
        total = series.total[np.newaxis].astype(float)
        scatter = usual_before(np.append(total, [[0.0]], axis=1), asked.step, 1).dispersion[0, -1]
        factors = weekday_factors(series.count.astype(float), series.begin, float(scatter))
        found = None if factors is None else [round(float(value), 3) for value in factors]
        reason = (
            "how many times the mean each weekday has, Monday first, of all areas; None where chance may explain it"
        )
        parameters.choose("weekday_factors", found, reason)
    return Chance(asked.method, asked.step, factors, asked.share, asked.seed)


def judged_rows(series: CountSeries, wanted: np.ndarray, chance: Chance, asked: Asked, progress: Progress) -> Rows:
    """Return the rows of the steps that are wanted."""
    count = series.count.astype(float)
    # All areas of a step have their part in its correction, also where one alone is judged again.
    columns = np.flatnonzero(wanted.any(axis=0))
    judgement, usual = _judgement(series, count, columns, asked)
    statistic = np.full(count.shape, np.nan)
    statistic[:, columns] = np.where(usual.level[:, columns] > 0, judgement.statistic[:, columns], np.nan)
    limits = limits_of(statistic, usual, weekday_of(series.begin), chance, progress)
    p_adjusted = np.full(count.shape, np.nan)
    p_adjusted[:, columns] = adjusted(limits.p[:, columns], asked.correction)
    return _rows(series, wanted, judgement, limits, statistic, p_adjusted, chance)


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
    chance: Chance,
) -> Rows:
    area, step = np.nonzero(wanted)
    with np.errstate(invalid="ignore"):
        least = np.maximum(np.ceil(judgement.count_at(limits.limit) - 1e-9), 0.0) + 0.0  # and no −0
    factor = np.ones(wanted.shape[1]) if chance.factors is None else chance.factors[weekday_of(series.begin)]
    state = states(limits.p[area, step], p_adjusted[area, step], chance.share)
    known = state != NO_DATA
    return Rows(
        area,
        step,
        series.count[area, step],
        np.where(known, (judgement.expected * factor)[area, step], np.nan),
        np.where(known, least[area, step], np.nan),
        statistic[area, step],
        limits.p[area, step],
        p_adjusted[area, step],
        state,
    )
