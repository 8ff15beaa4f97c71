"""Pages of a query made one file: rows that came twice, as rows shift while they are fetched, are found by their number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from ...progress import Progress, advance
from .csv_records import ended, fields, names_of, records
from .portal_columns import IDENTIFIERS, LEGACY

OCCURRED = "date_occ"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Of so many rows at most the portal is asked how often it has them.
ASKED_OF = 1_000

Times = Callable[[str, list[str]], "dict[str, int] | None"]


class Joined(NamedTuple):
    """Hold how many rows there are, how many were removed as repeats, how many stayed that have the number of another."""

    rows: int
    removed: int
    differing: int
    examples: list[str]
    identifier: str | None
    first: str | None
    last: str | None


class _Scan(NamedTuple):
    """Hold which row numbers came on several pages, by their hash, and the first and last day."""

    suspects: frozenset[int]
    first: str | None
    last: str | None


def join(pages: list[Path], output: BinaryIO, times: Times, progress: Progress = None) -> Joined:
    """Write pages one after another; a row that is there already, to the byte, is left out unless the portal has it twice.

    Parameters
    ----------
    pages : files, each with the same header.
    output : the open file.
    times : function of a column and some of its values that asks the portal how often it has each, or tells None.
    progress : function of a fraction in 0…1 that returns False to stop, or None.
    """
    with pages[0].open("rb") as file:
        header = next(records(file))
    names = names_of(header)
    column = next((at for name in IDENTIFIERS for at in [_place_of(name, names)] if at is not None), None)
    identifier = None if column is None else names[column]
    scan = _scanned(pages, column, _place_of(OCCURRED, names), progress)
    output.write(ended(header))
    if column is None or identifier is None or not scan.suspects:
        rows = sum(_copied(path, output) for path in pages)
        return Joined(rows, 0, 0, [], identifier, scan.first, scan.last)
    surplus = _surplus(pages, column, scan.suspects, lambda values: times(identifier, values))
    repeats = sorted(surplus)
    kept, removed = _written(pages, column, surplus, output)
    return Joined(kept, removed, sum(surplus.values()), repeats[:3], identifier, scan.first, scan.last)


def _place_of(name: str, names: list[str]) -> int | None:
    """Return which column is called so by the portal's interface, or as in the official file, None where none is."""
    called = {name.lower(), LEGACY.get(name, name).lower()}
    return next((at for at, theirs in enumerate(names) if theirs.lower() in called), None)


def _rows(path: Path) -> Iterator[bytes]:
    """Yield the rows of a page after its header."""
    with path.open("rb") as file:
        found = records(file)
        next(found, None)
        yield from found


def _scanned(pages: list[Path], column: int | None, day: int | None, progress: Progress) -> _Scan:
    """Read all pages once."""
    days: set[str] = set()
    hashes = [np.empty(0, np.int64)]
    for number, path in enumerate(pages, 1):
        seen = set()
        for row in map(fields, _rows(path)):
            # A plain file may have rows that are too short.
            if column is not None and column < len(row):
                seen.add(hash(row[column]))
            if day is not None and day < len(row) and DAY.match(row[day]):
                days.add(row[day][:10])
        hashes.append(np.fromiter(seen, np.int64, len(seen)))
        advance(progress, number / len(pages))
    values, pages_of = np.unique(np.concatenate(hashes), return_counts=True)
    return _Scan(frozenset(values[pages_of > 1].tolist()), min(days, default=None), max(days, default=None))


def _surplus(
    pages: list[Path], column: int, suspects: frozenset[int], times: Callable[[list[str]], dict[str, int] | None]
) -> dict[str, int]:
    """Return of each number that came more often than the portal has it, how many times too often."""
    numbers = (fields(record)[column] for path in pages for record in _rows(path))
    came = Counter(number for number in numbers if hash(number) in suspects)
    several = [number for number, copies in came.items() if copies > 1]
    there = times(several) if len(several) <= ASKED_OF else None
    at_portal = {} if there is None else there
    surplus = {number: came[number] - max(at_portal.get(number, 1), 1) for number in several}
    return {number: copies for number, copies in surplus.items() if copies > 0}


def _written(pages: list[Path], column: int, surplus: dict[str, int], output: BinaryIO) -> tuple[int, int]:
    """Write the rows, and count those kept and those removed; `surplus` keeps what was no identical repeat."""
    seen: dict[str, set[bytes]] = {number: set() for number in surplus}
    kept = removed = 0
    for record in (ended(record) for path in pages for record in _rows(path)):
        number = fields(record)[column]
        if number in seen and record in seen[number] and surplus[number] > 0:
            surplus[number] -= 1
            removed += 1
            continue
        if number in seen:
            seen[number].add(record)
        output.write(record)
        kept += 1
    return kept, removed


def _copied(path: Path, output: BinaryIO) -> int:
    """Write the rows of a page as they are; return how many."""
    rows = 0
    for record in _rows(path):
        output.write(ended(record))
        rows += 1
    return rows
