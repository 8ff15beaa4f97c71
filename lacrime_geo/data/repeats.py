"""Reports that stand in several rows or files: the one made last is kept, whatever portion it is in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from . import rules
from .arrow_texts import ArrowTexts
from .cleaning import blank, texts
from .loaded import Loaded
from .rules import Finding
from .tables import Column, Texts, as_array

# Which column tells rows apart, of either record system of the LAPD, and which one the incidents that offences are of.
IDENTIFIERS, INCIDENT = ("dr_no", "offence_no"), "case_no"
# What becomes of rows of other agencies with one number.
KEPT_TWICE = "kept: a row may be an offence or a victim of one incident"


class Repeats:
    """Take the numbers of all reports, portion by portion, and tell which rows to keep."""

    def __init__(self) -> None:
        self.rows, self.identifier = 0, ""
        self._numbers: list[Column] = []
        self._reported: list[np.ndarray] = []
        self._incidents: list[Column] = []

    def add(self, part: Loaded) -> None:
        """Take the numbers of a portion, if it has any."""
        self.rows += len(part)
        name = next((name for name in IDENTIFIERS if name in part.columns), None)
        if name is not None:
            self.identifier = name
            self._numbers.append(part.columns[name])
            self._reported.append(np.asarray(part.columns.get("reported", part.columns["occurred"])))
        if INCIDENT in part.columns:
            self._incidents.append(part.columns[INCIDENT])

    def latest(self) -> tuple[np.ndarray, list[Finding]]:
        """Return a mask of the rows to keep, of reports with the same number the latest, and what was found."""
        if not self._numbers:
            return np.ones(self.rows, dtype=bool), []
        keep, found = _latest(concatenated(self._numbers), np.concatenate(self._reported))
        found = {**found, "rule": f"{self.identifier}_duplicate"}
        if not self._incidents:
            return keep, [found]
        return keep, [found, further_offences(texts(concatenated(self._incidents)).where(keep))]


def further_offences(case: Texts) -> Finding:
    """Return how many rows are further offences of an incident that has a row before them."""
    seen: dict[str | None, int] = {}
    first = np.fromiter(map(seen.setdefault, case.values, count()), np.int64, case.code.size) == np.arange(
        case.code.size
    )
    action = "kept: one row is one offence; one_per_incident keeps the gravest of each incident"
    return rules.finding("offences_of_one_incident", ~first & ~blank(case), case.values, action)


def concatenated(columns: Sequence[Any]) -> Any:
    """Return the values of several columns of one kind as one column."""
    if len(columns) == 1:
        return columns[0]
    if all(isinstance(column, ArrowTexts) for column in columns):
        return ArrowTexts.joined(columns)
    if any(isinstance(column, Texts) for column in columns):
        return Texts.joined([one if isinstance(one, Texts) else Texts.of(one.tolist()) for one in columns])
    return np.concatenate([as_array(column) for column in columns])


def _latest(number: Any, reported: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Mark the rows to keep; only numbers that are repeated are looked at closely."""
    known = number.nine_digits if isinstance(number, ArrowTexts) else None
    if known is None:
        return rules.latest_of_duplicates(_objects(number), reported)
    rows = _repeated(known)
    keep = np.ones(known.size, dtype=bool)
    keep[rows], found = rules.latest_of_duplicates(as_array(number[rows]), reported[rows])
    return keep, found


def _repeated(number: np.ndarray) -> np.ndarray:
    """Return the rows (indices) whose number stands in another row as well."""
    if (number[1:] > number[:-1]).all():
        return np.empty(0, dtype=np.int64)
    ordered = np.sort(number)
    return np.flatnonzero(np.isin(number, ordered[1:][ordered[1:] == ordered[:-1]]))


def _objects(number: Column) -> np.ndarray:
    """Return report numbers as objects, "" where there is none."""
    if isinstance(number, Texts):
        return number.each(lambda distinct: np.array([text or "" for text in distinct], dtype=object))
    return as_array(number)
