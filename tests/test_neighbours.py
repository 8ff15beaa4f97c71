"""Neighbours: pairs against a k-d tree, matrices against slow definitions, and what may be handed in."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, SOUTH, WEST, clustered, duplicated, squares, uniform
from scipy import sparse
from scipy.spatial import cKDTree

import lacrime_geo as lg
from lacrime_geo import cell_index, neighbours
from lacrime_geo.parameters import Parameters

POINTS = {
    "uniform": uniform(700, 1),
    "clustered": clustered(700, 2),
    "duplicated": duplicated(300, 3),
    "collinear": (np.arange(400.0) * 7, np.zeros(400)),
    "lattice": tuple(np.indices((20, 20)).reshape(2, -1) * 100.0),
    "far": (uniform(300, 4)[0] + 5e6, uniform(300, 4)[1] - 9e6),
    "one": (np.array([5.0]), np.array([5.0])),
}


def listed(x, y, radius):
    found = [(i, j, d) for i, j, d, _ in neighbours.near_pairs(x, y, radius)]
    return tuple(np.concatenate(part) for part in zip(*found)) if found else (np.empty(0, int),) * 3


def as_set(i, j):
    return set(zip(np.minimum(i, j).tolist(), np.maximum(i, j).tolist()))


@pytest.mark.parametrize("radius", [1e-5, 100.0, 141.4, 700.0, 1e5])
@pytest.mark.parametrize("points", list(POINTS))
def test_near_pairs_equal_a_tree(points, radius):
    x, y = POINTS[points]
    i, j, squared = listed(x, y, radius)
    every = np.triu_indices(x.size, 1)
    near = (x[every[0]] - x[every[1]]) ** 2 + (y[every[0]] - y[every[1]]) ** 2 <= radius**2
    assert as_set(i, j) == as_set(every[0][near], every[1][near])
    assert len(as_set(i, j)) == i.size and (i != j).all()
    np.testing.assert_array_equal(squared, (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2)
    assert abs(len(cKDTree(np.column_stack([x, y])).query_pairs(radius)) - i.size) <= (points == "far")


@given(
    cells=st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=2, max_size=40),
    side=st.sampled_from([1.0, 0.1, 100.0, 1 / 3]),
    reach=st.sampled_from([1, 2, 5]),
)
def test_pairs_exactly_at_the_radius_count(cells, side, reach):
    whole = np.array(cells)
    x, y = whole[:, 0] * side, whole[:, 1] * side
    radius = reach * side
    i, j, _ = listed(x, y, radius)
    every = np.triu_indices(len(cells), 1)
    squared = (x[every[0]] - x[every[1]]) ** 2 + (y[every[0]] - y[every[1]]) ** 2
    assert as_set(i, j) == as_set(*(part[squared <= radius * radius] for part in every))


def test_pairs_of_points_closer_than_any_cell_number_can_tell():
    x = np.r_[0.0, 1e-7, 70_000.0, 70_000.0 + 1e-7, 35_000.0]
    y = np.r_[0.0, 0.0, 50_000.0, 50_000.0, 1.0]
    assert as_set(*listed(x, y, 1e-6)[:2]) == {(0, 1), (2, 3)}


def test_pairs_come_in_bounded_chunks(monkeypatch):
    x, y = POINTS["clustered"]
    whole = as_set(*listed(x, y, 300.0)[:2])
    monkeypatch.setattr(cell_index, "_PAIRS_AT_ONCE", 500)
    chunks = list(neighbours.near_pairs(x, y, 300.0))
    assert len(chunks) > 10 and set().union(*(as_set(i, j) for i, j, _, _ in chunks)) == whole
    fractions = [fraction for *_, fraction in chunks]
    assert fractions == sorted(fractions) and fractions[-1] == 1


def matrix_of(layer, kind, band=None, k=None):
    parameters = Parameters()
    return neighbours.neighbour_matrix(lg.as_features(layer), kind, band, k, parameters).toarray(), parameters


def points_layer(x, y):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(np.asarray(x) + WEST, np.asarray(y) + SOUTH), crs=CRS)


@pytest.mark.parametrize("points", ["uniform", "duplicated", "lattice"])
def test_band_equals_all_distances(points):
    x, y = (np.round(column[:200]) for column in POINTS[points])
    got, _ = matrix_of(points_layer(x, y), "band", band=500.0)
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    np.testing.assert_array_equal(got, (distance <= 500) & ~np.eye(200, dtype=bool))


def test_default_band_is_the_smallest_that_reaches_all():
    x, y = POINTS["clustered"]
    got, parameters = matrix_of(points_layer(x, y), "band")
    nearest = cKDTree(np.column_stack([x, y])).query(np.column_stack([x, y]), k=2)[0][:, 1]
    assert parameters["distance_band"] == pytest.approx(nearest.max(), rel=1e-6)
    assert (got.sum(axis=1) >= 1).all() and "distance_band_reason" in parameters


@pytest.mark.parametrize("k", [1, 4, 8])
def test_knn_equals_sorted_distances(k):
    x, y = POINTS["uniform"]
    got, _ = matrix_of(points_layer(x, y), "knn", k=k)
    distance = np.hypot(x[:, None] - x, y[:, None] - y) + np.diag(np.full(x.size, np.inf))
    nearest = np.sort(distance, axis=1)[:, [k - 1]]
    np.testing.assert_array_equal(got, distance <= nearest)


def test_knn_among_coincident_points_never_takes_the_point_itself():
    x, y = duplicated(200, 5, places=4)
    got, parameters = matrix_of(points_layer(x, y), "knn")
    assert parameters["k"] == 8 and (got.sum(axis=1) == 8).all() and not got.diagonal().any()


@pytest.mark.parametrize(
    ("kind", "expected"), [("queen", [3, 5, 3, 5, 8, 5, 3, 5, 3]), ("rook", [2, 3, 2, 3, 4, 3, 2, 3, 2])]
)
def test_contiguity_of_nine_squares(kind, expected):
    got, _ = matrix_of(squares(3, 3), kind)
    assert got.sum(axis=1).tolist() == expected and (got == got.T).all() and not got.diagonal().any()


@pytest.mark.parametrize("shift", [0.0, 0.004, 0.5])
def test_vertices_are_snapped_within_a_centimetre(shift):
    left, right = shapely.box(0, 0, 10, 10), shapely.box(10 + shift, 0, 20, 10)
    got, _ = matrix_of(gpd.GeoDataFrame(geometry=[left, right], crs=CRS), "rook")
    assert got[0, 1] == (shift < 0.01)


def test_a_vertex_given_twice_makes_no_border():
    lower = shapely.Polygon([(0, 0), (10, 0), (10, 10), (10, 10), (0, 10)])
    upper = shapely.Polygon([(10, 10), (10, 10), (20, 10), (20, 20), (10, 20)])
    layer = gpd.GeoDataFrame(geometry=[lower, upper], crs=CRS)
    assert matrix_of(layer, "rook")[0].sum() == 0 and matrix_of(layer, "queen")[0].sum() == 2


def test_holes_and_parts_touch_too():
    ring = shapely.Polygon([(0, 0), (30, 0), (30, 30), (0, 30)], holes=[[(10, 10), (20, 10), (20, 20), (10, 20)]])
    parts = shapely.MultiPolygon([shapely.box(100, 0, 110, 10), shapely.box(30, 0, 40, 30)])
    layer = gpd.GeoDataFrame(geometry=[ring, shapely.box(10, 10, 20, 20), parts], crs=CRS)
    assert matrix_of(layer, "rook")[0].tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]


REFUSED = {
    "text": (lambda n: "rooks", ValueError, "'queen', 'rook', 'knn', 'band'"),
    "dense": (lambda n: np.eye(n), TypeError, "libpysal Graph or W"),
    "shape": (lambda n: sparse.eye(n + 1).tocsr(), ValueError, "shape"),
    "nan": (lambda n: sparse.csr_matrix(np.full((n, n), np.nan)), ValueError, "81 weights"),
    "infinite": (lambda n: sparse.csr_matrix(np.diag([np.inf] * n)), ValueError, "9 weights"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_is_refused(case):
    make, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words):
        lg.gi_star(squares(3, 3), value=np.arange(9.0), neighbours=make(9))


@pytest.mark.parametrize("k", [0, -1, 2.5, 9, "many", float("nan"), float("inf"), True])
def test_k_that_cannot_be(k):
    with pytest.raises(ValueError, match="k"):
        lg.gi_star(squares(3, 3), value=np.arange(9.0), neighbours="knn", k=k)


@pytest.mark.parametrize("kind", ["queen", "rook"])
def test_points_do_not_touch(kind):
    with pytest.raises(ValueError, match="knn"):
        lg.gi_star(points_layer(*uniform(20, 1)), value=np.arange(20.0), neighbours=kind)


def test_explicit_zeros_are_no_neighbours():
    matrix = sparse.csr_matrix((np.zeros(2), ([0, 1], [1, 0])), shape=(9, 9))
    marks = lg.gi_star(squares(3, 3), value=np.arange(9.0), neighbours=matrix)
    assert marks.parameters["islands"] == 9 and matrix.nnz == 2
