"""Polygons of any form, such as reporting districts, behind the face of a grid, so that a result on them is Cells as well."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from . import geometry
from .features import Features
from .grid import Grid
from .overlay import polygon_of


@dataclass(frozen=True)
class PolygonGrid(Grid):
    """Number the polygons of a layer as cells, in its order; `cell_size` is the root of their median area (m).

    Make it with `of`. There are no rows and columns in the plane: what needs them raises.

    Examples
    --------
    >>> square = geometry.polygon_wkb(np.array([0.0, 9.0, 9.0, 0.0]), np.array([0.0, 0.0, 9.0, 9.0]))
    >>> grid = PolygonGrid.of(Features([square], "EPSG:32611"))
    >>> grid.size, grid.cell_size, grid.index(np.array([1.0, 10.0]), np.array([1.0, 1.0])).tolist()
    (1, 9.0, [0, -1])
    """

    features: Features = field(default_factory=lambda: Features([], "EPSG:32611"))

    @classmethod
    def of(cls, features: Features) -> PolygonGrid:
        """Return the polygons of a layer as a grid.

        Raises
        ------
        ValueError
            If it holds no polygons, or a row has none, or one without an area.
        """
        if not features.are_polygons:
            raise ValueError(f"{features.label!r} holds no polygons; give a layer of polygons, such as districts.")
        missing = np.flatnonzero(~features.known)
        if missing.size:
            raise ValueError(
                f"{missing.size:,} of the {features.size:,} rows of {features.label!r} have no polygon, first row "
                f"{missing[0]}; leave them out."
            )
        areas = polygon_areas(features)
        flat = np.flatnonzero(areas <= 0)
        if flat.size:
            raise ValueError(
                f"{flat.size:,} of the {features.size:,} polygons of {features.label!r} have no area, first row {flat[0]}; "
                "mend them or leave them out."
            )
        west, south, _, _ = features.bounds
        return cls(west, south, math.sqrt(float(np.median(areas))), features.size, 1, features.crs, features)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in metres."""
        return self.features.bounds

    @property
    def north(self) -> float:
        """The northern edge (m)."""
        return self.bounds[3]

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Raise: polygons have no transform."""
        return self.require_raster()  # type: ignore[return-value,func-returns-value]  # it raises

    @cached_property
    def areas(self) -> np.ndarray:
        """The area of each polygon (n,), m²."""
        return polygon_areas(self.features)

    def require_raster(self) -> None:
        """Raise: polygons make no raster."""
        raise ValueError(f"The polygons of {self.features.label!r} make no raster; save them as .gpkg, or take cells.")

    def index(self, easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
        """Return the number of the polygon in which each point (n,) stands, −1 outside; the first of several."""
        return np.asarray(polygon_of(self.features, np.asarray(easting, float), np.asarray(northing, float)))

    def centres(self, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the centre of polygons by number (m)."""
        x, y = self.features.centres()
        return x[cell], y[cell]

    def polygons(self, cell: np.ndarray) -> np.ndarray:
        """Return polygons by number as WKB in an object array: all of one kind, multipolygons where one is."""
        every: list[bytes] = [self.features.wkb[number] for number in np.asarray(cell).tolist()]
        several = any(geometry.kind(wkb) == geometry.MULTIPOLYGON for wkb in every)
        found = np.empty(len(every), dtype=object)
        found[:] = [_multipolygon(wkb) if several else wkb for wkb in every]
        return found

    def lattice(self, easting: np.ndarray, northing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Raise: polygons stand in no rows and columns."""
        return self.require_raster()  # type: ignore[return-value,func-returns-value]  # it raises

    def coordinates(self, row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Raise: polygons stand in no rows and columns."""
        return self.require_raster()  # type: ignore[return-value,func-returns-value]  # it raises

    def sums(self, values: np.ndarray, distance: float) -> np.ndarray:
        """Raise: polygons stand in no rows and columns."""
        return self.require_raster()  # type: ignore[return-value,func-returns-value]  # it raises


def _multipolygon(wkb: bytes) -> bytes:
    """Return a polygon as a multipolygon of one; a multipolygon as it is."""
    return wkb if geometry.kind(wkb) == geometry.MULTIPOLYGON else geometry.multipolygon_wkb(geometry.rings([wkb]))


def polygon_areas(features: Features) -> np.ndarray:
    """Return the area of each polygon (n,), m², holes taken out."""
    layer = geometry.rings(features.wkb)
    # Files do not keep to one winding: a hole counts as taken out, whatever its own sign.
    area = np.abs(geometry.ring_areas(layer)) * np.where(layer.hole, -1.0, 1.0)
    return np.bincount(layer.feature, area, features.size)
