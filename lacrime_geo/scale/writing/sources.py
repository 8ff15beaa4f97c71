"""The files that are converted, portion by portion, cleaned as the readers of either kind clean them, places in degrees."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...data import generic, lapd, stored, tables
from ...data.lapd_cleaning import ORDER
from ...data.loaded import Loaded
from ...data.own_mapping import OTHERS, ROLES, SYNONYMS, Asked, as_mapping, asked
from ...data.placing import REMEDY, WGS_84
from ...data.repeats import IDENTIFIERS
from ...data.rules import LAPD, Finding, refuse_unreadable
from ...data.schemas import schema_of
from ...data.stored import is_stored
from ...data.tables import RawTable
from ...places import collapse
from ...progress import Progress

# Of a usual portion, so that reading one takes little beside those that are kept for a run.
SHARE = 0.25
# What rows are parted, sorted and told apart by stays in what is spilled, whether or not it is asked for.
SORTING = ("occurred", "reported", "id", "case_no", *IDENTIFIERS)


class Sources(ABC):
    """Files of one kind: what cleans their portions, and what is to be kept in mind of them."""

    caveats: Sequence[str]
    remedy = LAPD
    # Whether reports that stand in several rows are still to be looked for.
    numbered = True

    def __init__(self, files: Sequence[Path], columns: Sequence[str] | None) -> None:
        self.files, self.columns = files, columns

    def portions(self, source: int, done: Collection[int], progress: Progress) -> Iterator[tuple[int, Loaded]]:
        """Yield the number and the rows of each portion of a file that is not done yet."""
        file = self.files[source]
        with _named(file, len(self.files)):
            for number, raw in enumerate(self.read(file, progress)):
                part = None if number in done else self.clean(raw)
                if part is not None:
                    # The header is the file's, not the portion's.
                    audit = [one for one in part.audit if number == 0 or one["rule"] != "headers"]
                    yield number, _in_degrees(replace(self._picked(part), audit=audit))

    def read(self, file: Path, progress: Progress) -> Iterator[Any]:
        """Yield the portions of a file as they stand in it."""
        return tables.portions(file, {}, None, progress, SHARE)

    @abstractmethod
    def clean(self, raw: Any) -> Loaded:
        """Return a portion cleaned."""

    def refuse(self, audit: Sequence[Finding]) -> None:
        """Raise where too many dates or numbers of all files could not be read."""
        refuse_unreadable(audit, self.remedy)

    def _picked(self, part: Loaded) -> Loaded:
        if self.columns is None:
            return part
        kept = {*self.columns, *SORTING}
        return replace(part, columns={name: column for name, column in part.columns.items() if name in kept})


class LapdFiles(Sources):
    """Files of the LAPD, of one of its record systems."""

    def __init__(self, files: Sequence[Path], columns: Sequence[str] | None, mapping: Mapping[str, str]) -> None:
        super().__init__(files, columns)
        self.schema, self.mapping = lapd.schema_of_files(files), mapping
        self.caveats = self.schema.caveats
        lapd.refuse_unknown(columns or (), lapd.columns_of(files, mapping))

    def read(self, file: Path, progress: Progress) -> Iterator[RawTable]:
        """Yield the portions of a file, only the columns needed of it."""
        few = None if self.columns is None or self.schema.needed is None else self.schema.needed(self.columns)
        wanted = None if few is None else few | {*self.mapping.values()}
        return tables.portions(file, self.schema.kinds, wanted, progress, SHARE)

    def clean(self, raw: RawTable) -> Loaded:
        """Return a portion cleaned by the rules of its record system."""
        return self.schema.clean(raw, mapping=self.mapping)


class FilesOfAnyAgency(Sources):
    """Files of any agency, all of the same columns: what the first portion was understood to hold is held of all."""

    caveats, remedy = generic.CAVEATS, REMEDY

    def __init__(
        self, files: Sequence[Path], columns: Sequence[str] | None, said: Asked, texts: Collection[str]
    ) -> None:
        super().__init__(files, columns)
        self.said, self.texts = said, frozenset(texts)
        self._known: generic.Understood | None = None

    def clean(self, raw: RawTable) -> Loaded:
        """Return a portion cleaned as the first one was understood."""
        if self._known is not None:
            return generic.clean_further(raw, self._known)
        part, self._known = generic.clean_first(raw, self.said, self.texts)
        lapd.refuse_unknown(self.columns or (), part.columns)
        return part

    def understand(self) -> None:
        """Look at the first portion of all, where what follows it is read."""
        if self._known is None:
            with _named(self.files[0], len(self.files)):
                self.clean(next(iter(self.read(self.files[0], None))))


class ConvertedFiles(Sources):
    """A file that was converted before, or the parts of a folder: nothing is left to be cleaned."""

    numbered = False

    def __init__(self, files: Sequence[Path], columns: Sequence[str] | None, said: Mapping[str, Any]) -> None:
        super().__init__(files, columns)
        if said:
            raise ValueError(
                f"{files[0].name} was converted and has its columns by our names; give the mapping when the original file is "
                "converted."
            )
        self.caveats = stored.kept_in(files[0])["parameters"]["caveats"]
        lapd.refuse_unknown(columns or (), stored.names(files[0]))

    def read(self, file: Path, progress: Progress) -> Iterator[Loaded]:
        """Yield the row groups of a file; what was found in all stands in the first of all."""
        for part in stored.portions(file):
            yield part if file == self.files[0] else replace(part, audit=[])

    def clean(self, raw: Loaded) -> Loaded:
        """Return the rows as they are."""
        return raw


def sources_of(files: Sequence[Path], columns: Sequence[str] | None, mapping: Any, texts: Collection[str]) -> Sources:
    """Return how files are read: as the LAPD's where their columns are, else as any agency's."""
    said = as_mapping(mapping)
    if all(is_stored(file) for file in files) and _are_of_one(files):
        return ConvertedFiles(files, columns, said)
    if any(is_stored(file) for file in files) or _are_lapd(files, said):
        return LapdFiles(files, columns, said)
    return FilesOfAnyAgency(files, columns, asked(said), texts)


def _are_of_one(files: Sequence[Path]) -> bool:
    """Tell whether files that were converted are of one conversion."""
    return len({json.dumps(stored.kept_in(file), sort_keys=True) for file in files}) == 1


def _are_lapd(files: Sequence[Path], said: Mapping[str, Any]) -> bool:
    if any(schema_of(tables.header(file)) is not None for file in files):
        return True
    # Only of their files is the column for one of ours named so.
    return bool({*said} & {*ORDER} - {*ROLES, *SYNONYMS, *OTHERS})


@contextmanager
def _named(file: Path, files: int) -> Iterator[None]:
    """Say of which of several files a sentence is that does not."""
    try:
        yield
    except (ValueError, OSError) as problem:
        if files == 1 or file.name in str(problem) or isinstance(problem, UnicodeError):
            raise
        raise type(problem)(f"{file.name}: {problem}") from problem


def _in_degrees(part: Loaded) -> Loaded:
    """Return the same incidents, their places in longitude and latitude; each place is projected once."""
    if part.crs == WGS_84:
        return part
    from ...crs import project

    placed = np.flatnonzero(part.placed)
    first, place = collapse(part.x[placed], part.y[placed])
    longitude, latitude = project(part.x[placed][first], part.y[placed][first], part.crs, WGS_84)
    x, y = (np.full(len(part), np.nan) for _ in "xy")
    x[placed], y[placed] = longitude[place], latitude[place]
    return replace(part, x=x, y=y, crs=WGS_84, place=None)
