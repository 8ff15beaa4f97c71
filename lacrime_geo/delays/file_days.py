"""The days of the incidents of a scan and of their reports, with how many incidents have both alike: what its dates tell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Callable, NamedTuple

import numpy as np

from .. import selection
from ..agencies import SCHEMA_COLUMN, SYSTEMS
from ..alike_rows import AlikeRows
from ..grouping import distinct
from ..incident_columns import PERIOD, latest, number_of, of_whole_file
from ..incidents import Incidents
from ..partitioned import CATEGORY, REPORTED, WHEN, Partitioned
from ..progress import Progress, within

# Stands for a missing day: no calendar of incidents goes back so far.
NO_DAY = int(np.datetime64("0000-01-01", "D").astype(np.int64))
_SCHEMAS = ("", *SYSTEMS)


class FileDays:
    """Hold days of incidents and reports, with how many incidents have each pair, and what is known of the columns.

    `rows` are told apart by day, day of report and a code: of the category among those asked for, of the records system, and of
    how many edges within days lie before. `latest` holds the last moment of report and of an incident.
    """

    def __init__(self, incidents: Incidents, categories: Sequence[str], edges: np.ndarray) -> None:
        self.columns = {name for name in (WHEN, REPORTED, CATEGORY) if getattr(incidents, name) is not None}
        self.names, code = _categories(incidents, categories)
        self.latest = [latest(None, times, None) for times in (incidents.reported, incidents.when)]
        code = code * len(_SCHEMAS) + _schemas(incidents)
        code = code * (edges.size + 1) + _edges_before(incidents, edges)
        days = [_days(times, incidents.size) for times in (incidents.when, incidents.reported)]
        self.rows = AlikeRows([*days, code])

    def merge(self, other: FileDays) -> FileDays:
        """Add those of other incidents; return these."""
        self.columns |= other.columns
        self.names |= other.names
        pairs = zip(self.latest, other.latest)
        self.latest = [max((moment for moment in pair if moment is not None), default=None) for pair in pairs]
        self.rows.merge(other.rows)
        return self


def _nothing(*_: Any) -> None:
    return None


def days_of(
    scan: Partitioned, *, category: Any = None, edges: Sequence[np.datetime64] = (), progress: Progress = None
) -> Incidents:
    """Return the incidents of a scan without their places: a row for all of one day that were reported on one day.

    They know of the dates of the whole file what incidents in memory know, whatever was chosen of it.

    Parameters
    ----------
    scan : the incidents.
    category : names of categories that are told apart, besides those that were chosen. Others have the name "".
    edges : moments within a day up to which rows are told apart, as the begin and the end of a period.
    progress : function of a fraction, returning False to stop.
    """
    return days_beside(scan, Beside(), category=category, edges=edges, progress=progress)[0]


class Beside(NamedTuple):
    """What is gathered besides the days, in the same reading: as `Partitioned.gather` takes it; as it stands nothing."""

    make: Callable[[Incidents], Any] = _nothing
    merge: Callable[[Any, Any], Any] = _nothing
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    weight: str | None = None


def days_beside(
    scan: Partitioned,
    beside: Beside,
    *,
    category: Any = None,
    edges: Sequence[np.datetime64] = (),
    progress: Progress = None,
) -> tuple[Incidents, Any]:
    """Return the days of a scan, as `days_of` does, and what is gathered besides of those that were chosen."""
    wanted = _wanted(scan.selection.get("category"), category)
    inside = np.unique(np.array([edge for edge in edges if edge != edge.astype("M8[D]")], dtype="M8[s]"))
    share = 0.5 if scan.selection else 1.0
    found, besides = _gathered(scan, wanted, inside, beside, within(progress, 0.0, share))
    whole = found
    if scan.selection:
        # Those of a chosen period alone would all seem to be reported soon.
        whole, _ = _gathered(scan.whole(), wanted, inside, Beside(), within(progress, share, 1.0))
    if category is not None and CATEGORY in found.columns:
        selection.require_categories(found.names, [category] if np.isscalar(category) else category)
    return _incidents(scan, found, whole, wanted, inside), besides


def _gathered(
    scan: Partitioned, wanted: tuple[str, ...], edges: np.ndarray, beside: Beside, progress: Progress
) -> tuple[FileDays, Any]:
    needs = (WHEN, REPORTED, *([CATEGORY] if wanted else ()), *beside.needs)
    return scan.gather(
        partial(_both, wanted, edges, beside.make),
        partial(_both_merged, beside.merge),
        needs=tuple(dict.fromkeys(needs)),
        optional=(SCHEMA_COLUMN, *beside.optional),
        weight=beside.weight,
        progress=progress,
    )


def _both(
    wanted: tuple[str, ...], edges: np.ndarray, make: Callable[[Incidents], Any], incidents: Incidents
) -> tuple[FileDays, Any]:
    return FileDays(incidents, wanted, edges), make(incidents)


def _both_merged(
    merge: Callable[[Any, Any], Any], first: tuple[FileDays, Any], second: tuple[FileDays, Any]
) -> tuple[FileDays, Any]:
    return first[0].merge(second[0]), merge(first[1], second[1])


def _wanted(*asked: Any) -> tuple[str, ...]:
    """Return the categories that are asked for, in lower case: texts may name several between commas, or one with a comma."""
    found: set[str] = set()
    for names in asked:
        if isinstance(names, str):
            found |= {names, *(selection.words(names) or ())}
        elif names is not None:
            each = [str(name) for name in (names if np.iterable(names) else [names])]
            found |= {*each, *(selection.words(", ".join(each)) or ())} if each else set()
    return tuple(sorted({name.lower() for name in found}))


def _days(times: np.ndarray | None, rows: int) -> np.ndarray:
    """Return times as whole days (n,), one that stands for none where they are missing."""
    if times is None:
        return np.full(rows, NO_DAY)
    # As a number a missing day is the least of all.
    return np.maximum(times.astype("M8[D]").view(np.int64), NO_DAY)


def _categories(incidents: Incidents, wanted: Sequence[str]) -> tuple[set[str], np.ndarray]:
    """Return the names of all categories, and the number of each incident's among those wanted, from 1 on, 0 for others (n,)."""
    if incidents.category is None:
        return set(), np.zeros(incidents.size, dtype=np.int64)
    values, code = distinct(incidents.category)
    names = [str(value).lower() for value in values]
    number = {name: place for place, name in enumerate(wanted, 1)}
    return set(names), np.array([number.get(name, 0) for name in names], dtype=np.int64)[code]


def _schemas(incidents: Incidents) -> np.ndarray:
    """Return the number of each incident's records system among `_SCHEMAS` (n,), 0 where its files do not tell."""
    if incidents.source is None or SCHEMA_COLUMN not in incidents.source:
        return np.zeros(incidents.size, dtype=np.int64)
    values, code = distinct(np.asarray(incidents.source[SCHEMA_COLUMN]))
    number = [_SCHEMAS.index(str(value)) if str(value) in SYSTEMS else 0 for value in values]
    return np.array(number, dtype=np.int64)[code]


def _edges_before(incidents: Incidents, edges: np.ndarray) -> np.ndarray:
    """Return how many edges lie before or at each incident (n,)."""
    if incidents.when is None or not edges.size:
        return np.zeros(incidents.size, dtype=np.int64)
    return np.where(np.isnat(incidents.when), 0, np.searchsorted(edges, incidents.when, side="right"))


class _Rows(NamedTuple):
    """The columns of incidents that `FileDays` stand for, and how many each row stands for."""

    when: np.ndarray | None
    reported: np.ndarray | None
    category: np.ndarray | None
    schema: np.ndarray
    frequency: np.ndarray

    @classmethod
    def of(cls, days: FileDays, wanted: tuple[str, ...], edges: np.ndarray) -> _Rows:
        """Return the columns, None where no file has them."""
        rows = days.rows.added_up()
        code, edge = np.divmod(rows.keys[2], edges.size + 1)
        category, schema = np.divmod(code, len(_SCHEMAS))
        when, reported = (_moments(column) for column in rows.keys[:2])
        if edges.size:
            when = np.maximum(when, np.append(np.datetime64("0000-01-01", "s"), edges)[edge])
        names = np.array(["", *wanted], dtype=object)[category]
        return cls(
            when if WHEN in days.columns else None,
            reported if REPORTED in days.columns else None,
            names if wanted and CATEGORY in days.columns else None,
            np.array(_SCHEMAS, dtype=object)[schema],
            rows.frequency,
        )


def _moments(days: np.ndarray) -> np.ndarray:
    return np.where(days == NO_DAY, np.datetime64("NaT", "s"), days.astype("M8[D]").astype("M8[s]"))


def _incidents(
    scan: Partitioned, found: FileDays, whole: FileDays, wanted: tuple[str, ...], edges: np.ndarray
) -> Incidents:
    own, every = (_Rows.of(days, wanted, edges) for days in (found, whole))
    known_until, dates = of_whole_file(scan.kept, every.when, every.reported, every.category)
    chosen = dict(scan.selection)
    if every.when is not None and set(PERIOD) & set(chosen):
        chosen["undated_left_out"] = number_of(np.isnat(every.when), every.frequency)
    nowhere = np.full(own.frequency.size, np.nan)
    return Incidents(
        nowhere,
        nowhere,
        when=own.when,
        reported=own.reported,
        category=own.category,
        frequency=own.frequency,
        crs=scan.crs,
        label=scan.label,
        source={SCHEMA_COLUMN: own.schema},
        selection=chosen,
        time_column=scan.time_column,
        agency=scan.agency,
        known_until=known_until if known_until is not None else _latest(whole),
        whole=dates._replace(frequency=every.frequency),
    )


def _latest(days: FileDays) -> np.datetime64 | None:
    """Return the last moment of a report, else of an incident, None without dates."""
    return next((moment for moment in days.latest if moment is not None), None)
