"""Tables of counts and of what is known ahead, read from CSV and parquet files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..agencies import LAPD, LAPD_NIBRS
from ..data import tables
from ..parameters import Parameters
from ..results import Table
from .count_tables import COUNT, PERIOD, Counts
from .models import STEPS
from .tables_as_counts import as_counts

# Under which pandas keeps `attrs` in a parquet file.
KEPT_UNDER = b"PANDAS_ATTRS"
ENDINGS = (".csv", ".gz", ".txt", ".tsv", ".parquet")


def holds_counts(path: str | os.PathLike[str]) -> bool:
    """Tell by its columns whether a file is a table of counts rather than of incidents."""
    if Path(path).suffix.lower() not in ENDINGS:
        return False
    return {PERIOD, COUNT} <= {name.strip() for name in tables.header(path)}


def read_counts(path: str | os.PathLike[str]) -> Counts:
    """Read a table of counts: CSV, or parquet, which keeps the agency and how late reports come as well.

    Parameters
    ----------
    path : file with `period` (first day of the step, or a month such as 2023-01), `count` and columns of keys.

    Raises
    ------
    ValueError
        If it has no such columns or is damaged, a count is no number, or what `as_counts` refuses.
    OSError
        If it is missing.
    """
    columns = _columns(path)
    if not {PERIOD, COUNT} <= set(columns):
        raise ValueError(
            f"{Path(path).name} has no columns {PERIOD} and {COUNT}, as tables of counts have; count incidents first: "
            f"lacrime-geo counts {Path(path).name} counts.parquet."
        )
    columns[COUNT] = _numbers(COUNT, columns[COUNT])
    table = as_counts(Table(columns, Parameters(_kept(Path(path)))))
    table.parameters["layer"] = Path(path).name
    return table


def read_covariates(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read columns that are known ahead: CSV or parquet with `period` and columns of numbers.

    Raises
    ------
    ValueError
        If it has no column period or is damaged, or a value is no number.
    OSError
        If it is missing.
    """
    columns = _columns(path)
    if PERIOD not in columns:
        raise ValueError(f"{Path(path).name} has no column {PERIOD}: the first day of each step (YYYY-MM-DD).")
    numbers = {name: _numbers(name, column) for name, column in columns.items() if name != PERIOD}
    return {PERIOD: _days(columns[PERIOD]), **numbers}


def _columns(path: str | os.PathLike[str]) -> dict[str, Any]:
    found = tables.read(path, separator=None)
    return {name.strip(): tables.as_array(column) for name, column in found.columns.items()}


def _numbers(name: str, column: np.ndarray) -> np.ndarray:
    """Return a column of numbers or of texts that are numbers."""
    if column.dtype.kind in "iuf":
        return column
    values = [_number(value) for value in column.tolist()]
    bad = [row for row, value in enumerate(values) if value is None]
    if bad:
        raise ValueError(
            f"{len(bad):,} of {len(values):,} values of {name!r} are no numbers, first row {bad[0]} ({column[bad[0]]!r}); mend "
            "them, or leave these rows out."
        )
    return np.array(values, dtype=float)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _days(column: np.ndarray) -> np.ndarray:
    """Return first days of steps; months as texts (2023-01) become theirs."""
    try:
        return np.array(column.tolist(), dtype="M8[D]")
    except (TypeError, ValueError) as problem:
        raise ValueError(
            f"Not every {PERIOD} is a day such as 2023-01-01 or a month such as 2023-01 ({problem})."
        ) from None


def _kept(path: Path) -> dict[str, Any]:
    """Return what a parquet file of counts keeps of where they come from."""
    if not tables.is_parquet(path):
        return {}
    import pyarrow.parquet as parquet

    try:
        kept = json.loads((parquet.read_schema(path).metadata or {}).get(KEPT_UNDER, b"{}"))
    except ValueError:
        kept = {}
    return _of_their_kind(kept) if isinstance(kept, dict) else {}


def _of_their_kind(kept: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if kept.get("agency") in (LAPD, LAPD_NIBRS):
        found["agency"] = kept["agency"]
    if kept.get("step") in STEPS:
        found["step"] = kept["step"]
    if isinstance(kept.get("unit"), str):
        found["unit"] = kept["unit"]
    if type(kept.get("lag_days")) is int and kept["lag_days"] >= 0:
        found["lag_days"] = kept["lag_days"]
    if _is_day(kept.get("whole_until")):
        found["whole_until"] = kept["whole_until"]
    return found


def _is_day(text: Any) -> bool:
    try:
        return isinstance(text, str) and len(text) == len("2023-01-01") and not np.isnat(np.datetime64(text, "D"))
    except ValueError:
        return False
