"""What analyses of time are handed: incidents to count, or a table of counts; either becomes series."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import selection
from ..delays import period_guards
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters
from ..progress import Progress
from .count_series import DAY, CountSeries, count_series, series_of_table

ALL = "all"
USUAL = "day"


class Given(NamedTuple):
    """Hold series of counts, the record that an analysis of them begins with, and which category they are of."""

    series: CountSeries
    parameters: Parameters
    category: str | None

    def titled(self, kind: str, number: int | None = None) -> str:
        """Return a title: what, which category and period, how many."""
        ends = np.array([self.series.begin[0], self.series.end - DAY])
        count = int(self.series.count.sum()) if number is None else number
        return selection.title(kind, self.category, ends, count)


def is_table(anything: Any) -> bool:
    """Tell whether something is a table of counts rather than incidents: columns without a geometry."""
    marked = hasattr(anything, "geometry") or hasattr(anything, "features")
    return isinstance(anything, dict) or (hasattr(anything, "columns") and not marked)


def given(anything: Any, step: str, by: Any, progress: Progress = None) -> Given:
    """Make series of incidents, counted by a step and group, or of a table, which has its own unless another than days is named.

    Raises
    ------
    ValueError
        If the incidents have weights, `by` of a table names no column, or what `count_series` and `series_of_table` refuse.
    """
    if is_table(anything):
        if by is not None and not isinstance(by, str):
            raise TypeError(f"by must name a column of the table of counts, got a {type(by).__name__}.")
        parameters = Parameters(layer=getattr(anything, "label", "counts"))
        series = series_of_table(anything, step=None if step == USUAL else step, group=by, parameters=parameters)
        parameters.update(incidents=int(series.count.sum()), step=series.step)
        parameters.update(first_day=str(series.begin[0]), last_day=str(series.end - DAY))
        return Given(series, parameters, None)
    incidents = as_incidents(anything)
    _refuse_weights(incidents)
    parameters = Parameters(layer=incidents.label, incidents=incidents.size, period=incidents.period)
    parameters.update(incidents.selection)
    parameters["step"] = step
    period_guards.warn(parameters, incidents)
    series = count_series(incidents, step=step, by=by, parameters=parameters, progress=progress)
    return Given(series, parameters, incidents.selection.get("category"))


def _refuse_weights(incidents: Incidents) -> None:
    if incidents.weight is not None:
        raise ValueError(
            f"The incidents of {incidents.label!r} have weights, and these are analyses of counts; leave the weights out."
        )
