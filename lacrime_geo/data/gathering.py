"""Cleaned portions of files gathered into one: columns joined, findings added up, repeated reports found over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .. import selection
from ..parameters import Parameters
from . import rules
from .areas import Areas, several
from .file_ends import DatesOfAll
from .loaded import Loaded
from .repeats import Repeats, concatenated
from .rules import Finding
from .tables import Column, Texts, as_array

# Incidents are chosen by these, whether or not they are asked for.
CHOOSING = ("occurred", "category", "area", "area_name")
DATING = ("occurred", "reported", "category")
SHOWN = 3


class Gathering:
    """Take portions one by one; of each only the rows that may be wanted are kept, and only the columns."""

    def __init__(self, asked: dict[str, Any], columns: Sequence[str] | None) -> None:
        self.asked, self.columns, self.rows = asked, columns, 0
        self._parts: list[Loaded] = []
        self._kept: list[np.ndarray] = []
        self._findings: list[tuple[int, list[Finding]]] = []
        self._repeats = Repeats()
        chosen = any(value is not None for value in asked.values())
        kinds = asked["category"]
        self._dates = DatesOfAll(None if kinds is None else several(kinds)) if chosen else None

    def add(self, part: Loaded) -> None:
        """Take the next portion."""
        self._findings.append((self.rows, part.audit))
        self._repeats.add(part)
        if self._dates is not None:
            self._dates.add({name: as_array(part.columns[name]) for name in DATING if name in part.columns})
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
        keep, found = self._repeats.latest()
        audit.extend(found)
        keep = keep[np.concatenate(self._kept)]
        kept = whole if keep.all() else whole.take(keep)
        # The rows left do not tell up to when the file is known.
        end = {} if self._dates is None else self._dates.end()
        return replace(kept, parameters=Parameters(kept.parameters, **end))


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
    columns = {name: _column(name, parts) for name in names}
    whole = frozenset[str]().union(*(part.whole for part in parts))
    repeated = frozenset[str]().union(*(part.repeated for part in parts))
    x, y = (np.concatenate([getattr(part, axis) for part in parts]) for axis in ("x", "y"))
    return replace(parts[0], columns=columns, whole=whole, x=x, y=y, repeated=repeated, place=None)


def with_columns(part: Loaded, names: Sequence[str] | None, like: Loaded) -> Loaded:
    """Return the columns named, default those of another portion, in that order; blank where they are lacking."""
    wanted = list(like.columns) if names is None else names
    found = {
        name: part.columns[name] if name in part.columns else _blank(like.columns[name], len(part)) for name in wanted
    }
    return replace(part, columns=found, whole=part.whole | (like.whole & set(found)))


def _column(name: str, parts: Sequence[Loaded]) -> Column:
    """Return the values of a column in all portions, blank in those that lack it."""
    like = next(part.columns[name] for part in parts if name in part.columns)
    return concatenated([part.columns[name] if name in part.columns else _blank(like, len(part)) for part in parts])


def _blank(like: Column, rows: int) -> Column:
    """Return a column of the same kind in which nothing is known."""
    if like.dtype.kind == "M":
        return np.full(rows, "NaT", dtype=like.dtype)
    if like.dtype.kind in "iuf":
        return np.full(rows, np.nan)
    return Texts.of([None] * rows)


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
        keep &= selection.among(columns["category"], several(category))
        few += np.unique(columns["category"].astype(str), return_index=True)[1].tolist()
    if area is not None and {"area", "area_name"} & set(columns):
        areas = Areas.of(columns.get("area"), columns.get("area_name"))
        keep &= areas.among(several(area))
        few += areas.first()
    keep[few] = True
    return keep
