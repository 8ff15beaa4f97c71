"""Incidents: where and when reported crimes happened, in metres, as numpy columns."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NoReturn

import numpy as np

from . import checks, incident_columns, selection
from . import crs as crs_rules
from .claims import call
from .partitioned import as_partitioned

# What concerns all rows alike, and is kept when rows are taken.
KEPT = (
    *("crs", "source", "label", "selection", "time_column", "dates_unused", "agency", "known_until", "whole"),
    "gathered",
    "read_by",
)
log = logging.getLogger("lacrime_geo")


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Incidents:
    """Hold incidents as columns (n,) in a metric CRS; a missing place is NaN in both coordinates.

    Parameters
    ----------
    easting, northing : coordinates in metres; columns of float64 are not copied, so do not change them afterwards.
    when, until : start and end (datetime64, naive local time), optional; NaT where unknown.
    reported : when each was reported (datetime64, naive local time), optional; NaT where unknown.
    weight : optional weights, none negative or missing.
    category : optional text per incident.
    crs : the metric CRS of the coordinates, e.g. ``"EPSG:32611"``.
    source : the table the incidents came from (GeoDataFrame or dict of columns), where other columns are looked up.
    label : what the layer is called in messages and on maps.
    selection : how `select` has chosen these incidents from more, kept in the parameters of every result.
    time_column : the source's column of dates in which `when` stands, where there is one; layers made of it play in time.
    dates_unused : the source's columns of dates where no `when` is given, to be named to users, who may have meant one.
    agency : whose records they are, where that is known, e.g. ``"LAPD"``.
    known_until : the last date that their file knows of, kept when fewer are chosen. Default: of the latest report, else of
        the latest incident.
    whole : the dates of their whole file, kept when fewer are chosen: they tell how late its incidents are reported, which
        a choice by the time of the incident does not. Default: those of these incidents.
    frequency : how many incidents each row stands for, where those alike are collapsed into one row; `weight` is then of each
        of them. Default: 1 each.
    gathered : what is known of all incidents that collapsed ones stand for.
    read_by : the code that reads them from their file, kept when fewer are chosen; None where it is not known.

    Raises
    ------
    ValueError
        If columns differ in length, a coordinate is infinite, the CRS is missing, in degrees or Web Mercator.

    Examples
    --------
    >>> Incidents([380000.0, 380100.0], [3768000.0, 3768000.0], crs="EPSG:32611").located().size
    2
    """

    easting: np.ndarray
    northing: np.ndarray
    when: np.ndarray | None
    until: np.ndarray | None
    reported: np.ndarray | None
    weight: np.ndarray | None
    category: np.ndarray | None
    crs: str
    source: Any
    label: str
    selection: Mapping[str, Any]
    time_column: str | None
    dates_unused: tuple[str, ...]
    agency: str | None
    known_until: np.datetime64 | None
    whole: incident_columns.FileDates
    frequency: np.ndarray | None
    gathered: incident_columns.Gathered | None
    read_by: str | None

    def __init__(
        self,
        easting: Any,
        northing: Any,
        *,
        when: Any = None,
        until: Any = None,
        reported: Any = None,
        weight: Any = None,
        category: Any = None,
        crs: str,
        source: Any = None,
        label: str = "incidents",
        selection: Mapping[str, Any] | None = None,
        time_column: str | None = None,
        dates_unused: Sequence[str] = (),
        agency: str | None = None,
        known_until: Any = None,
        whole: incident_columns.FileDates | None = None,
        frequency: Any = None,
        gathered: incident_columns.Gathered | None = None,
        read_by: str | None = None,
    ) -> None:
        x, y = incident_columns.coordinates(easting, northing)
        crs_rules.refuse_unmetric(crs, x, y)
        columns = dict(
            easting=x,
            northing=y,
            when=incident_columns.column("when", when, "datetime64[s]", x.size),
            until=incident_columns.column("until", until, "datetime64[s]", x.size),
            reported=incident_columns.column("reported", reported, "datetime64[s]", x.size),
            weight=None if weight is None else checks.weights(weight, x.size, some=False),
            category=incident_columns.column("category", category, object, x.size),
            frequency=incident_columns.column("frequency", frequency, np.int64, x.size),
        )
        for name, value in (
            *columns.items(),
            ("crs", crs),
            ("source", source),
            ("label", label),
            ("selection", dict(selection or {})),
            ("time_column", time_column),
            ("dates_unused", tuple(dates_unused)),
            ("agency", agency),
            ("gathered", gathered),
            ("read_by", read_by),
            ("known_until", incident_columns.latest(columns["reported"], columns["when"], known_until)),
            (
                "whole",
                whole or incident_columns.FileDates(columns["when"], columns["reported"], columns["category"]),
            ),
        ):
            # The only way to fill a frozen dataclass.
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Return what they are and how many."""
        return f"<Incidents {self.label!r}: {self.size:,} rows in {self.crs}>"

    @property
    def size(self) -> int:
        """The number of rows, with and without a place."""
        return self.easting.size

    @property
    def number(self) -> int:
        """The number of incidents: that of the rows, or of what collapsed rows stand for."""
        return self.size if self.frequency is None else int(self.frequency.sum())

    def number_of(self, rows: np.ndarray) -> int:
        """Return how many incidents some rows (mask) stand for."""
        return int(rows.sum() if self.frequency is None else self.frequency[rows].sum())

    @property
    def total_weight(self) -> np.ndarray | None:
        """What each row (n,) adds to a sum: its weight, times the number of incidents that it stands for; None for 1 each."""
        if self.frequency is None or self.weight is None:
            return self.weight if self.frequency is None else self.frequency
        return np.asarray(self.weight * self.frequency)

    @property
    def placed(self) -> np.ndarray:
        """A mask (n,) of the rows that have coordinates."""
        return ~np.isnan(self.easting)

    def take(self, rows: np.ndarray) -> Incidents:
        """Return the incidents in the rows given (mask or indices)."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in KEPT}
        taken: dict[str, Any] = {name: None if column is None else column[rows] for name, column in columns.items()}
        return replace(self, **taken, source=incident_columns.take_rows(self.source, rows))

    def located(self) -> Incidents:
        """Return the incidents that have a place; raise when there is none."""
        rows = self.size if self.gathered is None else self.gathered.rows
        if rows == 0:
            self.refuse_empty()
        if self.size and np.isfinite(self.easting.sum()):
            return self
        placed = self.placed
        if not placed.any():
            raise ValueError(
                f"None of the {rows:,} rows of {self.label!r} has a geometry; check the coordinate columns of its source."
            )
        return replace(self.take(placed), source=None)

    def refuse_empty(self) -> NoReturn:
        """Raise: there is no incident, or none of what was chosen of a scan, which is known only once that is read."""
        if self.selection:
            words = selection.asked_in_words(self.selection) or "within the bounds that were asked for"
            raise ValueError(f"No incident of {self.label!r} lies {words}.")
        raise ValueError(f"The layer {self.label!r} is empty: it has 0 rows, so there is nothing to analyse.")

    def weighing(self, weight: Any, role: str = "weight", *, some: bool = True) -> Incidents:
        """Return the incidents with the weight asked for: None keeps theirs; a column's name, an array or marks replace it.

        Marks, such as `aoristic` gives of the same incidents, have a column `weight`. Where there must be `some` weight, all 0
        are refused; those of a portion may all be.
        """
        if weight is None:
            if some:
                checks.some_weight(self.weight, role)
            return self
        if isinstance(getattr(weight, "features", None), Incidents):
            weight = incident_columns.weights_of_marks(weight, self)
        values = checks.column(self.source, weight) if isinstance(weight, str) else weight
        name = f"{role} column {weight!r}" if isinstance(weight, str) else role
        return replace(self, weight=checks.weights(values, self.size, name, some=some))

    def select(self, *, since: Any = None, until: Any = None, category: Any = None) -> Incidents:
        """Return the incidents of a period (since inclusive, until exclusive) and category (one or several).

        Incidents without a date are left out when a period is given. A second period is what it has in common with the first.

        Raises
        ------
        ValueError
            If a period is given and there are no times, a category and no categories, or nothing is left.
        """
        keep = np.ones(self.size, dtype=bool)
        asked: dict[str, Any] = {}
        if since is not None or until is not None:
            keep &= selection.in_period(self.when, since, until)
            asked.update(selection.narrower(self.selection, since, until))
            undated = None if self.when is None else np.isnat(self.when)
            asked["undated_left_out"] = 0 if undated is None else incident_columns.number_of(undated, self.frequency)
        if category is not None:
            wanted: list[Any] = [category] if np.isscalar(category) else list(category)
            keep &= selection.of_category(self.category, wanted)
            asked["category"] = ", ".join(map(str, wanted))
        if asked and not keep.any():
            raise ValueError(
                f"No incident of {self.label!r} is of {asked.get('category')} and in the period asked for."
            )
        if asked.get("undated_left_out"):
            left = asked["undated_left_out"]
            log.info(
                "%s without a date %s left out",
                *(("1 incident", "is") if left == 1 else (f"{left:,} incidents", "are")),
            )
        return replace(self if keep.all() else self.take(keep), selection={**self.selection, **asked})

    def titled(self, kind: str, *, placed: bool = True) -> str:
        """Return a title of these incidents: what, which category and period, how many, with a place or at all."""
        number = int(self.placed.sum()) if placed else self.size
        if self.gathered is not None:
            number = self.number if placed else self.gathered.rows
        return selection.title(kind, self.selection.get("category"), self._known_times, number)

    @property
    def _known_times(self) -> np.ndarray:
        if self.gathered is not None:
            return np.array([day for day in self.gathered.extent if day is not None], dtype="M8[s]")
        return np.empty(0, dtype="M8[s]") if self.when is None else self.when[~np.isnat(self.when)]

    @property
    def period(self) -> str:
        """The first and last date in words, "" where there are no times."""
        known = self._known_times
        return f"{known.min().astype('M8[D]')} to {known.max().astype('M8[D]')}" if known.size else ""


def as_incidents(
    anything: Any,
    *,
    weight: Any = None,
    time_column: str | None = None,
    category_column: str | None = None,
    until_column: str | None = None,
    crs: str | None = None,
    mapping: Mapping[str, Any] | str | None = None,
) -> Incidents:
    """Make Incidents of a GeoDataFrame, a file's path, or Incidents (kept as they are).

    Degrees, feet and Web Mercator are projected to the WGS 84 / UTM zone of the data; another metric CRS is kept.

    Parameters
    ----------
    anything : Incidents, GeoDataFrame of points, or path (CSV of the LAPD or any agency, GeoPackage, GeoJSON, parquet, ...).
    weight : name of a column, an array (n,), or what `aoristic` gives of them; default the incidents' own weight, else 1 each.
    time_column, category_column : names of columns; default ``occurred`` and ``category`` where they exist.
    until_column : name of the column that tells when each incident had ended; default ``occurred_until`` where it exists.
    crs : the CRS to project to; default the working CRS (metric kept, else the UTM zone of the data).
    mapping : of a path, what its columns hold, as `read_incidents` takes it (of LAPD files as `read_lapd` does), or its text,
        such as ``"date=Call Date, x=LON, y=LAT"``. Default: guessed, and announced.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If the CRS is missing, a geometry is not a point, or a column does not exist.
    """
    if mapping is not None and not isinstance(anything, (str, os.PathLike)):
        raise ValueError(
            "mapping says what the columns of a file hold, and these incidents come from none: leave it out."
        )
    if (partitioned := as_partitioned(anything)) is not None:
        partitioned.refuse()
    if isinstance(anything, Incidents):
        if crs is not None and anything.crs != crs:
            raise ValueError(f"{anything.label!r} is in {anything.crs} and not in {crs}; project one to the other.")
        return anything.weighing(weight)
    if isinstance(getattr(anything, "features", None), Incidents):
        return _marked(anything).weighing(weight)
    columns = dict(time_column=time_column, category_column=category_column, until_column=until_column)
    read_by = None
    if isinstance(anything, (str, os.PathLike)):
        from .files import read_incidents

        read_by = code_that_reads(anything, mapping=mapping, crs=crs, **columns)
        anything = read_incidents(anything, mapping)
    if not (hasattr(anything, "geometry") and hasattr(anything, "crs")):
        raise TypeError(
            f"Incidents come from Incidents, a GeoDataFrame with a geometry, or a path, not from {type(anything).__name__}."
        )
    from .frames import incidents_from_frame

    return replace(incidents_from_frame(anything, crs=crs, **columns), read_by=read_by).weighing(weight)


def code_that_reads(path: str | os.PathLike[str], **options: Any) -> str:
    """Return the code that reads incidents from a file, which is named without its folder; options that are None are left out.

    >>> code_that_reads("/home/me/crimes.csv", time_column="date", mapping=None)
    "lg.as_incidents('crimes.csv', time_column='date')"
    """
    return call("as_incidents", repr(os.path.basename(path)), **options)


def _marked(marks: Any) -> Incidents:
    """Return the incidents of marks, their new columns among those that are looked up."""
    incidents: Incidents = marks.features
    source = {} if incidents.source is None else incidents.source
    own = {str(name): source[name] for name in source if str(name) != "geometry"}
    return replace(incidents, source={**own, **marks.columns})
