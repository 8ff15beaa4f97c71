"""CSV read by Python's own reader, whatever its dialect: the road that every file can take, and that notes what is odd."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import numpy as np

from ..progress import Progress, advance
from .rules import Finding, finding
from .tables import RawTable, Texts
from .unpacking import unpacked

ROWS_AT_ONCE = 1_000
# Stands after the last line: where it is part of another row, a quotation mark was never closed.
END = "lacrime_geo end of file"
SEPARATORS = (",", ";", "\t", "|")
# Of all rows, how many may have more fields than there are columns before the file counts as damaged.
SHARE_LEFT_OUT = 0.001
# A cell may be as long as a file of this library's users ever is; Python's own limit is 131,072.
LONGEST_CELL = 1 << 26
# More of these are no names of columns but a damaged file, or another.
LONGEST_NAME, MOST_COLUMNS = 1_000, 10_000
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def portions(
    path: Path, separator: str | None, rows_in_portion: int | None, skip: int, progress: Progress
) -> Iterator[RawTable]:
    """Yield the rows of a CSV after the first few, all at once or so many at a time; at least one table, be it empty.

    Texts are UTF-8 with or without a mark, UTF-16 with one, else Latin-1, which is noted.
    """
    _refuse_cut_off(path)
    given = skip
    try:
        for table in _parsed(path, _marked(path) or "utf-8-sig", separator, rows_in_portion, skip, progress):
            given += table.rows
            yield table
        return
    except UnicodeDecodeError:
        latin = _parsed(path, "latin-1", separator, rows_in_portion, given, progress)
    for table in latin:
        all_rows, example = np.ones(table.rows, dtype=bool), np.full(table.rows, "latin-1")
        table.notes.insert(0, finding("encoding", all_rows, example, "read as Latin-1, not UTF-8"))
        yield table


def header(path: Path) -> list[str]:
    """Return the names of the columns of a CSV."""
    with unpacked(path) as (opened, _):
        encoding = _marked(path) or "utf-8-sig"
        text = io.TextIOWrapper(opened, encoding=encoding, errors="replace", newline="")
        first = next((line for line in lines_of(text) if line.strip()), "")
        return names_of(next(csv.reader([first], delimiter=separator_of(first)), []))


def separator_of(header: str) -> str:
    """Return the separator of which the header's line has most outside quotation marks, a comma where it has none.

    >>> separator_of('"date; time";category;x;y')
    ';'
    """
    return max(SEPARATORS, key=lambda separator: len(next(csv.reader([header], delimiter=separator), [])))


def names_of(header: list[str]) -> list[str]:
    """Return the header's names, blank ones numbered and repeated ones told apart.

    >>> names_of(["date", "", "date"])
    ['date', 'Unnamed: 1', 'date.1']
    """
    refuse_no_names(header)
    found: list[str] = []
    for number, name in enumerate(header):
        plain = name if name.strip() else f"Unnamed: {number}"
        others = (f"{plain}.{again}" for again in count(1))
        found.append(plain if plain not in found else next(other for other in others if other not in found))
    return found


def refuse_no_names(names: Collection[str]) -> None:
    """Raise where texts are too many or too long for names of columns."""
    if len(names) > MOST_COLUMNS:
        raise ValueError(f"its first line has {len(names):,} fields, so it holds no names of columns")
    longest = max(map(len, names), default=0)
    if longest > LONGEST_NAME:
        raise ValueError(f"its first line has a field of {longest:,} characters, so it holds no names of columns")


def lines_of(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield lines; raise where one is longer than any cell may be, before it fills the memory."""
    for line in iter(lambda: text.readline(LONGEST_CELL), ""):
        if len(line) >= LONGEST_CELL:
            raise ValueError(f"it has a line of more than {LONGEST_CELL:,} characters")
        yield line


class _Encoder:
    """The texts of one column, gathered some rows at a time."""

    def __init__(self) -> None:
        self._number: defaultdict[str, int] = defaultdict(count().__next__)
        self._number[""]  # blank is number 0
        self._codes: list[np.ndarray] = []

    def add(self, values: Any) -> None:
        """Take the next values."""
        self._codes.append(np.fromiter(map(self._number.__getitem__, values), np.int32, len(values)))

    def texts(self) -> Texts:
        """Return all of them."""
        distinct = np.empty(len(self._number), dtype=object)
        distinct[:] = [None, *islice(self._number, 1, None)]
        return Texts(distinct, np.concatenate([np.empty(0, np.int32), *self._codes]))


class _Body:
    """The rows of a CSV, gathered into columns; those with too few or too many fields are noted."""

    def __init__(self, names: list[str], file: str, before: int) -> None:
        self.names, self.file, self.before, self.rows = names, file, before, 0
        self.columns = [_Encoder() for _ in names]
        self.fitted: list[str] = []
        self.too_long: list[str] = []

    def add(self, rows: list[list[str]]) -> None:
        """Take the next rows, none of them blank."""
        if set(map(len, rows)) - {len(self.names)}:
            rows = list(self._made_even(rows))
        self.rows += len(rows)
        for column, values in zip(self.columns, zip(*rows)):
            column.add(values)

    def table(self) -> RawTable:
        """Return what was gathered; raise when too many rows are too long."""
        columns = {name: column.texts() for name, column in zip(self.names, self.columns)}
        columns, notes = _without_nul(columns)
        return RawTable({**columns}, self.rows, self.file, [*self._notes(), *notes])

    def _made_even(self, rows: list[list[str]]) -> Iterator[list[str]]:
        number, width = self.before + self.rows, len(self.names)
        for row in rows:
            if len(row) > width and any(row[width:]):
                self.too_long.append(f"after row {number}: {len(row)} fields")
                continue
            if len(row) != width:
                self.fitted.append(f"row {number}: {len(row)} fields")
                row = [*row[:width], *[""] * (width - len(row))]
            yield row
            number += 1

    def _notes(self) -> list[Finding]:
        width = len(self.names)
        if len(self.too_long) > SHARE_LEFT_OUT * (self.rows + len(self.too_long)):
            raise ValueError(
                f"{len(self.too_long):,} rows have more fields than the {width} columns, the first stands "
                f"{self.too_long[0]}"
            )
        blank = f"not {width}: missing fields are blank, blank ones too many are left out"
        left_out = f"left out: more than {width} fields, so that values are not under their names"
        found = (("ragged", self.fitted, blank), ("ragged_left_out", self.too_long, left_out))
        return [
            finding(rule, np.ones(len(rows), dtype=bool), np.array(rows, dtype=object), action)
            for rule, rows, action in found
            if rows
        ]


def _without_nul(columns: dict[str, Texts]) -> tuple[dict[str, Texts], list[Finding]]:
    """Return columns without NUL bytes, which end a text for other software, and in which rows they were."""
    odd = {name: np.array(["\0" in (text or "") for text in column.distinct]) for name, column in columns.items()}
    odd = {name: marked for name, marked in odd.items() if marked.any()}
    if not odd:
        return columns, []
    example = np.empty(next(iter(columns.values())).code.size, dtype=object)
    plain = dict(columns)
    for name, marked in odd.items():
        distinct, code = columns[name]
        rows = np.flatnonzero(marked[code])
        example[rows] = [text.replace("\0", "␀") for text in distinct[code[rows]]]
        bare = np.array([text and (text.replace("\0", "") or None) for text in distinct], dtype=object)
        plain[name] = Texts(bare, code).unified()
    found = np.array([text is not None for text in example])
    return plain, [finding("nul_bytes", found, example, "NUL bytes removed from the texts of these rows")]


def _parsed(
    path: Path, encoding: str, separator: str | None, rows_in_portion: int | None, skip: int, progress: Progress
) -> Iterator[RawTable]:
    csv.field_size_limit(LONGEST_CELL)
    with unpacked(path) as (opened, position), io.TextIOWrapper(opened, encoding=encoding, newline="") as text:
        lines = lines_of(text)
        first = next((line for line in lines if line.strip()), "")
        if not first:
            raise ValueError("it is empty")
        reader = csv.reader(chain([first], lines, [END]), delimiter=separator or separator_of(first))
        names = names_of(next(reader))
        body = _Body(names, path.name, skip)
        for rows in _rows(reader, skip):
            body.add(rows)
            advance(progress, position())
            if rows_in_portion is not None and body.rows >= rows_in_portion:
                yield body.table()
                body = _Body(names, path.name, body.before + body.rows)
        if body.rows or not body.before:
            yield body.table()


def _rows(reader: Any, skip: int) -> Iterator[list[list[str]]]:
    """Yield the rows some at a time, without blank ones and the first few; raise where a quotation mark is never closed."""
    last: list[str] = []
    while last != [END]:
        rows = list(islice(reader, ROWS_AT_ONCE))
        if not rows:
            raise ValueError("a quotation mark is never closed")
        last = rows[-1]
        filled = [row for row in rows if row != [END] and (len(row) > 1 or (row and row[0].strip()))]
        yield filled[skip:]
        skip = max(skip - len(filled), 0)


def _marked(path: Path) -> str | None:
    """Return the encoding that a file's first two bytes tell, None for all but UTF-16."""
    with unpacked(path) as (opened, _):
        return MARKS.get(opened.read(2))


def _refuse_cut_off(path: Path) -> None:
    """Raise when a plain CSV ends amid a row; compressed files notice by themselves."""
    if path.suffix.lower() in (".gz", ".zip") or _marked(path):
        return
    with path.open("rb") as file:
        header = file.readline()
        file.seek(max(path.stat().st_size - 65536, len(header)))
        tail = file.read()
    last = tail.rstrip(b"\r\n").split(b"\n")[-1]
    separator = separator_of(header.decode("latin-1"))
    fields = [len(next(csv.reader([line.decode("latin-1")], delimiter=separator), [])) for line in (header, last)]
    if last and not tail.endswith(b"\n") and fields[1] < fields[0]:
        raise ValueError(f"the file breaks off: its last row has {fields[1]} of {fields[0]} fields")
