"""What is known of each cluster: its hull, size, and spread; its dates and category come from those of its members."""

from __future__ import annotations

import numpy as np

from . import checks, geometry
from .centrography import spread_of
from .cluster_members import Members
from .concave_hulls import concave_hull
from .geometry import convex_hull
from .grouping import Groups
from .incidents import Incidents
from .progress import Progress, advance

HULLS = ("convex", "concave")
# Hulls thinner than this share of the reach, at most so many metres, such as of a street's blocks, are as good as lines.
THINNEST_SHARE, THINNEST = 0.01, 2.0
WIDEST = 50.0  # metres: the radius of what is drawn around the places of a line, at most


def hulls_of(members: Incidents, groups: Groups, hull: str, reach: float, progress: Progress) -> np.ndarray:
    """Return the hull of each cluster's members as WKB, in an object array.

    Of one place or places as good as in a line it is the hull of circles around them: of a quarter of the reach (m), at most
    50 m.
    """
    kind = checks.option("hull", hull, HULLS)
    order = np.argsort(groups.number, kind="stable")
    starts = np.searchsorted(groups.number[order], np.arange(groups.size + 1))
    found = np.empty(groups.size, dtype=object)
    for number in range(groups.size):
        rows = order[starts[number] : starts[number + 1]]
        x, y = members.easting[rows], members.northing[rows]
        corners = concave_hull(x, y, reach) if kind == "concave" else convex_hull(x, y)
        if geometry.thickness(*corners) < min(THINNEST_SHARE * reach, THINNEST):
            corners = geometry.around(*corners, min(reach / 4, WIDEST))
        found[number] = geometry.polygon_wkb(*corners)
        advance(progress, (number + 1) / groups.size)
    return found


def columns_of(
    members: Incidents, groups: Groups, hulls: np.ndarray, everybody: int, known: Members
) -> dict[str, np.ndarray]:
    """Return the columns of the clusters: size, hull, dates, category and ellipse of their members (n,)."""
    area, counts = _areas(hulls), counts_of(members, groups)
    columns = {
        "cluster": groups.names,
        "rank": groups.names + 1,
        "count": counts,
        "share": counts / max(everybody, 1),
    }
    if members.weight is not None:
        columns["weight_sum"] = np.bincount(groups.number, members.total_weight, groups.size)
    columns["area_km2"] = area / 1e6
    columns["density"] = counts / (area / 1e6)
    return {**columns, **known.columns(counts), **_ellipse(members, groups)}


def counts_of(members: Incidents, groups: Groups) -> np.ndarray:
    """Return the number of incidents in each group, of rows that may stand for several each."""
    if members.frequency is None:
        return groups.counts
    # As floats sums are exact below 2^53.
    return np.bincount(groups.number, members.frequency, groups.size).astype(np.int64)


def _areas(hulls: np.ndarray) -> np.ndarray:
    layer = geometry.rings(list(hulls))
    return np.abs(np.bincount(layer.feature, geometry.ring_areas(layer), hulls.size))


def _ellipse(members: Incidents, groups: Groups) -> dict[str, np.ndarray]:
    """Return the mean centre and the standard-deviation ellipse of each cluster."""
    names = ("mean_easting", "mean_northing", "major", "minor", "angle")
    if groups.size == 0:
        return {name: np.empty(0) for name in names}
    spread = spread_of(members, groups, medians=False)
    return {name: getattr(spread, name) for name in names}
