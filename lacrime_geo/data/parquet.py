"""Columns of parquet files as the readers take them: pyarrow's own, without pandas."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..progress import Progress, advance
from .tables import Column, RawTable, Texts

# An index without a name is no column of the agency's.
INDEX = "__index_level_"
# Tables have a few values in a byte at most; a file with a hundred is made to fill the memory.
MOST_VALUES, HARMLESS = 100, 50_000_000


def columns(path: Path) -> tuple[dict[str, Column], int]:
    """Return the columns of a file by name, and how many rows it has."""
    with _opened(path) as file:
        table = file.read()
    return _from_table(table), table.num_rows


def _from_table(table: Any) -> dict[str, Column]:
    """Return the columns of an Arrow table; of one with geometry, the places as two of them."""
    found: dict[str, Column] = {}
    if b"geo" in (table.schema.metadata or {}):
        from .geoparquet import places

        found, geometry = places(table)
        table = table.drop_columns([geometry])
    names = [name for name in table.column_names if not name.startswith(INDEX)]
    return {**{name: _from_arrow(table[name]) for name in names}, **found}


def raw_table(table: Any, file: str) -> RawTable:
    """Return an Arrow table, such as a row group of a file, as the readers take it."""
    return RawTable(_from_table(table), table.num_rows, file)


def _opened(path: Path) -> Any:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise ImportError(
            f"{path.name} is a parquet file, which needs pyarrow: pip install pyarrow, or use the CSV."
        ) from None
    file = parquet.ParquetFile(path, page_checksum_verification=True)
    values = file.metadata.num_rows * file.metadata.num_columns
    if values > max(HARMLESS, MOST_VALUES * path.stat().st_size):
        file.close()
        raise ValueError(
            f"it unpacks to {values:,} values, more than {MOST_VALUES} for each of its bytes, as no table does"
        )
    return file


def names(path: Path) -> list[str]:
    """Return the names of a file's columns."""
    with _opened(path) as file:
        return list(file.schema_arrow.names)


def holds_geometry(path: Path) -> bool:
    """Tell whether a file is GeoParquet; one that cannot be read is none."""
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        return False
    try:
        return b"geo" in (parquet.read_schema(path).metadata or {})
    except (OSError, ValueError):  # Arrow's own for what is no parquet is a ValueError
        return False


def _from_arrow(column: Any) -> Column:
    """Return texts as Texts, clocks as the wall showed them, numbers as they are, NaN where there is none."""
    import pyarrow as pa
    from pyarrow import compute, types

    kind = column.type
    text = kind.value_type if types.is_dictionary(kind) else kind
    if types.is_string(text) or types.is_large_string(text):
        return _from_dictionary(column.dictionary_encode().combine_chunks())
    if types.is_timestamp(kind):
        local = compute.local_timestamp(column) if kind.tz else column
        return np.asarray(local.cast(pa.timestamp("us")).to_numpy())
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_date(kind):
        return np.asarray(column.to_numpy())
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values


def _from_dictionary(column: Any) -> Texts:
    known = Texts.of([*column.dictionary.to_pylist(), None])
    return known.where(np.where(column.is_null(), -1, column.indices.fill_null(-1)).astype(np.int64))


def portions(path: Path, rows: int, wanted: Collection[str] | None, progress: Progress) -> Iterator[RawTable]:
    """Yield the rows of a file so many at a time, only the columns wanted (names without spaces around), at least one table."""
    import pyarrow as pa

    with _opened(path) as file:
        names = _names(file.schema_arrow, wanted)
        total, given = file.metadata.num_rows, 0
        for batch in file.iter_batches(batch_size=rows, columns=names):
            table = pa.Table.from_batches([batch]).replace_schema_metadata(file.schema_arrow.metadata)
            given += table.num_rows
            yield raw_table(table, path.name)
            advance(progress, given / total)
        if not given:
            table = file.schema_arrow.empty_table().select(names)
            yield raw_table(table, path.name)


def _names(schema: Any, wanted: Collection[str] | None) -> list[str]:
    """Return the columns wanted of a file, that of its geometry among them."""
    kept = None if wanted is None else {*wanted}
    if kept is not None and b"geo" in (schema.metadata or {}):
        from .geoparquet import geometry_column

        kept.add(geometry_column(schema))
    return [name for name in schema.names if not name.startswith(INDEX) and (kept is None or name.strip() in kept)]
