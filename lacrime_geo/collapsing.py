"""Partitioned incidents collapsed: how many, of which weight and part of the time, stand on each place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple, TypeVar

import numpy as np

from .incident_columns import Gathered
from .incidents import Incidents
from .partitioned import PLACE, WHEN, Extent, Part, Partitioned, PlacesInOrder, Wanted
from .place_spacing import INCIDENTS_LOOKED_AT
from .place_tallies import PlaceTally
from .places import collapse
from .progress import Progress, within

T = TypeVar("T")
# Of each distinct place there are some thirty bytes in memory.
MOST_PLACES = 100_000_000
# Rows told apart by more than their place are collapsed again when they are so many times as many as last time.
_GROWTH, _LEAST_ROWS = 2, 2_000_000
BEFORE = np.datetime64("0001-01-01", "s")
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class Collapse:
    """Incidents collapsed so far: by place alone, or by weight and part of the time besides (`rows`).

    `located` is how many with a place each part had; `sample` the places that were taken evenly, if those numbers were right.
    """

    def __init__(self, keyed: bool) -> None:
        self.tally = None if keyed else PlaceTally()
        self.rows: list[Rows] = []
        self.held = self.least = 0
        self.number = 0
        self.extent: Extent = (None, None)
        self.located: list[int] = []
        self.sample: list[tuple[np.ndarray, np.ndarray]] = []

    def add_rows(self, rows: Rows) -> None:
        """Add rows of place, weight, part of the time and frequency; collapse them again where they have become many."""
        self.rows.append(rows)
        self.held += rows[0].size
        if self.held > max(_GROWTH * self.least, _LEAST_ROWS):
            self.rows = [_collapsed_rows(self.rows)]
            self.held = self.least = self.rows[0][0].size

    def add_extent(self, extent: Extent) -> None:
        """Add a first and a last moment, None where there are none."""
        known = [moment for moment in (*self.extent, *extent) if moment is not None]
        self.extent = (min(known), max(known)) if known else (None, None)

    def merge(self, other: Collapse) -> Collapse:
        """Add what another holds of later incidents; return this one."""
        if self.tally is not None and other.tally is not None:
            self.tally.merge(other.tally)
        for rows in other.rows:
            self.add_rows(rows)
        self.number += other.number
        self.add_extent(other.extent)
        self.located += other.located
        self.sample += other.sample
        return self


def collapsed(
    incidents: Partitioned, weight: str | None, edges: Sequence[np.datetime64], progress: Progress = None
) -> Incidents:
    """Return the incidents with a place, collapsed; see `Partitioned.collapsed`.

    Which places are taken evenly depends on how many incidents with a place there are, before each part and in all. Where files
    do not tell it is taken that all have one, and the places are taken once more where that was wrong.
    """
    parts = incidents.parts
    if not parts:
        raise ValueError(f"No incident of {incidents.label!r} is of all that was chosen.")
    asked = _Asked.of(parts, weight, edges)
    taken = [part.rows if part.located is None else part.located for part in parts]
    found = incidents.merged(
        partial(_of_parts, asked), Collapse.merge, _numbered(parts, taken), within(progress, 0.0, 0.8)
    )
    if found.located != taken:
        again = _numbered(parts, found.located)
        found.sample = incidents.merged(partial(_sample_of_parts, asked), _extended, again, within(progress, 0.8, 1.0))
    return _finished(incidents, found, asked)


class _Asked(NamedTuple):
    """What is collapsed: with a weight or not, the edges of parts of the time, and whether places stay as the files say them."""

    weight: str | None
    edges: np.ndarray
    raw: bool

    @classmethod
    def of(cls, parts: Sequence[Part], weight: str | None, edges: Sequence[np.datetime64]) -> _Asked:
        """Return it: places are projected when they are collapsed, where nothing but them has to be read."""
        alone = weight is None and not len(edges)
        raw = alone and all(part.has_raw_places and part.extent is not None for part in parts)
        return cls(weight, np.array(edges, dtype="M8[s]"), raw)

    @property
    def keyed(self) -> bool:
        """Whether incidents on one place are told apart."""
        return self.weight is not None or self.edges.size > 0

    def wanted(self, part: Part) -> Wanted:
        """Return what is read of a part."""
        roles = (PLACE,) if not self.edges.size and part.extent is not None else (PLACE, WHEN)
        return Wanted(roles, weight=self.weight, place_alone=not self.keyed and roles == (PLACE,))


class _Numbered(NamedTuple):
    """A part, how many rows it has, and how many incidents with a place are before it and in all."""

    part: Part
    rows: int
    before: int
    of_all: int

    @property
    def every(self) -> int:
        """Every how manieth place is taken."""
        return max(-(-self.of_all // INCIDENTS_LOOKED_AT), 1)


def _numbered(parts: Sequence[Part], located: Sequence[int]) -> list[_Numbered]:
    before = [0, *accumulate(located)]
    return [_Numbered(part, part.rows, number, before[-1]) for part, number in zip(parts, before)]


def _of_parts(asked: _Asked, parts: Sequence[_Numbered]) -> Collapse:
    """Collapse the incidents of some parts."""
    found = Collapse(asked.keyed)
    for numbered in parts:
        part, before = numbered.part, numbered.before
        if part.extent is not None:
            found.add_extent(part.extent)
        for places in part.raw_places() if asked.raw else _read(part, asked, found):
            found.number += places.incidents
            found.sample.append(places.taken(before, numbered.every))
            before += places.number
            if found.tally is not None:
                found.tally.add(places.x, places.y, places.frequency)
        found.located.append(before - numbered.before)
    return found


def _read(part: Part, asked: _Asked, found: Collapse) -> Iterator[PlacesInOrder]:
    """Yield the places of a part's portions; what else is asked of them is added to what was found."""
    for portion in part.portions(asked.wanted(part)):
        if portion.when is not None and part.extent is None:
            found.add_extent(_extent(portion.when))
        if asked.keyed:
            _add_keyed(found, portion, asked)
        yield PlacesInOrder.of(portion.easting, portion.northing, portion.frequency)


def _add_keyed(found: Collapse, portion: Incidents, asked: _Asked) -> None:
    """Add incidents with a place by their weight and part of the time."""
    placed = portion if np.isfinite(portion.easting.sum()) else portion.take(portion.placed)
    if placed.size:
        weight = np.ones(placed.size) if placed.weight is None else placed.weight
        part, once = _part_of_time(placed, asked.edges), np.ones(placed.size, dtype=np.int64)
        found.add_rows(_collapsed_rows([(placed.easting, placed.northing, weight, part, once)]))


def _sample_of_parts(asked: _Asked, parts: Sequence[_Numbered]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the places of some parts that are taken evenly."""
    found = []
    for numbered in parts:
        before = numbered.before
        for places in numbered.part.raw_places() if asked.raw else _places(numbered.part):
            found.append(places.taken(before, numbered.every))
            before += places.number
    return found


def _places(part: Part) -> Iterator[PlacesInOrder]:
    for portion in part.portions(Wanted((PLACE,), place_alone=True)):
        yield PlacesInOrder.of(portion.easting, portion.northing, portion.frequency)


def _extended(first: list[T], second: list[T]) -> list[T]:
    return first + second


def _extent(when: np.ndarray) -> Extent:
    known = when[~np.isnat(when)]
    return (known.min(), known.max()) if known.size else (None, None)


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


def _finished(incidents: Partitioned, found: Collapse, asked: _Asked) -> Incidents:
    """Return what was collapsed as Incidents, with what is known of all of them."""
    when = weight = None
    if found.tally is not None:
        x, y, frequency = found.tally.places()
        x, y = incidents.in_metres(x, y) if asked.raw else (x, y)
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
    sample = incidents.in_metres(*sample) if asked.raw else sample
    return Incidents(
        x,
        y,
        when=when if asked.edges.size else None,
        weight=weight if asked.weight else None,
        frequency=frequency,
        crs=incidents.crs,
        label=incidents.label,
        selection=incidents.selection,
        agency=incidents.agency,
        dates_unused=incidents.dates_unused,
        gathered=Gathered(found.number, found.extent, sample[0], sample[1], sum(found.located)),
    )
