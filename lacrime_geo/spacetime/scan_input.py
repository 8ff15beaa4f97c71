"""What a scan begins with: incidents with a place and a date in an order of their own, and the circles and spans looked at."""

from __future__ import annotations

import numpy as np

from .. import checks, refusals
from ..grid import Grid
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..periods import extent
from ..places import Standing
from ..progress import Progress
from .cylinders import Cases, Circles

MAX_DAYS = 28
# What is kept of each is two bytes or four.
MOST_CYLINDERS, MOST_RADII = 300_000_000, 200
DAYS_OF_WEEK = 7


def dated_incidents(placed: Incidents, parameters: Parameters) -> Incidents:
    """Return the incidents that have a date; raise where none has, or they have weights."""
    refusals.refuse_weights(placed, "a scan counts incidents")
    dated = refusals.dated(placed, "and outbreaks are in time")
    undated = int((~dated).sum())
    said = incidents_that(undated, "without a date is left out", "without a date are left out")
    parameters.note("undated", undated, said)
    return placed if dated.all() else placed.take(dated)


def cases_of(everything: Incidents, dated: Incidents, by_weekday: bool) -> tuple[np.datetime64, Cases]:
    """Return the first day of the period, and the incidents in an order that does not depend on that of the rows."""
    begin_at, end = extent(everything)
    first, last = begin_at.astype("M8[D]"), (end - np.timedelta64(1, "s")).astype("M8[D]")
    number = int((last - first).astype(np.int64)) + 1
    standing = Standing.of(dated.easting, dated.northing)
    if standing.x.size == 1:
        raise ValueError(
            f"All {dated.size:,} incidents of {dated.label!r} are on one place, so that no place can stand out; a scan needs "
            "several."
        )
    when = np.asarray(dated.when)
    day = (when.astype("M8[D]") - first).astype(np.int64)
    if day.min() == day.max():
        raise ValueError(
            f"All {dated.size:,} incidents of {dated.label!r} are of one day, {first + day[0]}, so that no day can stand out; a "
            "scan needs several."
        )
    order = np.lexsort((standing.y, standing.x))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    place = place[standing.place]
    rows = np.lexsort((day, place))
    kind = np.arange(number) % DAYS_OF_WEEK if by_weekday else np.zeros(number, dtype=np.int64)
    return first, Cases(place[rows], day[rows], standing.x[order], standing.y[order], kind)


def longest_span(max_days: int | None, days: int, parameters: Parameters) -> int:
    """Return the longest span looked at (days)."""
    half = days // 2
    if max_days is None:
        reason = "four weeks" if half >= MAX_DAYS else f"half of the {days:,} days of the period"
        return int(parameters.choose("max_days", min(MAX_DAYS, half), reason, " days"))
    longest = parameters["max_days"] = checks.whole("max_days", max_days)
    if longest > half:
        raise ValueError(
            f"max_days must be at most half the period of {days:,} days ({half:,}), got {max_days!r}: what lasts longer is no "
            "outbreak but its rule."
        )
    return longest


def circles_around(cases: Cases, cell_size: float, max_radius: float, crs: str, progress: Progress = None) -> Circles:
    """Return the circles around the middles of cells that hold incidents."""
    size, largest = checks.positive("cell_size", cell_size), checks.positive("max_radius", max_radius)
    # A hair more, as 3 × 0.1 is more than 0.3.
    steps = int(largest / (size / 2) * (1 + 1e-12))
    if not 1 <= steps <= MOST_RADII:
        raise ValueError(
            f"max_radius must be {size / 2:g} (half of cell_size) to {MOST_RADII * size / 2:g} metres, got {max_radius!r}."
        )
    grid = Grid.over((cases.x.min(), cases.y.min(), cases.x.max(), cases.y.max()), size, crs)
    x, y = grid.centres(np.unique(grid.index(cases.x, cases.y)))
    return Circles.around(x, y, np.arange(1, steps + 1) * (size / 2), cases, progress)


def require_few(cylinders: int) -> None:
    """Raise when cylinders are too many for the memory."""
    if cylinders > MOST_CYLINDERS:
        raise ValueError(
            f"These are {cylinders:,} cylinders, more than {MOST_CYLINDERS:,}: raise cell_size, lower max_radius or max_days, or "
            "choose a shorter period."
        )
