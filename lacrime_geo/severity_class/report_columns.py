"""What is known of an incident when it is reported: hour, weekday, month, place and further columns, as numbers (n,)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..dates import weekday_of
from ..frames import PLACEHOLDER_COLUMN
from ..incidents import Incidents
from ..parameters import Parameters
from ..severity.incident_keys import keys_of
from ..temporal.known_spans import placeholders

TIME, PLACE = "time", "place"
# Incidents stand on hundred-blocks; of cells of 1 km each has some hundred.
CELL = 1000.0
# A value of fewer incidents to learn from is one of the others.
FEWEST = 10
# Numbers are cut where as many incidents lie on either side.
CUTS = 10
USUAL = ("premise_code", "premise", "premis")
# What is looked for without being named.
LOOKED_FOR = (*USUAL, PLACEHOLDER_COLUMN)


class Coded(NamedTuple):
    """Hold a column as texts, None first for blank, and which of them stands in each row (n,); or as numbers (n,)."""

    names: np.ndarray
    code: np.ndarray
    numbers: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Reports:
    """Hold what is known of each incident when it is reported.

    Parameters
    ----------
    hour : of the day (n,), 0 to 24; NaN where it is a placeholder.
    weekday : 0 is Monday (n,).
    month : 1 to 12 (n,).
    easting, northing : m (n,), NaN without a place.
    group : of the place and of each further column (n,), by name: 0 where few incidents to learn from have the same value.
    groups : how many there are of each.
    """

    hour: np.ndarray
    weekday: np.ndarray
    month: np.ndarray
    easting: np.ndarray
    northing: np.ndarray
    group: Mapping[str, np.ndarray]
    groups: Mapping[str, int]

    @property
    def size(self) -> int:
        """How many incidents."""
        return self.hour.size

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells: time, place, and each further column."""
        return TIME, *self.group

    def take(self, rows: np.ndarray) -> Reports:
        """Return some of them (mask or indices)."""
        return self._each(lambda part, column: column[rows])

    def with_part_of(self, part: str, order: np.ndarray) -> Reports:
        """Return the same with one part taken from other incidents, in an order (n,)."""
        return self._each(lambda name, column: column[order] if name == part else column)

    def _each(self, made: Any) -> Reports:
        times = {name: made(TIME, getattr(self, name)) for name in ("hour", "weekday", "month")}
        places = {name: made(PLACE, getattr(self, name)) for name in ("easting", "northing")}
        return replace(self, **times, **places, group={name: made(name, code) for name, code in self.group.items()})


def columns_asked(incidents: Incidents, asked: str | Sequence[str] | None, parameters: Parameters) -> list[str]:
    """Return the columns that are to tell of the class: those named, else the premise where there is one.

    Raises
    ------
    ValueError
        If one is not there.
    """
    source = incidents.source
    if asked is None:
        found = [name for name in USUAL if source is not None and name in source][:1]
        reason = "known when the report is made" if found else f"there is no column {' or '.join(map(repr, USUAL))}"
        parameters.choose("columns", ", ".join(found) or "none", reason)
        return found
    given = asked.split(",") if isinstance(asked, str) else asked
    names = [str(name).strip() for name in given if str(name).strip()]
    for name in names:
        checks.column(source, name)
    parameters["columns"] = ", ".join(names) or "none"
    return names


def coded(incidents: Incidents, name: str) -> Coded:
    """Return a column of incidents as texts, numbers with fractions as numbers too.

    Raises
    ------
    ValueError
        If there is no such column, or it holds moments.
    """
    column = checks.column(incidents.source, name)
    kind = getattr(getattr(column, "dtype", None), "kind", "O")
    if kind in "mM":
        raise ValueError(
            f"The column {name!r} holds moments, of which each is its own; hour, weekday and month are told of already. Leave "
            "it out, or give what it tells as a number, such as the days until the report."
        )
    texts = keys_of(incidents, name)
    numbers = None
    if kind == "f":
        values = checks.column_values(column, incidents.size, name)
        if (values[np.isfinite(values)] % 1 != 0).any():
            numbers = values
    return Coded(texts.distinct, texts.code, numbers)


def reports_of(incidents: Incidents, columns: Mapping[str, Coded], learned: np.ndarray) -> Reports:
    """Return what is known of each incident, values grouped by those that are learned from (a mask).

    Incidents without a date are in no part, and have the first hour of 1970.
    """
    assert incidents.when is not None
    when = np.where(np.isnat(incidents.when), np.datetime64(0, "s"), incidents.when)
    seconds = (when - when.astype("M8[D]")).astype(float)
    unknown = placeholders(incidents)
    hour = seconds / 3600 if unknown is None else np.where(unknown, np.nan, seconds / 3600)
    codes = {PLACE: _cells(incidents), **{_apart(name): _codes(column, learned) for name, column in columns.items()}}
    grouped = {name: _grouped(code, learned) for name, code in codes.items()}
    return Reports(
        hour,
        weekday_of(when.astype("M8[D]")),
        when.astype("M8[M]").astype(np.int64) % 12 + 1,
        incidents.easting,
        incidents.northing,
        grouped,
        {name: int(code.max(initial=0)) + 1 for name, code in grouped.items()},
    )


def _apart(name: str) -> str:
    """Return the name of a column, which may be called as what is known without it."""
    return f"{name} (column)" if name in (TIME, PLACE) else name


def _cells(incidents: Incidents) -> np.ndarray:
    """Return the number of the cell of each incident, -1 without a place; the same for a place whatever others there are."""
    placed = incidents.placed
    cell = np.full(incidents.size, -1, dtype=np.int64)
    east, north = (np.floor(axis[placed] / CELL).astype(np.int64) for axis in (incidents.easting, incidents.northing))
    cell[placed] = (north + 2**24) * 2**25 + east + 2**24
    return cell


def _codes(column: Coded, learned: np.ndarray) -> np.ndarray:
    """Return a number for each value, in the order of the values; -1 where it is missing."""
    if column.numbers is not None:
        values = column.numbers
        known = values[learned & np.isfinite(values)]
        cuts = np.unique(np.quantile(known, np.arange(1, CUTS) / CUTS)) if known.size else np.empty(0)
        return np.where(np.isfinite(values), np.searchsorted(cuts, values, side="right"), -1)
    order = np.argsort([name or "" for name in column.names.tolist()], kind="stable")
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    return np.where(column.names[column.code] == None, -1, rank[column.code])  # noqa: E711  # of each row


def _grouped(code: np.ndarray, learned: np.ndarray) -> np.ndarray:
    """Return the group of each row: values of which there is enough to learn from, the commonest 1, and 0 for all others."""
    values, times = np.unique(code[learned], return_counts=True)
    kept, often = values[times >= FEWEST], times[times >= FEWEST]
    if not kept.size:
        return np.zeros(code.size, dtype=np.int64)
    number = np.empty(kept.size, dtype=np.int64)
    number[np.argsort(-often, kind="stable")] = np.arange(1, kept.size + 1)
    place = np.minimum(np.searchsorted(kept, code), kept.size - 1)
    return np.where(kept[place] == code, number[place], 0)
