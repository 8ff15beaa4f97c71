"""The state of each area at the step judged last: its columns, why it is so, and what is said of the whole map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..parameters import Parameters
from ..summaries import counted
from ..temporal.count_series import CountSeries
from . import earlier_runs
from .judging import Asked
from .warning_states import ALARM, NO_DATA, STATES, WATCH, Rows
from .watched_areas import Alerts, last_of

NEVER = "no incident in the whole file: the area is not covered by it, or nothing was ever reported there"
MOST_TOLD = 5
# Columns of the layer that are columns of the rows.
OF_ROWS = ("count", "expected", "limit", "statistic", "p", "p_adjusted", "state")


def alerts_of(
    series: CountSeries,
    rows: Rows,
    first_count: np.ndarray,
    new: np.ndarray,
    category: str | None,
    asked: Asked,
    parameters: Parameters,
) -> Alerts:
    """Return the result made of judged rows; `first_count` and `new` (judged in this run) are theirs, (rows,)."""
    begin = series.begin
    columns = _columns(series, rows, asked)
    parameters["judged"] = earlier_runs.kept(rows, series.name, begin, first_count)
    _tell(columns, rows, begin, asked, parameters)
    wkb = np.empty(series.name.size, dtype=object)
    crs = parameters.get("crs", "EPSG:4326")
    if series.areas is not None:
        wkb[:], crs = list(series.areas.wkb), series.areas.crs
    label = " · ".join(part for part in ("Alerts", category, f"{asked.step} of {begin[rows.step.max()]}") if part)
    return Alerts(
        columns, parameters, wkb, crs, "alerts", label, rows=rows, series=series, first_count=first_count, new=new
    )


def _columns(series: CountSeries, rows: Rows, asked: Asked) -> dict[str, Any]:
    """Return the columns of the layer, a row per area."""
    last, begin, alarm = last_of(rows), series.begin, rows.state == ALARM
    latest = np.full(series.name.size, -1)
    np.maximum.at(latest, rows.area[alarm], rows.step[alarm])
    return {
        "area": series.name.astype(object),
        "date": begin[rows.step[last]].astype("M8[s]"),
        **{name: getattr(rows, name)[last] for name in OF_ROWS},
        "reason": _reasons(series, rows, last, asked.method),
        "alarms": np.bincount(rows.area[alarm], minlength=series.name.size),
        "last_alarm": np.where(latest >= 0, begin[np.maximum(latest, 0)].astype(str), "").astype(object),
    }


def _reasons(series: CountSeries, rows: Rows, last: np.ndarray, method: str) -> np.ndarray:
    judged = int(np.isfinite(rows.p[last]).sum())
    said = [
        _why(series.count[area]) if rows.state[row] == NO_DATA else rows.reason(row, judged, method)
        for area, row in enumerate(last)
    ]
    return np.array(said, dtype=object)


def _why(count: np.ndarray) -> str:
    """Say why there is no judgement of an area."""
    return "too few steps are before it to judge it" if count.any() else NEVER


def _tell(columns: dict[str, Any], rows: Rows, begin: np.ndarray, asked: Asked, parameters: Parameters) -> None:
    """Say how many areas are in which state, and name those in alarm."""
    state = columns["state"]
    numbers = {one: int((state == one).sum()) for one in STATES}
    steps = np.unique(rows.step)
    parameters.update(
        judged_from=str(begin[steps[0]]),
        judged_until=str(begin[steps[-1]]),
        judged_steps=int(steps.size),
        alarms=numbers[ALARM],
        watched=numbers[WATCH],
        no_data=numbers[NO_DATA],
    )
    named = _named([f"{columns['area'][row]} ({columns['reason'][row]})" for row in np.flatnonzero(state == ALARM)])
    whose = "of one area" if asked.correction == "none" else "of the whole map"
    parameters.tell(
        f"{asked.step} of {begin[steps[-1]]}, {counted(state.size, 'area')}: {numbers[ALARM]:,} in "
        f"alarm{named}, "
        f"{numbers[WATCH]:,} watched, {numbers[NO_DATA]:,} without data; "
        f"{asked.false_alarms:g} false alarms a year {whose} are allowed"
    )


def _named(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    more = f" and {len(texts) - MOST_TOLD:,} more" if len(texts) > MOST_TOLD else ""
    return ": " + "; ".join(texts[:MOST_TOLD]) + more
