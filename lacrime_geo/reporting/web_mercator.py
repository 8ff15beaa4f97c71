"""From the places of a web map to those of a grid in metres: polynomials that a page can compute, fitted to the projection."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..crs import Projection

EARTH = 6378137.0  # the radius of the sphere of Web Mercator (m)
NODES = 24  # a side
DEGREES = range(1, 10)
EXACT = 0.005  # of a cell's size


class Fit(NamedTuple):
    """Hold east and north (m) as polynomials of a place of the web map, scaled to -1…1, and the largest error seen (m)."""

    middle: tuple[float, float]
    half: tuple[float, float]
    degree: int
    east: np.ndarray
    north: np.ndarray
    error: float

    def as_json(self) -> dict[str, Any]:
        """Return it as the page reads it: coefficients of uⁱvʲ, i first, i + j up to the degree."""
        return dict(
            middle=self.middle, half=self.half, degree=self.degree, east=self.east.tolist(), north=self.north.tolist()
        )


def mercator(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places in Web Mercator (m)."""
    return EARTH * np.radians(longitude), EARTH * np.arctanh(np.sin(np.radians(latitude)))


def degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the longitude and latitude of places in Web Mercator: `mercator` turned round."""
    return np.degrees(x / EARTH), np.degrees(np.arcsin(np.tanh(y / EARTH)))


def past_the_date_line(projection: Projection, bounds: tuple[float, float, float, float]) -> Projection:
    """Return a projection in which longitudes go on beyond 180 degrees either way, on from the middle of some bounds (m)."""
    west, south, east, north = bounds
    middle = float(projection.to_degrees(np.array([(west + east) / 2]), np.array([(south + north) / 2]))[0][0])

    def to_degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        longitude, latitude = projection.to_degrees(x, y)
        return _turned(longitude, middle), latitude

    def to_metres(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return projection.to_metres(_turned(longitude, 0.0), latitude)

    return Projection(to_degrees, to_metres)


def _turned(longitude: np.ndarray, middle: float) -> np.ndarray:
    """Return longitudes as those within half a turn of a middle; those that are stay what they are, to the last digit."""
    return np.where(np.abs(longitude - middle) > 180, middle + (longitude - middle + 180) % 360 - 180, longitude)


def fitted(west: float, south: float, east: float, north: float, projection: Projection, cell_size: float) -> Fit:
    """Return the polynomials of the least degree that keep to a small part of a cell within bounds (degrees)."""
    (x0, x1), (y0, y1) = mercator(np.array([west, east]), np.array([south, north]))
    middle, half = ((x0 + x1) / 2, (y0 + y1) / 2), ((x1 - x0) / 2, (y1 - y0) / 2)
    u, v = (axis.ravel() for axis in np.meshgrid(_nodes(NODES), _nodes(NODES)))
    seen_u, seen_v = (axis.ravel() for axis in np.meshgrid(*[np.linspace(-1, 1, NODES + 3)] * 2))
    exact = _metres(u, v, middle, half, projection)
    seen = _metres(seen_u, seen_v, middle, half, projection)
    for degree in DEGREES:
        found, *_ = np.linalg.lstsq(_terms(u, v, degree), exact, rcond=None)
        error = float(np.hypot(*(_terms(seen_u, seen_v, degree) @ found - seen).T).max())
        if error <= EXACT * cell_size:
            break
    return Fit(_pair(middle), _pair(half), degree, found[:, 0], found[:, 1], error)


def _pair(values: tuple[Any, Any]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _nodes(number: int) -> np.ndarray:
    """Return Chebyshev's nodes, between which polynomials swing least."""
    return np.cos(np.pi * (np.arange(number) + 0.5) / number)


def _metres(u: np.ndarray, v: np.ndarray, middle: Any, half: Any, projection: Projection) -> np.ndarray:
    longitude, latitude = degrees(middle[0] + half[0] * u, middle[1] + half[1] * v)
    return np.column_stack(projection.to_metres(longitude, latitude))


def _terms(u: np.ndarray, v: np.ndarray, degree: int) -> np.ndarray:
    return np.column_stack([u**i * v**j for i in range(degree + 1) for j in range(degree + 1 - i)])
