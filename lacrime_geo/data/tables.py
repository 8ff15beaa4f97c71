"""Tables of agencies as they stand in files, CSV or parquet: columns of texts and numbers, and what was odd about the file."""

from __future__ import annotations

import csv
import os
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, NamedTuple, Union

import numpy as np

from ..progress import Progress, within
from .rules import Finding

BYTES_AT_ONCE = 1 << 20
# Characters of what another library says is wrong with a file, which may quote it.
LONGEST_REASON = 300
# The columns of degrees in which the points of a layer stand, called as no agency's are.
LONGITUDE, LATITUDE = "geometry_longitude", "geometry_latitude"
# About a million rows of an LAPD file; what a portion takes in memory is given back before the next.
BYTES_IN_PORTION, ROWS_IN_PORTION = 320 << 20, 1_000_000


class Texts(NamedTuple):
    """A column of texts as its distinct ones, None for blank first, and which of them stands in each row (n,)."""

    distinct: np.ndarray
    code: np.ndarray

    @classmethod
    def of(cls, values: Iterable[Any]) -> Texts:
        """Return a column of anything as texts; None, NaN and "" are blank."""
        number: dict[str, int] = {"": 0}
        words = ("" if value is None or value != value else str(value) for value in values)
        code = np.array([number.setdefault(word, len(number)) for word in words], dtype=np.int32)
        distinct = np.empty(len(number), dtype=object)
        distinct[:] = [word or None for word in number]
        return cls(distinct, code)

    @classmethod
    def joined(cls, parts: Sequence[Texts]) -> Texts:
        """Return the rows of several columns as one, each text once."""
        sizes = np.cumsum([0, *(part.distinct.size for part in parts)])
        codes = [part.code + np.int32(size) for part, size in zip(parts, sizes)]
        return cls(np.concatenate([part.distinct for part in parts]), np.concatenate(codes)).unified()

    def unified(self) -> Texts:
        """Return the same rows with each text once among the distinct ones, None first; a rule may have made two alike."""
        texts = self.distinct.tolist()
        if texts[:1] == [None] and len(set(texts)) == len(texts):
            return self
        number: dict[str | None, int] = {None: 0}
        new = np.array([number.setdefault(text, len(number)) for text in texts], dtype=np.int32)
        distinct = np.empty(len(number), dtype=object)
        distinct[:] = list(number)
        return Texts(distinct, new[self.code])

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


def as_array(column: Column) -> np.ndarray:
    """Return a column as a numpy array (n,), texts as objects, None where blank."""
    return column.values if isinstance(column, Texts) else np.asarray(column)


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
    """Read a CSV (also .gz or .zip; UTF-8 with or without a mark, UTF-16 with one, else Latin-1), GeoJSON or parquet file.

    Parameters
    ----------
    path : the file; its ending names the format, all but .parquet, .geojson, .json, .gz and .zip are plain CSV.
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
    with _explained(path):
        if is_json(path):
            return _read_json(path, progress)
        if is_parquet(path):
            return _read_parquet(path)
        (table,) = _csv_portions(path, separator, None, progress)
        return table


def header(path: str | os.PathLike[str]) -> list[str]:
    """Return the names of the columns of a file, without its rows."""
    path = Path(path)
    with _explained(path):
        if is_json(path):
            return list(_read_json(path, None).columns)
        if is_parquet(path):
            from .parquet import names

            return names(path)
        from .csv_files import header as of_csv

        return of_csv(path)


def is_parquet(path: str | os.PathLike[str]) -> bool:
    """Tell by its ending whether a file is parquet."""
    return Path(path).suffix.lower() == ".parquet"


def is_json(path: str | os.PathLike[str]) -> bool:
    """Tell by its ending whether a file is GeoJSON or another JSON."""
    return Path(path).suffix.lower() in (".geojson", ".json")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say in one sentence why a file cannot be read."""
    if not path.exists():
        raise FileNotFoundError(f"There is no file {str(path)!r}; check the path.")
    try:
        yield
    except (ValueError, OSError, EOFError, zlib.error, zipfile.BadZipFile, csv.Error) as problem:
        said = (str(problem) or type(problem).__name__).splitlines()[0][:LONGEST_REASON]
        raise ValueError(
            f"{path.name} cannot be read ({said}); it should be a complete CSV, JSON or parquet file."
        ) from problem


def _read_json(path: Path, progress: Progress) -> RawTable:
    from .geojson import read as of_json

    return of_json(path, progress)


def _read_parquet(path: Path) -> RawTable:
    from .parquet import columns

    found, rows = columns(path)
    return RawTable(found, rows, path.name)


def portions(
    path: str | os.PathLike[str],
    kinds: Mapping[str, str],
    wanted: Collection[str] | None = None,
    progress: Progress = None,
    share: float = 1.0,
) -> Iterator[RawTable]:
    """Yield the rows of a file as `read` does, about a million at a time or a share of that, only the columns wanted of it.

    Parameters
    ----------
    kinds : which columns hold a number or texts that nearly all differ, as in `arrow_csv`.
    wanted : names of columns, without spaces around; None reads all.
    """
    path = Path(path)
    with _explained(path):
        begun = _state(path)
        if is_json(path):
            parts = iter([_only(_read_json(path, progress), wanted)])
        elif is_parquet(path):
            from .parquet import portions as of_parquet

            parts = of_parquet(path, _rows(share), wanted, progress)
        else:
            parts = _csv_portions(path, None, share, progress, kinds, wanted)
        for part in parts:
            if _state(path) != begun:
                raise ValueError("it was changed while it was read; read it again when it is whole")
            yield part


def _rows(share: float) -> int:
    return max(int(ROWS_IN_PORTION * share), 1)


def _state(path: Path) -> tuple[int, ...]:
    """Return what tells whether a file is still the same."""
    now = path.stat()
    return now.st_ino, now.st_size, now.st_mtime_ns


def _csv_portions(
    path: Path,
    separator: str | None,
    share: float | None,
    progress: Progress,
    kinds: Mapping[str, str] | None = None,
    wanted: Collection[str] | None = None,
) -> Iterator[RawTable]:
    """Read by Arrow where there is one and the file is plain, else from there on by Python's reader; all at once if None."""
    from . import csv_files

    given, reached = 0, [0.0]
    try:
        from . import arrow_csv

        size = None if share is None else max(int(BYTES_IN_PORTION * share), 1)
        for table in arrow_csv.portions(path, separator, size, kinds or {}, wanted, _kept(progress, reached)):
            given += table.rows
            yield table
        return
    except (ImportError, arrow_csv.Surprise):
        rows = None if share is None else _rows(share)
        rest = csv_files.portions(path, separator, rows, given, within(progress, reached[0], 1.0))
    for table in rest:
        yield _only(table, wanted)


def _only(table: RawTable, wanted: Collection[str] | None) -> RawTable:
    """Return a table with the columns wanted alone, None wanting all; what a layer's geometry says is always kept."""
    if wanted is not None:
        kept = {*wanted, LONGITUDE, LATITUDE}
        table.columns = {name: column for name, column in table.columns.items() if name.strip() in kept}
    return table


def _kept(progress: Progress, reached: list[float]) -> Progress:
    """Return the same progress, remembering how far it came."""

    def advanced(fraction: float) -> bool:
        reached[0] = fraction
        return progress is None or progress(fraction) is not False

    return advanced
