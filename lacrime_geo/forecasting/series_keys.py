"""What tells series apart: one or several columns of incidents, polygons, or the columns of a table."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Optional

import numpy as np

from ..features import Features, as_features
from ..grouping import missing
from ..progress import Progress, advance
from .leak_guards import refuse_outcomes

Keys = dict[str, np.ndarray]
LAYERS = (".gpkg", ".geojson", ".json", ".parquet", ".shp")


def asked_keys(by: Any, crs: str) -> tuple[list[str], Optional[Features]]:
    """Return the names of the columns that tell series apart, or the areas in a CRS."""
    if by is None:
        return [], None
    if isinstance(by, (list, tuple)) or (isinstance(by, str) and not _is_layer(by)):
        names = [by] if isinstance(by, str) else list(map(str, by))
        if not names:
            raise ValueError("by names no column; leave it out for all incidents together.")
        refuse_outcomes(names)
        return names, None
    if isinstance(by, os.PathLike) or isinstance(by, str) or hasattr(by, "crs") or hasattr(by, "to_features"):
        return [], as_features(by, crs=crs)
    raise TypeError(f"by is the name of a column, several, or polygons, not a {type(by).__name__}.")


def many_keys(columns: Keys, incidents: int, progress: Progress = None) -> tuple[Keys, np.ndarray]:
    """Return the keys that columns (n,) of so many incidents tell apart, and the number of each row's series (n,).

    Rows without a value in one of the columns have NaN for a number.
    """
    told = []
    for done, (name, column) in enumerate(columns.items()):
        advance(progress, done / len(columns))
        told.append(_told_apart(name, np.asarray(column, dtype=object)))
    keys, number = _crossed(dict(zip(columns, told)))
    if not next(iter(keys.values())).size:
        raise ValueError(f"None of the {incidents:,} incidents has a value in {', '.join(columns)}.")
    return keys, np.where(number < 0, np.nan, number)


def _is_layer(by: str) -> bool:
    """Tell whether a text is the path of a layer, "|layername=" after it or not, and no name of a column."""
    return by.lower().partition("|layername=")[0].endswith(LAYERS)


def keys_of_rows(columns: Keys, rows: int) -> tuple[Keys, np.ndarray]:
    """Return the different keys of rows, in order, and the number of each row's series (rows,), as text.

    >>> keys_of_rows({"area": np.array(["b", "a", "b"])}, 3)[1].tolist()
    ['1', '0', '1']
    """
    refuse_outcomes(columns)
    told = {name: _told_apart(name, np.asarray(column)) for name, column in columns.items()}
    for name, (_, number) in told.items():
        none = np.flatnonzero(number < 0)
        if none.size:
            raise ValueError(f"{none.size:,} of {rows:,} rows have no {name}, first row {none[0]}; leave them out.")
    keys, number = _crossed(told) if told else ({}, np.zeros(rows, dtype=np.int64))
    # Texts in the order of the numbers.
    series = int(number.max(initial=0)) + 1
    texts = np.array([str(value).zfill(len(str(series - 1))) for value in range(series)], dtype=object)
    return keys, texts[number]


def _told_apart(name: str, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different values of a column in the order of their texts, and each row's number among them, −1 for none."""
    _refuse_fractions(name, column)
    if column.dtype.kind == "O":
        # By a table of what is there, as sorting a million texts takes seconds.
        every = column.tolist()
        number_of = {value: place for place, value in enumerate(dict.fromkeys(every))}
        code = np.fromiter(map(number_of.__getitem__, every), np.int64, column.size)
        values = np.empty(len(number_of), dtype=object)
        values[:] = list(number_of)
    else:
        values, code = np.unique(column, return_inverse=True)
    none = missing(values)
    texts = values.astype(str)
    order = np.argsort(texts[~none], kind="stable")
    # Of values with the same text, such as 1 and "1", the first stands for all.
    _, first, same = np.unique(texts[~none][order], return_index=True, return_inverse=True)
    number = np.full(values.size, -1)
    number[np.flatnonzero(~none)[order]] = same.ravel()
    return values[~none][order][first], number[code.ravel()]


def _crossed(told: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> tuple[Keys, np.ndarray]:
    """Return the keys of the combinations that there are, in order, and each row's number among them, −1 where one is missing."""
    number = np.zeros(next(iter(told.values()))[1].size, dtype=np.int64)
    known = np.ones(number.size, dtype=bool)
    for values, code in told.values():
        known &= code >= 0
        # Numbered anew after each key: the product of many would be too large a number.
        number = np.unique(number * max(values.size, 1) + code, return_inverse=True)[1].ravel()
    number[~known] = -1
    found, first, place = np.unique(number, return_index=True, return_inverse=True)
    rows = first[found >= 0]
    keys = {name: values[code[rows]] for name, (values, code) in told.items()}
    return keys, place.ravel() - int((found < 0).any())


def _refuse_fractions(name: str, column: np.ndarray) -> None:
    if column.dtype.kind == "f" and (column[~np.isnan(column)] % 1 != 0).any():
        first = column[~np.isnan(column) & (column % 1 != 0)][0]
        raise ValueError(
            f"The column {name!r} holds fractions (such as {first:g}) and tells no series apart; every column but period and "
            "count is a key: leave it out."
        )
