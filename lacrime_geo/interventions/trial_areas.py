"""The areas of a trial: treated, control, and the rings around both into which crime may have moved; without GEOS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks, geometry
from ..features import Features, as_features
from ..grid import Grid
from ..marching_squares import outline
from ..overlay import Finder
from ..progress import Progress, advance, within
from ..risk.learning.place_distances import distances, edge_distances

TREATED, CONTROL, NEAR_TREATED, NEAR_CONTROL = range(4)
KINDS = ("treated", "control", "displacement treated", "displacement control")
# Rings are drawn on a lattice of that many points at most, and a ring is as many of them wide where there are enough.
MOST_POINTS, POINTS_ACROSS, LEAST_ACROSS = 120_000, 10.0, 4.0
# Whether layers overlap is asked of that many points to a side of each polygon, fewer of many polygons.
MOST_TO_A_SIDE, LEAST_TO_A_SIDE = 200, 6
# The lattice tells sizes within some per cent.
ONCE = 1.05
_AT_ONCE = 5_000


@dataclass(frozen=True, eq=False)
class TrialAreas:
    """Hold the polygons of a trial and how far displacement is looked for (m), None for nowhere."""

    treated: Features
    control: Features
    displacement: float | None = None

    @classmethod
    def of(cls, treated: Any, control: Any, displacement: Any, crs: str) -> TrialAreas:
        """Read both layers in a CRS; raise where they hold no polygons, or stand on each other."""
        layers = []
        for name, given in (("treated", treated), ("control", control)):
            if given is None or isinstance(given, (int, float)):
                raise ValueError(f"{name} must be a polygon layer, got {given!r}; give the polygons of that area.")
            layer = as_features(given, crs=crs)
            if not layer.are_polygons:
                raise ValueError(
                    f"{name} must be a polygon layer; {layer.label!r} has {layer.size:,} rows without polygons."
                )
            layers.append(layer)
        reach = None if displacement is None else checks.positive("displacement", displacement)
        found = cls(layers[0], layers[1], reach)
        found._refuse_overlap()
        return found

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the areas there are."""
        return KINDS if self.displacement else KINDS[:2]

    def kind_of(self, x: np.ndarray, y: np.ndarray, progress: Progress = None) -> np.ndarray:
        """Return the number of the area each point (n,) stands in, −1 for none.

        In a ring stands what is within the reach of an area, by the exact distance to its border, and in neither; within the
        reach of both it belongs to the nearer one, as far from both to the treated.
        """
        found = np.full(x.size, -1)
        for kind, layer in ((CONTROL, self.control), (TREATED, self.treated)):
            found[Finder(layer).polygon_of(x, y, within(progress, 0.0, 0.4)) >= 0] = kind
        if not self.displacement:
            return found
        rows = np.flatnonzero((found < 0) & self._near(x, y))
        for begin in range(0, rows.size, _AT_ONCE):
            some = rows[begin : begin + _AT_ONCE]
            far = [distances(x[some], y[some], layer) for layer in (self.treated, self.control)]
            nearer = np.where(far[0] <= far[1], NEAR_TREATED, NEAR_CONTROL)
            found[some] = np.where(np.minimum(*far) <= self.displacement, nearer, -1)
            advance(progress, 0.4 + 0.6 * begin / rows.size)
        return found

    def _near(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Tell which points stand in the surroundings of a polygon's bounds."""
        near = np.zeros(x.size, dtype=bool)
        for layer in (self.treated, self.control):
            west, south, east, north = layer.bounds
            reach = self.displacement or 0.0
            near |= (x >= west - reach) & (x <= east + reach) & (y >= south - reach) & (y <= north + reach)
        return near

    def _refuse_overlap(self) -> None:
        shared = max(_shared(self.treated, self.control), _shared(self.control, self.treated))
        if shared:
            raise ValueError(
                f"{self.treated.label!r} (treated) and {self.control.label!r} (control) overlap on about {shared / 1e6:.3g} km²; "
                "what is treated is no control: cut them apart."
            )

    def overlaid(self) -> list[str]:
        """Return the labels of layers whose own polygons stand on each other, so that their sizes say too much."""
        return [
            layer.label
            for layer in (self.treated, self.control)
            if layer.size > 1 and areas_of([_parts(layer)])[0] > ONCE * _shared(layer, layer)
        ]

    @property
    def coarse(self) -> float | None:
        """How far apart (m) the points are on which the rings are drawn, where that is too far for their width."""
        if not self.displacement:
            return None
        step = max(_lattice((layer,), self.displacement)[0].cell_size for layer in (self.treated, self.control))
        return step if step * LEAST_ACROSS > self.displacement else None

    def shapes(self, progress: Progress = None) -> list[geometry.Rings]:
        """Return the polygons of each area, the rings' as the line where the distances of a lattice of points meet them."""
        found = [_parts(layer) for layer in (self.treated, self.control)]
        if not self.displacement:
            return found
        for own, other, half in ((self.treated, self.control, 0.0), (self.control, self.treated, 0.5)):
            grid, x, y = _lattice((own,), self.displacement)
            # Outside of a layer its distance is above 0, inside below.
            here, there = (
                _signed(layer, x, y, within(progress, half + start, half + start + 0.25))
                for layer, start in ((own, 0.0), (other, 0.25))
            )
            least = np.minimum(np.minimum(self.displacement - here, there - here), np.minimum(here, there))
            found.append(outline(least.reshape(grid.shape), 0.0, grid))
        return found


def _lattice(layers: tuple[Features, ...], reach: float) -> tuple[Grid, np.ndarray, np.ndarray]:
    """Return points over layers and their surroundings."""
    bounds = np.array([layer.bounds for layer in layers])
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    size = np.sqrt((east - west + 2 * reach) * (north - south + 2 * reach) / MOST_POINTS)
    side = float(max(size, reach / POINTS_ACROSS))
    grid = Grid.over((west, south, east, north), side, layers[0].crs, padding=reach + side)
    return grid, *grid.centres(np.arange(grid.size))


def _shared(layer: Features, other: Features) -> float:
    """Return about how much of the polygons of a layer (m²) stands on those of another, by a lattice within each of them."""
    rings = geometry.rings(layer.wkb)
    low, high = (
        np.array([end.reduceat(values, rings.start[:-1]) for values in (rings.x, rings.y)])[:, ~rings.hole]
        for end in (np.minimum, np.maximum)
    )
    west, south, east, north = other.bounds
    near = (low[0] <= east) & (high[0] >= west) & (low[1] <= north) & (high[1] >= south)
    if not near.any():
        return 0.0
    low, high, own = low[:, near], high[:, near], rings.feature[~rings.hole][near]
    side = int(np.clip(np.sqrt(MOST_POINTS / near.sum()), LEAST_TO_A_SIDE, MOST_TO_A_SIDE))
    across, up = np.divmod(np.arange(side**2), side)
    x, y = (
        least[:, None] + (step + 0.5) / side * (most - least)[:, None]
        for least, most, step in zip(low, high, (across, up))
    )
    feature, stands_for = (np.repeat(values, side**2) for values in (own, np.prod(high - low, axis=0) / side**2))
    rows = np.flatnonzero(Finder(other).polygon_of(x.ravel(), y.ravel()) >= 0)
    rows = rows[Finder(layer).polygon_of(x.ravel()[rows], y.ravel()[rows]) == feature[rows]]
    return float(stands_for[rows].sum())


def _signed(layer: Features, x: np.ndarray, y: np.ndarray, progress: Progress) -> np.ndarray:
    inside = Finder(layer).polygon_of(x, y) >= 0
    found = np.empty(x.size)
    for begin in range(0, x.size, _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        found[some] = edge_distances(x[some], y[some], layer)
        advance(progress, begin / x.size)
    return np.where(inside, -found, found)


def _parts(layer: Features) -> geometry.Rings:
    """Return the rings of all polygons of a layer, each part numbered by itself, its shell first."""
    rings = geometry.rings(layer.wkb)
    return rings._replace(feature=np.cumsum(~rings.hole) - 1)


def areas_of(shapes: list[geometry.Rings]) -> np.ndarray:
    """Return the area of each shape (m²), holes taken out."""
    found = []
    for rings in shapes:
        area = np.abs(geometry.ring_areas(rings))
        found.append(float(area[~rings.hole].sum() - area[rings.hole].sum()))
    return np.array(found)
