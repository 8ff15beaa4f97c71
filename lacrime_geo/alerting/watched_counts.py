"""The counts that are watched: by the date of report where there is one, and only steps that are whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import checks, selection
from ..delays import period_guards
from ..delays.file_days import days_of
from ..features import Features, as_features
from ..incidents import as_incidents
from ..parameters import Parameters
from ..partitioned import Partitioned, recognised
from ..progress import Progress, within
from ..refusals import refuse_weights
from ..temporal.count_series import DAY, CountSeries, count_series, named, polygons_of, steps_of
from ..temporal.given_series import is_table, refuse_array_of_table
from ..temporal.step_rows import Counted, StepRows, Steps
from ..temporal.table_series import series_of_table, step_of
from .whole_days import Dating, ending_with_a_week, whole_days


def watched_counts(
    incidents: Any, areas: Any, by: Any, step: str, dated_by: str, as_of: Any, progress: Progress
) -> tuple[CountSeries, Parameters, str | None]:
    """Return the counts of incidents by area and step, the record that is begun, and the category they are of."""
    incidents = recognised(incidents)
    if is_table(incidents):
        series, parameters = _of_table(incidents, areas, by, step, as_of)
        return series, parameters, None
    scanned = isinstance(incidents, Partitioned)
    everything = days_of(incidents, progress=within(progress, 0.0, 0.5)) if scanned else as_incidents(incidents)
    refuse_weights(everything, "limits are of counts")
    parameters = Parameters(layer=everything.label, incidents=everything.number, crs=everything.crs)
    parameters.update(everything.selection)
    end = None if as_of is None else selection.moment("as_of", as_of).astype("M8[D]")
    dated, dating = ending_with_a_week(*whole_days(everything, dated_by, end, parameters), step, parameters)
    rows = None
    if scanned:
        areas = None if areas is None else polygons_of(areas, dated.crs)
        rows = _rows(incidents, dating, by, areas, steps_of(dated, step)[0], within(progress, 0.5, 1.0))
    series = count_series(dated, step=step, by=by, areas=areas, rows=rows, parameters=parameters, progress=progress)
    parameters["period"] = f"{parameters['first_day']} to {parameters['last_day']}"
    period_guards.warn(parameters, dated)
    return series, parameters, everything.selection.get("category")


def _rows(
    scan: Partitioned, dating: Dating, by: Any, areas: Features | None, steps: Steps, progress: Progress
) -> StepRows:
    """Return what is gathered of a scan: the rows of its incidents by these steps, and by areas or a column."""
    if by is not None and not isinstance(by, str):
        raise TypeError(f"by of a scan must be the name of a column, got {type(by).__name__}.")
    names = () if by is None else (by,)
    return Counted(scan, dating.dated, dating.needs, names=names, polygons=areas, as_named=True).rows(steps, progress)


def _of_table(table: Any, areas: Any, by: Any, step: str, as_of: Any) -> tuple[CountSeries, Parameters]:
    """Return the series of a table of counts, with the polygons of the same names where there are any."""
    refuse_array_of_table(by)
    parameters = Parameters(layer=getattr(table, "label", "counts"), dated_by="table")
    series = series_of_table(table, step=step, group=by, parameters=parameters)
    if parameters["steps_without_row"]:
        _refuse_longer_steps(series)
    parameters.update(incidents=int(series.count.sum()), first_day=str(series.begin[0]), last_day=str(series.end - DAY))
    if as_of is not None:
        last = selection.moment("as_of", as_of).astype("M8[D]")
        whole = np.append(series.begin[1:], series.end) <= last + DAY
        if not whole.any():
            raise ValueError(f"No {step} of the table is over by {last}; take a later as_of.")
        end = np.append(series.begin[1:], series.end)[whole][-1]
        series = replace(series, begin=series.begin[whole], count=series.count[:, whole], end=end)
    if areas is None:
        return series, parameters
    polygons = as_features(areas)
    names = named(polygons, parameters)
    at = {name: row for row, name in enumerate(series.name)}
    strange = [name for name in series.name if name not in set(names)]
    if strange:
        raise ValueError(
            f"{len(strange):,} of {series.name.size:,} groups of the table are no area of {polygons.label!r}, first "
            f"{strange[0]!r}; its areas are {checks.listed(names)}."
        )
    count = np.zeros((names.size, series.begin.size), dtype=np.int64)
    for row, name in enumerate(names):
        if name in at:
            count[row] = series.count[at[name]]
    return replace(series, name=names, count=count, areas=polygons), parameters


def _refuse_longer_steps(series: CountSeries) -> None:
    """Raise where a table taken by days holds counts of weeks or months: six zeros would follow each count."""
    own = step_of(series.begin[series.total > 0])
    if series.step == "day" and own != "day":
        raise ValueError(
            f"The dates of the table with counts above 0 lie whole {own}s apart, and step is 'day'; "
            + ("take step='week'." if own == "week" else "give counts of days or weeks.")
        )
