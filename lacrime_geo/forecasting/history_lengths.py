"""How long a history is for what is asked of it, and how much of it was whole when the file was made."""

from __future__ import annotations

import math

import numpy as np

from .count_tables import Counts
from .step_lengths import end_of, later_begins

STEP_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}
DAY = np.timedelta64(1, "D")


def gap_of(table: Counts) -> int | None:
    """Return the steps that would not have been known at an origin, by how late reports come; None where that is not told."""
    days = table.parameters.get("lag_days")
    return None if days is None else math.ceil(days / STEP_DAYS[table.step])


def reach_of(table: Counts, gap: int | None, horizon: int) -> int:
    """Return the steps from the last known one to the last one that is forecast, with the gap given or that of the counts."""
    between = gap_of(table) if gap is None else gap
    return horizon + (between or 0)


def steps_not_whole(table: Counts) -> int:
    """Return how many of the last steps are not wholly reported, or estimated; 0 where counts do not tell (`whole_until`).

    >>> from lacrime_geo.forecasting.tables_as_counts import as_counts
    >>> days = np.datetime64("2023-01-01") + np.arange(9)
    >>> table = as_counts(dict(period=days, count=np.ones(9, int)))
    >>> table.parameters["whole_until"] = "2023-01-07"
    >>> steps_not_whole(table)
    2
    """
    whole_until = table.parameters.get("whole_until")
    if whole_until is None:
        return 0
    panel = table.panel()
    ends = np.append(panel.begin[1:], end_of(panel, 0))
    return int((ends > np.datetime64(whole_until, "D") + DAY).sum())


def ends_with_whole(table: Counts) -> bool:
    """Return whether the step after the last one is not whole, so that no later one could have been counted."""
    whole_until = table.parameters.get("whole_until")
    return whole_until is not None and bool(end_of(table.panel(), 1) > np.datetime64(whole_until, "D") + DAY)


def extracted_on(table: Counts) -> np.datetime64 | None:
    """Return the day on which the file of the counts was made: that of its latest report; None where counts do not tell."""
    whole_until, days = (table.parameters.get(name) for name in ("whole_until", "lag_days"))
    return None if whole_until is None or days is None else np.datetime64(whole_until, "D") + days * DAY


def steps_until(table: Counts, day: np.datetime64, horizon: int) -> int:
    """Return how many of the steps after the last one are over with the end of a day, of `horizon` at most.

    >>> from lacrime_geo.forecasting.tables_as_counts import as_counts
    >>> table = as_counts(dict(period=["2023-01", "2023-02"], count=[5, 6]))
    >>> steps_until(table, np.datetime64("2023-04-30"), 3), steps_until(table, np.datetime64("2023-04-29"), 3)
    (2, 1)
    """
    ends = later_begins(table.panel(), horizon + 1)[1:]
    return int((ends <= day + DAY).sum())


def steps_lacking(table: Counts, needed: int, horizon: int, origins: int, gap: int = 0) -> int:
    """Return how many steps are missing to score a model at past origins; 0 or less where there are enough.

    Parameters
    ----------
    table : counts.
    needed : steps that the model needs to be fitted.
    horizon : steps ahead.
    origins : how many.
    gap : steps between the last known and the first scored one.
    """
    # The horizon may be no more than half of what is known.
    known = max(needed, 2 * horizon)
    return max(known + horizon + gap + origins - 1 - table.panel().begin.size, 0)
