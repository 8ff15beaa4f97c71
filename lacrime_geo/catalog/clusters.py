"""Clusters of incidents."""

from __future__ import annotations

from ..analysis import Analysis
from ..centrography import ellipses
from ..density_clusters import dbscan
from ..parameter_groups import (
    CLUSTERS,
    EPS,
    MIN_SAMPLES,
    SCIKIT,
    WEIGHT,
)
from ..parameter_kinds import (
    Amount,
    Choice,
    Column,
    Distance,
)
from ..results import Shapes
from ..scikit_clusters import SELECTIONS, hdbscan, optics
from ..spacetime_clusters import st_dbscan

ANALYSES = (
    Analysis(
        run=dbscan,
        title="Clusters of incidents (DBSCAN)",
        tags=("cluster", "DBSCAN", "crime", "hot spot", "density-based"),
        params=(
            EPS,
            MIN_SAMPLES,
            WEIGHT,
        ),
        **CLUSTERS,
    ),
    Analysis(
        run=st_dbscan,
        title="Clusters of incidents in space and time (ST-DBSCAN)",
        tags=("cluster", "ST-DBSCAN", "space-time", "spree", "crime", "density-based"),
        params=(
            EPS,
            Amount("eps_time", "Neighbour time (days)"),
            MIN_SAMPLES,
            WEIGHT,
        ),
        reports=True,
        **CLUSTERS,
    ),
    Analysis(
        run=hdbscan,
        title="Clusters of incidents of differing density (HDBSCAN)",
        tags=("cluster", "HDBSCAN", "hierarchical", "crime", "density-based"),
        params=(
            Amount("min_cluster_size", "Fewest incidents of a cluster", whole=True),
            Amount("min_samples", "Incidents within the core distance (min_samples)", whole=True),
            Choice("cluster_selection_method", "Clusters of the hierarchy", options=SELECTIONS),
        ),
        **CLUSTERS,
        needs=SCIKIT,
    ),
    Analysis(
        run=optics,
        title="Clusters of incidents by reachability (OPTICS)",
        tags=("cluster", "OPTICS", "reachability", "crime", "density-based"),
        params=(
            Amount("min_samples", "Incidents within the core distance (min_samples)", whole=True),
            Distance("max_eps", "Farthest neighbours (max_eps)"),
            Amount("xi", "Steepness at the edges (xi)"),
        ),
        **CLUSTERS,
        needs=SCIKIT,
    ),
    Analysis(
        run=ellipses,
        title="Centres and ellipses of groups of incidents",
        group="Clusters",
        result=Shapes,
        tags=(
            "ellipse",
            "standard deviation",
            "mean center",
            "median center",
            "standard distance",
            "centrography",
            "crime",
        ),
        params=(
            Column("by", "Column that tells groups apart", holds="text"),
            Amount("deviations", "Size of the ellipses (standard deviations)"),
            WEIGHT,
        ),
    ),
)
