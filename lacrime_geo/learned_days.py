"""The day by which three quarters of the incidents had happened: what was known then, and what came later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from .alike_rows import AlikeRows
from .features import as_boundary
from .grid import Grid
from .incidents import Incidents
from .partitioned import PLACE, WHEN, Partitioned
from .places import Places, places_of
from .progress import Progress
from .study_area import within

LEARNED_SHARE = 0.75


def split(placed: Incidents) -> tuple[Places, Incidents, str]:
    """Return the places before the day by which three quarters had happened, the incidents from it on, and that day."""
    if placed.when is None or np.isnat(placed.when).all():
        raise ValueError(
            f"bandwidth='predictive' needs times, and {placed.label!r} has none; name its time column, or choose another rule."
        )
    cut = _cut(_days(placed))
    before, later = (_rows(placed, rows) for rows in (placed.when < cut, placed.when >= cut))
    places = places_of(before).collapsed()
    if places.x.size < 2:
        raise ValueError(
            f"bandwidth='predictive' needs several days and places, and before {cut}, the day by which three quarters had "
            f"happened, {placed.label!r} has incidents on {places.x.size}; choose another rule."
        )
    return places, later, str(cut)


def edges_of(
    incidents: Any, boundary: Any, cell_size: float | None, progress: Progress = None
) -> Sequence[np.datetime64]:
    """Return the day of `split` as the edge of a scan's parts of time, of those inside a study area if any; else none."""
    if not isinstance(incidents, Partitioned):
        return ()
    area = as_boundary(boundary, incidents.crs)
    inside = (None, None) if area is None else within(area, cell_size, incidents)
    days = incidents.gather(partial(_days_inside, *inside), AlikeRows.merge, needs=(PLACE, WHEN), progress=progress)
    return (_cut(days),) if days.size else ()


def _days_inside(grid: Grid | None, mask: np.ndarray | None, incidents: Incidents) -> AlikeRows:
    """Return the days of incidents that have a place, inside a mask of a grid if any, and how many each has."""
    rows = incidents.placed
    if grid is not None and mask is not None:
        rows &= grid.inside(mask, incidents.easting, incidents.northing)
    return _days(_rows(incidents, rows))


def _days(incidents: Incidents) -> AlikeRows:
    """Return the days on which incidents happened, and how many each has."""
    if incidents.when is None:
        return AlikeRows([np.empty(0)], [np.empty(0, dtype=np.int64)])
    dated = ~np.isnat(incidents.when)
    times = np.ones(incidents.size, dtype=np.int64) if incidents.frequency is None else incidents.frequency
    return AlikeRows([incidents.when[dated].astype("M8[D]").astype(np.int64)], [times[dated]])


def _cut(days: AlikeRows) -> np.datetime64:
    """Return the day before which no more than three quarters had happened."""
    days = days.added_up()
    (day,), (count,) = days.keys, days.sums
    known = int(LEARNED_SHARE * count.sum())
    return np.datetime64(int(day[np.searchsorted(np.cumsum(count), known, side="right")]), "D")


def _rows(incidents: Incidents, rows: np.ndarray) -> Incidents:
    return replace(incidents, source=None).take(rows)
