"""Files that must be cleaned as they are read: CSV and its like, and parquet that holds texts; portion by portion."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..data import generic, lapd, rules, tables
from ..data.coordinate_pairs import pairs_of
from ..data.loaded import Loaded
from ..data.own_mapping import as_mapping, asked
from ..data.placing import REMEDY
from ..data.schemas import schema_of
from ..data.tables import RawTable, as_array
from ..incidents import Incidents
from ..partitioned import CATEGORY, PLACE, WHEN, PlacesInOrder, Wanted
from .file_columns import ATTRIBUTES, OUR_NAMES, Columns, Reading, Untold, named_of, weights_of
from .found_files import FoundFile
from .typed_columns import in_metres

log = logging.getLogger("lacrime_geo")
# Bytes of a row of a CSV, by which rows are guessed.
BYTES_IN_ROW = 200


class Cleaning(Protocol):
    """How a file's portions are cleaned."""

    def portions(self, path: Path) -> Iterator[Loaded]:
        """Yield the cleaned portions of a file."""


@dataclass(frozen=True)
class OfLapd:
    """Files of the LAPD, cleaned by the rules of their record system."""

    mapping: Any = field(default_factory=dict)

    def portions(self, path: Path) -> Iterator[Loaded]:
        """Yield the cleaned portions of a file."""
        schema = lapd.schema_of_files([path])
        for part in lapd.parts_of([path], schema, None, self.mapping, None):
            rules.refuse_unreadable(part.audit, rules.LAPD)
            yield part


@dataclass(frozen=True)
class OfAnyAgency:
    """Files of any agency, each cleaned as the first portion of the first was understood."""

    known: generic.Understood

    def portions(self, path: Path) -> Iterator[Loaded]:
        """Yield the cleaned portions of a file."""
        for raw in tables.portions(path, {}):
            yield self.cleaned(raw)

    def cleaned(self, raw: RawTable) -> Loaded:
        """Return a portion cleaned."""
        part = generic.clean_further(raw, self.known)
        rules.refuse_unreadable(part.audit, REMEDY)
        return part


class Understanding(NamedTuple):
    """How files are cleaned, what columns they then have, whose records they are, and whether places stand in them but once."""

    cleaning: Cleaning
    columns: Columns
    agency: str | None
    one_pair: bool = True


def understood(path: Path, mapping: Any) -> Understanding:
    """Return how files like this one are read, by its first rows."""
    said = as_mapping(mapping)
    if schema_of(tables.header(path)):
        cleaning: Cleaning = OfLapd(said)
        first = next(iter(cleaning.portions(path)))
        log.warning(
            "reports that stand in LAPD files more than once count as often in a scan of these: convert takes them out"
        )
    else:
        return understood_table(next(iter(tables.portions(path, {}))), said)
    return _understanding(cleaning, first)


def understood_table(raw: RawTable, said: Mapping[str, Any]) -> Understanding:
    """Return how tables like this one, of no LAPD file, are read."""
    named = [asked(said).columns.get(role) for role in ("x", "y")]
    one_pair = named != [None, None] or len(pairs_of(raw.columns, raw.columns, named, raw.file)) < 2
    first, known = generic.clean_first(raw, asked(said))
    return _understanding(OfAnyAgency(known), first, one_pair)


def _understanding(cleaning: Cleaning, first: Loaded, one_pair: bool = True) -> Understanding:
    roles = {role: name for role, name in OUR_NAMES.items() if name in first.columns}
    columns = Columns(tuple(first.columns), first.crs, roles=roles)
    return Understanding(cleaning, columns, first.agency or None, one_pair)


@dataclass(frozen=True)
class CleanedFile(Untold):
    """One file, cleaned whenever it is read."""

    file: FoundFile
    cleaning: Cleaning
    reading: Reading | None = None

    @property
    def rows(self) -> int:
        """About how many rows it has."""
        return max(self.file.size // BYTES_IN_ROW, 1)

    def having(self, reading: Reading) -> CleanedFile:
        """Return the same, to be read in that way."""
        return CleanedFile(self.file, self.cleaning, reading)

    def raw_places(self) -> Iterator[PlacesInOrder]:
        """Yield the places of each portion as they stand in the file."""
        for loaded in self._loaded():
            few = chosen_of(loaded, self.reading)  # type: ignore[arg-type]  # known when a part is read
            yield PlacesInOrder.of(few.x, few.y)

    def portions(self, wanted: Wanted) -> Iterator[Incidents]:
        """Yield the incidents of each portion."""
        for loaded in self._loaded():
            with self.file.named():
                found = incidents_of(loaded, wanted, self.reading)  # type: ignore[arg-type]  # known when a part is read
            yield found

    def _loaded(self) -> Iterator[Loaded]:
        with self.file.named(), self.file.copied() as path:
            yield from self.cleaning.portions(path)


def chosen_of(loaded: Loaded, reading: Reading) -> Loaded:
    """Return the chosen rows of a cleaned portion."""
    if not reading.chosen.anything:
        return loaded
    when, category = (_of_role(loaded, role, reading.columns) for role in (WHEN, CATEGORY))
    return loaded.take(reading.chosen.rows(when, category, loaded.x, loaded.y))


def incidents_of(loaded: Loaded, wanted: Wanted, reading: Reading) -> Incidents:
    """Return the chosen incidents of a cleaned portion, with what is wanted of them."""
    reading.columns.refuse_unknown(wanted)
    lacking = [name for name in named_of(wanted) if name not in loaded.columns]
    if lacking:
        raise ValueError(
            f"There is no column {lacking[0]!r}, which the first file has; scan the files apart, or do without it."
        )
    loaded = chosen_of(loaded, reading)
    x = y = np.full(len(loaded), np.nan)
    if PLACE in wanted.roles:
        x, y = in_metres(loaded.x, loaded.y, loaded.crs, reading.crs)
    made: dict[str, Any] = {
        attribute: _of_role(loaded, role, reading.columns)
        for role, attribute in ATTRIBUTES.items()
        if role in wanted.roles
    }
    if wanted.weight:
        made["weight"] = weights_of(wanted, np.asarray(_column(loaded, wanted.weight)))
    names = [*wanted.columns, *(name for name in wanted.optional if name in loaded.columns)]
    return reading.incidents(x, y, **made, source={name: _column(loaded, name) for name in names})


def _of_role(loaded: Loaded, role: str, columns: Columns) -> np.ndarray | None:
    """Return the column that holds times or categories, None where there is none."""
    name = columns.roles.get(role)
    found = None if name is None else _column(loaded, name)
    if found is not None and role != CATEGORY and found.dtype.kind != "M":
        raise ValueError(
            f"The column {name!r} holds no moments as it stands in the files; say in the mapping what it holds, such as "
            f"date={name}."
        )
    return found


def _column(loaded: Loaded, name: str) -> np.ndarray | None:
    """Return a column as numpy has it, None where there is none; whole numbers as such where none is missing."""
    column = loaded.columns.get(name)
    if column is None:
        return None
    values = as_array(column)
    if name not in loaded.whole:
        return values
    missing = np.isnan(values)
    if not missing.any():
        return values.astype(np.int64)
    return np.array([None if blank else int(value) for value, blank in zip(values.tolist(), missing)], dtype=object)
