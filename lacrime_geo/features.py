"""Features: polygons or points with columns, as WKB in a metric CRS; the input of statistics on areas."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from . import crs as crs_rules
from . import geometry
from .incidents import Incidents

POLYGONS = (geometry.POLYGON, geometry.MULTIPOLYGON)
POINTS = (geometry.POINT, geometry.MULTIPOINT)


@dataclass(frozen=True, eq=False)
class Features:
    """Hold geometries (WKB bytes or None, one per row) in a metric CRS, and the table their columns come from.

    Parameters
    ----------
    wkb : sequence of bytes or None: polygons, multipolygons or points, one kind throughout.
    crs : the metric CRS, e.g. ``"EPSG:32611"``.
    source : GeoDataFrame or dict of columns, where values are looked up.
    label : what the layer is called in messages and on maps.
    parameters : how it was made, where it is a result, or its file keeps the record of one.

    Raises
    ------
    ValueError
        If geometries are of another or of mixed kind, or the CRS is missing or not metric.
    """

    wkb: Sequence[bytes | None]
    crs: str
    source: Any = None
    label: str = "features"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = {geometry.kind(head) for head in {wkb[:5] for wkb in self.wkb if wkb is not None}}
        if not (kinds <= set(POLYGONS) or kinds <= set(POINTS)):
            found = ", ".join(geometry.NAMES.get(kind, f"WKB type {kind}") for kind in sorted(kinds))
            raise ValueError(
                f"{self.label!r} must hold only polygons or only points, and holds {found}; convert or filter it."
            )
        x, y = self.centres()
        shapes = list(self.wkb)
        for row in np.flatnonzero(np.isnan(x)):
            shapes[row] = None
        object.__setattr__(self, "wkb", shapes)
        crs_rules.refuse_unmetric(self.crs, x[self.known], y[self.known])

    @property
    def size(self) -> int:
        """The number of rows, with and without geometry."""
        return len(self.wkb)

    @cached_property
    def known(self) -> np.ndarray:
        """A mask (n,) of the rows that have a geometry."""
        return np.array([wkb is not None for wkb in self.wkb], dtype=bool)

    @cached_property
    def are_polygons(self) -> bool:
        """Whether these are polygons (else points); all are of one kind."""
        first = next((wkb for wkb in self.wkb if wkb is not None), None)
        return first is not None and geometry.kind(first) in POLYGONS

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of the polygons in metres."""
        layer = geometry.rings(self.wkb)
        if layer.x.size == 0:
            raise ValueError(
                f"The polygon layer {self.label!r} is empty: none of its {self.size:,} rows has a polygon."
            )
        return float(layer.x.min()), float(layer.y.min()), float(layer.x.max()), float(layer.y.max())

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the points, or the polygons' area-weighted centres (n,), NaN where geometry is missing."""
        return self._centres

    @cached_property
    def _centres(self) -> tuple[np.ndarray, np.ndarray]:
        if self.are_polygons:
            return geometry.centroids(geometry.rings(self.wkb), self.size)
        return geometry.points(self.wkb)


def as_features(anything: Any, *, crs: str | None = None) -> Features:
    """Make Features of a GeoDataFrame, a file's path, Incidents, a result on cells or features, or Features (kept as they are).

    Parameters
    ----------
    anything : Features, Incidents, Cells, Marks, GeoDataFrame of polygons or points, or path of such a layer.
    crs : the CRS to project to; default the working CRS (metric kept, else the UTM zone of the data).

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If its CRS is missing, or is not `crs` where it cannot be projected here.
    """
    if hasattr(anything, "to_features"):
        anything = anything.to_features()
    if isinstance(anything, Features):
        if crs is not None and anything.crs != crs:
            raise ValueError(
                f"{anything.label!r} is in {anything.crs} and the incidents in {crs}; project one to the other."
            )
        return anything
    if isinstance(anything, Incidents):
        points = geometry.points_wkb(anything.easting, anything.northing)
        return Features(points, anything.crs, anything.source, anything.label)
    if isinstance(anything, (str, os.PathLike)):
        from .files import read_features

        anything = read_features(anything)
    if not (hasattr(anything, "geometry") and hasattr(anything, "crs")):
        raise TypeError(
            f"Features come from Features, a GeoDataFrame with a geometry, or a path, not from {type(anything).__name__}."
        )
    from .frames import features_from_frame

    return features_from_frame(anything, crs)


def hold_areas(anything: Any) -> bool:
    """Tell whether Features or a frame hold polygons."""
    if isinstance(anything, Features):
        return anything.are_polygons
    return hasattr(anything, "geom_type") and bool({"Polygon", "MultiPolygon"} & set(anything.geom_type.dropna()))


def value_unnamed(areas: Any) -> str:
    """Say that the column of the counts or values of areas was not named, and how it is on each road."""
    source = getattr(areas, "source", areas)
    label = getattr(areas, "label", None) or areas.attrs.get("label", "features")
    names = ", ".join(str(name) for name in source if str(name) not in ("geometry", "feature id"))
    return (
        f"{label!r} holds areas, and the column of their counts or values is not named: name it as value (--value in a command, "
        f"value=… in a script, its field in the toolbox){names and '; the columns are '}{names}."
    )


def as_boundary(anything: Any, crs: str) -> Features | None:
    """Return a study area as polygon Features in the CRS given; None stays None."""
    if anything is None:
        return None
    boundary = as_features(anything, crs=crs)
    if not boundary.are_polygons:
        raise ValueError(
            f"boundary must be a polygon layer; {boundary.label!r} has {boundary.size:,} rows without polygons."
        )
    return boundary
