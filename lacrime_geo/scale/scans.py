"""A scan: incidents in files that are read a part at a time, wherever tasks are run."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Callable, Protocol, TypeVar

import numpy as np

from .. import crs as crs_rules
from ..bandwidths import weighted_quantile
from ..frames import NO_PLACES_CRS
from ..incidents import Incidents
from ..partitioned import CATEGORY, PLACE, REPORTED, UNTIL, WHEN, Part, Partitioned
from ..place_tallies import PlaceTally
from ..places import Places
from ..progress import Progress
from . import engines
from .choosing import Chosen
from .file_columns import Reading
from .typed_columns import in_metres

T = TypeVar("T")
log = logging.getLogger("lacrime_geo")
# So many bytes of each incident are in memory where they are read.
MOST_READ = 50_000_000


class Piece(Protocol):
    """A piece of the files, from which a part is made once it is known what is chosen of it and how it is read."""

    @property
    def rows(self) -> int:
        """About how many rows it has."""

    def having(self, reading: Reading) -> Part:
        """Return the part of it that may hold chosen rows; of no rows where none does."""

    @property
    def is_counted(self) -> bool:
        """Whether `rows` is exact."""

    def undated(self) -> int | None:
        """Return how many of its rows have no date where the file tells it."""

    def box(self) -> tuple[float, float, float, float] | None:
        """Return the bounds of its coordinates where the file tells them."""


@dataclass(frozen=True, eq=False, repr=False)
class Scan(Partitioned):
    """Incidents in files, none of them read yet: taken in place of incidents by the analyses that can.

    Parameters
    ----------
    pieces : of the files, in order.
    columns : which columns hold what.
    source_crs : the CRS of the coordinates in the files.
    label, agency : what they are called in messages, and whose records they are, where that is known.
    asked_crs : the CRS to work in. Default: that of the files where it is metric, else the UTM zone of the data.
    chosen : what was chosen of them.
    client : Dask client that runs the tasks. Default: the active one, else threads of this process.
    kept : what the files keep of a larger file that they were chosen from.
    found : what was found of all incidents, whatever is chosen of them: the CRS.
    """

    pieces: Sequence[Piece]
    columns: Any
    source_crs: str
    label: str = "incidents"
    agency: str | None = None
    asked_crs: str | None = None
    chosen: Chosen = field(default_factory=Chosen)
    client: Any = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return what they are and in how many parts; how many rows, chosen or not, where the files tell."""
        counted = all(piece.is_counted for piece in self.pieces)
        parts = f"{len(self.pieces):,} {'part' if len(self.pieces) == 1 else 'parts'}"
        return f"<Scan {self.label!r}: {f'{self.rows:,} rows in {parts}' if counted else f'{parts}, their rows not counted'}>"

    @property
    def rows(self) -> int:
        """About how many rows the files have, chosen or not."""
        return sum(piece.rows for piece in self.pieces)

    @property
    def selection(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What was chosen, as the record of results keeps it."""
        undated = [piece.undated() for piece in self.pieces] if self.chosen.by_time else [None]
        left_out = {} if None in undated else {"undated_left_out": sum(map(int, undated))}  # type: ignore[arg-type]
        return {**self.chosen.in_words(), **left_out}

    @property
    def dates_unused(self) -> Sequence[str]:  # type: ignore[override]
        """Columns of dates where none tells when incidents happened."""
        unused: Sequence[str] = self.columns.dates_unused
        return unused

    @property
    def time_column(self) -> str | None:  # type: ignore[override]
        """The column of the files that tells when incidents happened."""
        roles: Mapping[str, str] = self.columns.roles
        return roles.get(WHEN)

    def select(self, *, since: Any = None, until: Any = None, category: Any = None, bbox: Any = None) -> Scan:
        """Return the incidents of a period (since inclusive, until exclusive), of categories, within bounds; nothing is read.

        Parameters
        ----------
        since, until : dates or moments. Incidents without a date are then left out.
        category : one or several, in whatever case.
        bbox : west, south, east and north, in the CRS of the files' coordinates, as a rule degrees.

        Raises
        ------
        ValueError
            If a date cannot be read, bounds are none, or no category is left of an earlier choice.
        """
        return replace(self, chosen=self.chosen.narrowed(since, until, category, bbox))

    def in_metres(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return places (n,) as the files say them in the metric CRS."""
        return in_metres(x, y, self.source_crs, self.crs)

    def whole(self) -> Scan:
        """Return the same without what was chosen of them."""
        return replace(self, chosen=Chosen())

    @property
    def crs(self) -> str:  # type: ignore[override]
        """The metric CRS that places are read in, found once for this scan and all that are chosen of it."""
        if "crs" not in self.found:
            self.found["crs"] = self._found_crs()
        return self.found["crs"]

    def _found_crs(self) -> str:
        if self.asked_crs is not None:
            return crs_rules.name(self.asked_crs)
        # Tables are read into degrees first, as `read_incidents` does, and keep no CRS of their own.
        if self.columns.geometry is not None and crs_rules.is_metric(self.source_crs):
            return crs_rules.name(self.source_crs)
        found = self._zone_of_bounds() or self._zone_of_places()
        if found != crs_rules.name(self.source_crs):
            log.info("projected from %s to %s, in metres", crs_rules.name(self.source_crs), found)
        return found

    @cached_property
    def parts(self) -> Sequence[Part]:
        """The parts that may hold chosen incidents, in order."""
        return self._parts_in(self.crs)

    def _parts_in(self, crs: str) -> list[Part]:
        reading = Reading(self.columns, self.chosen, crs, self.label, self.agency, self.selection)
        parts = [piece.having(reading) for piece in self.pieces]
        kept = [part for part in parts if part.rows]
        # Of nothing at all an analysis says in its own words what is missing.
        return kept or parts[:1]

    def run(
        self, function: Callable[[Any], T], tasks: Iterable[Any], *, progress: Progress = None
    ) -> Iterator[tuple[int, T]]:
        """Yield the number of each task and what a function makes of it, as they end."""
        return engines.run(function, tasks, engines.active_client(self.client), progress)

    def read(self, *, columns: Sequence[str] = (), weight: str | None = None, progress: Progress = None) -> Incidents:
        """Return the chosen incidents in memory, with some columns of the files, for analyses that take no scans.

        Raises
        ------
        ValueError
            If there may be more than 50,000,000 of them, or a column is not there.
        """
        rows = sum(part.rows for part in self.parts)
        if rows > MOST_READ:
            raise ValueError(
                f"{self.label!r} has up to {rows:,} rows of what was chosen, and {MOST_READ:,} are read at most; choose fewer "
                "(select)."
            )
        wanted = (PLACE, WHEN, UNTIL, REPORTED, CATEGORY, *columns)
        found: list[Incidents] = self.gather(_one, _more, needs=wanted, weight=weight, progress=progress)
        return joined(found, self)

    def _zone_of_bounds(self) -> str | None:
        """Return the UTM zone where the bounds that the files tell lie in one, None where they do not tell or lie in several."""
        boxes = [piece.box() for piece in self.pieces if piece.rows]
        if not boxes or any(box is None for box in boxes):
            return None
        west, south, east, north = np.array(boxes).T
        corners = np.array([west.min(), east.max()]), np.array([south.min(), north.max()])
        x, y = (axis.ravel() for axis in np.meshgrid(*corners))
        longitude, latitude = crs_rules.project(x, y, self.source_crs, "EPSG:4326")
        zones = {crs_rules.utm(*place) for place in zip(longitude[:, None], latitude[:, None])}
        return zones.pop() if len(zones) == 1 else None

    def _zone_of_places(self) -> str:
        """Return the UTM zone of the median longitude and latitude, for which all places are read once."""
        tally: PlaceTally = self.merged(_raw_tally, PlaceTally.merge, self.whole()._parts_in(self.source_crs))
        x, y, count = tally.places()
        if not x.size:
            # An analysis that needs places refuses them in its own words; those of dates alone go on.
            return NO_PLACES_CRS
        longitude, latitude = crs_rules.project(x, y, self.source_crs, "EPSG:4326")
        places = Places(longitude, latitude, count.astype(float))
        middle = (weighted_quantile(places, axis, 0.5) for axis in (lambda p: p.x, lambda p: p.y))
        return crs_rules.utm(*(np.array([value]) for value in middle))


def _raw_tally(parts: Sequence[Part]) -> PlaceTally:
    found = PlaceTally()
    for part in parts:
        for places in part.raw_places():
            found.add(places.x, places.y, places.frequency)
    return found


def _one(portion: Incidents) -> list[Incidents]:
    return [portion]


def _more(first: list[Incidents], second: list[Incidents]) -> list[Incidents]:
    return first + second


def joined(portions: Sequence[Incidents], scan: Scan) -> Incidents:
    """Return portions of incidents, all with the same columns, as one."""

    def column(name: str) -> Any:
        columns = [getattr(portion, name) for portion in portions]
        return None if any(one is None for one in columns) else np.concatenate(columns)

    names = ("when", "until", "reported", "weight", "category")
    source = portions[0].source or {}
    return Incidents(
        column("easting"),
        column("northing"),
        **{name: column(name) for name in names},
        crs=scan.crs,
        source={name: np.concatenate([portion.source[name] for portion in portions]) for name in source},
        label=scan.label,
        selection=scan.selection,
        agency=scan.agency,
        time_column=scan.time_column,
    )
