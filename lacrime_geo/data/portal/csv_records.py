"""The rows of a CSV as the bytes they are, for copying some of them unchanged; and the check that all of them are whole."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from .patience import Passing


class Body(NamedTuple):
    """Hold the header of a CSV, as it is and as names, and how many rows follow."""

    header: bytes
    names: list[str]
    rows: int


def records(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the rows of a CSV, those of several lines whole, blank lines left out.

    Raises
    ------
    Passing
        If a quoted field does not end.
    """
    held: list[bytes] = []
    quoted = False
    for line in lines:
        quoted ^= bool(line.count(b'"') % 2)
        held.append(line)
        if not quoted:
            record = b"".join(held)
            held.clear()
            if record.strip():
                yield record
    if held:
        raise Passing("the rows break off within a quoted field")


def fields(record: bytes) -> list[str]:
    """Return the fields of a row, a character for each byte."""
    try:
        return next(csv.reader([record.decode("latin-1")]), [])
    except csv.Error as problem:
        raise Passing(f"a row cannot be read ({problem})") from problem


def whole(path: Path, even: bool) -> Body:
    """Return what a CSV holds; raise Passing when it is cut off or, where its rows should be even, one is not.

    Parameters
    ----------
    path : file.
    even : whether all rows must have as many fields as the header, as those of a portal have; else only the last one.
    """
    with path.open("rb") as file:
        rows = records(file)
        header = next(rows, b"")
        width, number, record = len(fields(header)), 0, header
        for number, record in enumerate(rows, 1):
            if even and len(fields(record)) != width:
                raise Passing(f"row {number:,} has {len(fields(record))} fields, the header has {width}")
    if not header:
        raise Passing("the answer is empty")
    # A portal ends each row; in a plain file the end of the last line may be missing, and only its fields tell.
    if not record.endswith(b"\n") and (even or len(fields(record)) < width):
        raise Passing(f"the last row breaks off in field {len(fields(record))} of {width}")
    return Body(header, names_of(header), number)


def names_of(header: bytes) -> list[str]:
    """Return the names of a header."""
    return next(csv.reader([header.decode("utf-8-sig", "replace").rstrip("\r\n")]), [])


def ended(record: bytes) -> bytes:
    """Return a row with the end of line that the last one of a file may lack."""
    return record if record.endswith(b"\n") else record + b"\n"
