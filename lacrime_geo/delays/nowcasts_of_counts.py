"""A nowcast of counts that stand in a table, by delays measured elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks, selection
from ..parameters import Parameters
from ..summaries import counted
from .nowcast_rows import LEVEL, STEPS, Nowcast, nowcast_columns, nowcast_of
from .report_lags import DAY
from .reporting_delays import ALL, ReportingDelay


def nowcast_counts(
    counts: Any,
    *,
    delay: ReportingDelay,
    as_of: Any,
    step: str = "week",
    group: str = ALL,
    dispersion: Any = 1.0,
    level: float = LEVEL,
    seed: int = 0,
) -> Nowcast:
    """Estimate how many incidents counts of days or weeks will be when all are reported, by delays measured elsewhere.

    Parameters
    ----------
    counts : a table (Table, DataFrame or dict of columns) with `date`, the first day of each day or week, and `count`, those
        reported so far.
    delay : the result of `reporting_delay` on incidents whose reports take as long.
    as_of : the date (YYYY-MM-DD) of the last report that the counts hold.
    step : "week" or "day": what a count is of.
    group : the group of `delay` whose reports take as long. Default all.
    dispersion : how many times the variance of Poisson counts is to be expected: a number, or one for each number of whole
        steps from the end of a count to `as_of`, as `nowcast` measures it. Default 1.
    level, seed : as of `nowcast`.

    Returns
    -------
    Nowcast
        As of `nowcast`.

    Raises
    ------
    ValueError
        If a day or week ends after `as_of` or begins within another, a count is negative or none, there is no such group, or no
        count at all.

    Examples
    --------
    >>> from lacrime_geo import Incidents, reporting_delay
    >>> day = np.datetime64("2023-01-02") + np.repeat(np.arange(140), 6)
    >>> points = Incidents(np.zeros(840), np.zeros(840), when=day, reported=day + np.arange(840) % 2, crs="EPSG:32611")
    >>> counts = dict(date=["2023-05-20", "2023-05-21"], count=[12, 5])
    >>> nowcast_counts(counts, delay=reporting_delay(points), as_of="2023-05-21", step="day")["nowcast"].tolist()
    [12.0, 10.0]
    """
    days = STEPS[checks.option("step", step, tuple(STEPS))]
    level, seed = checks.per_cent("level", level), checks.whole("seed", seed, minimum=0)
    scatter = np.array(
        [checks.positive("dispersion", one, "times the variance") for one in np.atleast_1d(dispersion).tolist()]
    )
    if not isinstance(delay, ReportingDelay):
        raise TypeError(f"delay must be the result of reporting_delay, not a {type(delay).__name__}.")
    checks.option("group", group, tuple(delay.delays))
    end = selection.moment("as_of", as_of).astype("M8[D]")
    begins, reported = _given(counts, days, end)
    later = ((end - begins) / DAY).astype(np.int64) - (days - 1)
    parameters = Parameters(step=step, level=level, seed=seed, as_of=str(end), group=group, dispersion=scatter.tolist())
    random = np.random.default_rng(seed)
    # As of `nowcast`: of longer lags than were measured it is as of the longest.
    at = np.minimum(later // days, scatter.size - 1)
    columns = nowcast_columns(group, begins, reported, delay.delays[group], later, days, scatter[at], level, random)
    return nowcast_of([columns], parameters, days, None)


def _given(counts: Any, days: int, end: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """Return the first days and the counts of a table, in the order of time."""
    columns = getattr(counts, "columns", counts)
    table = columns if isinstance(columns, dict) else counts
    texts = [str(value) for value in np.asarray(checks.column(table, "date"))]
    begins = np.array([selection.moment("date", text) for text in texts], dtype="M8[D]")
    reported = checks.numbers("count", checks.column(table, "count"), begins.size)
    bad = np.flatnonzero((reported < 0) | (reported % 1 != 0) | (begins + (days - 1) * DAY > end))
    if bad.size:
        raise ValueError(
            f"{bad.size:,} of {begins.size:,} rows are no count of days that are over by {end}, first row {bad[0]} "
            f"({texts[bad[0]]}, {reported[bad[0]]:g}); leave them out."
        )
    if not begins.size:
        raise ValueError("The counts have no rows; give at least one day or week.")
    order = np.argsort(begins, kind="stable")
    close = np.flatnonzero(np.diff(begins[order]) < days * DAY)
    if close.size:
        first, second = (begins[order][close[0] + at] for at in (0, 1))
        raise ValueError(
            f"{close.size:,} of {begins.size:,} counts begin before the one before them is over, first those of {first} and "
            f"{second} ({counted(days, 'day')} each); give one count for each day or week, and groups one by one."
        )
    return begins[order], reported[order].astype(np.int64)
