"""Steps of time: of some days, or calendar months, whole and counted back from the end of a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

import numpy as np

from .. import checks, refusals
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..summaries import counted
from ..temporal.count_series import period_of, steps_between
from .patterns import LEAST_STEPS

NAMED = {"day": 1, "week": 7}
MONTH = "month"
DAY = np.timedelta64(1, "D")
# Fewer months would be weeks: a year of them is a short series.
_MONTHS = 24
TimeStep = Union[str, int]


@dataclass(frozen=True)
class TimeSteps:
    """The first day of each step (steps,), and the day after the last one."""

    begin: np.ndarray
    end: np.datetime64

    @property
    def words(self) -> str:
        """How long a step is."""
        days = (self.ends - self.begin).astype(np.int64)
        if days.min() >= 28 and (self.begin == self.begin.astype("M8[M]")).all():
            return "a month"
        return {1: "a day", 7: "a week"}.get(int(days[0]), f"{days[0]:,} days")

    @property
    def ends(self) -> np.ndarray:
        """The day after each step (steps,)."""
        return np.append(self.begin[1:], self.end)

    def of(self, when: np.ndarray) -> np.ndarray:
        """Return the number of each time's step (n,), −1 for none."""
        day = when.astype("M8[D]")
        step = np.searchsorted(self.begin, day, side="right") - 1
        return np.where(np.isnat(day) | (day >= self.end), -1, step)


def steps_of(incidents: Incidents, time_step: TimeStep | None, parameters: Parameters) -> TimeSteps:
    """Return the whole steps of the incidents' period, of the length given or chosen by the period."""
    refusals.dated(incidents, "which steps of time need")
    first, last = period_of(incidents, np.asarray(incidents.when).astype("M8[D]"))
    days = int((last - first) / DAY) + 1
    if time_step is None:
        time_step = _chosen(first, last, days, parameters)
    length = _length(time_step)
    parameters["time_step"] = time_step
    if length == MONTH:
        return TimeSteps(*steps_between(first, last, MONTH))
    assert isinstance(length, int)
    if length > days:
        raise ValueError(
            f"time_step of {length:,} days is longer than the period of {days:,} days, from {first} to {last}; make it shorter."
        )
    end = last + DAY
    return TimeSteps(end - np.arange(days // length, 0, -1) * length * DAY, end)


def _chosen(first: np.datetime64, last: np.datetime64, days: int, parameters: Parameters) -> TimeStep:
    """Return months for two years or more, weeks for ten weeks or more, else as many days as make ten steps."""
    months = int((last + DAY).astype("M8[M]") - (first - DAY).astype("M8[M]")) - 1
    if months >= _MONTHS:
        chosen, reason = MONTH, f"the period holds {months:,} whole months, {_MONTHS} or more"
    elif days >= LEAST_STEPS * NAMED["week"]:
        chosen, reason = (
            "week",
            f"the period holds {days // 7:,} whole weeks, {LEAST_STEPS} or more, and no {_MONTHS} months",
        )
    elif days >= LEAST_STEPS:
        parameters.choose(
            "time_step", days // LEAST_STEPS, f"the longest of which {days:,} days hold {LEAST_STEPS}", " days"
        )
        return days // LEAST_STEPS
    else:
        raise ValueError(
            f"The period from {first} to {last} has {counted(days, 'day')}; steps of time need at least {LEAST_STEPS}: "
            "take a longer one."
        )
    return str(parameters.choose("time_step", chosen, reason))


def _length(time_step: Any) -> int | str:
    if isinstance(time_step, str) and not time_step.strip().isdigit():
        checks.option("time_step", time_step, (*NAMED, MONTH))
        return NAMED.get(time_step, MONTH)
    return checks.whole("time_step", int(time_step) if isinstance(time_step, str) else time_step)


def note_left_over(incidents: Incidents, step: np.ndarray, steps: TimeSteps, parameters: Parameters) -> None:
    """Say how many steps there are, and which incidents are of none of them; raise when all are."""
    last = steps.end - DAY
    parameters.update(steps=steps.begin.size, first_day=str(steps.begin[0]), last_day=str(last))
    undated = int(np.isnat(np.asarray(incidents.when)).sum())
    parameters.note(
        "undated", undated, incidents_that(undated, "has no date and is left out", "have no date and are left out")
    )
    left = int((step < 0).sum()) - undated
    are = incidents_that(left, "is", "are")
    parameters.note("left_over", left, f"{are} from before {steps.begin[0]}, where whole steps begin, and left out")
    if (step < 0).all():
        raise ValueError(f"No incident of {incidents.label!r} is of a whole step, from {steps.begin[0]} to {last}.")
