"""What is spilled: portions as they are read, about a million rows in a file, sorted by day and place, and what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...data.gathering import added_up
from ...data.loaded import Loaded
from ...data.rules import Finding
from ...data.stored import as_table
from ...data.stored_points import GEOMETRY
from ...data.tables import Column, Texts, as_array
from ...incident_columns import latest
from . import manifest
from .kinds import Kinds, alike
from .ordering import keys
from .whole_files import whole

# Columns of a run that are none of the incidents': what it is sorted by, and the number of the row in all sources.
KEY, ROW = "lacrime_geo key", "lacrime_geo row"
ROWS_IN_RUN, ROWS_IN_GROUP = 1_000_000, 16_384
# Texts of which more than this share differ are kept one by one.
MOSTLY_DISTINCT = 0.5


class Portion(NamedTuple):
    """A portion that is not spilled yet: its rows as a table, and a record of what was found."""

    table: Any
    record: dict[str, Any]


class Run(NamedTuple):
    """Portions that are spilled together: their file, and the record beside it."""

    path: Path
    record: dict[str, Any]


def portion_of(source: int, number: int, part: Loaded, first_row: int) -> Portion:
    """Return a portion with what its rows are sorted by, and their number in all sources."""
    part = _without_repeated_texts(part)
    when = part.columns.get("occurred")
    key = keys(None if when is None else as_array(when), part.x, part.y, first_row)
    table = as_table(part).append_column(KEY, [key])
    table = table.append_column(ROW, [np.arange(first_row, first_row + len(part))])
    return Portion(table, {**_record(part), "portions": [[source, number]], "audits": [[first_row, part.audit]]})


def spill(folder: Path, number: int, portions: Sequence[Portion]) -> Run:
    """Write portions as a run, sorted; it counts as soon as its record is there."""
    import pyarrow as pa

    path = folder / f"run-{number:06d}.parquet"
    kinds = Kinds()
    for portion in portions:
        kinds.add(portion.table.schema, portion.record)
    schema = kinds.schema(spilled=True)
    table = (
        pa.concat_tables([alike(portion.table, schema) for portion in portions]).unify_dictionaries().combine_chunks()
    )
    key = table[KEY].to_numpy()
    with whole(path) as half:
        _write_sorted(half, table, np.argsort(key, kind="stable"))
    record = {**_together([portion.record for portion in portions]), "last_key": int(key.max()) if key.size else -1}
    manifest.write(path.with_suffix(".json"), record)
    return Run(path, record)


def _together(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the record of several portions."""
    known = [record["known_until"] for record in records if record["known_until"]]
    blank = [{*record["blank"]} | ({*_all(records, "columns")} - {*record["columns"]}) for record in records]
    return {
        **records[0],
        **{name: _all(records, name) for name in ("columns", "whole", "repeated")},
        **{name: [one for record in records for one in record[name]] for name in ("portions", "audits")},
        "rows": sum(record["rows"] for record in records),
        "blank": sorted(set.intersection(*blank)),
        "known_until": max(known, default=None),
    }


def _all(records: Sequence[dict[str, Any]], name: str) -> list[str]:
    return list(dict.fromkeys(one for record in records for one in record[name]))


def spilled(folder: Path) -> list[Run]:
    """Return the runs that are whole, in the order of the sources."""
    found = (path for path in sorted(folder.glob("run-*.json")))
    return [Run(path.with_suffix(".parquet"), json.loads(path.read_text(encoding="utf-8"))) for path in found]


def _record(part: Loaded) -> dict[str, Any]:
    times = {name: as_array(part.columns[name]) for name in ("occurred", "reported") if name in part.columns}
    known = latest(times.get("reported"), times.get("occurred"), None)
    return {
        "rows": len(part),
        "agency": part.agency,
        "columns": list(part.columns),
        "parameters": dict(part.parameters),
        "whole": sorted(part.whole),
        "repeated": sorted(part.repeated),
        "blank": [name for name, column in part.columns.items() if _is_blank(column)],
        "known_until": None if known is None else str(known),
    }


def _is_blank(column: Column) -> bool:
    return isinstance(column, Texts) and not any(text is not None for text in column.distinct)


def _without_repeated_texts(part: Loaded) -> Loaded:
    """Return the same rows, texts that nearly all differ as such."""
    import pyarrow as pa

    from ...data.arrow_texts import ArrowTexts

    columns = dict(part.columns)
    for name, column in part.columns.items():
        if (
            isinstance(column, Texts)
            and name not in part.repeated
            and column.distinct.size > MOSTLY_DISTINCT * len(part)
        ):
            columns[name] = ArrowTexts(pa.array(column.values, pa.string()))  # type: ignore[assignment]
    return replace(part, columns=columns)


def _write_sorted(path: Path, table: Any, order: np.ndarray) -> None:
    import pyarrow as pa
    from pyarrow import parquet, types

    repeated = [field.name for field in table.schema if types.is_dictionary(field.type)]
    options: dict[str, Any] = dict(compression="lz4", use_dictionary=[*repeated, GEOMETRY])
    with parquet.ParquetWriter(path, table.schema, **options) as writer:
        for begin in range(0, order.size, ROWS_IN_GROUP):
            group = compact(table.take(pa.array(order[begin : begin + ROWS_IN_GROUP])))
            writer.write_table(group, row_group_size=ROWS_IN_GROUP)


def compact(table: Any) -> Any:
    """Return the same rows, of repeated texts only those that stand in them: a file keeps all that there are."""
    from pyarrow import types

    columns = [
        _compact(column.combine_chunks()) if types.is_dictionary(column.type) else column for column in table.columns
    ]
    return table.from_arrays(columns, schema=table.schema)


def _compact(column: Any) -> Any:
    import pyarrow as pa

    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    codes = np.asarray(column.indices.fill_null(-1))
    is_used = np.zeros(len(column.dictionary) + 1, dtype=bool)
    is_used[codes] = True  # -1 is the last, which no text has
    used = np.flatnonzero(is_used[:-1])
    number = np.zeros(is_used.size, dtype=np.int32)
    number[used] = np.arange(used.size)
    indices = pa.array(number[codes], mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.take(pa.array(used)))


def rows_of(runs: Sequence[Run]) -> int:
    """Return how many rows are spilled."""
    return sum(run.record["rows"] for run in runs)


def bytes_of(runs: Sequence[Run]) -> int:
    """Return how many bytes the runs take that are still there."""
    return sum(run.path.stat().st_size for run in runs if run.path.exists())


def remove_read(runs: Sequence[Run], end: int) -> None:
    """Remove the runs all of whose rows have keys below an end and so are in parts by now: their room is given back."""
    for run in runs:
        if run.record["last_key"] < end:
            run.path.unlink(missing_ok=True)


def opened(runs: Sequence[Run]) -> Iterator[Any]:
    """Yield the runs as parquet files, one open at a time."""
    from pyarrow import parquet

    for run in runs:
        with parquet.ParquetFile(run.path) as file:
            yield file


def kinds_of(runs: Sequence[Run]) -> Kinds:
    """Return the kinds of the columns of runs."""
    kinds = Kinds()
    for run, file in zip(runs, opened(runs)):
        kinds.add(file.schema_arrow, run.record)
    return kinds


def audit_of(runs: Sequence[Run]) -> list[Finding]:
    """Return what was found in all runs, added up."""
    return added_up([(first_row, audit) for run in runs for first_row, audit in run.record["audits"]])


def give_back() -> None:
    """Give the memory that Arrow holds and no longer needs back to the system."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
