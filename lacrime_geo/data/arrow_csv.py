"""CSV read by Arrow, on all cores: the quick road, left wherever Python's own reader might see anything else."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..progress import Cancelled, Progress, advance, left_alone
from .arrow_texts import ROW_ENDS, ArrowTexts, any_match
from .csv_files import MARKS, names_of, separator_of
from .tables import RawTable, Texts
from .unpacking import unpacked

NUMBER, DISTINCT, MANY, PLAIN = "number", "distinct", "many", "plain"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLOCK, THREADS = 4 << 20, 4


class Surprise(Exception):
    """Raised where a file is not as plain as this road needs; nothing is wrong with it yet."""


def portions(
    path: Path,
    separator: str | None,
    size: int | None,
    kinds: Mapping[str, str],
    wanted: Collection[str] | None,
    progress: Progress,
) -> Iterator[RawTable]:
    """Yield the rows of a plain CSV about so many bytes at a time (None: all at once).

    Parameters
    ----------
    kinds : what a column (without spaces around its name) holds: NUMBER, PLAIN texts nearly all of which differ, MANY texts
        that are repeated, or else a few DISTINCT ones.
    wanted : names of the columns to read, without spaces around; None reads all.

    Raises
    ------
    Surprise
        If another reader is needed: rows of other lengths, line breaks in a text, no UTF-8, numbers that are none.
    """
    with ExitStack() as stack:
        opened, position = stack.enter_context(unpacked(path))
        lines = _Lines(opened)
        separator, names = _header(lines, separator)
        advance(progress, 0.0)
        while lines.more():
            part = _Portion(lines, size)
            read = partial(_table, part, names, separator, kinds, wanted, path.name)
            try:
                yield left_alone(read, progress, position)
            except Cancelled:
                part.over = True
                raise
            advance(progress, position())


class _Lines:
    """The bytes of a file after its header, handed out so that each portion ends with a line."""

    def __init__(self, file: Any) -> None:
        self.file, self.rest = file, b""

    def take(self, size: int) -> bytes:
        """Return up to so many bytes, none at the end."""
        found, self.rest = (self.rest[:size], self.rest[size:]) if self.rest else (self.file.read(size), b"")
        return bytes(found)

    def more(self) -> bool:
        """Tell whether anything is left."""
        self.rest = self.rest or self.take(BLOCK)
        return bool(self.rest)


class _Portion(io.RawIOBase):
    """Some of a file's lines as a file of their own."""

    def __init__(self, lines: _Lines, size: int | None) -> None:
        self.lines, self.left, self.tail = lines, size, b""
        self.over = False

    def readable(self) -> bool:
        """Tell Arrow that it may read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; those after the portion's last line stay for the next one."""
        if self.over:
            return b""
        found = self.lines.take(BLOCK if size < 0 else size)
        if not found:
            self.over = True
        elif self.left is not None and len(found) >= self.left:
            found = self._cut(found)
        elif self.left is not None:
            self.left -= len(found)
        self.tail = (self.tail + found)[-BLOCK:] if len(found) < BLOCK else found
        return found

    def _cut(self, found: bytes) -> bytes:
        end = found.rfind(b"\n") + 1
        if not end:
            return found
        self.over, self.lines.rest = True, found[end:] + self.lines.rest
        return found[:end]

    def ends_in_quotes(self) -> bool:
        """Tell whether the last line has a quotation mark without its other."""
        last = self.tail.rstrip(b"\r\n").rsplit(b"\n", 1)[-1]
        return last.count(b'"') % 2 == 1


def _header(lines: _Lines, separator: str | None) -> tuple[str, list[str]]:
    """Read the first line that is not blank; return the separator and the names of the columns."""
    head = lines.take(BLOCK)
    if head[:2] in MARKS:
        raise Surprise
    head = head[3:] if head.startswith(BYTE_ORDER_MARK) else head
    line = b""
    while not line.strip():
        line, found, head = head.partition(b"\n")
        if not found or b"\r" in line.rstrip(b"\r"):
            raise Surprise
    try:
        text = line.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError:
        raise Surprise from None
    lines.rest = head
    separator = separator or separator_of(text)
    if text.count('"') % 2 or not head:
        raise Surprise
    return separator, names_of(next(csv.reader([text], delimiter=separator)))


def _table(
    part: _Portion,
    names: list[str],
    separator: str,
    kinds: Mapping[str, str],
    wanted: Collection[str] | None,
    file: str,
) -> RawTable:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    types = {
        NUMBER: pa.float64(),
        DISTINCT: pa.dictionary(pa.int32(), pa.string()),
        MANY: pa.string(),
        PLAIN: pa.string(),
    }
    chosen = [name for name in names if wanted is None or name.strip() in wanted]
    try:
        read = arrow_csv.read_csv(
            pa.PythonFile(part, mode="r"),
            arrow_csv.ReadOptions(column_names=names, block_size=BLOCK),
            arrow_csv.ParseOptions(delimiter=separator),
            arrow_csv.ConvertOptions(
                column_types={name: types[kinds.get(name.strip(), DISTINCT)] for name in chosen},
                include_columns=chosen,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        raise Surprise from None
    if part.ends_in_quotes():
        raise Surprise
    with ThreadPoolExecutor(THREADS) as threads:
        of_kind = (kinds.get(name.strip(), DISTINCT) for name in chosen)
        columns = dict(zip(chosen, threads.map(_column, read.columns, of_kind)))
    return RawTable(columns, read.num_rows, file)


def _column(column: Any, kind: str) -> Any:
    from pyarrow import types

    if types.is_floating(column.type):
        values = column.to_numpy()
        # Arrow reads "nan" and "inf" as numbers.
        if np.count_nonzero(np.isfinite(values)) != len(column) - column.null_count:
            raise Surprise
        return values
    return texts_of(column, kind)


def texts_of(column: Any, kind: str) -> Any:
    """Return an Arrow column of texts, or of a dictionary of them; raise Surprise where a text goes over several lines."""
    from pyarrow import types

    if types.is_dictionary(column.type):
        whole = column.unify_dictionaries().combine_chunks()
    elif kind == PLAIN:
        plain = ArrowTexts(column.combine_chunks())
        if plain.has_row_ends():
            raise Surprise
        return plain
    else:
        # To unify the dictionaries of many blocks takes longer than to make one, where there are many texts.
        whole = column.combine_chunks().dictionary_encode()
    if any_match(whole.dictionary, ROW_ENDS):
        raise Surprise
    known = np.empty(len(whole.dictionary) + 1, dtype=object)
    known[0] = None
    known[1:] = whole.dictionary.to_numpy(zero_copy_only=False)
    indices = whole.indices
    code = np.asarray((indices.fill_null(-1) if indices.null_count else indices), dtype=np.int32) + np.int32(1)
    return Texts(known, code)
