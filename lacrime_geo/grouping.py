"""Groups of incidents: by a column, or the clusters of a clustering."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import checks
from .incident_columns import number_of
from .incidents import Incidents
from .parameters import Parameters, incidents_that
from .progress import Progress, advance

MOST_GROUPS = 10_000
_NOTHING = (
    "None",
    "nan",
    "NaN",
    "NaT",
    "<NA>",
    "NULL",
)  # how the missing values of Python, numpy, pandas and QGIS print


class Groups(NamedTuple):
    """Which incidents (n,) have a group, the group's number of those that have one, and the groups' names (m,)."""

    known: np.ndarray
    number: np.ndarray
    names: np.ndarray

    @property
    def size(self) -> int:
        """The number of groups."""
        return self.names.size

    @property
    def counts(self) -> np.ndarray:
        """The number of incidents in each group."""
        return np.bincount(self.number, minlength=self.size)


def by_labels(label: np.ndarray) -> Groups:
    """Return clusters numbered 0, 1, … as groups; −1, the noise, has none."""
    known = label >= 0
    return Groups(known, label[known], np.arange(int(label.max(initial=-1)) + 1))


def by_column(
    incidents: Incidents, by: Any, parameters: Parameters, progress: Progress = None, among: np.ndarray | None = None
) -> Groups:
    """Return the groups, among some incidents (mask; those with a place), that a column (name or array of all rows) tells apart.

    What has no group is counted in the parameters: rows without a value, and the noise (−1) of a column `cluster`.
    """
    rows = incidents.placed if among is None else among
    if by is None:
        every = np.ones(int(rows.sum()), dtype=bool)
        return Groups(every, np.zeros(every.size, dtype=np.int64), np.array(["all"], dtype=object))
    name = by if isinstance(by, str) else "groups"
    return by_values(values_of(incidents, by)[rows], name, parameters, progress)


def by_values(
    values: np.ndarray,
    name: str,
    parameters: Parameters,
    progress: Progress = None,
    frequency: np.ndarray | None = None,
) -> Groups:
    """Return the groups that values (n,) called by a name tell apart, each of so many incidents, one by default."""
    parameters["by"] = name
    known = ~missing(values)
    advance(progress, 0.3)
    without = number_of(~known, frequency)
    parameters.note("without_group", without, incidents_that(without, f"has no {name}", f"have no {name}"))
    found = _typed(values[known])
    if name == "cluster" and found.dtype.kind in "iuf":
        noise = found < 0
        there = known.copy()
        known[known] = ~noise
        found = found[~noise]
        outside = number_of(there & ~known, frequency)
        told = incidents_that(outside, "is in no cluster", "are in no cluster")
        parameters.note("noise", outside, f"{told}: left out")
    advance(progress, 0.5)
    return Groups(known, *_told_apart(found, number_of(np.ones(values.size, dtype=bool), frequency), name))


def values_of(incidents: Incidents, by: Any) -> np.ndarray:
    """Return the values (n,) that tell incidents apart: of a column by its name, or as they are given."""
    values = np.asarray(checks.column(incidents.source, by) if isinstance(by, str) else by).ravel()
    if values.size != incidents.size:
        raise ValueError(f"by has {values.size:,} values for {incidents.size:,} incidents; give one for each.")
    return values


def distinct(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different values (m,) of a column of any type as objects, None for missing numbers, and each row's number.

    >>> values, number = distinct(np.array([2.0, np.nan, 1.0, np.nan]))
    >>> values.tolist(), number.tolist()
    ([1.0, 2.0, None], [1, 2, 0, 2])
    """
    if column.dtype.kind == "O":
        every = column.tolist()
        # A missing number is equal to none, itself neither.
        if any(value != value for value in dict.fromkeys(every)):
            every = [value if value == value else None for value in every]
        number_of_value = {value: number for number, value in enumerate(dict.fromkeys(every))}
        code = np.fromiter(map(number_of_value.__getitem__, every), np.int64, column.size)
        found = list(number_of_value)
    else:
        unique, code = np.unique(column, return_inverse=True)
        found = list(unique) if column.dtype.kind in "mM" else unique.tolist()
        found = [None if value != value else value for value in found]
    values = np.empty(len(found), dtype=object)
    values[:] = found
    return values, code.ravel()


def missing(values: np.ndarray) -> np.ndarray:
    """Return where a column of any type has no value: none, not a number or time, or empty text."""
    if values.dtype.kind in "fc":
        return np.asarray(np.isnan(values))
    if values.dtype.kind in "mM":
        return np.asarray(np.isnat(values))
    if values.dtype.kind in "US":
        return np.asarray(np.char.str_len(values) == 0)
    if values.dtype.kind != "O":
        return np.zeros(values.size, dtype=bool)
    return np.array([value == "" if isinstance(value, str) else str(value) in _NOTHING for value in values], dtype=bool)


def _typed(values: np.ndarray) -> np.ndarray:
    """Return Python objects as the column of numbers or text that they make."""
    return np.array(values.tolist()) if values.dtype.kind == "O" else values


def _told_apart(values: np.ndarray, of: int, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's number among the different values, and these in order: whole numbers as such, others as text."""
    if values.size == 0:
        raise ValueError(f"None of the {of:,} incidents looked at has a value in {name}; name another column.")
    if values.dtype.kind == "f" and (np.abs(values) < 2**53).all() and (values % 1 == 0).all():
        values = values.astype(np.int64)
    names, number = np.unique(values, return_inverse=True) if values.dtype.kind in "iu" else _texts_told_apart(values)
    if names.size > MOST_GROUPS:
        raise ValueError(
            f"{name} has {names.size:,} different values among {values.size:,} incidents, too many groups "
            f"({MOST_GROUPS:,} at most); name a column of categories."
        )
    return number.ravel(), names


def _texts_told_apart(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different values as texts in order, and each row's number among them: without sorting a million texts."""
    texts = values.astype(str).tolist()
    names = sorted(set(texts))
    number_of = {name: number for number, name in enumerate(names)}
    return np.array(names, dtype=object), np.fromiter(map(number_of.__getitem__, texts), np.int64, len(texts))
