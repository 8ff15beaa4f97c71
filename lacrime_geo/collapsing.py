"""Partitioned incidents collapsed: how many, of which weight and part of the time, stand on each place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from .incident_columns import Gathered
from .incidents import Incidents
from .partitioned import PLACE, WHEN, Part, Partitioned, Wanted
from .place_spacing import INCIDENTS_LOOKED_AT
from .place_tallies import PlaceTally
from .places import collapse
from .progress import Progress, within

# Of each distinct place there are some thirty bytes in memory.
MOST_PLACES = 100_000_000
# Rows told apart by more than their place are collapsed again when they are so many times as many as last time.
_GROWTH, _LEAST_ROWS = 2, 2_000_000
BEFORE = np.datetime64("0001-01-01", "s")
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class _Asked(NamedTuple):
    """What is collapsed: with a weight or not, the edges of parts of the time, and every how manieth place is kept."""

    weighted: bool
    edges: np.ndarray
    every: int


class Collapse:
    """Incidents collapsed so far: by place alone, or by weight and part of the time besides (`rows`)."""

    def __init__(self, keyed: bool) -> None:
        self.tally = None if keyed else PlaceTally()
        self.rows: list[Rows] = []
        self.held = self.least = 0
        self.number = 0
        self.extent: tuple[np.datetime64 | None, np.datetime64 | None] = (None, None)
        self.sample: list[tuple[np.ndarray, np.ndarray]] = []

    def add_rows(self, rows: Rows) -> None:
        """Add rows of place, weight, part of the time and frequency; collapse them again where they have become many."""
        self.rows.append(rows)
        self.held += rows[0].size
        if self.held > max(_GROWTH * self.least, _LEAST_ROWS):
            self.rows = [_collapsed_rows(self.rows)]
            self.held = self.least = self.rows[0][0].size

    def merge(self, other: Collapse) -> Collapse:
        """Add what another holds of later incidents; return this one."""
        if self.tally is not None and other.tally is not None:
            self.tally.merge(other.tally)
        for rows in other.rows:
            self.add_rows(rows)
        self.number += other.number
        known = [moment for moment in (*self.extent, *other.extent) if moment is not None]
        self.extent = (min(known), max(known)) if known else (None, None)
        self.sample += other.sample
        return self


def collapsed(
    incidents: Partitioned, weight: str | None, edges: Sequence[np.datetime64], progress: Progress = None
) -> Incidents:
    """Return the incidents with a place, collapsed; see `Partitioned.collapsed`."""
    parts = incidents.parts
    located = _located(incidents, within(progress, 0.0, 0.2))
    every = max(-(-sum(located) // INCIDENTS_LOOKED_AT), 1)
    asked = _Asked(weight is not None, np.array(edges, dtype="M8[s]"), every)
    before = [0, *accumulate(located)][:-1]
    found = incidents.merged(
        partial(_of_parts, asked, weight), Collapse.merge, _Numbered.of(parts, before), within(progress, 0.2, 1.0)
    )
    return _finished(incidents, found, asked, sum(located))


class _Numbered(NamedTuple):
    """A part, how many rows it has, and how many incidents with a place are before it."""

    part: Part
    before: int
    rows: int

    @classmethod
    def of(cls, parts: Sequence[Part], before: Sequence[int]) -> list[_Numbered]:
        """Return parts with what is before each."""
        return [cls(part, number, part.rows) for part, number in zip(parts, before)]


def _located(incidents: Partitioned, progress: Progress) -> list[int]:
    """Return how many incidents of each part have a place: without a glance at those parts whose files tell it."""
    found: list[int] = incidents.merged(_located_rows, _extended, incidents.parts, progress)
    return found


def _located_rows(parts: Sequence[Part]) -> list[int]:
    return [part.located_rows() for part in parts]


def _extended(first: list[int], second: list[int]) -> list[int]:
    return first + second


def _of_parts(asked: _Asked, weight: str | None, parts: Sequence[_Numbered]) -> Collapse:
    """Collapse the incidents of some parts."""
    found = Collapse(asked.weighted or asked.edges.size > 0)
    wanted = Wanted((PLACE, WHEN), weight=weight)
    for numbered in parts:
        before = numbered.before
        for portion in numbered.part.portions(wanted):
            before += _add(found, portion, before, asked)
    return found


def _add(found: Collapse, incidents: Incidents, before: int, asked: _Asked) -> int:
    """Add incidents, of which those with a place come after so many others; return how many these are."""
    if incidents.when is not None:
        found.extent = _widened(found.extent, incidents.when)
    found.number += incidents.size
    placed = incidents if np.isfinite(incidents.easting.sum()) else incidents.take(incidents.placed)
    x, y = placed.easting, placed.northing
    first = -before % asked.every
    found.sample.append((x[first :: asked.every].copy(), y[first :: asked.every].copy()))
    if found.tally is not None:
        found.tally.add(x, y)
    elif x.size:
        weight = np.ones(x.size) if placed.weight is None else placed.weight
        once = np.ones(x.size, dtype=np.int64)
        found.add_rows(_collapsed_rows([(x, y, weight, _part_of_time(placed, asked.edges), once)]))
    return int(x.size)


def _widened(
    extent: tuple[np.datetime64 | None, np.datetime64 | None], when: np.ndarray
) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    known = when[~np.isnat(when)]
    if not known.size:
        return extent
    ends = [known.min(), known.max(), *(moment for moment in extent if moment is not None)]
    return min(ends), max(ends)


def _part_of_time(incidents: Incidents, edges: np.ndarray) -> np.ndarray:
    """Return the part of the time of incidents (n,): how many edges are not after them, −1 without a date."""
    if not edges.size or incidents.when is None:
        return np.zeros(incidents.size, dtype=np.int64) - int(edges.size > 0)
    part = np.searchsorted(edges, incidents.when, side="right")
    return np.where(np.isnat(incidents.when), -1, part)


def _collapsed_rows(rows: Sequence[Rows]) -> Rows:
    """Return the distinct rows of place, weight and part of the time, with the sum of their frequencies."""
    x, y, weight, part, frequency = (np.concatenate(column) for column in zip(*rows))
    _, place = collapse(x, y)
    order = np.lexsort((part, weight, place))
    x, y, weight, part, place = (column[order] for column in (x, y, weight, part, place))
    begins = np.ones(order.size, dtype=bool)
    begins[1:] = (place[1:] != place[:-1]) | (weight[1:] != weight[:-1]) | (part[1:] != part[:-1])
    begin = np.flatnonzero(begins)
    return x[begin], y[begin], weight[begin], part[begin], np.add.reduceat(frequency[order], begin)


def _finished(incidents: Partitioned, found: Collapse, asked: _Asked, of_all: int) -> Incidents:
    """Return what was collapsed as Incidents, with what is known of all of them."""
    when = weight = None
    if found.tally is not None:
        x, y, frequency = found.tally.places()
    elif found.rows:
        x, y, weight, part, frequency = _collapsed_rows(found.rows)
        when = np.append(np.concatenate([[BEFORE], asked.edges]), np.datetime64("NaT", "s"))[part]
    else:
        x, y, frequency = np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
    if x.size > MOST_PLACES:
        raise ValueError(
            f"The incidents of {incidents.label!r} stand on {x.size:,} different places, and places have to be in memory, at "
            f"most {MOST_PLACES:,}; choose fewer incidents (select), or round their coordinates."
        )
    sample = tuple(np.concatenate(axis) for axis in zip(*found.sample)) if found.sample else (x, y)
    return Incidents(
        x,
        y,
        when=when if asked.edges.size else None,
        weight=weight if asked.weighted else None,
        frequency=frequency,
        crs=incidents.crs,
        label=incidents.label,
        selection=incidents.selection,
        agency=incidents.agency,
        gathered=Gathered(found.number, found.extent, sample[0], sample[1], of_all),
    )
