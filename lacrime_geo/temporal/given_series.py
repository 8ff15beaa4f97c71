"""What analyses of time are handed: incidents to count, or a table of counts; either becomes series."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks, selection
from ..delays import period_guards
from ..incidents import as_incidents
from ..parameters import Parameters, in_plain_words
from ..partitioned import Partitioned
from ..progress import Progress
from ..refusals import refuse_weights
from ..summaries import counted
from .count_series import DAY, STEPS, WEEK, CountSeries, count_series, steps_between
from .table_series import rows_of_table, series_of_table, step_of

ALL = "all"
USUAL = "day"
APART = {
    "day": "the dates of the table are days",
    "week": "the dates of the table lie whole weeks apart",
    "month": "the dates of the table are firsts of months",
}


class Given(NamedTuple):
    """Hold series of counts, the record that an analysis of them begins with, and which category they are of."""

    series: CountSeries
    parameters: Parameters
    category: str | None

    def titled(self, kind: str, number: int | None = None) -> str:
        """Return a title: what, which category and period, how many."""
        ends = np.array([self.series.begin[0], self.series.end - DAY])
        count = int(self.series.count.sum()) if number is None else number
        return selection.title(kind, self.category and in_plain_words(self.category), ends, count)


def is_table(anything: Any) -> bool:
    """Tell whether something is a table of counts rather than incidents: columns without a geometry."""
    marked = hasattr(anything, "geometry") or hasattr(anything, "features") or isinstance(anything, Partitioned)
    return isinstance(anything, dict) or (hasattr(anything, "columns") and not marked)


def refuse_array_of_table(by: Any) -> None:
    """Raise where groups of a table of counts are told apart by anything but a column's name."""
    if by is not None and not isinstance(by, str):
        raise TypeError(f"by must name a column of the table of counts, got a {type(by).__name__}.")


def given(anything: Any, step: str | None, by: Any, progress: Progress = None) -> Given:
    """Make series of incidents, counted by a step (None: days) and group, or of a table (None: by the step that it has).

    Raises
    ------
    ValueError
        If the incidents have weights, `by` of a table names no column, a table has longer steps than asked for, or what
        `count_series` and `series_of_table` refuse.
    """
    if step is not None:
        checks.option("step", step, STEPS)
    if is_table(anything):
        refuse_array_of_table(by)
        parameters = Parameters(layer=getattr(anything, "label", "counts"))
        series = _of_table(anything, step, by, parameters)
        parameters.update(incidents=int(series.count.sum()), step=series.step)
        parameters.update(first_day=str(series.begin[0]), last_day=str(series.end - DAY))
        return Given(series, parameters, None)
    incidents = as_incidents(anything)
    refuse_weights(incidents, "these are analyses of counts")
    parameters = Parameters(layer=incidents.label, incidents=incidents.size, period=incidents.period)
    parameters.update(incidents.selection)
    parameters["step"] = step or USUAL
    period_guards.warn(parameters, incidents)
    series = count_series(incidents, step=parameters["step"], by=by, parameters=parameters, progress=progress)
    return Given(series, parameters, incidents.selection.get("category"))


def _of_table(table: Any, step: str | None, group: str | None, parameters: Parameters) -> CountSeries:
    """Return the series of a table by its own step, or by a longer one that is asked for."""
    day, _, labels = rows_of_table(table, group)
    own = step_of(np.unique(day))
    if step is None:
        parameters.choose("step", own, APART[own])
    elif STEPS.index(step) < STEPS.index(own):
        raise ValueError(
            f"The table holds counts by {own}, got step {step!r}; take step={own!r}, or give a row for each {step}."
        )
    if step in (None, own) or _once_each(day, labels, str(step)):
        return series_of_table(table, step=step or own, group=group, parameters=parameters)
    if own != "day":
        raise ValueError(
            f"The table holds counts by {own}, which no {step} holds whole, got step {step!r}; take step={own!r}."
        )
    return _summed(series_of_table(table, step=own, group=group, parameters=parameters), str(step), parameters)


def _once_each(day: np.ndarray, labels: np.ndarray, step: str) -> bool:
    """Tell whether no group has two rows in one step, so that each date stands for the step that it is in."""
    part = day.astype("M8[M]").astype(np.int64) if step == "month" else (day - day.min()).astype(np.int64) // WEEK
    number = np.unique(labels, return_inverse=True)[1].ravel()
    return bool(np.unique(np.stack([number, part]), axis=1).shape[1] == day.size)


def _summed(days: CountSeries, step: str, parameters: Parameters) -> CountSeries:
    """Return counts of days summed up to whole weeks or months; days of none are left out and told of."""
    begin, end = steps_between(days.begin[0], days.begin[-1], step)
    inside = (days.begin >= begin[0]) & (days.begin < end)
    left = int((~inside).sum())
    said = f"{counted(left, 'day')} of the table {'is' if left == 1 else 'are'} of no whole {step} and left out"
    parameters.note("outside_the_steps", int(days.count[:, ~inside].sum()), said)
    place = np.searchsorted(days.begin[inside], begin)
    return CountSeries(days.name, begin, end, np.add.reduceat(days.count[:, inside], place, axis=1), step)
