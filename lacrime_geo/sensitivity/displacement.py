"""Places moved at random: within what is not known of where they are, or into a ring around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Optional

import numpy as np

from .. import checks
from ..incidents import Incidents
from ..parameters import Parameters
from ..place_spacing import spacing_of
from ..places import collapse_in_order

# A place in a corner may need several draws until it stays on its side of the border.
_DRAWS = 100
Side = Optional[Callable[[np.ndarray, np.ndarray], np.ndarray]]


def in_ring(random: np.random.Generator, least: Any, most: Any, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how far east and north (n,) places are moved, evenly by area over the rings between two radii (m).

    >>> east, north = in_ring(np.random.default_rng(0), 50.0, 100.0, 1000)
    >>> bool((np.hypot(east, north) >= 50).all()), bool((np.hypot(east, north) <= 100).all())
    (True, True)
    """
    angle = random.uniform(0.0, 2 * np.pi, number)
    away = np.sqrt(random.uniform(np.square(least), np.square(most), number))
    away = np.clip(away, least, most)
    return away * np.cos(angle), away * np.sin(angle)


def uncertainty(placed: Incidents, given: float | None, parameters: Parameters) -> float:
    """Return how far (m) incidents may be from where they are said to be: as given, or found from how places are shared."""
    if given is not None:
        return _checked(given, parameters)
    spacing = spacing_of(placed.easting, placed.northing)
    if spacing is None:
        raise ValueError(
            f"The {placed.size:,} incidents of {placed.label!r} do not stand on shared places that keep a distance, so they do "
            "not tell how exact places are: give the radius in metres, the error of the geocoding (--radius in a command, "
            "radius=… in a script, its field in the toolbox)."
        )
    reason = f"half of {spacing.finest_cell:,g} m, the block that incidents stand for: {spacing.reason}"
    return float(parameters.choose("radius", spacing.finest_cell / 2, reason, " m"))


def _checked(given: float, parameters: Parameters) -> float:
    radius = 0.0 if given == 0 and not isinstance(given, bool) else checks.positive("radius", given)
    parameters["radius"] = radius
    return radius


@dataclass(frozen=True)
class Uncertain:
    """Incidents that all have a place, each place uncertain within a radius (m).

    `side` tells on which side of the study area's border places are: no move crosses it.
    """

    placed: Incidents
    radius: float
    first: np.ndarray
    place: np.ndarray
    side: Side = None

    @classmethod
    def of(cls, placed: Incidents, radius: float, side: Side = None) -> Uncertain:
        """Find the places of incidents: all incidents of one place move together."""
        return cls(placed, radius, *collapse_in_order(placed.easting, placed.northing), side)

    def moved(self, random: np.random.Generator) -> Incidents:
        """Return the incidents with each place moved evenly by area over the disk around it."""
        x, y = self.placed.easting[self.first], self.placed.northing[self.first]
        east, north = in_ring(random, 0.0, self.radius, x.size)
        if self.side is not None:
            self._keep_side(random, x, y, east, north)
        return replace(self.placed, easting=(x + east)[self.place], northing=(y + north)[self.place])

    def _keep_side(
        self, random: np.random.Generator, x: np.ndarray, y: np.ndarray, east: np.ndarray, north: np.ndarray
    ) -> None:
        """Draw again, in place, what has crossed the border; what never stays on its side is not moved."""
        assert self.side is not None
        before = self.side(x, y)
        crossed = np.arange(x.size)
        for _ in range(_DRAWS):
            at = crossed
            crossed = at[self.side(x[at] + east[at], y[at] + north[at]) != before[at]]
            if not crossed.size:
                return
            east[crossed], north[crossed] = in_ring(random, 0.0, self.radius, crossed.size)
        stuck = crossed[self.side(x[crossed] + east[crossed], y[crossed] + north[crossed]) != before[crossed]]
        east[stuck] = north[stuck] = 0.0
