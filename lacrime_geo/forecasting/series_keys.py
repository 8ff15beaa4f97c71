"""What tells series apart: one or several columns of incidents, polygons, or the columns of a table."""

from __future__ import annotations

import os
from typing import Any, Optional

import numpy as np

from .. import checks
from ..features import Features, as_features
from ..grouping import missing
from ..incidents import Incidents
from .leak_guards import refuse_outcomes

Keys = dict[str, np.ndarray]
AREA = "area"
AREA_COLUMNS = ("area_name", "area")
LAYERS = (".gpkg", ".geojson", ".json", ".parquet", ".shp")


def many_keys(incidents: Incidents, by: Any) -> tuple[Optional[Keys], Any, Optional[Features]]:
    """Return the keys (None: the names of areas), the number of each incident's series as text, and the areas.

    Incidents without a value in one of the columns have no number.
    """
    if by is None:
        return {}, np.full(incidents.size, "0", dtype=object), None
    if isinstance(by, (str, list, tuple)) and not (isinstance(by, str) and by.lower().endswith(LAYERS)):
        names = [by] if isinstance(by, str) else list(by)
        columns = {str(name): _column(incidents, str(name)) for name in names}
        unknown = np.any([missing(column) for column in columns.values()], axis=0)
        if unknown.all():
            raise ValueError(f"None of the {incidents.size:,} incidents has a value in {', '.join(columns)}.")
        keys, number = keys_of_rows({name: column[~unknown] for name, column in columns.items()}, int((~unknown).sum()))
        grouped = np.full(incidents.size, None, dtype=object)
        grouped[~unknown] = number
        return keys, grouped, None
    if isinstance(by, os.PathLike) or isinstance(by, str) or hasattr(by, "crs") or hasattr(by, "to_features"):
        return None, None, as_features(by, crs=incidents.crs)
    raise TypeError(f"by is the name of a column, several, or polygons, not a {type(by).__name__}.")


def _column(incidents: Incidents, name: str) -> np.ndarray:
    source = {} if incidents.source is None else incidents.source
    wanted = name
    if name == AREA:
        wanted = next((there for there in AREA_COLUMNS if there in source), AREA)
    if name == "category" and incidents.category is not None and "category" not in source:
        return incidents.category
    return np.asarray(checks.column(source, wanted), dtype=object)


def keys_of_rows(columns: Keys, rows: int) -> tuple[Keys, np.ndarray]:
    """Return the different keys of rows, in order, and the number of each row's series (rows,), as text.

    >>> keys_of_rows({"area": np.array(["b", "a", "b"])}, 3)[1].tolist()
    ['1', '0', '1']
    """
    refuse_outcomes(columns)
    number = np.zeros(rows, dtype=np.int64)
    firsts = np.zeros(min(rows, 1), dtype=np.int64)
    for name, column in columns.items():
        _refuse_measure(name, column)
        _, code = np.unique(column.astype(str), return_inverse=True)
        _, firsts, number = np.unique(number * (code.max(initial=0) + 1) + code, return_index=True, return_inverse=True)
    # Texts in the order of the numbers.
    width = len(str(max(firsts.size - 1, 0)))
    texts = np.array([str(value).zfill(width) for value in number.ravel().tolist()], dtype=object)
    return {name: column[firsts] for name, column in columns.items()}, texts


def _refuse_measure(name: str, column: np.ndarray) -> None:
    none = np.flatnonzero(missing(column))
    if none.size:
        raise ValueError(f"{none.size:,} of {column.size:,} rows have no {name}, first row {none[0]}; leave them out.")
    if column.dtype.kind == "f" and (column % 1 != 0).any():
        raise ValueError(
            f"The column {name!r} holds fractions (such as {column[column % 1 != 0][0]:g}) and tells no series apart; every "
            "column but period and count is a key: leave it out."
        )
