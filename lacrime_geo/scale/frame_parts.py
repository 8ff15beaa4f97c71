"""The partitions of a dask-geopandas frame as parts of a scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..crs import name as crs_name
from ..frames import incidents_from_frame
from ..incidents import Incidents
from ..partitioned import PLACE, PlacesInOrder, Wanted
from .file_columns import ATTRIBUTES, OUR_NAMES, Columns, Named, Reading, Untold, weights_of
from .scans import Scan
from .typed_columns import in_metres

# How many rows a partition has is known only when it is computed: each is taken as worth a task.
ROWS = 4_000_000


@dataclass(frozen=True)
class FramePartition(Untold):
    """One partition, computed whenever it is read."""

    delayed: Any
    named: Named
    reading: Reading | None = None

    @property
    def rows(self) -> int:
        """About how many rows it has."""
        return ROWS

    def having(self, reading: Reading) -> FramePartition:
        """Return the same, to be read in that way."""
        return FramePartition(self.delayed, self.named, reading)

    def raw_places(self) -> Iterator[PlacesInOrder]:
        """Yield the places as they stand in the frame, where nothing is chosen of it."""
        points, crs = self._computed().geometry, self.reading.crs  # type: ignore[union-attr]  # known when a part is read
        x, y = (np.asarray(axis, dtype=float) for axis in (points.x, points.y))
        yield PlacesInOrder.of(*in_metres(x, y, crs, crs))

    def portions(self, wanted: Wanted) -> Iterator[Incidents]:
        """Yield the incidents of the partition."""
        reading = self.reading
        assert reading is not None  # known when a part is read
        reading.columns.refuse_unknown(wanted)
        frame = self._computed()
        found = incidents_from_frame(frame, self.named.time, self.named.category, reading.crs, self.named.until)
        if reading.chosen.anything:
            x, y = (np.asarray(axis, dtype=float) for axis in (frame.geometry.x, frame.geometry.y))
            found = found.take(reading.chosen.rows(found.when, found.category, x, y))
        yield only_wanted(found, wanted, reading)

    def _computed(self) -> Any:
        # It is computed where the task runs, not handed on to further workers.
        return self.delayed.compute(scheduler="synchronous")


def only_wanted(found: Incidents, wanted: Wanted, reading: Reading) -> Incidents:
    """Return incidents with what is wanted of them."""
    nowhere = np.full(found.size, np.nan)
    columns = {attribute: getattr(found, attribute) for attribute in ATTRIBUTES.values()}
    columns["category"] = None if found.category is None else _without_marks(found.category)
    source = {} if found.source is None else found.source
    names = [*wanted.columns, *(name for name in wanted.optional if name in source)]
    return reading.incidents(
        found.easting if PLACE in wanted.roles else nowhere,
        found.northing if PLACE in wanted.roles else nowhere,
        **{attribute: columns[attribute] for role, attribute in ATTRIBUTES.items() if role in wanted.roles},
        weight=weights_of(wanted, np.asarray(source[wanted.weight])) if wanted.weight else None,
        source={name: _without_marks(np.asarray(source[name])) for name in names},
    )


def _without_marks(values: np.ndarray) -> np.ndarray:
    """Return values with None for what pandas marks as missing in texts (NA), which can be compared with nothing."""
    import pandas as pd

    if values.dtype != object:
        return values
    plain = values.copy()
    plain[pd.isna(values)] = None
    return plain


def scan_of_frame(frame: Any, named: Named, crs: str | None, client: Any) -> Scan:
    """Return a scan of the partitions of a dask-geopandas frame.

    Raises
    ------
    ValueError
        If the frame has no CRS, or a named column is not there.
    """
    if frame.crs is None:
        raise ValueError(
            "The CRS of the frame is missing; say which it is, e.g. frame.set_crs('EPSG:4326') for longitude and latitude."
        )
    names = [str(name) for name in frame.columns]
    lacking = [name for name in named if name is not None and name not in names]
    if lacking:
        raise ValueError(f"There is no column {lacking[0]!r} in the frame; there are {', '.join(names)}.")
    given = dict(zip(OUR_NAMES, (named.time, named.until, None, named.category)))
    roles = {role: given[role] or name for role, name in OUR_NAMES.items() if (given[role] or name) in names}
    geometry = str(frame.geometry.name)
    columns = Columns(tuple(names), crs_name(frame.crs), geometry=geometry, roles=roles, typed=roles)
    pieces = [FramePartition(delayed, named) for delayed in frame.to_delayed()]
    return Scan(pieces, columns, columns.crs, label="incidents", asked_crs=crs, client=client)
