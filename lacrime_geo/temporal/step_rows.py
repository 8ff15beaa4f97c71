"""Incidents as series of counts take them: a row for each, or of a scan one for all that are alike in what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable, NamedTuple

import numpy as np

from .. import checks
from ..alike_rows import AlikeRows
from ..features import Features
from ..grouping import distinct
from ..incidents import Incidents
from ..overlay import polygon_of
from ..partitioned import CATEGORY, PLACE, Partitioned
from ..progress import Progress
from ..refusals import refuse_weightless

# In place of the number of an area: the incident stands in none, or has no place.
NO_AREA, NO_PLACE = -1, -2
_NO_DAY = np.datetime64("0000-01-01", "D")
AREA = "area"
AREA_COLUMNS = ("area_name", "area")


class StepRows(NamedTuple):
    """Hold rows (k,) of incidents: the day, NaT for none, columns that tell series apart by name, and the number of the area.

    `frequency` is how many incidents each row stands for (None: 1), `weight` and `squares` the sums of their weights and of the
    squares of these (None: counts).
    """

    day: np.ndarray
    told: dict[str, np.ndarray]
    area: np.ndarray | None = None
    frequency: np.ndarray | None = None
    weight: np.ndarray | None = None
    squares: np.ndarray | None = None


class Steps(NamedTuple):
    """The first day of each step (steps,), and the first day after the last one."""

    begin: np.ndarray
    end: np.datetime64

    def within(self, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of the step that each day (k,) is of, and a mask of those that are of one."""
        at = np.searchsorted(self.begin, day, side="right") - 1
        return at, ~np.isnat(day) & (at >= 0) & (day < self.end)


def areas_of(polygons: Features, incidents: Incidents, progress: Progress = None) -> np.ndarray:
    """Return the number of the polygon that each incident stands in (n,)."""
    number = np.full(incidents.size, NO_PLACE)
    placed = incidents.placed
    number[placed] = polygon_of(polygons, incidents.easting[placed], incidents.northing[placed], progress)
    return number


@dataclass(frozen=True)
class Counted:
    """Which incidents of a scan are counted, and by which date.

    `dating` makes the dates (n,) by which incidents are counted of some, and a mask of those that are; a function of a module, or
    a partial of one, which `needs` roles or columns. `weight` is a column, `names` columns that tell series apart; "area" stands
    for the area's name where there is one, unless columns are meant `as_named`.
    """

    scan: Partitioned
    dating: Callable[[Incidents], tuple[np.ndarray, np.ndarray]]
    needs: tuple[str, ...]
    weight: str | None = None
    names: tuple[str, ...] = ()
    polygons: Features | None = None
    as_named: bool = False

    def rows(self, steps: Steps, progress: Progress = None) -> StepRows:
        """Return the rows of all incidents that are counted: those alike, and of one step, are one row."""
        optional = () if self.as_named or AREA not in self.names else AREA_COLUMNS
        needs = [*self.needs, *([PLACE] if self.polygons is not None else [])]
        needs += [name for name in self.names if name not in (*needs, *optional)]
        make = partial(_Alike, self.dating, steps, self.names, self.polygons)
        found: _Alike = self.scan.gather(
            make, _Alike.merge, needs=needs, optional=optional, weight=self.weight, progress=progress
        )
        refuse_weightless(found.size, found.heaviest, self.weight)
        return found.rows()


class _Alike:
    """Rows of a portion, or of several merged: told apart by the step, the area and the values of columns."""

    def __init__(
        self,
        dating: Callable[[Incidents], tuple[np.ndarray, np.ndarray]],
        steps: Steps,
        names: Sequence[str],
        polygons: Features | None,
        incidents: Incidents,
    ) -> None:
        times, keep = dating(incidents)
        self.size, self.heaviest = incidents.size, 1.0
        self.values: dict[str, dict[Any, int]] = {}
        keys = [_day_of_step(times[keep].astype("M8[D]"), steps)]
        if polygons is not None:
            keys.append(areas_of(polygons, incidents)[keep])
        for name in names:
            values, code = distinct(column_asked(incidents, name)[keep])
            self.values[name] = {value: number for number, value in enumerate(values.tolist())}
            keys.append(code)
        sums = []
        if incidents.weight is not None:
            self.heaviest = float(incidents.weight.max(initial=0.0))
            sums = [incidents.weight[keep], incidents.weight[keep] ** 2]
        self.alike = AlikeRows(keys, sums)
        self.areas = polygons is not None

    def merge(self, other: _Alike) -> _Alike:
        """Add the rows of other incidents; return these."""
        first = len(self.alike.keys) - len(self.values)
        for place, (name, mine) in enumerate(self.values.items(), first):
            number = np.array([mine.setdefault(value, len(mine)) for value in other.values[name]], dtype=np.int64)
            other.alike.keys[place] = number[other.alike.keys[place]]
        self.alike.merge(other.alike)
        self.size += other.size
        self.heaviest = max(self.heaviest, other.heaviest)
        return self

    def rows(self) -> StepRows:
        """Return the rows, the values of their columns in place of numbers."""
        found = self.alike.added_up()
        day = found.keys[0].astype("M8[D]")
        told = {}
        for (name, numbered), code in zip(self.values.items(), found.keys[len(found.keys) - len(self.values) :]):
            values = np.empty(len(numbered), dtype=object)
            values[:] = list(numbered)
            told[name] = values[code]
        weight, squares = found.sums or (None, None)
        day = np.where(day == _NO_DAY, np.datetime64("NaT", "D"), day)
        return StepRows(day, told, found.keys[1] if self.areas else None, found.frequency, weight, squares)


def _day_of_step(day: np.ndarray, steps: Steps) -> np.ndarray:
    """Return the first day of the step that each day is of, some day after all where it is of none (n,), as whole numbers."""
    at, inside = steps.within(day)
    first = np.where(inside, steps.begin[np.where(inside, at, 0)], steps.end)
    return np.where(np.isnat(day), _NO_DAY, first).astype("M8[D]").astype(np.int64)


def column_asked(incidents: Incidents, name: str) -> np.ndarray:
    """Return the column of incidents (n,) that tells series apart: "area" is its name where there is one."""
    source = {} if incidents.source is None else incidents.source
    wanted = name
    if name == AREA:
        wanted = next((there for there in AREA_COLUMNS if there in source), AREA)
    if name == CATEGORY and incidents.category is not None and CATEGORY not in source:
        return incidents.category
    return np.asarray(checks.column(source, wanted))
