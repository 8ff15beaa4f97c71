"""Columns of parquet files that hold what they say: coordinates, moments and texts, from Arrow to numpy."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..crs import project
from ..places import at_places

_GREENWICH = ("UTC", "Etc/UTC", "GMT", "Z", "+00:00")
# Of these the statistics of a file tell the first and the last moment as they are read.
KINDS_OF_WALL_CLOCKS = ("moments", "moments of Greenwich", "days")


class Points(NamedTuple):
    """Points in a metric CRS: `x`, `y` of each row (n,); or of those that differ, and by `number` which of them each row is."""

    x: np.ndarray
    y: np.ndarray
    number: np.ndarray | None = None

    def runs(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the rows with which runs of one point begin, and how long these are; None where they save too few."""
        if self.number is None:
            return None
        begins = np.ones(self.number.size, dtype=bool)
        np.not_equal(self.number[1:], self.number[:-1], out=begins[1:])
        begin = np.flatnonzero(begins)
        return (begin, np.diff(np.append(begin, self.number.size))) if begin.size <= self.number.size / 2 else None

    def at(self, rows: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return the coordinates of some rows (mask or indices), None for all."""
        if self.number is None:
            return (self.x, self.y) if rows is None else (self.x[rows], self.y[rows])
        number = self.number if rows is None else self.number[rows]
        return self.x[number], self.y[number]


def points_in_dictionary(column: Any, source: str, target: str) -> Points:
    """Return the points of a column of well-known binary that was read as a dictionary, projected; NaN where there is none."""
    known = column.unify_dictionaries().combine_chunks() if hasattr(column, "chunks") else column
    x, y = in_metres(*coordinates_of(known.dictionary), source, target, distinct=True)
    indices = known.indices
    number = np.asarray(indices.fill_null(len(known.dictionary)) if indices.null_count else indices)
    return Points(np.append(x, np.nan), np.append(y, np.nan), number)


def coordinates_of(binary: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates (n,) of points in well-known binary, NaN where there is none.

    Raises
    ------
    ValueError
        If some are no points.
    """
    from ..data.stored_points import coordinates

    try:
        return coordinates(binary)
    except ValueError:
        return _of_any_binary(binary)


def _of_any_binary(binary: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the same of points written otherwise, one by one."""
    from ..data.geoparquet import binary_points

    x, y, others = binary_points(binary)
    if others:
        kind = max(others, key=lambda name: others[name])
        raise ValueError(
            f"incidents are points, and {sum(others.values()):,} geometries are others, most of them {kind}; take their "
            "centroids first"
        )
    return x, y


def in_metres(
    x: np.ndarray, y: np.ndarray, source: str, target: str, *, distinct: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates (n,) in a metric CRS, each place projected once; where x and y are 0 there is none.

    `distinct` tells that no place stands there twice.
    """
    # A glance is enough where no x is 0, as it nearly always is.
    if not x.all() or (source != target and not np.isfinite(x.sum() + y.sum())):
        nowhere = ~np.isfinite(x) | ~np.isfinite(y) | ((x == 0) & (y == 0))
        x, y = np.where(nowhere, np.nan, x), np.where(nowhere, np.nan, y)
    if source == target:
        return x, y
    known = np.isfinite(x)
    projected = partial(project, source=source, target=target)
    east, north = np.full(x.size, np.nan), np.full(x.size, np.nan)
    if known.any():
        east[known], north[known] = (projected if distinct else partial(at_places, function=projected))(
            x[known], y[known]
        )
    return east, north


def moments_of(column: Any) -> np.ndarray:
    """Return a column of timestamps or dates as moments of the clock that they are written by, NaT where there is none."""
    import pyarrow as pa
    from pyarrow import compute, types

    if types.is_timestamp(column.type) and column.type.tz:
        column = compute.local_timestamp(column)
    if types.is_date(column.type):
        column = column.cast(pa.timestamp("s"))
    return np.asarray(column.to_numpy()).astype("M8[s]")


def texts_of(column: Any) -> np.ndarray:
    """Return a column of texts as objects, None where there is none; each text that is repeated is one object."""
    from pyarrow import types

    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    known = column.unify_dictionaries().combine_chunks() if hasattr(column, "chunks") else column
    texts = np.empty(len(known.dictionary) + 1, dtype=object)
    texts[:-1] = known.dictionary.to_pylist()
    indices = known.indices
    return texts[np.asarray(indices.fill_null(len(known.dictionary)) if indices.null_count else indices)]


def values_of(column: Any) -> np.ndarray:
    """Return any column as numpy has it: numbers with NaN where there is none, moments, texts as objects."""
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind) or types.is_string(kind) or types.is_large_string(kind):
        return texts_of(column)
    if types.is_timestamp(kind) or types.is_date(kind):
        return moments_of(column)
    return np.asarray(column.to_numpy())


def kind_of(kind: Any) -> str:
    """Return as what an Arrow type is read; columns of one kind may stand together."""
    from pyarrow import types

    plain = kind.value_type if types.is_dictionary(kind) else kind
    if types.is_timestamp(plain):
        return (
            "moments"
            if not plain.tz
            else "moments of Greenwich"
            if plain.tz in _GREENWICH
            else f"moments of {plain.tz}"
        )
    if types.is_date(plain):
        return "days"
    if are_numbers(plain):
        return "numbers"
    return "texts" if types.is_string(plain) or types.is_large_string(plain) else str(plain)


def are_moments(kind: Any) -> bool:
    """Tell whether an Arrow type is one of moments or dates."""
    from pyarrow import types

    return bool(types.is_timestamp(kind) or types.is_date(kind))


def are_numbers(kind: Any) -> bool:
    """Tell whether an Arrow type is one of numbers."""
    from pyarrow import types

    return bool(types.is_floating(kind) or types.is_integer(kind))
