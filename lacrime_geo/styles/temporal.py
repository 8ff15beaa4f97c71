"""When a layer holds: what QGIS's Temporal Controller plays, written into its style."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..incidents import Incidents
from ..selection import moment
from .elements import element

# Modes of vector layers in QGIS; rasters know the first only.
FIXED, MOMENTS, SPANS = 0, 1, 2
BOTH_ENDS = 1
SECOND = np.timedelta64(1, "s")


def temporal(result: Any, raster: bool) -> str:
    """Return when a result holds as QGIS's styles say it, "" when it holds at all times.

    Clusters last from their first to their last incident, forecasts through their step, incidents happen at their time; what
    was made of a chosen period holds in that period.
    """
    columns = getattr(result, "columns", {})
    for begin, end in (("first", "last"), ("period", "period_end")):
        if {begin, end} <= set(columns) and columns[begin].dtype.kind == "M":
            return _temporal(SPANS, startField=begin, endField=end, limitMode=BOTH_ENDS)
    # Incidents stand behind a result, or are it.
    incidents = getattr(result, "features", None)
    time_column = getattr(incidents if isinstance(incidents, Incidents) else result, "time_column", None)
    if time_column:
        return _temporal(MOMENTS, startField=time_column)
    chosen = period(result.parameters)
    if chosen is None:
        return ""
    ends = [element(name, text=f"{at}Z") for name, at in zip(("start", "end"), chosen)]
    fixed = element("fixedRange", ends)
    return element("temporal", [fixed], enabled=1, mode=FIXED, fetchMode=0) if raster else _temporal(FIXED, fixed)


def _temporal(mode: int, inside: str = "", **fields: Any) -> str:
    given = {"startField": "", "endField": "", "limitMode": 0, **fields}
    return element(
        "temporal", [inside], enabled=1, mode=mode, fixedDuration=0, durationUnit="min", accumulate=0, **given
    )


def period(parameters: Any) -> tuple[np.datetime64, np.datetime64] | None:
    """Return a second after the begin and before the end of the period a result was asked for, None when for none.

    QGIS shows what so much as touches the span of a frame, and months touch each other.

    >>> chosen = period({"since": "2023-09-01", "until": "2023-10-01", "period": "2023-09-01 to 2023-09-30"})
    >>> [str(at) for at in chosen]
    ['2023-09-01T00:00:01', '2023-09-30T23:59:59']
    """
    since, until = parameters.get("since"), parameters.get("until")
    if since is None and until is None:
        return None
    known = str(parameters.get("period", "")).split(" to ")
    begin = moment("since", since or known[0])
    end = moment("until", until) if until else moment("until", known[-1]) + np.timedelta64(1, "D")
    return begin.astype("M8[s]") + SECOND, end.astype("M8[s]") - SECOND
