"""Incidents of a scan with a place and a date: what analyses of pairs keep of each, twenty bytes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import refusals, selection
from ..delays import period_guards
from ..delays.file_days import days_of
from ..incident_columns import Gathered
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..partitioned import PLACE, WHEN, Extent, Partitioned
from ..place_spacing import INCIDENTS_LOOKED_AT, LookedAt
from ..progress import Progress
from .dated_places import require_pairs

# 20 bytes each, and 50 while they are sorted.
MOST_INCIDENTS = 100_000_000


class Kept:
    """What is kept of incidents: places and days of those that have both, in the order of the rows, and numbers of all."""

    def __init__(self, incidents: Incidents) -> None:
        """Keep the incidents of a portion."""
        placed = incidents.placed
        self.rows, self.placed, self.timed = incidents.size, int(placed.sum()), incidents.when is not None
        self.extent: Extent = (None, None)
        known = placed & False
        if incidents.when is not None:
            dated = ~np.isnat(incidents.when)
            known = placed & dated
            if dated.any():
                self.extent = incidents.when[dated].min(), incidents.when[dated].max()
        self.x, self.y = [incidents.easting[known]], [incidents.northing[known]]
        self.day = [np.empty(0, np.int32) if incidents.when is None else _days(incidents.when[known])]
        self.number = self.x[0].size

    def merge(self, other: Kept) -> Kept:
        """Add what is kept of later incidents; return this."""
        self.rows, self.placed, self.number = (
            self.rows + other.rows,
            self.placed + other.placed,
            self.number + other.number,
        )
        self.timed |= other.timed
        known = [moment for moment in (*self.extent, *other.extent) if moment is not None]
        self.extent = (min(known), max(known)) if known else (None, None)
        self.x += other.x
        self.y += other.y
        self.day += other.day
        if self.number > MOST_INCIDENTS:
            raise ValueError(
                f"More than {MOST_INCIDENTS:,} incidents have a place and a date, and pairs need all of them in memory, 50 bytes "
                "each while they are sorted; choose fewer (select), such as one category or a shorter period."
            )
        return self


class ScannedPlaces(NamedTuple):
    """Places (n,) and days since 1970 of a scan's incidents that have both, in the order of x, y and day; and what it is."""

    everything: Partitioned
    x: np.ndarray
    y: np.ndarray
    day: np.ndarray
    looked_at: LookedAt
    extent: Extent
    placed: int

    def titled(self, kind: str) -> str:
        """Return a title of these incidents, as `Incidents.titled` does."""
        known = np.array([moment for moment in self.extent if moment is not None], dtype="M8[s]")
        return selection.title(kind, self.everything.selection.get("category"), known, self.placed)


def scanned_places(scan: Partitioned, what: str, progress: Progress = None) -> tuple[ScannedPlaces, Parameters]:
    """Return the incidents of a scan that pairs are made of, and the record; `what` names in a sentence what they are for.

    Raises
    ------
    ValueError
        If they have no times, fewer than two have both a place and a date, or more than a hundred million.
    """
    kept = scan.gather(Kept, Kept.merge, needs=(PLACE, WHEN), progress=progress)
    _require_places_and_dates(scan, kept, what)
    parameters = Parameters(layer=scan.label, incidents=kept.placed, period=_period(scan, kept), crs=scan.crs)
    parameters.update(scan.selection)
    missing, undated = kept.rows - kept.placed, kept.placed - kept.number
    dated = days_of(scan)
    parameters.update(dated.selection)
    parameters.note("without_place", missing, incidents_that(missing, "has no place", "have no place"))
    period_guards.warn(parameters, dated)
    parameters.note("undated", undated, incidents_that(undated, "has no date", "have no date"))
    require_pairs(kept.number, kept.rows, scan.label, what)
    return _ordered(scan, kept), parameters


def _days(when: np.ndarray) -> np.ndarray:
    return when.astype("M8[D]").astype(np.int32)


def _require_places_and_dates(scan: Partitioned, kept: Kept, what: str) -> None:
    """Raise as incidents in memory do when none has a place, or none that has one has a date."""
    nowhere = np.broadcast_to(np.nan, kept.rows)
    if not kept.placed:
        Incidents(nowhere, nowhere, crs=scan.crs, label=scan.label, selection=scan.selection).located()
    if not kept.number:
        somewhere = np.zeros(kept.placed)
        when = np.full(kept.placed, np.datetime64("NaT", "s")) if kept.timed else None
        refusals.dated(
            Incidents(somewhere, somewhere, when=when, crs=scan.crs, label=scan.label), f"and {what} needs them"
        )


def _period(scan: Partitioned, kept: Kept) -> str:
    none = np.empty(0)
    return Incidents(none, none, crs=scan.crs, gathered=Gathered(kept.rows, kept.extent, none, none, 0)).period


def _ordered(scan: Partitioned, kept: Kept) -> ScannedPlaces:
    """Return the places and days in order, column by column, lest all be in memory twice."""
    columns = []
    for parts in (kept.x, kept.y, kept.day):
        columns.append(np.concatenate(parts))
        parts.clear()
    x, y, day = columns
    every = max(-(-x.size // INCIDENTS_LOOKED_AT), 1)
    looked_at = LookedAt(x[::every].copy(), y[::every].copy(), x.size)
    columns.clear()
    order = np.lexsort((day, y, x))
    x = x[order]
    y = y[order]
    return ScannedPlaces(scan, x, y, day[order], looked_at, kept.extent, kept.placed)
