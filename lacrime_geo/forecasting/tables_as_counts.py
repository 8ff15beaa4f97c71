"""Counts of any tidy table: its columns told apart, its rows put into series, what is doubtful in it refused or told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..temporal.count_series import CountSeries
from ..temporal.table_series import EFFECTIVE, rows_of_table, series_of_table
from ..weight_units import INCIDENTS, UNIT
from . import table_checks, weighted_sums
from .break_guards import FREQUENCIES
from .break_warnings import warn_of_breaks
from .count_ends import DAY
from .count_tables import COUNT, KEPT, PERIOD, Counts, counts_of
from .series_keys import Keys, keys_of_rows


def as_counts(anything: Any, *, freq: str | None = None) -> Counts:
    """Make Counts of Counts (kept as they are) or any tidy table with `period`, `count` and columns of keys.

    Parameters
    ----------
    anything : Counts, Table, DataFrame or dict of columns; `period` is the first day of a step, or a month (2023-01). Steps
        that a series has no row of count 0, and how many is noted. Where a column `unit` (one value, such as "Part 1 offences")
        says that counts are sums of weights they may be fractions; `effective_weight`, one number a series, is then the sum of
        the squares of its weights over their sum, by which intervals are made. Default: 1 where all sums are whole numbers, else
        half the squares of their changes from step to step over their sum.
    freq : "D", "W" or "MS". Default: "MS" where all periods are firsts of months, "W" where they lie whole weeks apart.

    Raises
    ------
    ValueError
        If a column is missing, a count is no whole number of 0 or more, a period cannot be read, two rows are of one series
        and step, the rows lie quarters or years apart, or a column besides is no key but an outcome (`cleared`, `violent`,
        `daily_avg`), a measure, told by the period (`year`), or named as a column of forecasts.
    """
    if isinstance(anything, Counts):
        return anything
    told = _told_of(anything)
    given = {"date": _days(told.period), COUNT: told.count, "group": told.number}
    day = rows_of_table(given, "group", told.whole)[0]
    table_checks.refuse_calendar(told.named, day)
    step = FREQUENCIES[checks.option("freq", freq, tuple(FREQUENCIES))] if freq else told.attrs.get("step")
    series = series_of_table(given, step=step, group="group", whole=told.whole)
    if not told.whole:
        series = replace(series, count=weighted_sums.whole_numbers(series.count))
    table_checks.refuse_other_steps(day, series.step)
    table = counts_of(series, told.keys, _record(told, series))
    number, last = told.number.astype(np.int64), np.zeros(series.name.size, dtype=np.int64)
    np.maximum.at(last, number, np.searchsorted(series.begin, day, side="right") - 1)
    table_checks.warn_of_ended(table.panel(), last, table.parameters)
    warn_of_breaks(table.panel(), table.parameters)
    return table


class _Told(NamedTuple):
    """Hold what a table says: its periods and counts, the keys of its series and each row's, its unit and what is kept of it."""

    period: Any
    count: Any
    named: dict[str, np.ndarray]
    keys: Keys | None
    number: np.ndarray
    unit: str
    weight: Any
    attrs: dict[str, Any]

    @property
    def whole(self) -> bool:
        """Whether the counts are of incidents, and not sums of weights."""
        return self.unit == INCIDENTS


def _told_of(anything: Any) -> _Told:
    if not (isinstance(anything, dict) or hasattr(anything, "columns")):
        raise TypeError(
            f"Counts come from `counts` or a table with period and count, not {type(anything).__name__}; count incidents first."
        )
    columns = getattr(anything, "columns", anything)
    source = columns if isinstance(columns, dict) else anything
    names = [str(name) for name in (source.columns if hasattr(source, "columns") else source)]
    attrs = dict(getattr(source, "attrs", {}) or getattr(anything, "parameters", {}))
    rows = {name: np.asarray(checks.column(source, name)) for name in names if name not in (PERIOD, COUNT)}
    unit, weight = weighted_sums.told_of(rows, attrs)
    rows = {name: column for name, column in rows.items() if name not in (UNIT, EFFECTIVE)}
    table_checks.refuse_names(rows)
    count = checks.column(source, COUNT)
    keys, number = keys_of_rows(rows, len(np.asarray(count)))
    return _Told(checks.column(source, PERIOD), count, rows, keys, number, unit, weight, attrs)


def _record(told: _Told, series: CountSeries) -> Parameters:
    """Return the record of a table's series: what was known of it, its unit, and how many steps had no row."""
    kept = {name: told.attrs[name] for name in KEPT if name in told.attrs}
    parameters = Parameters({"layer": "counts", **kept, "step": series.step})
    parameters[UNIT] = told.unit
    if told.weight is not None:
        parameters[EFFECTIVE] = weighted_sums.of_series(told.weight, told.number.astype(np.int64)).tolist()
    elif not told.whole:
        weighted_sums.tell_effective_weight(series.count, parameters)
    empty = series.count.size - told.number.size
    parameters.note("filled_steps", empty, f"{empty:,} steps without a row count 0")
    parameters.update(first_day=str(series.begin[0]), last_day=str(series.end - DAY))
    return parameters


def _days(values: Any) -> Any:
    """Return periods as dates; months as text (2023-01) become their first day."""
    given = np.asarray(values)
    if given.dtype.kind == "M":
        return given
    texts = [str(value) for value in given.tolist()]
    return np.array([f"{text}-01" if len(text) == 7 else text for text in texts], dtype=object)
