"""Which metric CRS to work in: by arithmetic, so that scripts and QGIS choose the same; pyproj only inside."""

from __future__ import annotations

import logging
import re
from typing import Any, Callable, NamedTuple

import numpy as np

WEB_MERCATOR = {3857, 3785, 900913, 102100, 102113}
# The United States' state plane zones in feet; others are known by their WKT, or where pyproj or QGIS projects them.
FEET = range(2222, 2290)
log = logging.getLogger("lacrime_geo")
GEOGRAPHIC = {4326, 4258, 4267, 4269, 4283, 4979}


def utm(longitude: np.ndarray, latitude: np.ndarray) -> str:
    """Name the WGS 84 / UTM zone of the median longitude and latitude (degrees).

    Examples
    --------
    >>> utm(np.array([-118.4, -118.2]), np.array([34.0, 34.1]))
    'EPSG:32611'
    """
    known = np.isfinite(longitude) & np.isfinite(latitude)
    if not known.any():
        raise ValueError("No row has coordinates, so no metric CRS can be chosen.")
    zone = int((float(np.median(longitude[known])) + 180.0) // 6.0) % 60 + 1
    base = 32600 if float(np.median(latitude[known])) >= 0 else 32700
    return f"EPSG:{base + zone}"


def in_degrees(crs: Any) -> bool:
    """Tell whether a CRS (code or WKT) is in degrees: by its name where that is enough, else as pyproj says."""
    if _is_called_geographic(str(crs)):
        return True
    try:
        return bool(_known(crs).is_geographic)
    except ImportError:
        return False


def _is_called_geographic(crs: str) -> bool:
    code = _code(crs)
    return code in GEOGRAPHIC or crs.upper().lstrip().startswith(("GEOGCRS", "GEOGCS", "OGC:CRS84", "GEODCRS"))


def _code(crs: str) -> int | None:
    found = re.fullmatch(r"\s*(?:(?:EPSG|ESRI):)?(\d+)\s*", crs, re.IGNORECASE)
    return int(found.group(1)) if found else None


def refuse_unmetric(crs: str, easting: np.ndarray, northing: np.ndarray) -> None:
    """Raise when a CRS is known to be no plain metric one, or coordinates look like degrees."""
    if not crs:
        raise ValueError("The CRS is missing; say which it is, e.g. crs='EPSG:32611'.")
    number, text = _code(str(crs)), str(crs).upper().lstrip()
    if _is_called_geographic(str(crs)):
        raise ValueError(
            f"The CRS {str(crs)[:40]!r} is in degrees; project to metres first, e.g. gdf.to_crs('EPSG:32611')."
        )
    if number in WEB_MERCATOR:
        raise ValueError(f"The CRS {crs!r} is Web Mercator, whose metres are too long; project to UTM first.")
    if number in FEET or re.search(r'UNIT\["[^"]*\b(FOOT|FEET)\b', text):
        raise ValueError(
            f"The CRS {str(crs)[:40]!r} is in feet; project to metres first, e.g. gdf.to_crs('EPSG:32611')."
        )
    if _looks_like_degrees(easting, northing):
        raise ValueError(
            f"All coordinates lie within ±180 and ±90, the first is ({easting[0]:g}, {northing[0]:g}): these look like "
            f"degrees, but the CRS {str(crs)[:40]!r} should be in metres; project them first."
        )


def known_degrees(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return False where a place is (0, 0), which agencies write for "not known"; say how many there are."""
    zero = (longitude == 0) & (latitude == 0)
    if zero.any():
        log.info("%s incidents at longitude 0, latitude 0 are taken as without a place", f"{int(zero.sum()):,}")
    return ~zero


def _looks_like_degrees(easting: np.ndarray, northing: np.ndarray) -> bool:
    # Nearly always the first rows already show metres.
    if (np.abs(easting[:1000]) > 180).any():
        return False
    known = np.isfinite(easting) & np.isfinite(northing)
    # A local metric CRS may start at (0, 0): only fractional numbers in the ranges of degrees, far from the origin, count.
    x, y = easting[known], northing[known]
    if not x.size or np.abs(x).max() > 180 or np.abs(y).max() > 90:
        return False
    return bool(np.ptp(x) < 5 and np.ptp(y) < 5 and np.abs(np.concatenate([x, y])).min() > 5 and (x % 1).any())


def is_metric(crs: Any) -> bool:
    """Tell whether a CRS (anything pyproj reads) is projected, in metres, and not Web Mercator."""
    crs = _known(crs)
    if not crs.is_projected or crs.to_epsg() in WEB_MERCATOR or "Popular Visualisation" in crs.to_wkt():
        return False
    return all(abs(axis.unit_conversion_factor - 1.0) < 1e-12 for axis in crs.axis_info[:2])


def _known(crs: Any) -> Any:
    """Return a CRS as pyproj's; raise when it does not know it."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(crs)
    except CRSError:
        raise ValueError(f"The CRS {str(crs)[:40]!r} is not known; name it as, e.g., 'EPSG:32611'.") from None


def name(crs: Any) -> str:
    """Return the short name of a CRS (EPSG:32611), or its WKT where it has none."""
    crs = _known(crs)
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.to_wkt())


def working(crs: Any, x: np.ndarray, y: np.ndarray) -> str:
    """Name the CRS to work in: the one given when it is metric, else the UTM zone of the data."""
    if is_metric(crs):
        return name(crs)
    longitude, latitude = project(x, y, crs, "EPSG:4326")
    return utm(longitude, latitude)


def project(x: np.ndarray, y: np.ndarray, source: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    """Transform coordinates (x before y, whatever the authority's axis order); missing stay missing."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        out_x, out_y = Transformer.from_crs(source, target, always_xy=True).transform(x, y)
    except ProjError:
        raise ValueError(
            f"Coordinates in the CRS {_known(source).name!r} cannot be projected to {target}; say which CRS they are in, "
            "e.g. frame.set_crs('EPSG:4326', allow_override=True) for longitude and latitude."
        ) from None
    lost = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ~(np.isfinite(out_x) & np.isfinite(out_y)))
    if lost.size:
        raise ValueError(
            f"{lost.size:,} of {np.size(x):,} coordinates cannot be projected from {name(source)} to {target}, first in "
            f"row {lost[0]} ({x[lost[0]]:g}, {y[lost[0]]:g}); correct them or leave them out."
        )
    known = np.isfinite(x) & np.isfinite(y)
    return np.where(known, out_x, np.nan), np.where(known, out_y, np.nan)


class Projection(NamedTuple):
    """How metric coordinates become degrees and back: two functions of arrays (x, y) that return (x, y)."""

    to_degrees: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    to_metres: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def projection_of(crs: str) -> Projection:
    """Return the projection of a metric CRS from and to longitude and latitude (WGS 84), by pyproj."""
    return Projection(lambda x, y: project(x, y, crs, "EPSG:4326"), lambda x, y: project(x, y, "EPSG:4326", crs))
