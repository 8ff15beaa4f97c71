"""Tables of agencies as they stand in files, CSV or parquet: columns of texts and numbers, and what was odd about the file."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, Callable, NamedTuple, Union

import numpy as np

from ..progress import Progress, advance
from .rules import Finding, finding

ROWS_AT_ONCE, BYTES_AT_ONCE = 1_000, 1 << 20
# Stands after the last line: where it is part of another row, a quotation mark was never closed.
END = "lacrime_geo end of file"
SEPARATORS = (",", ";", "\t", "|")
# Of all rows, how many may have more fields than there are columns before the file counts as damaged.
SHARE_LEFT_OUT = 0.001


class Texts(NamedTuple):
    """A column of texts as its distinct ones, None for blank first, and which of them stands in each row (n,)."""

    distinct: np.ndarray
    code: np.ndarray

    @classmethod
    def of(cls, values: Iterable[Any]) -> Texts:
        """Return a column of anything as texts; None, NaN and "" are blank."""
        encoder = _Encoder()
        encoder.add(["" if value is None or value != value else str(value) for value in values])
        return encoder.texts()

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the texts: objects."""
        return self.distinct.dtype

    def tolist(self) -> list[Any]:
        """Return the text of each row, None where blank."""
        return list(self.values.tolist())

    @property
    def values(self) -> np.ndarray:
        """The text of each row (n,), None where blank."""
        return np.asarray(self.distinct[self.code])

    def each(self, function: Callable[[np.ndarray], Any]) -> np.ndarray:
        """Return what a function makes of each row's text; it is called with the distinct ones."""
        return np.asarray(np.asarray(function(self.distinct))[self.code])

    def where(self, rows: np.ndarray | slice) -> Texts:
        """Return the rows given (mask, indices or slice)."""
        return Texts(self.distinct, self.code[rows])


Column = Union[Texts, np.ndarray]


@dataclass
class RawTable:
    """Hold the columns of a file under its own names, blank ones numbered, and the findings about the file."""

    columns: dict[str, Column]
    rows: int
    file: str
    notes: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class SourceFile:
    """A file that is read: what it is called on maps, and its bytes."""

    path: Path

    @property
    def label(self) -> str:
        """Its name without endings."""
        return self.path.name.split(".")[0]

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes, a portion at a time."""
        with self.path.open("rb") as file:
            yield from iter(lambda: file.read(BYTES_AT_ONCE), b"")


def read(path: str | os.PathLike[str], progress: Progress = None, separator: str | None = ",") -> RawTable:
    """Read a CSV (also .gz or .zip; UTF-8 with or without a mark, else Latin-1) or parquet file.

    Parameters
    ----------
    path : the file; its ending names the format, all but .parquet, .gz and .zip are plain CSV.
    progress : function of a fraction in 0…1 that returns False to stop, or None.
    separator : what stands between the fields; None finds the one that makes most columns.

    Raises
    ------
    ValueError
        If the file is damaged: cut off, no text, a quotation mark never closed, or rows longer than the header.
    FileNotFoundError
        If it is missing.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {str(path)!r}; check the path.")
    try:
        return _read_parquet(path) if is_parquet(path) else _read_csv(path, separator, progress)
    except (ValueError, OSError, EOFError, zlib.error, zipfile.BadZipFile, csv.Error) as problem:
        said = (str(problem) or type(problem).__name__).splitlines()[0]
        raise ValueError(
            f"{path.name} cannot be read ({said}); it should be a complete CSV or parquet file."
        ) from problem


def is_parquet(path: str | os.PathLike[str]) -> bool:
    """Tell by its ending whether a file is parquet."""
    return Path(path).suffix.lower() == ".parquet"


class _Encoder:
    """The texts of one column, gathered a portion at a time."""

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

    def __init__(self, width: int) -> None:
        self.width, self.rows = width, 0
        self.columns = [_Encoder() for _ in range(width)]
        self.fitted: list[str] = []
        self.too_long: list[str] = []

    def add(self, rows: list[list[str]]) -> None:
        """Take the next rows; blank lines are none."""
        rows = [row for row in rows if len(row) > 1 or (row and row[0].strip())]
        if set(map(len, rows)) - {self.width}:
            rows = list(self._made_even(rows))
        self.rows += len(rows)
        for column, values in zip(self.columns, zip(*rows)):
            column.add(values)

    def _made_even(self, rows: list[list[str]]) -> Iterator[list[str]]:
        number = self.rows
        for row in rows:
            if len(row) > self.width and any(row[self.width :]):
                self.too_long.append(f"after row {number}: {len(row)} fields")
                continue
            if len(row) != self.width:
                self.fitted.append(f"row {number}: {len(row)} fields")
                row = [*row[: self.width], *[""] * (self.width - len(row))]
            yield row
            number += 1

    def notes(self) -> list[Finding]:
        """Return the findings; raise when too many rows are too long."""
        if len(self.too_long) > SHARE_LEFT_OUT * (self.rows + len(self.too_long)):
            raise ValueError(
                f"{len(self.too_long):,} rows have more fields than the {self.width} columns, the first stands "
                f"{self.too_long[0]}"
            )
        blank = f"not {self.width}: missing fields are blank, blank ones too many are left out"
        left_out = f"left out: more than {self.width} fields, so that values are not under their names"
        found = (("ragged", self.fitted, blank), ("ragged_left_out", self.too_long, left_out))
        return [
            finding(rule, np.ones(len(rows), dtype=bool), np.array(rows, dtype=object), action)
            for rule, rows, action in found
            if rows
        ]


def _read_parquet(path: Path) -> RawTable:
    from .parquet import columns

    found, rows = columns(path)
    return RawTable(found, rows, path.name)


def _read_csv(path: Path, separator: str | None, progress: Progress) -> RawTable:
    _refuse_cut_off(path)
    try:
        return _parsed(path, "utf-8-sig", separator, progress)
    except UnicodeDecodeError:
        table = _parsed(path, "latin-1", separator, progress)
    all_rows, example = np.ones(table.rows, dtype=bool), np.full(table.rows, "latin-1")
    table.notes.insert(0, finding("encoding", all_rows, example, "read as Latin-1, not UTF-8"))
    return table


def _parsed(path: Path, encoding: str, separator: str | None, progress: Progress) -> RawTable:
    with _opened(path, encoding) as (text, position):
        first = next((line for line in text if line.strip()), "")
        if not first:
            raise ValueError("it is empty")
        reader = csv.reader(chain([first], text, [END]), delimiter=separator or separator_of(first))
        header = next(reader)
        body = _Body(len(header))
        last: list[str] = []
        while last != [END]:
            rows = list(islice(reader, ROWS_AT_ONCE))
            if not rows:
                raise ValueError("a quotation mark is never closed")
            last = rows[-1]
            body.add(rows[:-1] if last == [END] else rows)
            advance(progress, position())
    columns: dict[str, Column] = {name: column.texts() for name, column in zip(_names(header), body.columns)}
    return RawTable(columns, body.rows, path.name, body.notes())


def separator_of(header: str) -> str:
    """Return the separator of which the header's line has most outside quotation marks, a comma where it has none.

    >>> separator_of('"date; time";category;x;y')
    ';'
    """
    return max(SEPARATORS, key=lambda separator: len(next(csv.reader([header], delimiter=separator), [])))


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[tuple[io.TextIOWrapper, Callable[[], float]]]:
    """Open the text of a file, unpacked, and tell how far it is read, from 0 to 1."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        opened: Any = file
        if path.suffix.lower() == ".gz":
            opened = gzip.GzipFile(fileobj=file)
        elif path.suffix.lower() == ".zip":
            opened = _only_member(zipfile.ZipFile(file))
        with io.TextIOWrapper(opened, encoding=encoding, newline="") as text:
            yield text, lambda: file.tell() / size


def _only_member(archive: zipfile.ZipFile) -> Any:
    """Open the one file of a zip; folders and what macOS adds do not count."""
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if len(names) != 1:
        shown = f" ({', '.join(names[:3])})" if names else ""
        raise ValueError(f"the zip holds {len(names)} files{shown}, it should hold one CSV")
    return archive.open(names[0])


def _names(header: list[str]) -> list[str]:
    """Return the header's names, blank ones numbered and repeated ones told apart."""
    found: list[str] = []
    for number, name in enumerate(header):
        plain = name if name.strip() else f"Unnamed: {number}"
        others = (f"{plain}.{again}" for again in count(1))
        found.append(plain if plain not in found else next(other for other in others if other not in found))
    return found


def _refuse_cut_off(path: Path) -> None:
    """Raise when a plain CSV ends amid a row; compressed files notice by themselves."""
    if path.suffix.lower() in (".gz", ".zip"):
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
