"""Moran's I, global and local: published numbers, peers, invariance, calibration, and ties in permutations."""

import itertools
import re

import esda
import geopandas as gpd
import libpysal
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    CRS,
    SOUTH,
    WEST,
    clustered,
    counts_as_incidents,
    incidents,
    points_frame,
    rectangle,
    squares,
    uniform,
)
from scipy.sparse import csr_matrix

import lacrime_geo as lg
from lacrime_geo.neighbours import contiguity
from lacrime_geo.permutations import conditional_p, equal_weights_p, rows_alike

LATTICE = squares(12, 12)


def smooth(seed=0, size=12):
    """Return values (size²,) that rise to one corner, with noise."""
    random = np.random.default_rng(seed)
    return np.add.outer(np.arange(size), np.arange(size)).ravel() + random.normal(0, 3, size * size)


def test_columbus_crime():
    """METHODS: I = 0.5001886 with row-standardised queen contiguity of libpysal's own columbus, 0.5154615 binary."""
    try:
        path = libpysal.examples.get_path("columbus.shp")
    except Exception:
        pytest.skip("libpysal's columbus is not installed")
    columbus = gpd.read_file(path).set_crs("EPSG:32611", allow_override=True)
    # Its own unit is unknown and small; contiguity does not change with it.
    columbus["geometry"] = columbus.geometry.scale(1000, 1000, origin=(0, 0))
    graph = libpysal.graph.Graph.build_contiguity(columbus, rook=False)
    for standardized, expected in ((True, 0.5001886), (False, 0.5154615)):
        table = lg.moran(columbus, value="CRIME", neighbours=graph, row_standardised=standardized)
        assert table["moran_i"][0] == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("standardized", [True, False])
@pytest.mark.parametrize("neighbours", ["queen", "rook", "knn"])
def test_global_equals_esda(standardized, neighbours):
    x = smooth()
    options = dict(value=x, neighbours=neighbours, row_standardised=standardized)
    # Of a regular lattice many centres are equally near.
    areas = squares(12, 12, jitter=200)
    table = lg.moran(areas, **options, **(dict(k=5) if neighbours == "knn" else {}))
    if neighbours == "knn":
        graph = libpysal.graph.Graph.build_knn(areas.centroid, k=5)
    else:
        graph = libpysal.graph.Graph.build_contiguity(areas, rook=neighbours == "rook")
    peer = esda.Moran(x, graph.to_W(), transformation="r" if standardized else "b", permutations=0)
    assert table["moran_i"][0] == pytest.approx(peer.I, rel=1e-10)
    assert table["expected"][0] == pytest.approx(peer.EI)
    assert table["variance"][0] == pytest.approx(peer.VI_rand, rel=1e-9)
    assert table["p"][0] == pytest.approx(peer.p_rand, rel=1e-6, abs=1e-300)


def test_local_equals_esda_but_for_its_divisor():
    x = smooth(1)
    marks = lg.local_moran(LATTICE, value=x)
    peer = esda.Moran_Local(x, libpysal.graph.Graph.build_contiguity(LATTICE, rook=False).to_W(), permutations=0)
    # esda divides by n - 1 where Anselin's m2 divides by n.
    np.testing.assert_allclose(marks["local_i"], peer.Is * x.size / (x.size - 1), rtol=1e-9)


def test_local_values_add_up_to_the_global_one():
    x = smooth(2)
    for standardized in (True, False):
        local = lg.local_moran(LATTICE, value=x, row_standardised=standardized)["local_i"]
        table = lg.moran(LATTICE, value=x, row_standardised=standardized)
        weights = x.size if standardized else table["neighbours"][0] * x.size
        assert local.sum() / weights == pytest.approx(table["moran_i"][0], rel=1e-10)


def test_unequal_weights_agree_with_enumeration_of_all_samples():
    random = np.random.default_rng(4)
    x, dense = random.gamma(0.7, 1.0, 8), np.zeros((8, 8))
    dense[:, 1:4] = random.uniform(0.5, 3, (8, 3))
    np.fill_diagonal(dense, 0)
    exact = []
    for i in range(8):
        others, weights = np.delete(x, i), dense[i][dense[i] > 0]
        sums = np.array([weights @ sample for sample in itertools.permutations(others, weights.size)])
        observed = dense[i] @ x
        exact.append(min(2 * min((sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean()), 1))
    np.testing.assert_allclose(conditional_p(csr_matrix(dense), x, 40_000, seed=5), exact, atol=0.015)


def brute_force(matrix, x, draws, seed):
    """Return the two-sided p by shuffling the others of each feature, one after another."""
    random = np.random.default_rng(seed)
    dense = matrix.toarray()
    p = np.ones(x.size)
    for i in range(x.size):
        others = np.flatnonzero(np.arange(x.size) != i)
        if not dense[i].any():
            continue
        sums = np.array([dense[i, others] @ random.permutation(x[others]) for _ in range(draws)])
        observed = dense[i] @ x
        tails = [(sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean()]
        p[i] = min(2 * min(tails), 1)
    return p


@pytest.mark.parametrize("counts", [True, False])
def test_conditional_p_agrees_with_brute_force(counts):
    random = np.random.default_rng(3)
    x = random.poisson(0.7, 40).astype(float) if counts else random.normal(size=40)
    matrix = csr_matrix((random.random((40, 40)) < 0.12) * random.integers(1, 3, (40, 40)))
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    found = conditional_p(matrix, x, 4999, seed=1)
    np.testing.assert_allclose(found, brute_force(matrix, x, 3000, 2), atol=0.06)


@pytest.mark.parametrize("values", ["counts", "skewed"])
def test_draws_shared_by_equal_numbers_of_neighbours_are_even_draws_from_all_others(values):
    """Against the exact tail of each feature by enumeration of all samples."""
    random = np.random.default_rng(6)
    x = random.poisson(1.5, 11).astype(float) if values == "counts" else random.gamma(0.5, 2.0, 11)
    size = np.array([0, 1, 1, 2, 2, 3, 3, 4, 4, 9, 10])
    total, exact = np.zeros(11), np.ones(11)
    for i, number in enumerate(size):
        others = np.delete(x, i)
        total[i] = others[:number].sum()
        sums = np.array([sum(sample) for sample in itertools.combinations(others, number)])
        tails = (sums >= total[i] - 1e-9).mean(), (sums <= total[i] + 1e-9).mean()
        exact[i] = min(2 * min(tails), 1) if number else 1
    found = equal_weights_p(x, total, size, 40_000, seed=2)
    np.testing.assert_allclose(found, exact, atol=0.015)
    assert found[0] == 1 and found[10] == 1


def test_equal_and_unequal_weights_take_one_road_each_to_the_same_p():
    x = np.random.default_rng(7).normal(size=144)
    queen = contiguity(lg.as_features(LATTICE))
    nudged = queen.copy()
    nudged.data[::3] *= 1 + 1e-9
    assert rows_alike(queen).all() and not rows_alike(nudged).any()
    scaled = csr_matrix(queen.multiply(np.random.default_rng(8).uniform(0.1, 9, (144, 1))))
    assert rows_alike(scaled).all()
    found = [conditional_p(weights, x, 4999, seed=3) for weights in (queen, scaled, nudged)]
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_allclose(found[0], found[2], atol=0.06)


def test_fractional_weights_get_permutations_on_a_grid():
    x, y = clustered(200, 8)
    weight = np.random.default_rng(8).gamma(2.0, 1.0, 200)
    area = rectangle(0, 0, 4999, 4999)
    options = dict(cell_size=250, distance_band=375, weight=weight, correction="none", boundary=area)
    asked, plain = (lg.hotspots(incidents(x, y), permutations=number, **options) for number in (999, 0))
    assert asked.parameters["inference"] == "two-sided p by conditional permutation"
    assert "no exact p" in plain.parameters["warnings"][0] and "ask for permutations" in plain.parameters["warnings"][0]
    again = lg.hotspots(incidents(x, y), permutations=999, seed=1, **options)
    assert np.abs(asked["p"] - again["p"]).max() < 0.15 and (asked["p"] != again["p"]).any()
    counted = lg.hotspots(incidents(x, y), permutations=999, cell_size=250, distance_band=375, boundary=area)
    assert counted.parameters["inference"].startswith("exact")


def test_zeros_among_zeros_are_not_significant():
    """esda's permutation p calls them significant: it counts ties on one side only."""
    x = np.zeros(144)
    x[[0, 143]] = 5.0
    marks = lg.local_moran(LATTICE, value=x, permutations=499)
    far = np.ones(144, bool)
    far[[0, 1, 12, 13, 143, 142, 131, 130]] = False
    assert (marks["p"][far] == 1).all()
    assert set(marks["cluster_type"][far]) == {"not significant"}


@pytest.mark.parametrize("mean", [0.1, 0.5, 2.0])
def test_permutation_p_of_random_counts_is_at_most_what_it_says(mean):
    shares = []
    for seed in range(10):
        x = np.random.default_rng(seed).poisson(mean, 144)
        shares.append((lg.local_moran(LATTICE, value=x, permutations=199, seed=seed)["p"] <= 0.05).mean())
    assert np.mean(shares) <= 0.055


def test_normal_and_permutation_p_agree_on_normal_values():
    x = np.random.default_rng(4).normal(size=144)
    normal, drawn = (lg.local_moran(LATTICE, value=x, permutations=number)["p"] for number in (0, 1999))
    assert np.abs(normal - drawn).max() < 0.08


def test_the_customary_kinds_are_found():
    x = np.ones(144)
    x.reshape(12, 12)[:4, :4] = 9
    x.reshape(12, 12)[2, 2] = 0
    x += np.random.default_rng(5).normal(0, 0.2, 144)
    marks = lg.local_moran(LATTICE, value=x, correction="none")
    kinds = marks["cluster_type"].reshape(12, 12)
    assert kinds[1, 1] == "high-high" and kinds[2, 2] == "low-high"
    assert marks.parameters["high_high"] == (marks["cluster_type"] == "high-high").sum()


@given(seed=st.integers(0, 10**6), shift=st.floats(-1e3, 1e3), scale=st.floats(0.01, 100))
def test_the_unit_does_not_matter(seed, shift, scale):
    x = np.random.default_rng(seed).normal(size=144)
    a, b = (lg.local_moran(LATTICE, value=values) for values in (x, shift + scale * x))
    np.testing.assert_allclose(a["local_i"], b["local_i"], atol=1e-6)
    np.testing.assert_allclose(a["z"], b["z"], atol=1e-6)


def test_incidents_are_counted_in_cells():
    points = incidents(*clustered(900, 16))
    area = rectangle(0, 0, 5000, 5000)
    marks = lg.local_moran(points, cell_size=250, boundary=area, correction="none")
    cells = lg.hotspots(points, cell_size=250, distance_band=375, boundary=area)
    np.testing.assert_array_equal(marks.features.source["count"], cells["count"])
    peer = lg.local_moran(cells.to_geodataframe(), value="count", correction="none")
    for name in ("local_i", "z", "p", "cluster_type"):
        np.testing.assert_array_equal(marks[name], peer[name])
    frame = marks.to_geodataframe()
    assert {"count", "local_i", "cluster_type"} <= set(frame.columns) and frame.geometry.area.iloc[0] == 250**2
    assert marks.parameters["cells"] == 400 and marks.parameters["inference"].startswith("exact")
    assert marks.parameters["high_high"] > 0 and "900" in marks.label


def test_weighted_incidents_are_added_up_in_cells():
    points = incidents(*clustered(900, 16), weight=np.resize([1.0, 2.0, 5.0], 900))
    marks = lg.local_moran(points, cell_size=250)
    assert marks.features.source["weight_sum"].sum() == 2400 and marks.parameters["value"] == "weight_sum"


def test_a_weight_may_be_named_for_counting():
    x, y = clustered(600, 16)
    harm = np.resize([1.0, 2.0], 600)
    named = lg.local_moran(points_frame(x, y, harm=harm), cell_size=250, weight="harm")
    given = lg.local_moran(incidents(x, y, weight=harm), cell_size=250)
    np.testing.assert_array_equal(named["z"], given["z"])


def test_a_value_and_a_grid_exclude_each_other():
    with pytest.raises(ValueError, match="leave them out, or the value"):
        lg.local_moran(LATTICE, value=np.arange(144.0), cell_size=100)


def test_islands_and_missing_geometry():
    x, y = clustered(60, 6)
    frame = points_frame(np.r_[x, 50_000.0], np.r_[y, 50_000.0], value=np.arange(61.0))
    frame.loc[3, "geometry"] = None
    marks = lg.local_moran(frame, value="value", neighbours="band", distance_band=900)
    assert len(marks) == 61 and np.isnan(marks["local_i"][3]) and marks["p"][3] == 1
    assert marks["local_i"][60] == 0 and np.isnan(marks["z"][60]) and marks.parameters["islands"] >= 1
    drawn = lg.local_moran(frame, value="value", neighbours="band", distance_band=900, permutations=99)
    assert drawn["p"][60] == 1


def test_inputs_that_cannot_work_say_why():
    x, y = uniform(20, 7)
    frame = points_frame(x, y)
    with pytest.raises(ValueError, match="at least 4 features with different values"):
        lg.moran(frame, value=np.ones(20), neighbours="knn")
    with pytest.raises(ValueError, match="permutations must be a whole number"):
        lg.local_moran(frame, value=x, neighbours="knn", permutations=1.5)


def test_global_permutations():
    x = smooth(8)
    strong = lg.moran(LATTICE, value=x, permutations=199, seed=1)
    assert strong["p"][0] == pytest.approx(2 / 200)
    none = lg.moran(LATTICE, value=np.random.default_rng(9).normal(size=144), permutations=199)
    assert none["p"][0] > 0.05 and abs(none["z"][0]) < 2.5


@pytest.mark.parametrize("include_self", [True, False])
def test_gi_by_permutation_agrees_with_the_normal_p(include_self):
    x = np.random.default_rng(10).normal(size=144)
    options = dict(value=x, include_self=include_self)
    drawn = lg.gi_star(LATTICE, permutations=1999, **options)
    # Gi* counts the feature itself, Gi and every permutation hold its value fast.
    normal = lg.gi_star(LATTICE, value=x, include_self=False)
    agree = np.sign(drawn["z"]) == np.sign(normal["z"])
    assert np.abs(drawn["p"] - normal["p"])[agree].max() < 0.08
    assert (drawn["p"][~agree] == 1).all() and (agree.all() or include_self)
    assert drawn.parameters["permutations"] == 1999
    zeros = np.zeros(144)
    zeros[[0, 143]] = 5.0
    assert (lg.gi_star(LATTICE, value=zeros, permutations=99)["p"][40:100] == 1).all()


def test_inverse_distance_by_hand():
    x = np.array([0.0, 10.0, 10.0, 30.0, 500.0])
    frame = points_frame(x, np.zeros(5))
    value = np.array([1.0, 2.0, 4.0, 8.0, 3.0])
    distance = np.abs(x[:, None] - x)
    weights = np.where((distance <= 25) & ~np.eye(5, dtype=bool), 1 / np.maximum(distance, 10.0), 0.0)
    options = dict(value=value, include_self=False)
    found = lg.gi_star(frame, neighbours="inverse_distance", distance_band=25, **options)
    expected = lg.gi_star(frame, neighbours=csr_matrix(weights), **options)
    np.testing.assert_allclose(found["z"], expected["z"], rtol=1e-9)
    assert found.parameters["pairs_on_one_place"] == 1 and found.parameters["islands"] == 1
    assert np.isnan(found["z"][4])


def test_inverse_distance_equals_libpysal():
    x, y = uniform(80, 11)
    frame = points_frame(x, y)
    graph = libpysal.graph.Graph.build_distance_band(frame, threshold=1200, binary=False, alpha=-1)
    value = np.random.default_rng(11).normal(size=80)
    for function in (lg.gi_star, lg.local_moran):
        ours = function(frame, value=value, neighbours="inverse_distance", distance_band=1200)
        peer = function(frame, value=value, neighbours=graph)
        np.testing.assert_allclose(ours["z"], peer["z"], rtol=1e-9)


def test_the_curve_equals_moran_on_a_matrix():
    counts = np.random.default_rng(12).poisson(2.0, (14, 17))
    points = counts_as_incidents(counts)
    area = rectangle(0, 0, 1700, 1400)
    curve = lg.incremental_moran(points, cell_size=100, steps=4, boundary=area)
    row, column = np.indices(counts.shape).reshape(2, -1)
    apart = np.hypot(row[:, None] - row, column[:, None] - column)
    frame = squares(14, 17, side=100.0)
    values = counts[::-1].ravel()
    for number, cells in enumerate((1.5, 2.5, 3.5, 4.5)):
        matrix = csr_matrix((apart <= cells) & (apart > 0), dtype=float)
        table = lg.moran(frame, value=values, neighbours=matrix, row_standardised=False)
        for name in ("moran_i", "expected", "z", "p"):
            assert curve[name][number] == pytest.approx(table[name][0], rel=1e-9, abs=1e-12)
    assert curve["distance_band"].tolist() == [150, 250, 350, 450]


def test_the_curve_peaks_at_the_width_of_the_clusters():
    random = np.random.default_rng(13)
    centres = random.uniform(0, 12_000, (2, 40))
    at = random.integers(0, 40, 6000)
    angle, radius = random.uniform(0, 2 * np.pi, 6000), 600 * np.sqrt(random.random(6000))
    x, y = centres[:, at] + radius * np.array([np.cos(angle), np.sin(angle)])
    curve = lg.incremental_moran(
        incidents(x, y), cell_size=150, steps=20, boundary=rectangle(-600, -600, 12_600, 12_600)
    )
    assert 400 <= curve.parameters["peak"] <= 1300
    assert curve["peak"].any() and (curve["p"][:4] < 1e-6).all()


def test_a_curve_that_falls_from_its_beginning_peaks_there():
    random = np.random.default_rng(14)
    centres = random.uniform(0, 6000, (2, 150))
    at = random.integers(0, 150, 3000)
    x, y = centres[:, at] + random.normal(0, 40, (2, 3000))
    options = dict(cell_size=150, boundary=rectangle(0, 0, 6000, 6000))
    curve = lg.incremental_moran(incidents(x, y), **options)
    assert curve.peak == 225 and curve["z"][0] == curve["z"].max()
    cells = lg.hotspots(incidents(x, y), **options)
    assert cells.parameters["distance_band"] == 225 and "first peak" in cells.parameters["distance_band_reason"]
    given = lg.hotspots(incidents(x, y), distance_band=225, **options)
    assert given.curve()["z"].tolist() == curve["z"].tolist()


def test_without_a_peak_the_band_reaches_a_twentieth_of_the_cells_at_most_thirty():
    points = counts_as_incidents(np.random.default_rng(0).poisson(3.0, (40, 40)))
    cells = lg.hotspots(points, cell_size=100, boundary=rectangle(0, 0, 3999, 3999))
    assert cells.curve().peak is None and "its 30 nearest" in cells.parameters["distance_band_reason"]
    # In the middle of a lattice the thirtieth cell is √10 cells away, at its rim farther.
    assert 316 <= cells.parameters["distance_band"] <= 360
    curve = cells.parameters["distance_band_curve"]
    assert curve["distance_band"][:2] == [150.0, 250.0] and len(curve["z"]) == len(cells.curve())


def test_cells_that_lie_apart_have_no_curve():
    boxes = [shapely.box(400 * i, 400 * j, 400 * i + 90, 400 * j + 90) for i in range(9) for j in range(9)]
    area = gpd.GeoDataFrame(geometry=[shapely.affinity.translate(box, WEST, SOUTH) for box in boxes], crs=CRS)
    corner = 400.0 * np.random.default_rng(1).integers(0, 9, (2, 300))
    points = incidents(corner[0] + 45, corner[1] + 45)
    options = dict(cell_size=100, boundary=area)
    with pytest.raises(ValueError, match=r"No two of the \d+ cells lie within 150 m of each other"):
        lg.incremental_moran(points, steps=1, **options)
    curve = lg.incremental_moran(points, **options)
    assert curve["distance_band"][0] > 250 and np.isfinite(curve["z"]).all()
    assert np.isfinite(lg.hotspots(points, **options)["z"]).all()


def test_permutations_asked_for_are_kept_where_p_is_exact():
    points = counts_as_incidents(np.random.default_rng(1).poisson(0.5, (12, 12)))
    for found in (
        lg.hotspots(points, cell_size=100, permutations=999, seed=5),
        lg.gi_star(LATTICE, value=np.random.default_rng(1).poisson(0.5, 144), permutations=999, seed=5),
    ):
        assert found.parameters["inference"].startswith("exact")
        assert (found.parameters["permutations"], found.parameters["seed"]) == (999, 5)
    assert "normal" in lg.moran(LATTICE, value=smooth()).parameters["inference"]


def test_few_counts_get_the_exact_tail_in_features_too():
    few, many = (np.random.default_rng(2).poisson(mean, 144) for mean in (0.3, 40))
    for function in (lg.gi_star, lg.local_moran):
        assert function(LATTICE, value=few).parameters["inference"].startswith("exact")
        for value in (many, few + 0.5, few - 3):
            assert function(LATTICE, value=value).parameters["inference"].startswith("analytic")


def test_values_too_large_for_tables_are_drawn():
    value = np.random.default_rng(3).integers(0, 60_000, 500)
    frame = points_frame(*uniform(500, 3))
    marks = lg.gi_star(frame, value=value, neighbours="knn", k=40, permutations=99)
    assert marks.parameters["inference"] == "two-sided p by conditional permutation"


def test_the_largest_significant_p_is_kept():
    cells = lg.hotspots(incidents(*clustered(2000, 9)), cell_size=200)
    assert cells.parameters["p_cut"] == pytest.approx(cells["p"][cells["p_adjusted"] <= 0.05].max(), rel=0.01)
    assert re.match("the largest p that is significant .* after fdr over", cells.parameters["p_cut_reason"])


def test_where_no_p_is_significant_that_is_said():
    even = lg.hotspots(incidents(*uniform(400, 1)), cell_size=200)
    assert not (even["p_adjusted"] <= 0.05).any() and even.parameters["p_cut"] == 0
    assert even.parameters["p_cut_reason"].startswith("no p is significant at 95 % confidence, after fdr over")


def test_what_was_found_counts_hot_cells_by_their_confidence():
    cells = lg.hotspots(incidents(*clustered(2000, 9)), cell_size=200)
    hot, sure, surest = ((cells["bin"] >= level).sum() for level in (1, 2, 3))
    assert hot > sure > surest
    assert cells.parameters["found"] == (
        f"of {len(cells):,} cells {hot:,} are hot at 90 % confidence or more ({sure:,} at 95 %, {surest:,} at 99 %) and "
        f"{(cells['bin'] < 0).sum():,} cold"
    )


def test_outliers_do_not_choose_the_band():
    x, y = clustered(2000, 15)
    far = np.r_[x, 40_000.0], np.r_[y, 40_000.0]
    near, wide = (lg.hotspots(incidents(*xy), cell_size=200) for xy in ((x, y), far))
    assert near.parameters["distance_band"] == wide.parameters["distance_band"]
    assert wide["count"].sum() == 2001
    # Even where the cell size is given, what chooses the band is said.
    assert wide.parameters["locational_outliers"] == 1


def test_counts_without_pattern_have_no_strong_z():
    highest = []
    for seed in range(10):
        points = counts_as_incidents(np.random.default_rng(seed).poisson(3.0, (20, 20)))
        curve = lg.incremental_moran(points, cell_size=100, steps=5, boundary=rectangle(0, 0, 2000, 2000))
        highest.append(np.abs(curve["z"]).mean())
    assert np.mean(highest) < 1.2
    with pytest.raises(ValueError, match="no pattern to measure"):
        lg.incremental_moran(
            counts_as_incidents(np.full((20, 20), 2)), cell_size=100, boundary=rectangle(0, 0, 2000, 2000)
        )


def test_too_few_permutations_for_the_correction_are_warned_of():
    x = smooth(14)
    for function in (lg.local_moran, lg.gi_star):
        few = function(LATTICE, value=x, permutations=99).parameters
        assert "5,759 are enough" in few["warnings"][0] and "no p below 0.02" in few["warnings"][0]
        assert "warnings" not in function(LATTICE, value=x, permutations=99, correction="none").parameters
        assert "warnings" not in function(LATTICE, value=x).parameters
