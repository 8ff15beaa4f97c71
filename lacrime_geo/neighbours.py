"""Who is near whom: pairs of points, and sparse neighbour matrices by contiguity, distance band or k nearest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import checks, geometry
from .cell_index import CellIndex, expand
from .features import Features
from .parameters import Parameters
from .places import collapse
from .progress import Progress, advance, within

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

NEIGHBOURS = ("queen", "rook", "knn", "band", "inverse_distance")
_ASKED_AT_ONCE = 65_536
SNAP = 0.01  # metres: vertices closer than this are one vertex


def near_pairs(
    x: np.ndarray, y: np.ndarray, radius: float
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    """Yield all pairs of points whose squared distance is ≤ radius², each once, in chunks of bounded memory.

    A point's partners follow it in its own row of cells, or stand in the row above.

    Yields
    ------
    i, j, squared distance (m²), and the fraction of the work done.
    """
    # Cells a hair wider than the radius, so that rounding cannot put near points two cells apart.
    index = CellIndex(x, y, radius * (1 + 1e-9))
    start, stop = index.around(index.x, index.y, radius, below=False)
    start[:, 0] = np.arange(1, x.size + 1)
    for source, partner, fraction in expand(start, stop):
        squared = (index.x[source] - index.x[partner]) ** 2 + (index.y[source] - index.y[partner]) ** 2
        near = squared <= radius * radius
        yield index.order[source[near]], index.order[partner[near]], squared[near], fraction


def neighbour_matrix(
    features: Features,
    neighbours: Any,
    distance_band: float | None,
    k: int | None,
    parameters: Parameters,
    progress: Progress = None,
) -> csr_matrix:
    """Return the (n, n) sparse weights of features that all have geometry, without a diagonal of their own making."""
    if not isinstance(neighbours, str):
        return _given_matrix(neighbours, features.size)
    checks.option("neighbours", neighbours, NEIGHBOURS)
    if neighbours in ("queen", "rook"):
        if not features.are_polygons:
            raise ValueError(
                f"neighbours={neighbours!r} needs polygons that touch, and these features are points; use "
                "neighbours='knn' with k, or neighbours='band' with distance_band."
            )
        return contiguity(features, rook=neighbours == "rook", progress=progress)
    x, y = features.centres()
    if neighbours == "knn":
        return _k_nearest(x, y, k, parameters, progress)
    inverse = neighbours == "inverse_distance"
    return _distance_band(x, y, distance_band, parameters, progress, inverse=inverse)


def with_self(matrix: csr_matrix) -> csr_matrix:
    """Return the matrix with each missing self weight set to its row's largest weight, 1 for an island."""
    from scipy.sparse import diags

    diagonal = matrix.diagonal()
    largest = np.asarray(matrix.max(axis=1).todense()).ravel() if matrix.nnz else np.zeros(diagonal.size)
    missing = np.where(diagonal != 0, 0.0, np.where(largest > 0, largest, 1.0))
    return (matrix + diags(missing)).tocsr()


def without_self(matrix: csr_matrix) -> csr_matrix:
    """Return the matrix without its diagonal."""
    from scipy.sparse import diags

    return (matrix - diags(matrix.diagonal())).tocsr()


def _given_matrix(neighbours: Any, rows: int) -> csr_matrix:
    """Return a libpysal Graph or W, or a scipy sparse matrix, as a csr matrix of the right size."""
    from scipy.sparse import csr_matrix, issparse

    matrix = neighbours if issparse(neighbours) else getattr(neighbours, "sparse", None)
    if matrix is None:
        raise TypeError(
            f"neighbours must be one of {', '.join(map(repr, NEIGHBOURS))}, a libpysal Graph or W, or a scipy sparse "
            f"matrix, got {type(neighbours).__name__}."
        )
    if matrix.shape != (rows, rows):
        raise ValueError(f"neighbours has shape {matrix.shape} for {rows:,} features with geometry; it must be square.")
    matrix = csr_matrix(matrix, dtype=float, copy=True)
    bad = int((~np.isfinite(matrix.data)).sum())
    if bad:
        raise ValueError(f"neighbours has {bad:,} weights that are missing or infinite; correct them first.")
    matrix.eliminate_zeros()
    return matrix


def contiguity(features: Features, *, rook: bool = False, snap: float = SNAP, progress: Progress = None) -> csr_matrix:
    """Return binary contiguity: polygons that share a vertex (queen) or an edge (rook), snapped within `snap` metres.

    Polygons that touch along a border without a common vertex are not found; libpysal's vertex method has the same
    limit. Hand in a libpysal Graph for such layers.
    """
    from scipy.sparse import csr_matrix

    layer = geometry.rings(features.wkb)
    advance(progress, 0.3)
    vertex = _snapped(layer.x, layer.y, snap, within(progress, 0.3, 0.8))
    first = geometry.edges(layer)
    feature = layer.feature[np.searchsorted(layer.start, first, side="right") - 1]
    if rook:
        # A vertex given twice in a row makes an edge of no length, which is a corner, not a border.
        real = vertex[first] != vertex[first + 1]
        first, feature = first[real], feature[real]
        ends = np.sort(np.column_stack([vertex[first], vertex[first + 1]]), axis=1)
        shared = np.unique(ends, axis=0, return_inverse=True)[1].ravel()
    else:
        shared = vertex[first]
    ones = np.ones(first.size)
    touches = csr_matrix((ones, (feature, shared)), shape=(features.size, int(shared.max(initial=-1)) + 1))
    matrix = (touches @ touches.T).tocsr()
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    matrix.data[:] = 1.0
    return matrix


def _snapped(x: np.ndarray, y: np.ndarray, snap: float, progress: Progress) -> np.ndarray:
    """Give the vertices numbers so that those within `snap` of each other (in chains) share a number."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    first, place = collapse(x, y)
    pairs = []
    for i, j, _, done in near_pairs(x[first], y[first], snap) if first.size else ():
        pairs.append((i, j))
        advance(progress, done)
    i = np.concatenate([pair[0] for pair in pairs]) if pairs else np.empty(0, dtype=np.int64)
    j = np.concatenate([pair[1] for pair in pairs]) if pairs else np.empty(0, dtype=np.int64)
    graph = coo_matrix((np.ones(i.size), (i, j)), shape=(first.size, first.size))
    return np.asarray(connected_components(graph, directed=False)[1][place])


def _k_nearest(x: np.ndarray, y: np.ndarray, k: int | None, parameters: Parameters, progress: Progress) -> csr_matrix:
    from scipy.sparse import csr_matrix
    from scipy.spatial import cKDTree

    if k is None:
        k = int(parameters.choose("k", min(8, x.size - 1), "as many neighbours as a cell of a grid has"))
    k = checks.whole("k", k)
    parameters["k"] = k
    if k >= x.size:
        raise ValueError(f"k = {k} neighbours were asked for, but there are only {x.size:,} features; lower k.")
    advance(progress, 0.0)
    points = np.column_stack([x, y])
    tree, found = cKDTree(points), np.empty((x.size, k + 1), dtype=np.int64)
    for begin in range(0, x.size, _ASKED_AT_ONCE):
        advance(progress, 0.9 * begin / x.size)
        part = slice(begin, begin + _ASKED_AT_ONCE)
        found[part] = tree.query(points[part], k=k + 1, workers=-1)[1]
    # A coincident feature may come before the point itself: take out the point wherever it stands, else the last one.
    itself = found == np.arange(x.size)[:, None]
    itself[~itself.any(axis=1), -1] = True
    advance(progress, 0.95)
    partners = found[~itself]
    return csr_matrix((np.ones(partners.size), partners, np.arange(0, partners.size + 1, k)), shape=(x.size, x.size))


def _distance_band(
    x: np.ndarray, y: np.ndarray, band: float | None, parameters: Parameters, progress: Progress, *, inverse: bool
) -> csr_matrix:
    """Return weights of 1, or 1 over the distance, between features within a band."""
    from scipy.sparse import csr_matrix

    if band is None:
        band = float(
            parameters.choose("distance_band", _reaching_all(x, y), "each place has at least one neighbour", " m")
        )
    band = checks.positive("distance_band", band)
    parameters["distance_band"] = band
    pairs = []
    for *pair, done in near_pairs(x, y, band):
        pairs.append(pair)
        advance(progress, 0.9 * done)
    i = np.concatenate([pair[0] for pair in pairs])
    j = np.concatenate([pair[1] for pair in pairs])
    both = np.concatenate([i, j]), np.concatenate([j, i])
    weight = np.ones(i.size)
    if inverse and i.size:
        distance = np.sqrt(np.concatenate([pair[2] for pair in pairs]))
        nearest = distance[distance > 0].min(initial=np.inf)
        together = int((distance == 0).sum())
        sentence = f"{together:,} pairs stand on one place; they weigh as those {nearest:.3g} m apart"
        parameters.note("pairs_on_one_place", together, sentence)
        # Where all stand on one place there is no distance to weigh by.
        weight = 1.0 / np.maximum(distance, nearest) if np.isfinite(nearest) else weight
    return csr_matrix((np.concatenate([weight, weight]), both), shape=(x.size, x.size))


def _reaching_all(x: np.ndarray, y: np.ndarray) -> float:
    """Return the smallest distance at which every distinct place has a neighbour."""
    from scipy.spatial import cKDTree

    first, _ = collapse(x, y)
    if first.size < 2:
        raise ValueError("All features stand on one place, so no distance_band can be found; give distance_band=.")
    points = np.column_stack([x[first], y[first]])
    return float(cKDTree(points).query(points, k=2)[0][:, 1].max() * (1 + 1e-12))
