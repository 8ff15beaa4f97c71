"""Counts that are given as a table, for series and areas: which rows are treated and which control, and of which days."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import checks
from ..incidents import Incidents
from ..parameters import Parameters
from ..temporal.count_series import DAY, WEEK, CountSeries
from ..temporal.given_series import given

OWN = ("date", "period", "count")
# Counts without places ask for some CRS of metres, whichever.
ANY_CRS = "EPSG:32611"


def series_of_counts(table: Any) -> tuple[CountSeries, Parameters]:
    """Return the series of a table by the step that it has, told apart by its only other column if there is but one."""
    columns = getattr(table, "columns", table)
    names = [str(name) for name in (columns if isinstance(columns, dict) else table)]
    keys = [name for name in names if name not in OWN]
    found = given(table, None, keys[0] if len(keys) == 1 else None)
    return found.series, found.parameters


def rows_of_names(series: CountSeries, name: str, wanted: Any) -> np.ndarray:
    """Return the rows of the series that are named, one text or several; raise where one is not there."""
    texts = (
        [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, (list, tuple, np.ndarray)) else []
    )
    if not texts:
        raise ValueError(f"Of a table of counts {name} must be the name of a series, or several, got {wanted!r}.")
    there = {str(label): row for row, label in enumerate(series.name)}
    missing = [str(text) for text in texts if str(text) not in there]
    if missing:
        some = ", ".join(list(there)[:5])
        raise ValueError(f"{name} names {missing[0]!r}, and the table has {len(there):,} other series: {some} …")
    return np.unique([there[str(text)] for text in texts])


def refuse_shared(series: CountSeries, treated: np.ndarray, control: np.ndarray) -> None:
    """Raise where a series is in both groups."""
    both = np.intersect1d(treated, control)
    if both.size:
        raise ValueError(f"{str(series.name[both[0]])!r} is treated and control; what is treated is no control.")


def counted_of_table(
    table: Any, step: str, began: np.datetime64, treated: Any, control: Any
) -> tuple[list[Incidents], Parameters]:
    """Return the counts of a table as incidents of their days, those of the treated series first, and the record."""
    series, parameters = series_of_counts(table)
    if series.step != "day" and step != series.step:
        raise ValueError(f"The table holds counts by {series.step}, got step {step!r}; take step={series.step!r}.")
    refuse_inside(series, began)
    if treated is None and control is None:
        return [dated(series, np.arange(len(series.name)))], parameters
    if treated is None:
        raise ValueError("A control is given without the series that it is the control of; give treated as well.")
    groups = {"treated": rows_of_names(series, "treated", treated)}
    if control is not None:
        groups["control"] = rows_of_names(series, "control", control)
        refuse_shared(series, groups["treated"], groups["control"])
    parameters.update({name: ", ".join(map(str, series.name[rows])) for name, rows in groups.items()})
    return [dated(series, rows) for rows in groups.values()], parameters


def refuse_inside(series: CountSeries, began: np.datetime64) -> None:
    """Raise where a start lies within a week or a month of which only the sum is known."""
    inside = series.begin[(series.begin < began) & (began < np.append(series.begin[1:], series.end))]
    if inside.size:
        raise ValueError(
            f"start is {began}, within the {series.step} of the table that begins on {inside[0]}; give the first day of one, or "
            "counts by day."
        )


def dated(series: CountSeries, rows: np.ndarray) -> Incidents:
    """Return as many incidents, each on the first day of its step; the period is that of the table."""
    when = np.repeat(series.begin, series.count[rows].sum(axis=0))
    nowhere = np.full(when.size, np.nan)
    found = Incidents(nowhere, nowhere, when=when, crs=ANY_CRS, label="counts")
    return found.select(since=str(series.begin[0]), until=str(series.end))


def until(series: CountSeries, end: np.datetime64) -> CountSeries:
    """Return the whole steps before a day; raise where the table ends sooner."""
    if end > series.end:
        raise ValueError(f"end is {end}, and the table ends with {series.end - DAY}; give {series.end} or earlier.")
    ends = np.append(series.begin[1:], series.end)
    kept = ends <= end
    if not kept.any():
        raise ValueError(f"end is {end}, and the table begins with {series.begin[0]}; give a later end.")
    return replace(series, begin=series.begin[kept], end=ends[kept][-1], count=series.count[:, kept])


def steps_of_series(series: CountSeries, began: np.datetime64, step: int) -> tuple[np.ndarray, int, int]:
    """Return the counts (areas, steps) in whole steps of days around a start, and how many steps are before and after it."""
    refuse_inside(series, began)
    if series.step == "month" or (series.step == "week" and step % WEEK):
        raise ValueError(
            f"The table holds counts by {series.step}, which steps of {step} days do not hold whole; "
            f"{'take a step of 7, 14 … days' if series.step == 'week' else 'give counts by day or week'}."
        )
    back, on = (int(span / DAY) // step for span in (began - series.begin[0], series.end - began))
    at = np.floor((series.begin - began) / DAY / step).astype(np.int64) + back
    inside = (at >= 0) & (at < back + on)
    counts = [np.bincount(at[inside], row[inside], max(back + on, 0)) for row in series.count]
    return np.array(counts), back, on


def whole_step(step: Any, days: int, usual: int, parameters: Parameters) -> int:
    """Return the days of a step: as asked for, else the usual ones."""
    if step is None:
        step = parameters.choose(
            "time_step", max(min(usual, days), 1), "four weeks, or all the time after the start", " days"
        )
    return checks.whole("time_step", step)
