"""Where the rows of all runs are parted, so that parts are slices of time of about one size, and the rows of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...data.stored_points import GEOMETRY
from .kinds import alike
from .ordering import first_of_day
from .runs import KEY, ROW, Run, opened

ROWS_IN_PART = 1_000_000
# Before and after all keys.
FIRST, LAST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class Groups(NamedTuple):
    """The row groups of runs: of which run each is and its number there, its rows, and its least and greatest key."""

    run: np.ndarray
    number: np.ndarray
    rows: np.ndarray
    least: np.ndarray
    greatest: np.ndarray


def groups_of(runs: Sequence[Run]) -> Groups:
    """Return the row groups of runs as their files tell them."""
    found = []
    for number, file in enumerate(opened(runs)):
        leaf = next(leaf for leaf in range(len(file.schema)) if file.schema.column(leaf).path == KEY)
        for group in range(file.num_row_groups):
            described = file.metadata.row_group(group)
            told = described.column(leaf).statistics
            found.append((number, group, described.num_rows, told.min, told.max))
    return Groups(*np.array(found, dtype=np.int64).reshape(-1, 5).T)


def edges_of(groups: Groups, rows_in_part: int = 0) -> list[int]:
    """Return the keys with which all parts but the first begin.

    Every run is sorted, so the first keys of its row groups are a sample of it at even steps, and those of all runs together
    tell where each so manieth row lies (parallel sorting by regular samples, Shi & Schaeffer 1992). A part begins with a day,
    but where a day is larger than a part.
    """
    order = np.argsort(groups.least, kind="stable")
    least, before = groups.least[order], np.cumsum(groups.rows[order]) - groups.rows[order]
    total = int(groups.rows.sum())
    parts = max(round(total / (rows_in_part or ROWS_IN_PART)), 1)
    edges = [int(least[0])] if least.size else []
    for number in range(1, parts):
        key = int(least[min(int(np.searchsorted(before, number * total / parts)), least.size - 1)])
        begin = first_of_day(key)
        edge = begin if begin > edges[-1] else key
        if edge > edges[-1]:
            edges.append(edge)
    return edges[1:]


def slice_of(runs: Sequence[Run], groups: Groups, begin: int, end: int, schema: Any) -> Any:
    """Return the rows of all runs whose keys lie from one up to, but not including, another, as one table of a schema."""
    wanted = (groups.least < end) & (groups.greatest >= begin)
    found = [
        _rows(runs[run], groups.number[wanted & (groups.run == run)], begin, end, schema)
        for run in np.unique(groups.run[wanted])
    ]
    return _combined(found, schema) if found else schema.empty_table()


def kept_rows(runs: Sequence[Run], begin: int, end: int, schema: Any, dropped: np.ndarray) -> Any:
    """Return the rows of a slice without those (numbers in all sources) that are dropped."""
    table = slice_of(runs, groups_of(runs), begin, end, schema)
    gone = np.isin(table[ROW].to_numpy(), dropped)
    return table.filter(~gone) if gone.any() else table


def _combined(tables: list[Any], schema: Any) -> Any:
    """Return the rows of several tables as one in one piece; they are given back column by column."""
    import pyarrow as pa

    pieces = [dict(zip(schema.names, table.columns)) for table in tables]
    tables.clear()
    columns = []
    for field in schema:
        chunks = [chunk for piece in pieces for chunk in piece.pop(field.name).chunks]
        whole = pa.chunked_array(chunks, field.type).unify_dictionaries().combine_chunks()
        columns.append(whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole)
    return pa.table(columns, schema=schema)


def _rows(run: Run, numbers: np.ndarray, begin: int, end: int, schema: Any) -> Any:
    from pyarrow import parquet

    with parquet.ParquetFile(run.path, read_dictionary=[GEOMETRY]) as file:
        own = [name for name in schema.names if name in file.schema_arrow.names]
        table = file.read_row_groups(numbers.tolist(), columns=own)
    first, last = np.searchsorted(table[KEY].to_numpy(), [begin, end])
    return alike(table.slice(first, last - first), schema)
