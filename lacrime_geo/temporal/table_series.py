"""Series of counts of tables that have them already: a row for each group and step, steps without a row count 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import checks, selection
from ..parameters import Parameters
from ..summaries import counted
from .count_series import DAY, STEPS, WEEK, CountSeries

# The column of a table of sums of weights that says how much an incident weighs in each series, if not 0 or 1.
EFFECTIVE = "effective_weight"


def series_of_table(
    table: Any,
    *,
    step: str | None = None,
    group: str | None = None,
    parameters: Parameters | None = None,
    whole: bool = True,
) -> CountSeries:
    """Make series of a table with `date` and `count` a row, and a column of groups; steps without a row count 0.

    Parameters
    ----------
    table : Table, DataFrame or dict of columns; `date` is any day of the step (`period` will do), `count` a whole number.
    step : "day", "week" or "month". Default: a month where all dates are firsts of months, a week where they lie whole weeks
        apart, else a day.
    group : name of the column of groups. Default: `group`, `area` or `name`, where there is one.
    parameters : the record, in which steps without a row are noted.
    whole : whether counts must be whole numbers; sums of weights need not be.

    Raises
    ------
    ValueError
        If a column is missing, a date or count cannot be read, two rows are of one group and step, or the table is of sums of
        weights other than 0 and 1 where counts must be whole.
    """
    day, count, labels = rows_of_table(table, group, whole)
    found = checks.option("step", step, STEPS) if step else step_of(np.unique(day))
    begin, end = _steps_of_table(day, found)
    at = np.searchsorted(begin, day, side="right") - 1
    groups, number = np.unique(labels, return_inverse=True)
    flat = number.ravel() * begin.size + at
    _refuse_twice(flat, labels, day, found)
    counts = np.zeros(groups.size * begin.size, dtype=count.dtype)
    counts[flat] = count
    if parameters is not None:
        _note_missing(counts.size - flat.size, counts.size, found, parameters)
    return CountSeries(groups.astype(object), begin, end, counts.reshape(groups.size, begin.size), found)


def rows_of_table(
    table: Any, group: str | None = None, whole: bool = True
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the day, the count and the group of each row of a table (rows,)."""
    columns = getattr(table, "columns", table)
    source = columns if isinstance(columns, dict) else table
    names = [str(key) for key in (source.columns if hasattr(source, "columns") else source)]
    if whole:
        _refuse_sums(table, source, names)
    day = _table_days(checks.column(source, "period" if "date" not in names and "period" in names else "date"))
    count = _table_counts(checks.column(source, "count"), day, whole)
    key = group or next((name for name in ("group", "area", "name") if name in names), None)
    if key is None:
        return day, count, np.full(day.size, "all", dtype=object)
    return day, count, np.array([str(value) for value in checks.column(source, key)], dtype=object)


def _refuse_sums(table: Any, source: Any, names: Sequence[str]) -> None:
    """Raise when a table is of sums of weights other than 0 and 1, which need not be as whole as they look."""
    told = checks.column(source, EFFECTIVE) if EFFECTIVE in names else getattr(table, "parameters", {}).get(EFFECTIVE)
    if told is None:
        return
    weight = np.asarray(told, dtype=float)
    other = weight[~(np.abs(weight - 1) <= 1e-9)]
    if other.size:
        raise ValueError(
            f"The table holds sums of weights ({EFFECTIVE} is {other[0]:g}), and these are analyses of counts; count the "
            "incidents without their weights."
        )


def _note_missing(missing: int, size: int, step: str, parameters: Parameters) -> None:
    """Note how many steps have no row, and warn where these are most: they count 0, and may be not known."""
    parameters["steps_without_row"] = missing
    if not missing:
        return
    sentence = (
        f"{counted(missing, step)} of {size:,}, of all groups, {'has' if missing == 1 else 'have'} no row in the table and "
        f"{'counts' if missing == 1 else 'count'} 0"
    )
    if 2 * missing > size:
        parameters.warn(f"{sentence}: if they are not known rather than 0, leave the groups or the period out.")
    else:
        parameters.log.info("%s", sentence)


def _table_days(values: Any) -> np.ndarray:
    given = np.asarray(values)
    if given.dtype.kind == "M":
        day = given.astype("M8[D]")
    else:
        day = np.array([selection.moment("date", value) for value in given.tolist()], dtype="M8[D]")
    if not day.size:
        raise ValueError("The table of counts has no rows; give at least one day, week or month.")
    if np.isnat(day).any():
        raise ValueError(
            f"{int(np.isnat(day).sum()):,} of {day.size:,} rows have no date, first row {int(np.argmax(np.isnat(day)))}; leave "
            "them out."
        )
    return day


def _table_counts(values: Any, day: np.ndarray, whole: bool) -> np.ndarray:
    count = checks.numbers("count", values, day.size)
    bad = np.flatnonzero(~(count >= 0) | ((count % 1 != 0) & whole))
    if bad.size and not whole:
        raise ValueError(
            f"{bad.size:,} of {day.size:,} sums of weights are below 0, first row {bad[0]} ({day[bad[0]]}, {count[bad[0]]:g}); "
            "mend or leave out such rows."
        )
    if bad.size:
        raise ValueError(
            f"{bad.size:,} of {day.size:,} counts {'is' if bad.size == 1 else 'are'} no whole "
            f"{'number' if bad.size == 1 else 'numbers'} of 0 or more, first row {bad[0]} ({day[bad[0]]}, {count[bad[0]]:g}); "
            "mend or leave out such rows."
        )
    return count.astype(np.int64) if whole else count


def step_of(days: np.ndarray) -> str:
    """Return the step of the different days of a table, in order."""
    if days.size > 1 and (days == days.astype("M8[M]").astype("M8[D]")).all():
        return "month"
    apart = np.diff(days).astype(np.int64)
    return "week" if apart.size and (apart % WEEK == 0).all() else "day"


def _steps_of_table(day: np.ndarray, step: str) -> tuple[np.ndarray, np.datetime64]:
    """Return the first day of each step from the first to the last date of a table, and the first day after them."""
    if step == "month":
        months = np.arange(day.min().astype("M8[M]"), day.max().astype("M8[M]") + 2).astype("M8[D]")
        return months[:-1], months[-1]
    days = WEEK if step == "week" else 1
    number = int((day.max() - day.min()) / DAY) // days + 1
    return day.min() + np.arange(number) * days * DAY, day.min() + number * days * DAY


def _refuse_twice(flat: np.ndarray, labels: np.ndarray, day: np.ndarray, step: str) -> None:
    _, first, times = np.unique(flat, return_index=True, return_counts=True)
    twice = np.flatnonzero(times > 1)
    if twice.size:
        row = first[twice[0]]
        raise ValueError(
            f"{twice.size:,} {'count is' if twice.size == 1 else 'counts are'} there more than once, first that of "
            f"{labels[row]} in the {step} of {day[row]}; give one row for each group and step."
        )
