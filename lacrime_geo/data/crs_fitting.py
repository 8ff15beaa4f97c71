"""Which CRS projected coordinates are in: the one by which they agree with degrees beside them, or with a rough place."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

METRES_PER_DEGREE = 111_320.0
# How many rows are tried by every CRS that is in use there.
TRIED = 200
# Farther than this from where they should be, coordinates are in another CRS; the datums of one country differ by less.
FITS, NEARBY = 100.0, 100_000.0
# State planes on the datums of 1983 to 2011, and in the two kinds of feet, differ by less.
SAME = 10.0


class Fit(NamedTuple):
    """A CRS, and how far (m) it puts the coordinates from where they should be."""

    code: str
    name: str
    metres: float

    def __str__(self) -> str:
        """Return what it is called."""
        return f"{self.code} ({self.name})"


def beside_degrees(x: np.ndarray, y: np.ndarray, longitude: np.ndarray, latitude: np.ndarray) -> list[Fit]:
    """Return the CRSs in which x and y (n,) are the places that longitude and latitude (n,) say, the best first.

    A CRS fits when half of the rows lie within 100 m.
    """
    rows = _some(np.isfinite(x + y + longitude + latitude))
    if not rows.size:
        return []
    east, north = longitude[rows], latitude[rows]
    fits = []
    for code, name in _in_use(float(np.median(east)), float(np.median(north))):
        away = metres_between(*_degrees(code, x[rows], y[rows]), east, north)
        fits.append(Fit(code, name, float(np.median(away))))
    return sorted(
        (fit for fit in fits if fit.metres <= FITS), key=lambda fit: (round(fit.metres, 1), _number(fit.code))
    )


def distances(code: str, x: np.ndarray, y: np.ndarray, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return how far (m) x and y (n,) in a CRS lie from places in degrees (n,), infinite where one is not known."""
    return metres_between(*_degrees(code, x, y), longitude, latitude)


def near_place(x: np.ndarray, y: np.ndarray, near: tuple[float, float]) -> list[list[Fit]]:
    """Return the CRSs that put the middle of x and y (n,) within 100 km of a place (degrees), those that agree together.

    The group whose coordinates lie closest to the place comes first; within one all differ by less than 10 m.
    """
    rows = _some(np.isfinite(x + y))
    if not rows.size:
        return []
    middle_x, middle_y = np.array([np.median(x[rows])]), np.array([np.median(y[rows])])
    found = []
    for code, name in _in_use(*near):
        place = _degrees(code, middle_x, middle_y)
        away = float(metres_between(*place, *near)[0])
        if away <= NEARBY:
            found.append((Fit(code, name, away), place))
    groups: list[list[tuple[Fit, Any]]] = []
    for fit, place in sorted(found, key=lambda one: (one[0].metres, _number(one[0].code))):
        own = next((group for group in groups if metres_between(*place, *group[0][1])[0] < SAME), None)
        groups.append([(fit, place)]) if own is None else own.append((fit, place))
    return [sorted((fit for fit, _ in group), key=lambda fit: _number(fit.code)) for group in groups]


def metres_between(x: Any, y: Any, longitude: Any, latitude: Any) -> np.ndarray:
    """Return the distance (m) between places in degrees, nearly; infinite where one is not known."""
    with np.errstate(invalid="ignore", over="ignore"):
        east = (x - longitude) * np.cos(np.radians(latitude))
        away = np.hypot(east, y - latitude) * METRES_PER_DEGREE
    return np.where(np.isfinite(away), away, np.inf)


def _some(known: np.ndarray) -> np.ndarray:
    """Return rows that are known, evenly from the first to the last."""
    rows = np.flatnonzero(known)
    return rows[np.unique(np.linspace(0, rows.size - 1, min(rows.size, TRIED)).astype(int))] if rows.size else rows


def _in_use(longitude: float, latitude: float) -> list[tuple[str, str]]:
    """Return the projected CRSs, code and name, whose area of use holds a place."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    here = AreaOfInterest(longitude, latitude, longitude, latitude)
    found = query_crs_info("EPSG", PJType.PROJECTED_CRS, here, contains=True)
    return [(f"EPSG:{one.code}", one.name) for one in found if not one.deprecated]


def _degrees(code: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y as degrees, infinite where the CRS cannot say."""
    from pyproj.exceptions import ProjError

    try:
        longitude, latitude = _projection(code).transform(x, y)
    except ProjError:
        return np.full(x.size, np.inf), np.full(x.size, np.inf)
    return np.asarray(longitude), np.asarray(latitude)


@lru_cache(maxsize=256)  # finding how two datums hang together takes a tenth of a second for some
def _projection(code: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(code, "EPSG:4326", always_xy=True)


def _number(code: str) -> int:
    return int(code.rpartition(":")[2])
