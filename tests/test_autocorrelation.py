"""Gi*: what it does not depend on, a slow twin, published numbers, and the choices it makes and announces."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, clustered, counts_as_incidents, crimes_frame, incidents, points_frame, rectangle, squares
from scipy import sparse

import lacrime_geo as lg
from lacrime_geo.autocorrelation import getis_ord
from lacrime_geo.neighbours import with_self, without_self

# Getis & Ord's example as carried by esda's documentation (getisord.py): six points, distance band 15.
X, Y = [10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30]
WEST_EDGE = 400_000
VALUES = [2, 3, 3.2, 5, 8, 7]
GI = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941]
GI_STAR = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]


@pytest.mark.parametrize(("include_self", "expected"), [(False, GI), (True, GI_STAR)])
def test_published_six_points(include_self, expected):
    points = lg.Incidents(X, Y, crs=CRS)
    marks = lg.gi_star(points, value=VALUES, neighbours="band", distance_band=15, include_self=include_self)
    np.testing.assert_allclose(marks["z"], expected, atol=1e-7, rtol=0)


def slow_z(weights, x, include_self):
    """Return z by the formulas of Ord & Getis 1995, eq. 14, one feature at a time."""
    n, out = len(x), []
    for i in range(n):
        w = weights[i] if include_self else np.delete(weights[i], i)
        others = x if include_self else np.delete(x, i)
        m, mean, s = len(others), np.mean(others), np.std(others)
        spread = s * np.sqrt((m * np.sum(w**2) - np.sum(w) ** 2) / (m - 1))
        out.append((np.sum(w * others) - mean * np.sum(w)) / spread)
    return np.array(out)


@given(seed=st.integers(0, 10**6), include_self=st.booleans())
def test_slow_twin_with_any_weights(seed, include_self):
    random = np.random.default_rng(seed)
    n = 12
    weights = random.random((n, n)) * (random.random((n, n)) < 0.4) + 0.1 * np.eye(n)
    weights[:, 0] += 0.01
    x = random.normal(5, 2, n)
    matrix = sparse.csr_matrix(weights) if include_self else without_self(sparse.csr_matrix(weights))
    z = getis_ord(matrix, x, include_self=include_self)
    np.testing.assert_allclose(z, slow_z(weights, x, include_self), rtol=1e-9)


@given(seed=st.integers(0, 10**6), exponent=st.integers(-14, 14), include_self=st.booleans())
def test_multiplying_rows_changes_nothing(seed, exponent, include_self):
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 100, (2, 30))
    values = random.poisson(3, 30) + random.random(30)
    binary = sparse.csr_matrix((random.random((30, 30)) < 0.2).astype(float))
    rows = sparse.diags(random.uniform(0.1, 9.0, 30) * 10.0**exponent)
    options = dict(value=values, include_self=include_self)
    plain = lg.gi_star(incidents(x, y), neighbours=binary, **options)
    scaled = lg.gi_star(incidents(x, y), neighbours=rows @ binary, **options)
    np.testing.assert_allclose(scaled["z"], plain["z"], atol=1e-9)


def test_row_standardising_changes_nothing():
    layer = squares(6, 7)
    values = np.random.default_rng(1).poisson(4, 42)
    binary = layer_matrix(layer)
    standardised = sparse.diags(1 / np.asarray(binary.sum(axis=1)).ravel()) @ binary
    a = lg.gi_star(layer, value=values, neighbours=binary)
    b = lg.gi_star(layer, value=values, neighbours=standardised)
    np.testing.assert_allclose(b["z"], a["z"], atol=1e-12)


def layer_matrix(layer):
    """Return binary queen contiguity of a lattice by comparing every pair of centres."""
    x, y = layer.centroid.x.to_numpy(), layer.centroid.y.to_numpy()
    near = (np.abs(x[:, None] - x) < 1500) & (np.abs(y[:, None] - y) < 1500)
    return sparse.csr_matrix(near.astype(float) - np.eye(len(layer)))


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize(("factor", "constant"), [(1.0, 1e9), (-1.0, 0.0), (1e-9, 5.0), (3e12, -7.0)])
def test_linear_change_of_values(include_self, factor, constant):
    x, y = clustered(80, 2)
    values = np.random.default_rng(2).poisson(3, 80).astype(float)
    options = dict(neighbours="knn", include_self=include_self)
    before = lg.gi_star(incidents(x, y), value=values, **options)["z"]
    after = lg.gi_star(incidents(x, y), value=factor * values + constant, **options)["z"]
    np.testing.assert_allclose(after, np.sign(factor) * before, atol=1e-5)


@pytest.mark.parametrize("values", [np.zeros(42), np.full(42, 0.1), np.full(42, 1e12 / 3)])
@pytest.mark.parametrize("include_self", [True, False])
def test_constant_values_are_no_evidence(values, include_self):
    marks = lg.gi_star(squares(6, 7), value=values, include_self=include_self)
    assert np.isnan(marks["z"]).all()
    assert (marks["p"] == 1).all() and (marks["p_adjusted"] == 1).all() and (marks["bin"] == 0).all()


def test_everybody_a_neighbour_is_no_evidence():
    marks = lg.gi_star(incidents(*clustered(20, 1)), value=np.arange(20.0), neighbours="knn", k=19)
    assert np.isnan(marks["z"]).all()


def test_self_weights():
    matrix = sparse.csr_matrix(np.array([[0, 0.5, 0.2], [3.0, 7.0, 0], [0, 0, 0]]))
    assert with_self(matrix).diagonal().tolist() == [0.5, 7.0, 1.0]
    assert without_self(matrix).diagonal().tolist() == [0.0, 0.0, 0.0]


def test_rows_stay_in_order_and_missing_geometry_is_marked():
    layer = squares(6, 7).assign(value=np.random.default_rng(5).poisson(4, 42).astype(float))
    whole = lg.gi_star(layer.drop(index=[3, 10]), value="value")
    layer.loc[[3, 10], "geometry"] = None
    layer.loc[[3, 10], "value"] = np.nan
    marks = lg.gi_star(layer, value="value")
    assert len(marks) == 42 and marks.parameters["without_geometry"] == 2
    np.testing.assert_allclose(np.delete(marks["z"], [3, 10]), whole["z"], atol=1e-12)
    assert np.isnan(marks["z"][[3, 10]]).all() and marks["bin"][[3, 10]].tolist() == [0, 0]


@pytest.mark.parametrize("correction", ["fdr", "bonferroni", "none"])
def test_bins_follow_the_adjusted_p(correction):
    x, y = clustered(2000, 7)
    cells = lg.hotspots(incidents(x, y), cell_size=200, correction=correction)
    confidence = np.select([cells["p_adjusted"] <= a for a in (0.01, 0.05, 0.1)], [3, 2, 1])
    assert (np.abs(cells["bin"]) == confidence).all()
    assert (np.sign(cells["bin"])[confidence > 0] == np.sign(cells["z"])[confidence > 0]).all()
    assert (cells["p_adjusted"] >= cells["p"]).all() and (cells["bin"] == 3).any()


def test_grid_equals_features_with_the_same_neighbours():
    x, y = clustered(3000, 4)
    cells = lg.hotspots(incidents(x, y), cell_size=250, distance_band=520)
    centre_x, centre_y = cells.grid.centres(cells.cell)
    points = lg.Incidents(centre_x, centre_y, crs=CRS)
    marks = lg.gi_star(points, value=cells["count"], neighbours="band", distance_band=520)
    np.testing.assert_allclose(cells["z"], marks["z"], atol=1e-10)


def test_hotspots_count_every_incident_and_ignore_order():
    x, y = clustered(1500, 6)
    order = np.random.default_rng(0).permutation(1500)
    a, b = lg.hotspots(incidents(x, y)), lg.hotspots(incidents(x[order], y[order]))
    assert a["count"].sum() == 1500 and a.parameters["outside"] == 0
    assert all((a[name] == b[name]).all() for name in a.columns)


@given(
    seed=st.integers(0, 10**6),
    neighbours=st.sampled_from(["knn", "band", "inverse_distance"]),
    east=st.integers(-60_000, 60_000),
    permutations=st.sampled_from([0, 99]),
)
def test_order_and_translation_change_nothing(seed, neighbours, east, permutations):
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 3000, (2, 40))
    values, order = random.gamma(2.0, 1.0, 40), random.permutation(40)
    options = dict(neighbours=neighbours, permutations=permutations, correction="none")
    plain = lg.gi_star(incidents(x, y), value=values, **options)
    moved = lg.gi_star(incidents(x + east, y - east / 2), value=values, **options)
    turned = lg.gi_star(incidents(x[order], y[order]), value=values[order], **options)
    np.testing.assert_allclose(moved["z"], plain["z"], atol=1e-7)
    np.testing.assert_allclose(turned["z"], plain["z"][order], atol=1e-9)
    if not permutations:
        np.testing.assert_allclose(turned["p"], plain["p"][order], atol=1e-9)


@pytest.mark.parametrize("shape", ["square", "hex"])
def test_hotspots_move_with_the_incidents(shape):
    x, y = clustered(900, 10)
    plain, moved = (lg.hotspots(incidents(x + by, y - by), shape=shape, cell_size=250) for by in (0.0, 4096.0))
    assert moved.parameters["distance_band"] == plain.parameters["distance_band"]
    np.testing.assert_array_equal(moved["count"], plain["count"])
    np.testing.assert_allclose(moved["z"], plain["z"], atol=1e-9)


def test_a_constant_added_changes_neither_z_nor_p():
    values = np.zeros(64)
    values[27] = 6
    x, y = np.indices((8, 8)).reshape(2, -1) * 100.0
    plain, more = (
        lg.gi_star(incidents(x, y), value=values + by, neighbours="band", distance_band=150) for by in (0, 300)
    )
    np.testing.assert_allclose(plain["z"], more["z"], atol=1e-9)
    np.testing.assert_allclose(plain["p"], more["p"], atol=1e-9)


@pytest.mark.parametrize("weight", [1e15, 1e17, 1e20])
def test_huge_weights_keep_their_sums(weight):
    x, y = clustered(900, 8)
    heavy = lg.hotspots(incidents(x, y), cell_size=250, distance_band=375, weight=np.full(900, weight))
    plain = lg.hotspots(incidents(x, y), cell_size=250, distance_band=375)
    np.testing.assert_allclose(heavy["weight_sum"], weight * plain["count"])
    np.testing.assert_allclose(heavy["z"], plain["z"], atol=1e-6)


def test_tiny_weights_have_a_curve():
    x, y = clustered(900, 8)
    weight = np.random.default_rng(0).random(900)
    tiny, plain = (lg.incremental_moran(incidents(x, y, weight=weight * by), cell_size=250) for by in (1e-200, 1.0))
    np.testing.assert_allclose(tiny["z"], plain["z"], rtol=1e-6)


def test_weights_equal_repeats():
    x, y = clustered(900, 8)
    times = np.random.default_rng(8).integers(1, 4, 900)
    weighted = lg.hotspots(incidents(x, y), cell_size=250, weight=times)
    repeated = lg.hotspots(incidents(np.repeat(x, times), np.repeat(y, times)), cell_size=250)
    assert weighted["count"].sum() == 900
    np.testing.assert_array_equal(weighted["weight_sum"], repeated["count"])
    np.testing.assert_allclose(weighted["z"], repeated["z"], atol=1e-10)


def test_boundary_makes_the_universe():
    counts = np.random.default_rng(3).poisson(2.0, (12, 9))
    cells = lg.hotspots(counts_as_incidents(counts), cell_size=100, boundary=rectangle(0, 0, 899, 1199))
    assert cells.parameters["cells"] == 108 and cells["count"].sum() == counts.sum()
    np.testing.assert_array_equal(cells.raster("count")[-12:, :9], counts)


def test_incidents_outside_the_boundary_are_counted_aside():
    x, y = clustered(800, 9)
    cells = lg.hotspots(incidents(x, y), cell_size=100, boundary=rectangle(0, 0, 2499, 5000))
    assert cells.parameters["outside"] == (x >= 2500).sum() > 0
    assert cells["count"].sum() == 800 - cells.parameters["outside"]


def test_outliers_do_not_choose_the_cell_but_are_counted():
    x, y = np.indices((40, 40)).reshape(2, -1) * 1500.0
    near = lg.hotspots(incidents(x, y))
    far = lg.hotspots(incidents(np.r_[x, 200_000.0], np.r_[y, 200_000.0]))
    assert (near.parameters["locational_outliers"], far.parameters["locational_outliers"]) == (0, 1)
    assert far.parameters["cell_size"] == near.parameters["cell_size"] == 390
    assert far["count"].sum() == 1601


def test_default_cell_is_never_finer_than_a_hundred_block():
    parameters = lg.hotspots(incidents(*clustered(500, 1, side=3000.0))).parameters
    assert parameters["cell_size"] == 150
    assert "150" in parameters["cell_size_reason"]


@pytest.mark.parametrize(("mean", "inference"), [(0.3, "exact"), (3.0, "exact"), (6.0, "analytic")])
def test_exact_tail_where_counts_are_low(mean, inference):
    counts = np.random.default_rng(1).poisson(mean, (25, 25))
    area = rectangle(0, 0, 2499, 2499)
    cells = lg.hotspots(counts_as_incidents(counts), cell_size=100, distance_band=150, boundary=area)
    assert cells.parameters["inference"].startswith(inference)
    assert cells.parameters["inference_reason"]


@pytest.mark.parametrize("band", [1e5, 1e12])
def test_band_wider_than_the_study_area_covers_all_of_it(band):
    x, y = clustered(400, 1)
    cells = lg.hotspots(incidents(x, y), cell_size=500, distance_band=band, boundary=rectangle(0, 0, 4999, 4999))
    assert np.isnan(cells["z"]).all() and (cells["bin"] == 0).all()


def test_marks_return_in_the_crs_of_the_input():
    frame = crimes_frame(100).assign(value=np.arange(100))
    frame.index = [7] * 100
    out = lg.gi_star(frame, value="value", neighbours="knn", k=5).to_geodataframe()
    assert out.crs == "EPSG:4326" and out.geometry.geom_equals(frame.geometry).all() and (out.index == 7).all()
    assert list(out.columns) == [*frame.columns, "z", "p", "p_adjusted", "bin"]


def test_islands_are_counted():
    layer = squares(3, 3)
    far = gpd.GeoDataFrame(geometry=layer.translate(50_000, 0).iloc[:1], crs=CRS)
    both = gpd.GeoDataFrame(geometry=[*layer.geometry, *far.geometry], crs=CRS)
    marks = lg.gi_star(both, value=np.arange(10.0))
    assert marks.parameters["islands"] == 1
    values = np.arange(10.0)
    assert marks["z"][9] == pytest.approx((9 - values.mean()) / values.std())


def test_polygons_without_area_have_a_place():
    lines = [
        f"POLYGON(({WEST_EDGE + i * 10} 0, {WEST_EDGE + i * 10 + 10} 0, {WEST_EDGE + i * 10} 0))" for i in range(20)
    ]
    layer = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkt(lines), crs=CRS)
    middles = points_frame(np.arange(20) * 10 + 5.0, np.zeros(20))
    options = dict(value=np.arange(20.0) ** 2, neighbours="band", distance_band=25)
    np.testing.assert_allclose(lg.gi_star(layer, **options)["z"], lg.gi_star(middles, **options)["z"], atol=1e-9)
