"""Groups of incidents: by a column, or the clusters of a clustering."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import checks
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
    parameters["by"] = name = by if isinstance(by, str) else "groups"
    values = _column(incidents, by)[rows]
    known = ~missing(values)
    advance(progress, 0.3)
    parameters.note(
        "without_group", int((~known).sum()), incidents_that(int((~known).sum()), f"has no {name}", f"have no {name}")
    )
    found = _typed(values[known])
    if name == "cluster" and found.dtype.kind in "iuf":
        noise = found < 0
        known[known] = ~noise
        found = found[~noise]
        told = incidents_that(int(noise.sum()), "is in no cluster", "are in no cluster")
        parameters.note("noise", int(noise.sum()), f"{told}: left out")
    advance(progress, 0.5)
    return Groups(known, *_told_apart(found, values.size, name))


def _column(incidents: Incidents, by: Any) -> np.ndarray:
    values = np.asarray(checks.column(incidents.source, by) if isinstance(by, str) else by).ravel()
    if values.size != incidents.size:
        raise ValueError(f"by has {values.size:,} values for {incidents.size:,} incidents; give one for each.")
    return values


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
