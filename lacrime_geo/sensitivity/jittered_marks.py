"""Clusters, and classes of points with a value, on moved places: how often each is found again, and each incident in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

import numpy as np

from ..clusters import Clusters
from ..core_points import NOISE
from ..incidents import Incidents
from ..moran import NOT_SIGNIFICANT, QUADRANTS
from ..results import Marks, with_columns
from .reruns import SURE, Reruns, out_of, unsaid

# Hennig 2007: below a half a cluster is dissolved, from three quarters on it is found again.
FOUND_AGAIN = 0.75


def cluster_marks(analysis: Callable[..., Clusters], asked: Reruns) -> Clusters:
    """Return clusters with how well each is found again on moved places, and in how many runs each incident stays in it."""
    first = analysis(asked.incidents, **asked.first)
    placed = asked.incidents.placed
    label = first["cluster"][placed]
    assert first.search is not None
    stays, likeness = np.zeros(label.size, np.int64), np.zeros(first.parameters["clusters"])
    for moved, progress in asked.moved():
        likest, stay = recovered(label, first.search(moved, progress))
        likeness += likest / asked.runs
        stays += stay
    jaccard = np.append(likeness, np.nan)[label]
    runs = np.full(label.size, asked.runs)
    new = with_columns(
        placed.size, dict(stays=stays, jaccard=jaccard, runs=runs), placed, dict(stays=0, jaccard=np.nan, runs=0)
    )
    again = int((likeness >= FOUND_AGAIN).sum())
    inside = label != NOISE
    sentence = (
        f"of the clusters {out_of(again, likeness.size)} are found again (mean Jaccard {FOUND_AGAIN:g} or more, Hennig 2007) "
        f"with places moved by up to {asked.radius:g} m; of the incidents in them "
        f"{out_of(int((inside & asked.standing(stays)).sum()), int(inside.sum()))} stay in at least nine of ten runs"
    )
    parameters = asked.described(first.parameters, sentence)
    parameters["jaccard"] = [round(float(value), 4) for value in likeness]
    columns = {**first.columns, **new}
    label_of_layer = asked.incidents.titled("Clusters on moved places")
    return replace(first, columns=columns, parameters=parameters, style="jitter_marks", label=label_of_layer)


def recovered(first: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the Jaccard likeness (m,) of each cluster to the likest of another clustering, and which members (n,) are in that.

    Noise, −1, stays where it is noise again. Of equally like ones the first counts.

    >>> likeness, stays = recovered(np.array([0, 0, 0, 0, -1]), np.array([1, 1, 1, 0, -1]))
    >>> likeness.tolist(), stays.tolist()
    ([0.75], [True, True, True, False, True])
    """
    clusters, others = int(first.max(initial=NOISE)) + 1, int(other.max(initial=NOISE)) + 1
    if not clusters or not others:
        return np.zeros(clusters), (first == NOISE) & (other == NOISE)
    both = (first != NOISE) & (other != NOISE)
    pair, number = np.unique(first[both] * others + other[both], return_counts=True)
    one, two = pair // others, pair % others
    sizes = np.bincount(first[first != NOISE], minlength=clusters), np.bincount(other[other != NOISE], minlength=others)
    like = number / (sizes[0][one] + sizes[1][two] - number)
    order = np.lexsort((two, -like, one))
    cluster, best = np.unique(one[order], return_index=True)
    likeness, likest = np.zeros(clusters), np.full(clusters + 1, -2)
    likeness[cluster], likest[cluster] = like[order[best]], two[order[best]]
    # The noise's likest is noise; a cluster of which nothing is left has none.
    likest[-1] = NOISE
    return likeness, np.asarray(likest[first] == other)


def class_marks(analysis: Callable[..., Marks], asked: Reruns) -> Marks:
    """Return points classed by a value (Gi* or local Moran) with in how many runs on moved places each keeps its class."""
    if asked.options.get("value") is None:
        raise ValueError(
            f"{analysis.__name__} of incidents needs a value of theirs (value=); of their counts hotspots is the analysis."
        )
    first = analysis(asked.incidents, **asked.first)
    fixed = {**asked.options, "seed": asked.seed}
    if first.parameters.get("distance_band") is not None:
        fixed["distance_band"] = first.parameters["distance_band"]
    placed, classes = asked.incidents.placed, _classes(first)
    stays = np.zeros(placed.size, np.int64)
    for moved, progress in asked.moved():
        with unsaid():
            again = analysis(_put_back(asked.incidents, moved), **fixed, progress=progress)
        stays += _classes(again) == classes
    stays[~placed] = 0
    named = placed & (classes != 0)
    sentence = (
        f"of the points with a significant class {out_of(int((named & asked.standing(stays)).sum()), int(named.sum()))} keep it "
        f"in at least nine of ten runs with places moved by up to {asked.radius:g} m"
    )
    parameters = asked.described(first.parameters, sentence)
    columns = {**first.columns, "stays": stays, "runs": np.full(placed.size, asked.runs)}
    label = asked.incidents.titled(f"{'Hotspots' if 'bin' in columns else 'Local Moran'} on moved places")
    return replace(first, columns=columns, parameters=parameters, style="jitter_marks", label=label)


def _classes(marks: Marks) -> np.ndarray:
    """Return a number for the finding at each point: 0 where it is not significant, at 95 % confidence."""
    if "bin" in marks.columns:
        return np.asarray(np.sign(marks["bin"]) * (np.abs(marks["bin"]) >= SURE))
    kinds = (NOT_SIGNIFICANT, *QUADRANTS)
    return np.array([kinds.index(kind) for kind in marks["cluster_type"]])


def _put_back(everything: Incidents, moved: Incidents) -> Incidents:
    """Return all incidents, those with a place where they have been moved to."""
    x, y = everything.easting.copy(), everything.northing.copy()
    x[everything.placed], y[everything.placed] = moved.easting, moved.northing
    return replace(everything, easting=x, northing=y)
