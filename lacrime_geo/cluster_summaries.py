"""What is known of each cluster: its hull, size, dates, category, spread."""

from __future__ import annotations

import numpy as np

from . import checks, geometry
from .centrography import spread_of
from .concave_hulls import concave_hull
from .geometry import convex_hull
from .grouping import Groups, missing
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


def columns_of(members: Incidents, groups: Groups, hulls: np.ndarray, everybody: int) -> dict[str, np.ndarray]:
    """Return the columns of the clusters: size, hull, dates, category and ellipse of their members (n,)."""
    area = _areas(hulls)
    columns = {
        "cluster": groups.names,
        "rank": groups.names + 1,
        "count": groups.counts,
        "share": groups.counts / max(everybody, 1),
    }
    if members.weight is not None:
        columns["weight_sum"] = np.bincount(groups.number, members.weight, groups.size)
    columns["area_km2"] = area / 1e6
    columns["density"] = groups.counts / (area / 1e6)
    if members.when is not None:
        columns["first"], columns["last"] = _dates(members.when, groups)
    if members.category is not None:
        columns["category"], columns["category_share"] = _dominant(members.category, groups)
    return {**columns, **_ellipse(members, groups)}


def _areas(hulls: np.ndarray) -> np.ndarray:
    layer = geometry.rings(list(hulls))
    return np.abs(np.bincount(layer.feature, geometry.ring_areas(layer), hulls.size))


def _dates(when: np.ndarray, groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last moment of each cluster; none where no member has one."""
    nothing = np.datetime64("NaT", "s")
    first, last = np.full(groups.size, nothing), np.full(groups.size, nothing)
    dated = ~np.isnat(when)
    for extreme, out in ((np.fmin, first), (np.fmax, last)):
        extreme.at(out, groups.number[dated], when[dated])
    return first, last


def _dominant(category: np.ndarray, groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the most frequent category of each cluster, the first by name of equally frequent ones, and its share."""
    named = ~missing(category)
    names, number = np.unique(category[named].astype(str), return_inverse=True)
    pairs, count = np.unique(groups.number[named] * max(names.size, 1) + number.ravel(), return_counts=True)
    cluster, name = np.divmod(pairs, max(names.size, 1))
    # The last of each cluster is its most frequent, and the first by name of these.
    order = np.lexsort((-name, count, cluster))
    last = order[np.append(np.diff(cluster[order]) != 0, True)] if order.size else order
    dominant, share = np.full(groups.size, None, dtype=object), np.zeros(groups.size)
    dominant[cluster[last]] = names[name[last]]
    share[cluster[last]] = count[last] / groups.counts[cluster[last]]
    return dominant, share


def _ellipse(members: Incidents, groups: Groups) -> dict[str, np.ndarray]:
    """Return the mean centre and the standard-deviation ellipse of each cluster."""
    names = ("mean_easting", "mean_northing", "major", "minor", "angle")
    if groups.size == 0:
        return {name: np.empty(0) for name in names}
    spread = spread_of(members, groups, medians=False)
    return {name: getattr(spread, name) for name in names}
