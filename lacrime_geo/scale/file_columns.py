"""Which columns of typed files hold what, and how the incidents in them are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..incidents import Incidents
from ..partitioned import CATEGORY, PLACE, REPORTED, UNTIL, WHEN, Part, Wanted
from .choosing import Chosen

# What Incidents call what is read by its role.
ATTRIBUTES = {WHEN: "when", UNTIL: "until", REPORTED: "reported", CATEGORY: "category"}
# What the readers call a column that is taken for something.
OUR_NAMES = {WHEN: "occurred", UNTIL: "occurred_until", REPORTED: "reported", CATEGORY: "category"}


class Named(NamedTuple):
    """Names of columns that were given: of times, categories and ends."""

    time: str | None = None
    category: str | None = None
    until: str | None = None

    @property
    def roles(self) -> dict[str, str]:
        """The role of each that was given."""
        given = {WHEN: self.time, CATEGORY: self.category, UNTIL: self.until}
        return {role: name for role, name in given.items() if name is not None}


def refuse_lacking(given: Mapping[str, str], names: Collection[str], file: str) -> None:
    """Raise where a file lacks a column that was named for a role."""
    lacking = [name for name in given.values() if name not in names]
    if lacking:
        raise ValueError(f"There is no column {lacking[0]!r} in {file}; there are {', '.join(names)}.")


@dataclass(frozen=True)
class Columns:
    """Hold which columns there are once a file is read, which of them tell times and categories (`roles`), and how they are read.

    Of parquet files `geometry`, or `x` and `y`, hold the places in `crs`, and `typed` tells which columns hold what their role
    says as it is; `kinds` tells of what kind the columns of the first file are, as those of all must be. All others are made by a
    `cleaning`, where there is one, of the columns that it needs (`read_by`). `stored` tells that the file was written
    here; `bounds` are the columns of x and y among those of bounds, where there are such; `dates_unused` are columns of dates
    where none tells when incidents happened.
    """

    names: tuple[str, ...]
    crs: str
    roles: Mapping[str, str] = field(default_factory=dict)
    geometry: str | None = None
    x: str | None = None
    y: str | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    cleaning: Any = None
    read_by: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    stored: bool = False
    bounds: tuple[str, ...] = ()
    dates_unused: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """The columns of the file that say the place."""
        return (self.geometry,) if self.geometry is not None else (str(self.x), str(self.y))

    def with_roles(self, named: Named, file: str) -> Columns:
        """Return the columns of files that are cleaned, those that were named in place of those that were found.

        Raises
        ------
        ValueError
            If one is not there; the file is named.
        """
        given = named.roles
        refuse_lacking(given, self.names, file)
        typed = {role: name for role, name in self.typed.items() if role not in given}
        read_by = dict.fromkeys([*self.read_by, *(name for name in given.values() if name in self.kinds)])
        return replace(self, roles={**self.roles, **given}, typed=typed, read_by=tuple(read_by))

    def refuse_unknown(self, wanted: Wanted) -> None:
        """Raise where a column is wanted that must be there and is not."""
        lacking = [name for name in named_of(wanted) if name not in self.names]
        if lacking:
            known = ", ".join(name for name in self.names if name != self.geometry)
            raise ValueError(f"There is no column {', '.join(map(repr, lacking))}; there are {known}.")

    def must_be_cleaned(self, wanted: Wanted, chosen: Chosen) -> bool:
        """Tell whether what is wanted does not stand in the file as it is."""
        if self.cleaning is None:
            return False
        optional = [name for name in wanted.optional if name in self.names]
        roles = self._roles(wanted, chosen)
        return bool(named_of(wanted) or optional) or any(
            role in self.roles and role not in self.typed for role in roles
        )

    def needed(self, wanted: Wanted, chosen: Chosen) -> list[str]:
        """Return the columns of the file to be read."""
        others = [name for name in (*named_of(wanted), *wanted.optional) if name in self.names]
        if self.must_be_cleaned(wanted, chosen):
            return list(dict.fromkeys([*self.places, *self.read_by, *others]))
        found = [self.typed[role] for role in self._roles(wanted, chosen) if role in self.typed]
        places = self.places if PLACE in wanted.roles or chosen.box is not None else ()
        return list(dict.fromkeys([*places, *found, *others]))

    def _roles(self, wanted: Wanted, chosen: Chosen) -> list[str]:
        """Return the roles that are read, those by which rows are chosen among them."""
        roles = {*wanted.roles}
        roles |= {WHEN} if chosen.by_time else set()
        roles |= {CATEGORY} if chosen.categories else set()
        return [role for role in (WHEN, UNTIL, REPORTED, CATEGORY) if role in roles]


def weights_of(wanted: Wanted, values: np.ndarray) -> np.ndarray:
    """Return the column of weights that is wanted; raise, by its name, where some are no weights."""
    return checks.weights(values, len(values), f"weight column {wanted.weight!r}", some=False)


def named_of(wanted: Wanted) -> list[str]:
    """Return the columns that are wanted by their names and must be there."""
    return [*wanted.columns, *([wanted.weight] if wanted.weight else [])]


@dataclass(frozen=True)
class Reading:
    """How the incidents of files are read: the columns, what is chosen, the metric CRS, and what is known of all of them."""

    columns: Any
    chosen: Chosen
    crs: str
    label: str
    agency: str | None = None
    selection: Mapping[str, Any] = field(default_factory=dict)

    def incidents(self, x: np.ndarray, y: np.ndarray, **columns: Any) -> Incidents:
        """Return incidents at places (n,) with other columns, of which all is known that is known of all of them."""
        return Incidents(
            x,
            y,
            **columns,
            crs=self.crs,
            label=self.label,
            selection=self.selection,
            agency=self.agency,
            time_column=self.columns.roles.get(WHEN),
            dates_unused=self.columns.dates_unused,
        )


class Untold(Part):
    """What tells nothing of its incidents before it is read."""

    @property
    def is_counted(self) -> bool:
        """Whether `rows` is exact: it is a guess."""
        return False

    def undated(self) -> None:
        """Return nothing: how many rows have no date is not told."""

    def box(self) -> None:
        """Return nothing: bounds are not told."""
