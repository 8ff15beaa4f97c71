"""Whether a history is long enough to score forecasts at past origins."""

from __future__ import annotations

import math

from .count_tables import Counts

STEP_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}


def gap_of(table: Counts) -> int | None:
    """Return the steps that would not have been known at an origin, by how late reports come; None where that is not told."""
    days = table.parameters.get("lag_days")
    return None if days is None else math.ceil(days / STEP_DAYS[table.step])


def steps_lacking(table: Counts, needed: int, horizon: int, origins: int) -> int:
    """Return how many steps are missing to score a model at past origins; 0 or less where there are enough.

    Parameters
    ----------
    table : counts.
    needed : steps that the model needs to be fitted.
    horizon : steps ahead.
    origins : how many.
    """
    # The horizon may be no more than half of what is known.
    known = max(needed, 2 * horizon)
    return max(known + horizon + (gap_of(table) or 0) + origins - 1 - table.panel().begin.size, 0)
