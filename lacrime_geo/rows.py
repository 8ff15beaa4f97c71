"""Rows of numbers and names, with a place each or without: what comparisons of places and agencies begin with."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import checks
from .features import Features, as_features
from .parameters import Parameters
from .results import Marks

# Files of columns without places; parquet may be either.
TABLES = (".csv", ".gz", ".txt", ".tsv")
PARQUET = ".parquet"
# How R, pandas and databases write that a number is missing.
NOT_KNOWN = ("", "na", "n/a", "nan", "null", "none", "<na>", "#n/a")

log = logging.getLogger("lacrime_geo")


@dataclass(frozen=True, eq=False)
class Rows:
    """Hold a table, and the features that its rows are of where they have places.

    Parameters
    ----------
    columns : columns by name: a dict, DataFrame or the like.
    label : what the table is called in messages.
    features : as many, in the same order. Default: none.
    """

    columns: Any
    label: str
    size: int
    features: Features | None = None

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [str(name) for name in getattr(self.columns, "columns", self.columns)]

    def found(self, role: str, name: str | None, usual: Sequence[str]) -> str:
        """Return the column for a role: the one named, else the first of those that are usual, in any case of letters.

        Raises
        ------
        ValueError
            If there is none.
        """
        if name is not None:
            checks.column(self.columns, name)
            return name
        lower = {known.lower(): known for known in reversed(self.names)}
        for one in usual:
            if one.lower() in lower:
                return lower[one.lower()]
        raise ValueError(
            f"{self.label!r} has no column {' or '.join(map(repr, usual))} to take for the {role}; name it ({role}=…); the "
            f"columns are {checks.listed(self.names)}."
        )

    def numbers(self, name: str) -> np.ndarray:
        """Return a column as floats (n,), NaN where a value is missing; raise where one is no number."""
        values = checks.column_values(checks.column(self.columns, name), self.size, name)
        if values.dtype.kind in "iufb":
            return values.astype(float)
        # Moments as lists would be numbers: of nanoseconds.
        given = values.tolist() if values.dtype.kind not in "mM" else values.astype(str).tolist()
        found = [_number(value) for value in given]
        bad = [row for row, value in enumerate(found) if value is None]
        if bad:
            raise ValueError(
                f"{len(bad):,} of {self.size:,} values of {name!r} are no numbers, first in row {bad[0]} "
                f"({given[bad[0]]!r}); correct them (1234.5, without signs between thousands) or name another column."
            )
        return np.array(found, dtype=float)

    def texts(self, name: str) -> np.ndarray:
        """Return a column as texts (n,), "" where a value is missing; whole numbers have no decimals."""
        values = checks.column_values(np.asarray(checks.column(self.columns, name), dtype=object), self.size, name)
        return np.array([_text(value) for value in values], dtype=object)

    def marks(self, columns: Mapping[str, np.ndarray], parameters: Parameters, style: str, label: str) -> Marks:
        """Return new columns on the features; raise where the rows have no places.

        Raises
        ------
        ValueError
            If these are rows of a table.
        """
        if self.features is None:
            raise ValueError(
                f"{self.label!r} is a table without places, of which there is no map; give a layer of polygons or points."
            )
        return Marks(dict(columns), parameters, self.features, style, label)


def as_rows(anything: Any) -> Rows:
    """Make Rows of features, a table, or the path of either.

    Parameters
    ----------
    anything : Rows (kept as they are), whatever `as_features` takes, a Table, DataFrame or dict of columns, or the path of a
        CSV or parquet table without places.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If it has no rows.

    Examples
    --------
    >>> rows = as_rows({"name": ["A", "B"], "Population": [100, "250"]})
    >>> rows.numbers(rows.found("population", None, ("population",))).tolist()
    [100.0, 250.0]
    """
    if isinstance(anything, Rows):
        return anything
    if isinstance(anything, (str, os.PathLike)) and _is_table(Path(anything)):
        return _of_columns(*_read(Path(anything)))
    placed = isinstance(anything, (Features, str, os.PathLike)) or hasattr(anything, "to_features")
    if placed or hasattr(anything, "geometry"):
        features = as_features(anything)
        return Rows({} if features.source is None else features.source, features.label, features.size, features)
    columns = getattr(anything, "columns", anything)
    if not (isinstance(columns, Mapping) or hasattr(anything, "columns")):
        raise TypeError(
            f"Rows come from features, a table of columns or a path, not from {type(anything).__name__}; give one of these."
        )
    label = getattr(anything, "label", None) or getattr(anything, "attrs", {}).get("label", "table")
    return _of_columns(columns if isinstance(columns, Mapping) else anything, str(label))


def _of_columns(columns: Any, label: str) -> Rows:
    names = list(getattr(columns, "columns", columns))
    alone = [name for name in names if columns[name] is None or np.isscalar(columns[name])]
    if alone:
        raise TypeError(
            f"Column {str(alone[0])!r} of the table {label!r} holds one value, not one for each row; give a list of values."
        )
    size = len(columns[names[0]]) if names else 0
    if not size:
        raise ValueError(f"The table {label!r} has no rows; give one that has some.")
    return Rows(columns, label, size)


def _is_table(path: Path) -> bool:
    if path.suffix.lower() == PARQUET and path.exists():
        from .data.parquet import holds_geometry

        return not holds_geometry(path)
    return path.suffix.lower() in TABLES


def _read(path: Path) -> tuple[dict[str, np.ndarray], str]:
    from .data import tables

    found = tables.read(path, separator=None)
    for note in found.notes:
        first = "; ".join(note["examples"])
        log.warning("%s: %s in %s rows (%s), such as %s", path.name, note["rule"], note["rows"], note["action"], first)
    twice = [name for name in found.columns if name.endswith(".1") and name[:-2] in found.columns]
    if twice:
        log.warning("%s: the second column of a name is called %s", path.name, checks.listed(twice))
    return {name.strip(): tables.as_array(column) for name, column in found.columns.items()}, path.name


def _number(value: Any) -> float | None:
    """Return a number, NaN for nothing, None for what is no number."""
    try:
        # Python reads 1_000 as a number: nobody writes a table so, and it may be a code.
        return None if isinstance(value, str) and "_" in value else float(value)
    except (TypeError, ValueError):
        return float("nan") if str(value).strip().lower() in NOT_KNOWN else None


def _text(value: Any) -> str:
    # The sign of pandas for what is missing is neither like nor unlike itself.
    if not isinstance(value, str) and str(value) in ("None", "nan", "NaT", "<NA>"):
        return ""
    whole = isinstance(value, (float, np.floating)) and float(value).is_integer()
    return str(int(value)) if whole else str(value).strip()
