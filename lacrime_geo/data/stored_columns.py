"""Columns of cleaned incidents as Arrow keeps them in a file, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrow_texts import ArrowTexts
from .tables import Column, Texts


def as_arrow(name: str, column: Column, whole: bool) -> Any:
    """Return a column as an Arrow array; say which one when it holds what cannot be kept as one."""
    try:
        return _converted(column, whole)
    except (TypeError, ValueError) as problem:
        kinds = sorted({type(value).__name__ for value in column.tolist() if value is not None})
        raise ValueError(
            f"The column {name!r} holds values of the type {', '.join(kinds[:3])}, which are not converted; leave it out "
            "(columns)."
        ) from problem


def _converted(column: Column, whole: bool) -> Any:
    import pyarrow as pa

    if isinstance(column, ArrowTexts):
        return column.array
    if isinstance(column, Texts):
        known = column.unified()
        # Of one type in all portions, however few the texts of one.
        code = pa.array(known.code.astype(np.int32) - 1, mask=known.code == 0)
        return pa.DictionaryArray.from_arrays(code, pa.array(known.distinct[1:], pa.string()))
    if column.dtype.kind == "M":
        return pa.array(column.astype("M8[ms]"))
    if whole:
        missing = np.isnan(column)
        return pa.array(np.where(missing, 0, column).astype(np.int64), mask=missing)
    return pa.array(column, pa.string() if column.dtype == object else None, from_pandas=True)


def column_of(column: Any, whole: bool) -> Column:
    """Return a column of the file as the cleaning left it."""
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        return _texts(column.unify_dictionaries().combine_chunks())
    if types.is_string(kind) or types.is_large_string(kind):
        return ArrowTexts(column.combine_chunks())  # type: ignore[return-value]
    if types.is_timestamp(kind):
        return np.asarray(column.to_numpy()).astype("M8[s]")
    values = np.asarray(column.to_numpy())
    return values.astype(float) if whole else values


def _texts(column: Any) -> Texts:
    known = np.empty(len(column.dictionary) + 1, dtype=object)
    known[0] = None
    known[1:] = column.dictionary.to_numpy(zero_copy_only=False)
    indices = column.indices
    return Texts(
        known, np.asarray(indices.fill_null(-1) if indices.null_count else indices, dtype=np.int32) + np.int32(1)
    )
