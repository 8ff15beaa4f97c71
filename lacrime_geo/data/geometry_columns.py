"""Places that a layer's geometry gives, as two columns of degrees beside the agency's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import rules
from .tables import LATITUDE, LONGITUDE, Column

DEGREES = ("EPSG:4326", "OGC:CRS84")
# About 100 m: the hundred-block is moved to its middle in one column and to a corner in another.
SAME_PLACE = 0.001


def columns_of(x: np.ndarray, y: np.ndarray, crs: Any, kinds: Mapping[str, int]) -> dict[str, Column]:
    """Return points (n,), NaN where there is none, as columns of degrees; `kinds` counts geometries that are no points.

    Raises
    ------
    ValueError
        If there are such, as incidents are points, or the coordinates cannot be projected.
    """
    if kinds:
        kind = max(kinds, key=lambda name: kinds[name])
        raise ValueError(
            f"incidents are points, and {sum(kinds.values()):,} of its {x.size:,} geometries are others, most of them "
            f"{kind}; take their centroids first"
        )
    if str(crs).upper() not in DEGREES:
        x, y = _in_degrees(x, y, crs)
    return {LONGITUDE: x, LATITUDE: y}


def _in_degrees(x: np.ndarray, y: np.ndarray, crs: Any) -> tuple[np.ndarray, np.ndarray]:
    from ..crs import project

    try:
        return project(x, y, crs, DEGREES[0])
    except ImportError:
        raise ValueError(
            f"its geometry is in {str(crs)[:40]}, and projecting needs pyproj: pip install pyproj, or save it in EPSG:4326"
        ) from None


def settled(
    columns: Mapping[str, Column], longitude: str, latitude: str
) -> tuple[dict[str, Column], list[rules.Finding]]:
    """Return an agency's columns without those of the geometry, which stand for longitude and latitude where it has none.

    Raises
    ------
    ValueError
        If the columns and the geometry say different places in more than max(5, 0.1 %) of the rows.
    """
    own = {name: column for name, column in columns.items() if name not in (LONGITUDE, LATITUDE)}
    if LONGITUDE not in columns:
        return own, []
    x, y = np.asarray(columns[LONGITUDE]), np.asarray(columns[LATITUDE])
    if longitude not in own or latitude not in own:
        return {**own, longitude: x, latitude: y}, []
    return own, [_compared(own[longitude], own[latitude], x, y)]


def _compared(longitude: Column, latitude: Column, x: np.ndarray, y: np.ndarray) -> rules.Finding:
    """Return in how many rows the columns say another place than the geometry; too many are an error."""
    from .cleaning import numbers_of, texts

    said = [texts(column).each(numbers_of) for column in (longitude, latitude)]
    with np.errstate(invalid="ignore"):
        apart = (np.abs(said[0] - x) > SAME_PLACE) | (np.abs(said[1] - y) > SAME_PLACE)
    known = (said[0] != 0) & (said[1] != 0)
    found = rules.of_pairs(
        "geometry_differs", apart & known, x, y, "the place in the columns is kept, not the geometry's"
    )
    if found["rows"] > max(5, 0.001 * x.size):
        raise ValueError(
            f"The geometry says another place than the columns of longitude and latitude in {found['rows']:,} of {x.size:,} rows "
            f"(such as {found['examples'][0]}); mend the file, or leave one of the two out."
        )
    return found
