"""Incidents read from an agency's file: cleaned columns, places in degrees, and what every rule found."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import selection
from ..incident_columns import KNOWN_UNTIL, FileDates, latest
from ..parameters import Parameters
from ..summaries import counted
from .areas import Areas, several
from .file_ends import file_end
from .rules import Finding, finding
from .tables import Column, RawTable, SourceFile, Texts, as_array

if TYPE_CHECKING:
    import geopandas

log = logging.getLogger("lacrime_geo")
# What rules found, apart from all else that is told, so that a command that prints it can keep it from the log.
FINDINGS = logging.getLogger("lacrime_geo.findings")


class _Filter(NamedTuple):
    """Which rows (n,) a filter keeps, what was asked, and which rows it leaves out because they do not say."""

    mask: np.ndarray
    asked: dict[str, str]
    unknown: np.ndarray | None = None
    name: str = ""
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class Loaded:
    """Hold the incidents of a file as columns (n,), with and without a place (NaN in x and y, both in the CRS).

    `whole` names the columns of whole numbers, which are floats with NaN where they are missing; `repeated` those of texts
    that are few in many rows. Rows with the same number in `place`, where that is known, stand on the same place.
    """

    columns: dict[str, Column]
    whole: frozenset[str]
    x: np.ndarray
    y: np.ndarray
    crs: str
    agency: str
    audit: list[Finding]
    parameters: Parameters
    repeated: frozenset[str] = frozenset()
    style: str = "incidents"
    place: np.ndarray | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.x.size

    @property
    def placed(self) -> np.ndarray:
        """A mask (n,) of the rows that have a place."""
        return np.isfinite(self.x) & np.isfinite(self.y)

    @property
    def label(self) -> str:
        """The title of a map of them: which category and period, how many."""
        when = self._when
        category = self.parameters.get("category")
        return selection.title("Incidents", category, when[~np.isnat(when)], int(self.placed.sum()))

    @property
    def time_column(self) -> str | None:
        """The column of dates in which the incidents play in time, None where they have none."""
        return "occurred" if "occurred" in self.columns else None

    @property
    def _when(self) -> np.ndarray:
        return np.asarray(self.columns.get("occurred", np.empty(0, "M8[s]")))

    def take(self, rows: np.ndarray | slice) -> Loaded:
        """Return the rows given (mask, indices or slice)."""
        columns = {
            name: column.where(rows) if isinstance(column, Texts) else column[rows]
            for name, column in self.columns.items()
        }
        place = None if self.place is None else self.place[rows]
        return replace(self, columns=columns, x=self.x[rows], y=self.y[rows], place=place)

    def select(
        self,
        *,
        since: Any = None,
        until: Any = None,
        category: str | Sequence[str] | None = None,
        area: Any = None,
        hours: str | None = None,
    ) -> Loaded:
        """Return the incidents of a period (since inclusive, until exclusive), of categories, areas and hours of the day.

        Incidents without a date are left out when a period is given, those whose time is not known when hours are; both
        are counted in the parameters and in the audit.

        Raises
        ------
        ValueError
            If what is asked for is not in the columns, or nothing is left.
        """
        chosen, keep, audit = Parameters(self.parameters), np.ones(len(self), dtype=bool), [*self.audit]
        filters = list(self._asked(since, until, category, area, hours))
        # What does not say is counted among those that are asked for otherwise.
        for narrowed in sorted(filters, key=lambda one: one.unknown is not None):
            if narrowed.unknown is not None:
                found = finding(narrowed.name, narrowed.unknown & keep, self._when, f"left out: {narrowed.sentence}")
                left = counted(found["rows"], "incident")
                chosen.note(narrowed.name, found["rows"], f"{left} {narrowed.sentence} left out")
                audit.append(found)
            keep &= narrowed.mask
        for narrowed in filters:
            chosen.update(narrowed.asked)
        if filters and KNOWN_UNTIL not in chosen:
            chosen.update(self._end(chosen.get("category")))
        if not keep.any() and len(self):
            raise ValueError(
                f"No incident of {self.parameters['layer']!r} is of all that was asked for: {_words(chosen)}."
            )
        chosen["incidents"] = int(keep.sum())
        if asked := selection.asked_in_words(chosen):
            log.info("%s of them %s", f"{chosen['incidents']:,}", asked)
        kept = self if keep.all() else self.take(keep)
        return replace(kept, parameters=_counted(kept, chosen), audit=audit)

    def _asked(self, since: Any, until: Any, category: Any, area: Any, hours: str | None) -> Iterator[_Filter]:
        when, unknown = self._array("occurred"), self._array("time_placeholder")
        if since is not None or until is not None:
            asked = {name: str(value) for name, value in (("since", since), ("until", until)) if value is not None}
            mask = selection.in_period(when, since, until)
            yield _Filter(mask, asked, np.isnat(self._when), "undated_left_out", "without a date")
        if category is not None:
            wanted = several(category)
            mask = selection.of_category(self._array("category"), wanted)
            yield _Filter(mask, {"category": ", ".join(map(str, wanted))})
        if area is not None:
            wanted = several(area)
            areas = Areas.of(self._array("area"), self._array("area_name"))
            areas.refuse_unknown(wanted)
            yield _Filter(areas.among(wanted), {"area": ", ".join(map(str, wanted))})
        if hours is not None:
            mask = selection.in_hours(when, unknown, hours)
            timeless = np.asarray(unknown) | np.isnat(self._when)
            yield _Filter(mask, {"hours": hours}, timeless, "untimed_left_out", "without a known time of day")

    def _end(self, category: str | None) -> dict[str, str]:
        """Return up to when the file is known and whole, which those chosen from it do not tell any more."""
        when, reported = (self._array(name) for name in ("occurred", "reported"))
        dates = FileDates(when, reported, self._array("category"))
        return file_end(dates, latest(reported, when, None), category)

    def _array(self, name: str) -> np.ndarray | None:
        column = self.columns.get(name)
        return None if column is None else as_array(column)

    def to_geodataframe(self, crs: str | None = None) -> geopandas.GeoDataFrame:
        """Return one row per incident in the CRS given, EPSG:4326 by default, null geometry where there is no place."""
        from .loaded_frames import geodataframe

        return geodataframe(self, crs or "EPSG:4326")


def _counted(loaded: Loaded, parameters: Parameters) -> Parameters:
    """Return the parameters with the number of rows without a place and the period that the rows cover."""
    missing = int((~loaded.placed).sum())
    parameters.note(
        "without_place", missing, f"{missing:,} {'incident has' if missing == 1 else 'incidents have'} no place"
    )
    known = loaded._when[~np.isnat(loaded._when)]
    parameters["period"] = f"{known.min().astype('M8[D]')} to {known.max().astype('M8[D]')}" if known.size else ""
    return parameters


def _words(parameters: Parameters) -> str:
    asked = ("since", "until", "category", "area", "hours")
    return ", ".join(f"{name} {parameters[name]}" for name in asked if name in parameters)


def announce(found: Sequence[Finding]) -> None:
    """Log what rules or detectors found."""
    for line in found:
        if line["rows"]:
            examples = f" (such as {', '.join(line['examples'])})" if line["examples"] else ""
            FINDINGS.info("%s: %s%s: %s", line["rule"], counted(line["rows"], "row"), examples, line["action"])


def announced(loaded: Loaded, raw: RawTable, caveats: Sequence[str], rows: int | None = None) -> Loaded:
    """Log what the rules found and how many rows were read and kept; return the incidents with both in their parameters.

    `rows` is how many are kept where they are written elsewhere, portion by portion.
    """
    kept = len(loaded) if rows is None else rows
    parameters = Parameters(layer=SourceFile(Path(raw.file)).label, file=raw.file, rows=raw.rows, cleaned=kept)
    parameters.update(loaded.parameters, incidents=kept, caveats=list(caveats))
    announce(loaded.audit)
    log.info("%s: %s reports read, %s kept", raw.file, f"{raw.rows:,}", f"{kept:,}")
    return replace(loaded, parameters=parameters)
