"""Counts of days as counts of weeks or months."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters
from ..temporal.count_series import steps_between
from .count_tables import COUNT, PERIOD, Counts
from .weighted_sums import whole_numbers


def coarser(table: Counts, step: str) -> Counts | None:
    """Return counts of days summed up to whole months, or to weeks of which the last ends with the days; None if there is none.

    >>> from lacrime_geo.forecasting.tables_as_counts import as_counts
    >>> days = np.datetime64("2023-01-30") + np.arange(32)
    >>> coarser(as_counts(dict(period=days, count=np.ones(32, int))), "month")["count"].tolist()
    [28]
    """
    panel = table.panel()
    try:
        begin, end = steps_between(panel.begin[0], panel.begin[-1], step)
    except ValueError:
        return None
    first, stop = (int(np.searchsorted(panel.begin, day)) for day in (begin[0], end))
    starts = np.searchsorted(panel.begin[first:stop], begin)
    values = np.add.reduceat(panel.values[:, first:stop], starts, axis=1)
    columns = {name: np.repeat(np.asarray(key), begin.size) for name, key in (panel.keys or {}).items()}
    columns[PERIOD] = np.tile(begin.astype("M8[s]"), panel.size)
    columns[COUNT] = whole_numbers(values.ravel())
    told = {"step": step, "first_day": str(begin[0]), "last_day": str(end - np.timedelta64(1, "D"))}
    return Counts(columns, Parameters({**table.parameters, **told}), label=f"Counts by {step}")
