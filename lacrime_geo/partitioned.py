"""Incidents in partitions, of which few are in memory at a time: what an analysis may ask of them."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, NoReturn, Optional, TypeVar

import numpy as np

from .progress import Progress, advance

if TYPE_CHECKING:
    from .incidents import Incidents

T = TypeVar("T")
PLACE, WHEN, UNTIL, REPORTED, CATEGORY = "place", "when", "until", "reported", "category"
ROLES = (PLACE, WHEN, UNTIL, REPORTED, CATEGORY)
TAKEN_BY = (
    "kde",
    "hotspots",
    "gi_star",
    "moran",
    "local_moran",
    "incremental_moran",
    "concentration",
    "dbscan",
    "counts",
    "clock",
    "alerts",
    "near_repeat",
)
# Tasks are few and large, as what they give is merged one by one: of so many rows, or more where that would be too many tasks;
# of fewer incidents there are some all the same, so that more than one processor has something to do.
ROWS_IN_TASK, MOST_TASKS = 16_000_000, 256
LEAST_IN_TASK, FEW_TASKS = 2_000_000, 4


class Wanted(NamedTuple):
    """What is to be read: roles of `ROLES`, columns by name that there must be, others that there may be, and a weight column.

    With `place_alone` neighbouring incidents on one place, or on none, may come as one row with its frequency.
    """

    roles: tuple[str, ...] = (PLACE,)
    columns: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    weight: str | None = None
    place_alone: bool = False


Extent = tuple[Optional[np.datetime64], Optional[np.datetime64]]
# What runs a function on tasks, here or elsewhere, and yields the number of each and what it makes of it, as they end.
Engine = Callable[..., "Iterator[tuple[int, Any]]"]


class PlacesInOrder(NamedTuple):
    """The places (m,) of incidents in order, those without one left out; `frequency` how many neighbours each row stands for.

    `frequency` is None where each stands for one. `incidents` is how many there are, with and without a place.
    """

    x: np.ndarray
    y: np.ndarray
    frequency: np.ndarray | None
    incidents: int

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, frequency: np.ndarray | None = None) -> PlacesInOrder:
        """Return those of incidents, NaN where they have no place."""
        incidents = x.size if frequency is None else int(frequency.sum())
        if not np.isfinite(x.sum() + y.sum()):
            known = ~(np.isnan(x) | np.isnan(y))
            x, y, frequency = x[known], y[known], None if frequency is None else frequency[known]
        return cls(x, y, frequency, incidents)

    @property
    def number(self) -> int:
        """How many incidents have a place."""
        return self.x.size if self.frequency is None else int(self.frequency.sum())

    def taken(self, before: int, every: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of every so manieth of them, which come after so many others."""
        rows = np.arange(-before % every, self.number, every)
        if self.frequency is not None:
            rows = np.searchsorted(np.cumsum(self.frequency), rows, side="right")
        return self.x[rows], self.y[rows]


class Part(ABC):
    """Some of the incidents, read when they are asked for; what is known of those chosen is known without reading."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """About how many rows it has."""

    @property
    def located(self) -> int | None:
        """How many of its incidents have a place, where that is known."""
        return None

    @property
    def extent(self) -> Extent | None:
        """The first and the last moment, where they are known."""
        return None

    @property
    def has_raw_places(self) -> bool:
        """Whether `raw_places` says the places of what is chosen without more than a glance at the coordinates."""
        return False

    def raw_places(self) -> Iterator[PlacesInOrder]:
        """Yield the places of the incidents, as they stand in the files: in their CRS, which `Partitioned.in_metres` projects."""
        for portion in self.portions(Wanted((PLACE,), place_alone=True)):
            yield PlacesInOrder.of(portion.easting, portion.northing, portion.frequency)

    @abstractmethod
    def portions(self, wanted: Wanted) -> Iterator[Incidents]:
        """Yield the incidents as they are read, some at a time, in order; a portion may be empty."""


class Partitioned(ABC):
    """Incidents that are read a part at a time, as often as they are asked for; `lg.scan_incidents` gives them.

    They have a `label`, the metric `crs` that their places are read in, the `selection` that was chosen of them, and the
    `agency` whose records they are, where that is known, as Incidents have.
    """

    label: str
    crs: str
    selection: Mapping[str, Any]
    agency: str | None
    # Columns of dates where none is read, as some may have been meant.
    dates_unused: Sequence[str] = ()
    # The column that `when` is read from, and what the files keep of a larger one that they were chosen from.
    time_column: str | None = None
    kept: Mapping[str, Any] = MappingProxyType({})

    @property
    @abstractmethod
    def parts(self) -> Sequence[Part]:
        """The parts, in order."""

    @abstractmethod
    def run(
        self, function: Callable[[Any], T], tasks: Iterable[Any], *, progress: Progress = None
    ) -> Iterator[tuple[int, T]]:
        """Yield the number of each task and what a function makes of it, as they end: run where the parts are read."""

    def in_metres(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return places (n,) as `Part.raw_places` says them in the metric CRS."""
        return x, y

    def whole(self) -> Partitioned:
        """Return the same without what was chosen of them: how late incidents are reported is told by the whole files."""
        if self.selection:
            raise NotImplementedError
        return self

    def gather(
        self,
        make: Callable[[Incidents], T],
        merge: Callable[[T, T], T],
        *,
        needs: Sequence[str] = (PLACE,),
        optional: Sequence[str] = (),
        weight: str | None = None,
        progress: Progress = None,
    ) -> T:
        """Return what a function makes of the incidents of each portion, merged in their order.

        Parameters
        ----------
        make : makes a small summary of ordinary Incidents, those of one portion that are chosen, some of them perhaps without
            a place; a function of a module, or a partial of one, as it may be called in another process.
        merge : makes one summary of those of earlier and of later portions; it may change the first.
        needs : what is read: "place", "when", "until", "reported", "category", or names of columns, which `source` then holds.
            Of those five one that the files lack is None (places: all missing), as in Incidents; a column that they lack raises.
        optional : names of further columns, read where the files have them.
        weight : name of the column that `Incidents.weight` is read from.
        progress : function of a fraction, returning False to stop.
        """
        wanted = Wanted(
            tuple(name for name in needs if name in ROLES),
            tuple(name for name in needs if name not in ROLES),
            tuple(optional),
            weight,
        )
        return self.merged(partial(_summary, make, merge, wanted), merge, self.parts, progress)

    def merged(
        self,
        function: Callable[[Sequence[Any]], T],
        merge: Callable[[T, T], T],
        parts: Sequence[Any],
        progress: Progress = None,
    ) -> T:
        """Return what a function makes of some parts at a time, merged in their order, whichever ends first."""
        tasks = _tasks(parts)
        waiting: dict[int, T] = {}
        found: list[T] = []
        merged = 0
        advance(progress, 0.0)
        for number, summary in self.run(function, tasks, progress=progress):
            waiting[number] = summary
            while merged in waiting:
                following = waiting.pop(merged)
                found = [merge(found[0], following)] if found else [following]
                merged += 1
        return found[0]

    def collapsed(
        self, *, weight: str | None = None, edges: Sequence[np.datetime64] = (), progress: Progress = None
    ) -> Incidents:
        """Return the incidents with a place, those on one place and of one weight collapsed into a row, with its `frequency`.

        Their `gathered` says what is known of all of them; they have no columns, and no times, unless `edges` part the time:
        only incidents of one part are then collapsed, and `when` is the edge with which their part begins, some early moment
        before the first edge, NaT without a date.
        """
        from .collapsing import collapsed  # which needs incidents itself

        return collapsed(self, weight, edges, progress)

    def refuse(self) -> NoReturn:
        """Raise: an analysis was asked that needs all incidents in memory."""
        raise TypeError(
            f"{self.label!r} is a scan, of which no more than a part is in memory, and this analysis needs all of it: "
            f"{', '.join(TAKEN_BY)} take scans; for others choose fewer incidents (select) and read them: scan.read()."
        )


def as_partitioned(incidents: Any) -> Partitioned | None:
    """Return incidents that come in partitions, a dask-geopandas frame or a folder that was converted to; None for others."""
    if isinstance(incidents, Partitioned):
        return incidents
    frame = hasattr(incidents, "npartitions") and hasattr(incidents, "geometry")
    if frame or isinstance(incidents, (str, os.PathLike)):
        from .scale import is_partitioned, scan_incidents

        return scan_incidents(incidents) if frame or is_partitioned(incidents) else None
    return None


def recognised(incidents: Any) -> Any:
    """Return incidents as analyses that take partitioned ones go on with them: these as Partitioned, all others as they are."""
    return as_partitioned(incidents) or incidents


def _summary(make: Callable[[Incidents], T], merge: Callable[[T, T], T], wanted: Wanted, parts: Sequence[Part]) -> T:
    """Return what a function makes of the portions of some parts, merged."""
    found: list[T] = []
    for part in parts:
        for portion in part.portions(wanted):
            made = make(portion)
            found = [merge(found[0], made)] if found else [made]
    return found[0]


def _tasks(parts: Sequence[Any]) -> list[list[Any]]:
    """Return parts in groups of about equal rows, by the parts alone: results do not depend on how many workers there are."""
    rows = sum(part.rows for part in parts)
    number = max(min(rows // LEAST_IN_TASK, FEW_TASKS), min(-(-rows // ROWS_IN_TASK), MOST_TASKS), 1)
    groups: list[list[Any]] = []
    before, reached = 0, -1
    for part in parts:
        # A part belongs to the group in which most of it lies, were all rows cut into groups just alike.
        group = min(int((before + part.rows / 2) * number / max(rows, 1)), number - 1)
        if group > reached:
            groups.append([])
            reached = group
        groups[-1].append(part)
        before += part.rows
    return groups
