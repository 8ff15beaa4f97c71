"""Gi* and local Moran's I of points and polygons, against esda, pygeoda and R's spdep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import in_geoda
import in_r
import numpy as np
import pandas as pd
import shapely
from contest import Contestant, Match, versions
from esda.getisord import G_Local
from esda.moran import Moran_Local
from libpysal.graph import Graph
from points import CORNER, CRS, EXTENT, SEED

import lacrime_geo as lg
from lacrime_geo.significance import two_sided

TITLE = "Gi* and local Moran's I of features"
POINTS, BAND, POINT_PERMUTATIONS = 100_000, 470.0, 999
POLYGONS, PERMUTATIONS = 2_500, 9_999
PYSAL = versions("libpysal", "esda", "numba")


@dataclass(frozen=True)
class Task:
    """The features, their values, and the layer that pygeoda has made of them."""

    x: np.ndarray
    y: np.ndarray
    value: np.ndarray
    frame: gpd.GeoDataFrame
    layer: Any
    permutations: int
    cells: None = None


def prepare_points(permutations):
    """Draw points evenly over the extent: each has about 20 others within the band."""
    random = np.random.default_rng(SEED)
    x, y = (random.uniform(0, EXTENT, (POINTS, 2)) + CORNER).T
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=CRS)
    layer = in_geoda.opened(frame) if permutations else None
    return Task(x, y, random.gamma(1.0, 1.0, POINTS), frame, layer, permutations)


def prepare_polygons():
    """Draw the Voronoi cells of points, clipped to the extent."""
    random = np.random.default_rng(SEED)
    area = shapely.box(*CORNER, *(CORNER + EXTENT))
    points = shapely.multipoints(random.uniform(0, EXTENT, (POLYGONS, 2)) + CORNER)
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=area)), area)
    frame = gpd.GeoDataFrame(geometry=cells, crs=CRS)
    x, y = shapely.get_coordinates(shapely.centroid(cells)).T
    return Task(x, y, random.gamma(1.0, 1.0, POLYGONS), frame, in_geoda.opened(frame), PERMUTATIONS)


# Each contestant returns the statistic (z, or local I with m₂ = Σz²/n), None where it has another one, and two-sided p.


def our_points(task):
    """Return those of Gi* by ours, from the coordinates."""
    points = lg.Incidents(task.x, task.y, crs=CRS)
    options = dict(neighbours="band", distance_band=BAND, permutations=task.permutations)
    marks = lg.gi_star(points, value=task.value, **options)
    return marks["z"], marks["p"]


def esda_points(task):
    """Return those of Gi* by esda, with the neighbours found by libpysal."""
    return _g_local(task, Graph.build_distance_band(np.column_stack([task.x, task.y]), BAND * (1 + 1e-12)))


def geoda_points(task):
    """Return those of Gi* by pygeoda; its statistic is the share of the sum."""
    weights = in_geoda.band(task.layer, BAND)
    return None, _doubled(in_geoda.local("gstar", weights, task.value, task.permutations, in_geoda.LOOKUP)[1])


def spdep_points(task):
    """Return those of Gi* by spdep."""
    return in_r.spdep("band", pd.DataFrame({"x": task.x, "y": task.y, "value": task.value}), BAND)


def our_gi_star(task):
    """Return those of Gi* by ours."""
    marks = lg.gi_star(task.frame, value=task.value, permutations=task.permutations)
    return marks["z"], marks["p"]


def our_local_moran(task):
    """Return those of local Moran's I by ours."""
    marks = lg.local_moran(task.frame, value=task.value, permutations=task.permutations)
    return marks["local_i"], marks["p"]


def esda_gi_star(task):
    """Return those of Gi* by esda."""
    return _g_local(task, Graph.build_contiguity(task.frame, rook=False))


def esda_local_moran(task):
    """Return those of local Moran's I by esda, whose m₂ has n − 1."""
    graph = Graph.build_contiguity(task.frame, rook=False)
    options = dict(permutations=task.permutations, keep_simulations=False, n_jobs=-1, seed=SEED)
    found = Moran_Local(task.value, graph, transformation="R", **options)
    return _by_n(found.Is), _doubled(found.p_sim)


def geoda_polygons(statistic, method, task):
    """Return those of Gi* or of local Moran's I (m₂ with n − 1) by pygeoda."""
    weights = in_geoda.queen(task.layer)
    found, p = in_geoda.local(statistic, weights, task.value, task.permutations, method)
    return _by_n(found) if statistic == "moran" else None, _doubled(p)


def spdep_polygons(statistic, task):
    """Return those of Gi* or of local Moran's I by spdep; its z of Gi* is from the draws."""
    table = pd.DataFrame({"wkt": shapely.to_wkt(task.frame.geometry.array, rounding_precision=-1), "value": task.value})
    return in_r.spdep(statistic, table, task.permutations)


def judge(compared, task, ours, peer):
    """Compare the statistics where both have the same one, and the p where z and the neighbours point to one side."""
    (our_statistic, our_p), (peer_statistic, peer_p) = ours, peer
    apart = np.abs(our_p - peer_p)[our_p < 1]
    words = f"two-sided p differ by {apart.mean():.1e} in the mean, {apart.max():.1e} at most"
    if not compared or peer_statistic is None:
        return words
    error = np.abs(our_statistic - peer_statistic) / np.maximum(np.abs(our_statistic), 1)
    return f"largest difference of {compared} {error.max():.0e}; {words}"


def _g_local(task, graph):
    options = dict(transform="B", star=True, permutations=task.permutations, keep_simulations=False, seed=SEED)
    found = G_Local(task.value, graph, **options)
    return found.Zs, _doubled(found.p_sim) if task.permutations else two_sided(found.Zs)


def _doubled(p):
    return np.minimum(2 * p, 1.0)


def _by_n(local_i):
    return local_i * POLYGONS / (POLYGONS - 1)


def _on_points(ours, peers, permutations, slow=False):
    how = f"{permutations:,} permutations" if permutations else "analytic p"
    return Match(
        name=f"Gi* of points within {BAND:g} m, {how}",
        points=None,
        prepare=partial(prepare_points, permutations),
        ours=ours,
        peers=peers,
        judge=partial(judge, "z"),
        slow=slow,
    )


def _on_polygons(statistic, ours, peers, slow=False):
    of = {"gstar": "Gi*", "moran": "local Moran's I"}[statistic]
    return Match(
        name=f"{of} of polygons, queen, {PERMUTATIONS:,} permutations{' (slow peers)' if slow else ''}",
        points=None,
        prepare=prepare_polygons,
        ours=[ours],
        peers=peers,
        judge=partial(judge, "local I" if statistic == "moran" else "" if slow else "z"),
        slow=slow,
    )


def _geoda(statistic, method):
    name = f"pygeoda {in_geoda.VERSION} local_{statistic}, {method}"
    return [] if in_geoda.MISSING else [Contestant(name, partial(geoda_polygons, statistic, method))]


def _spdep(statistic, name):
    run = partial(spdep_polygons, statistic)
    return [Contestant(f"R, spdep {in_r.SPDEP} {name}", run)] if in_r.SPDEP else []


MISSING = [
    *in_geoda.MISSING,
    *([] if in_r.SPDEP else ["R's spdep"]),
    *(["R's spdep on points, for want of R's dbscan"] if in_r.SPDEP and not in_r.TREE else []),
]
NOTE = f"Not found, so not compared: {', '.join(MISSING)}." if MISSING else ""
OURS = {"gstar": Contestant("gi_star()", our_gi_star), "moran": Contestant("local_moran()", our_local_moran)}
OUR_POINTS = [Contestant("gi_star()", our_points)]
ESDA_POINTS = Contestant(f"{PYSAL}: Graph.build_distance_band, G_Local", esda_points)
ESDA = {
    "gstar": Contestant(f"{PYSAL}: Graph.build_contiguity, G_Local", esda_gi_star),
    "moran": Contestant(f"{PYSAL}: Graph.build_contiguity, Moran_Local", esda_local_moran),
}
SPDEP_POINTS = [Contestant(f"R, spdep {in_r.SPDEP} dnearneigh, localG", spdep_points)] if in_r.TREE else []
GEODA_POINTS = Contestant(f"pygeoda {in_geoda.VERSION} local_gstar, {in_geoda.LOOKUP}", geoda_points)
MATCHES = [
    _on_points(OUR_POINTS, [ESDA_POINTS, *SPDEP_POINTS], 0),
    *(_on_polygons(kind, OURS[kind], [ESDA[kind], *_geoda(kind, in_geoda.LOOKUP)]) for kind in OURS),
    _on_points(OUR_POINTS, [ESDA_POINTS, *([] if in_geoda.MISSING else [GEODA_POINTS])], POINT_PERMUTATIONS, slow=True),
]
for _kind, _name in (("gstar", "poly2nb, localG_perm"), ("moran", "poly2nb, localmoran_perm")):
    _peers = [*_geoda(_kind, in_geoda.COMPLETE), *_spdep(_kind, _name)]
    if _peers:
        MATCHES.append(_on_polygons(_kind, OURS[_kind], _peers, slow=True))
