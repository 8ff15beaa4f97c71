"""Cleaned portions of files gathered into one: columns joined, findings added up, repeated reports found over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .. import selection
from . import rules
from .areas import Areas, several
from .arrow_texts import ArrowTexts
from .loaded import Loaded
from .rules import Finding
from .tables import Column, Texts, as_array

# Which column tells rows apart, of either record system of the LAPD.
IDENTIFIERS = ("dr_no", "offence_no")
# Incidents are chosen by these, whether or not they are asked for.
CHOOSING = ("occurred", "category", "area", "area_name")
SHOWN = 3


class Gathering:
    """Take portions one by one; of each only the rows that may be wanted are kept, and only the columns."""

    def __init__(self, asked: dict[str, Any], columns: Sequence[str] | None) -> None:
        self.asked, self.columns, self.rows = asked, columns, 0
        self._parts: list[Loaded] = []
        self._kept: list[np.ndarray] = []
        self._identifier = ""
        self._findings: list[tuple[int, list[Finding]]] = []
        self._numbers: list[Column] = []
        self._reported: list[np.ndarray] = []

    def add(self, part: Loaded) -> None:
        """Take the next portion."""
        self._findings.append((self.rows, part.audit))
        name = next((name for name in IDENTIFIERS if name in part.columns), None)
        if name is not None:
            self._identifier = name
            self._numbers.append(part.columns[name])
            self._reported.append(np.asarray(part.columns.get("reported", part.columns["occurred"])))
        mask = _may_be_wanted(part, **self.asked)
        self._kept.append(np.flatnonzero(mask) + self.rows)
        self.rows += len(part)
        if self.columns is not None:
            wanted = {*self.columns, *CHOOSING}
            part = replace(part, columns={name: one for name, one in part.columns.items() if name in wanted})
        self._parts.append(part if mask.all() else part.take(mask))

    def loaded(self) -> Loaded:
        """Return all portions as one without repeated reports, its audit that of all."""
        audit = added_up(self._findings)
        whole = replace(joined(self._parts), audit=audit)
        if self._numbers:
            keep, found = _latest(_concatenated(self._numbers, self._parts), np.concatenate(self._reported))
            audit.append({**found, "rule": f"{self._identifier}_duplicate"})
            keep = keep[np.concatenate(self._kept)]
            whole = whole if keep.all() else whole.take(keep)
        return whole


def added_up(findings: Sequence[tuple[int, list[Finding]]]) -> list[Finding]:
    """Return the findings of portions, each with the number of rows before it, as those of the whole: rows summed."""
    found: dict[tuple[str, str], Finding] = {}
    for before, portion in findings:
        for one in portion:
            blank = {"rule": one["rule"], "rows": 0, "examples": [], "action": one["action"]}
            known = found.setdefault((one["rule"], one["action"]), blank)
            # As for one table, examples are of the first bad rows.
            if known["rows"] < rules.TRIED:
                known["examples"] = list(dict.fromkeys([*known["examples"], *one["examples"]]))[:SHOWN]
            known["rows"] += one["rows"]
            if "of" in one:
                known["of"] = known.get("of", 0) + one["of"]
            if "first_row" in one:
                known.setdefault("first_row", one["first_row"] + before)
    return list(found.values())


def joined(parts: Sequence[Loaded]) -> Loaded:
    """Return the rows of several as one; a column that some lack is blank there."""
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.columns)
    columns = {name: _concatenated([part.columns.get(name) for part in parts], parts) for name in names}
    whole = frozenset[str]().union(*(part.whole for part in parts))
    x, y = (np.concatenate([getattr(part, axis) for part in parts]) for axis in ("x", "y"))
    return replace(parts[0], columns=columns, whole=whole, x=x, y=y)


def _concatenated(columns: Sequence[Column | None], parts: Sequence[Loaded]) -> Column:
    """Return the values of all portions as one column."""
    there: list[Any] = [column for column in columns if column is not None]
    if len(there) < len(columns):
        blanks = (_blank(there[0], len(part)) for part in parts)
        there = [blank if column is None else column for column, blank in zip(columns, blanks)]
    if all(isinstance(column, ArrowTexts) for column in there):
        return ArrowTexts.joined(there)  # type: ignore[return-value]
    if any(isinstance(column, Texts) for column in there):
        return Texts.joined([one if isinstance(one, Texts) else Texts.of(one.tolist()) for one in there])
    return np.concatenate([as_array(column) for column in there])


def _blank(like: Column, rows: int) -> Column:
    """Return a column of the same kind in which nothing is known."""
    if like.dtype.kind == "M":
        return np.full(rows, "NaT", dtype=like.dtype)
    if like.dtype.kind in "iuf":
        return np.full(rows, np.nan)
    return Texts.of([None] * rows)


def _latest(number: Any, reported: np.ndarray) -> tuple[np.ndarray, Finding]:
    """Mark the rows to keep, of reports with the same number the latest; only those that are repeated are looked at closely."""
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


def _may_be_wanted(part: Loaded, since: Any, until: Any, category: Any, area: Any) -> np.ndarray:
    """Return a mask of the rows that are asked for or undated, and of a few by which one can tell what there is."""
    keep, few = np.ones(len(part), dtype=bool), []
    columns = {name: as_array(part.columns[name]) for name in CHOOSING if name in part.columns}
    when = columns.get("occurred")
    if (since is not None or until is not None) and when is not None and not np.isnat(when).all():
        begin, end = selection.period_of(since, until)
        after = when >= begin if begin is not None else True
        keep &= np.isnat(when) | (after & (when < end if end is not None else True))
        dated = np.flatnonzero(~np.isnat(when))
        few += [dated[when[dated].argmin()], dated[when[dated].argmax()]]
    if category is not None and "category" in columns:
        kinds = Areas.of(None, columns["category"])
        keep &= kinds.among(several(category))
        few += kinds.first()
    if area is not None and {"area", "area_name"} & set(columns):
        areas = Areas.of(columns.get("area"), columns.get("area_name"))
        keep &= areas.among(several(area))
        few += areas.first()
    keep[few] = True
    return keep
