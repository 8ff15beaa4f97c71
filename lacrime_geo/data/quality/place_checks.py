"""What is wrong with the coordinates of any agency: zeros, exchanged pairs, mixed systems, strays; each a pure function."""

from __future__ import annotations

import numpy as np

from ...places import collapse
from ..rules import Finding, finding, of_pairs

# The bulk lies between these quantiles of each axis; its box is as much wider on either side as it is wide.
BULK, WIDER = (0.02, 0.98), 1.0
# A stray place is so many times farther from the middle than nine tenths of the incidents are.
STRAY, MOST = 5.0, 0.9
# Radius of the sphere of Web Mercator (m).
MERCATOR_RADIUS = 6_378_137.0
# A unit of so many metres is a degree.
DEGREE = 10_000.0
# The largest number on the left: how many incidents stand on one place.
PILES = (1, 2, 3, 6, 11, 21, 51, 101)


def zero_places(x: np.ndarray, y: np.ndarray) -> Finding:
    """Find pairs of coordinates (n,) that are (0, 0), which agencies write for "not known"."""
    return of_pairs("coordinates_zero", (x == 0) & (y == 0), x, y, "no place: leave these rows out of maps")


def missing_places(x: np.ndarray, y: np.ndarray) -> Finding:
    """Find rows without a place: x or y (n,) is NaN."""
    return of_pairs("coordinates_blank", np.isnan(x) | np.isnan(y), x, y, "on no map; the row is kept")


def swapped_places(x: np.ndarray, y: np.ndarray) -> Finding:
    """Find pairs (n,) that lie far from the bulk, and in its midst when x and y are exchanged."""
    bad = _known(x, y) & ~_in_bulk(x, y, x, y) & _in_bulk(y, x, x, y)
    return of_pairs("coordinates_swapped", bad, x, y, "x and y seem exchanged: exchange them back")


def mixed_systems(x: np.ndarray, y: np.ndarray) -> Finding:
    """Find pairs (n,) in degrees among feet or metres, or the other way round: the fewer of both.

    What could be degrees is where most others could not be, and the other way round; Web Mercator among degrees is named
    where it becomes degrees in their midst.
    """
    known = _known(x, y)
    degrees = known & (np.abs(x) <= 180) & (np.abs(y) <= 90)
    mostly = degrees.sum() * 2 >= known.sum()
    bad = known & ~degrees if mostly else degrees
    found = of_pairs("coordinates_mixed", bad, x, y, _mixed_action(x, y, bad, bool(mostly)))
    return {**found, "computed": {"mostly": "degrees" if mostly else "feet or metres"}}


def _mixed_action(x: np.ndarray, y: np.ndarray, bad: np.ndarray, mostly_degrees: bool) -> str:
    if not mostly_degrees:
        return "degrees among feet or metres: project these rows, or leave them out"
    longitude = np.degrees(x[bad] / MERCATOR_RADIUS)
    latitude = np.degrees(2 * np.arctan(np.exp(np.clip(y[bad] / MERCATOR_RADIUS, -30, 30))) - np.pi / 2)
    mercator = bad.any() and bool(_in_bulk(longitude, latitude, x[~bad], y[~bad]).all())
    what = "Web Mercator (EPSG:3857)" if mercator else "feet or metres"
    return f"{what} among degrees: project these rows, or leave them out"


def stray_places(x: np.ndarray, y: np.ndarray, scale: tuple[float, float]) -> Finding:
    """Find places (n,) five times as far from the middle as nine tenths of the incidents; `scale` is metres per unit."""
    known = _known(x, y)
    if not known.any():
        return finding("coordinates_stray", known, x, "no places")
    with np.errstate(invalid="ignore", over="ignore"):
        turned = _of_one_side(x, known) if scale[1] > DEGREE else x
        across, up = ((values - np.median(values[known])) * size for values, size in zip((turned, y), scale))
        distance = np.hypot(across, up)
        usual = float(np.quantile(distance[known], MOST))
        bad = known & (distance > STRAY * usual) & (usual > 0)
    within = f"where nine tenths lie within {usual / 1000:,.3g} km"
    action = f"more than {STRAY * usual / 1000:,.3g} km from the middle, {within}: check"
    return {**of_pairs("coordinates_stray", bad, x, y, action), "computed": {"usual_m": usual}}


def shared_places(x: np.ndarray, y: np.ndarray) -> Finding:
    """Find the incidents (n,) that share their place with another one: the distance to their nearest is 0.

    Computed: how many incidents have a place, how many places there are, the most incidents on one, the share of incidents
    that are not alone, and how many places hold so many incidents.
    """
    rows = np.flatnonzero(_known(x, y))
    first, place = collapse(x[rows], y[rows])
    held = np.bincount(place, minlength=first.size)
    shared = np.zeros(x.size, dtype=bool)
    shared[rows] = held[place] > 1
    fullest = np.argsort(-held, kind="stable")[:3]
    most = [f"{held[at]:,} at ({x[rows[first[at]]]:.10g}, {y[rows[first[at]]]:.10g})" for at in fullest if held[at] > 1]
    largest = int(held.max()) if held.size else 0
    action = f"{rows.size:,} incidents stand on {held.size:,} places: never take coincident ones for duplicates"
    sizes = np.bincount(np.searchsorted(PILES, held, side="right") - 1, minlength=len(PILES))
    computed = {
        "incidents": int(rows.size),
        "places": int(held.size),
        "largest": largest,
        "share": float(shared.sum() / rows.size) if rows.size else 0.0,
        "piles": {str(low): int(number) for low, number in zip(PILES, sizes)},
    }
    return {
        **finding("places_shared", shared, np.empty(x.size, dtype=object), action),
        "examples": most,
        "computed": computed,
    }


def _known(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mark the rows with coordinates that are not (0, 0)."""
    return np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0))


def _of_one_side(longitude: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return longitudes counted from 0 to 360 where most then lie closer together, as those on both sides of the date line do."""
    with np.errstate(invalid="ignore"):
        turned = longitude % 360
    before, after = (np.ptp(np.quantile(values[known], BULK)) for values in (longitude, turned))
    return turned if after < before / 2 else longitude


def _in_bulk(x: np.ndarray, y: np.ndarray, all_x: np.ndarray, all_y: np.ndarray) -> np.ndarray:
    """Mark the pairs that lie in the box around the bulk of all."""
    known = _known(all_x, all_y)
    inside = np.zeros(x.size, dtype=bool) | known.any()
    for values, whole in ((x, all_x[known]), (y, all_y[known])):
        low, high = np.quantile(whole, BULK) if whole.size else (0.0, 0.0)
        with np.errstate(invalid="ignore", over="ignore"):
            room = WIDER * (high - low)
            inside &= (values >= low - room) & (values <= high + room)
    return inside
