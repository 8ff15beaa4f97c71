"""DBSCAN: what labels do not depend on, a slow twin, the border and numbering rules, hulls, and the choice of eps."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import SOUTH, WEST, clustered, crimes_frame, duplicated, incidents, uniform
from twins import cluster_labels

import lacrime_geo as lg
from lacrime_geo.density_clusters import k_distances, knee

POINTS = {
    "clustered": (*clustered(500, 1), 150.0, 10),
    "uniform": (*uniform(500, 2), 250.0, 6),
    "duplicated": (*duplicated(400, 3), 120.0, 12),
    "collinear": (np.arange(200.0) ** 1.3, np.zeros(200), 6.0, 3),
    "lattice": (*(np.indices((15, 15)).reshape(2, -1) * 50.0), 50.0, 5),
}


def slow_labels(x, y, weight, eps, min_samples):
    squared = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    return cluster_labels(squared <= eps**2, weight, min_samples, x, y, apart=[squared])


@pytest.mark.parametrize("points", list(POINTS))
def test_slow_twin(points):
    x, y, eps, least = POINTS[points]
    marks = lg.dbscan(incidents(x, y), eps=eps, min_samples=least)
    label, core = slow_labels(x + WEST, y + SOUTH, np.ones(x.size), eps, least)
    np.testing.assert_array_equal(marks["cluster"], label)
    np.testing.assert_array_equal(marks["core"], core)


GRID_POINTS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=40)


@given(places=GRID_POINTS, least=st.integers(1, 6), reach=st.sampled_from([1, 2, 5]))
def test_slow_twin_on_a_lattice_exactly_at_eps(places, least, reach):
    x, y = np.array(places, float).T * 10
    marks = lg.dbscan(incidents(x, y), eps=10.0 * reach, min_samples=least)
    label, core = slow_labels(x, y, np.ones(x.size), 10.0 * reach, least)
    assert marks["cluster"].tolist() == label.tolist() and marks["core"].tolist() == core.tolist()


@pytest.mark.parametrize("points", list(POINTS))
def test_order_of_input_does_not_matter(points):
    x, y, eps, least = POINTS[points]
    order = np.random.default_rng(0).permutation(x.size)
    a = lg.dbscan(incidents(x, y), eps=eps, min_samples=least)
    b = lg.dbscan(incidents(x[order], y[order]), eps=eps, min_samples=least)
    np.testing.assert_array_equal(b["cluster"], a["cluster"][order])
    np.testing.assert_array_equal(b["core"], a["core"][order])


def test_order_does_not_matter_with_fractional_weights():
    x, y, eps, _ = POINTS["duplicated"]
    weight, order = np.full(x.size, 0.1), np.random.default_rng(1).permutation(x.size)
    a = lg.dbscan(incidents(x, y, weight=weight), eps=eps, min_samples=1.2)
    b = lg.dbscan(incidents(x[order], y[order], weight=weight), eps=eps, min_samples=1.2)
    np.testing.assert_array_equal(b["cluster"], a["cluster"][order])
    np.testing.assert_array_equal(a["cluster"], lg.dbscan(incidents(x, y), eps=eps, min_samples=12)["cluster"])


def test_weights_equal_repeats():
    x, y, eps, least = POINTS["clustered"]
    times = np.random.default_rng(5).integers(1, 5, x.size)
    weighted = lg.dbscan(incidents(x, y), eps=eps, min_samples=2 * least, weight=times)
    repeated = lg.dbscan(incidents(np.repeat(x, times), np.repeat(y, times)), eps=eps, min_samples=2 * least)
    np.testing.assert_array_equal(np.repeat(weighted["cluster"], times), repeated["cluster"])
    assert weighted["cluster"].max() >= 1


@pytest.mark.parametrize("shift", [1000.0, -250_000.0])
def test_translating_changes_nothing(shift):
    x, y, eps, least = POINTS["clustered"]
    a = lg.dbscan(incidents(x, y), eps=eps, min_samples=least)
    b = lg.dbscan(incidents(x + shift, y + shift), eps=eps, min_samples=least)
    np.testing.assert_array_equal(a["cluster"], b["cluster"])


def test_border_goes_to_the_nearest_core_and_ties_to_the_west_then_south():
    core = np.array([0.0, 1, 2, 3])
    west, east = np.c_[-core, 0 * core], np.c_[20 + core, 0 * core]
    nearer, tie = [[10.4, 0.0]], [[10.0, 0.0]]
    for border, expected in ((nearer, 20), (tie, 0)):
        places = np.vstack([west, east, border])
        marks = lg.dbscan(incidents(*places.T), eps=10.5, min_samples=4)
        own = marks["cluster"][places[:, 0] == expected][0]
        assert not marks["core"][-1] and marks["cluster"][-1] == own
    places = np.vstack([np.c_[0 * core, 20 + core], np.c_[0 * core, -core], [[0.0, 10.0]]])
    marks = lg.dbscan(incidents(*places.T), eps=10.5, min_samples=4)
    assert marks["cluster"][-1] == marks["cluster"][4] != marks["cluster"][0]


def test_numbers_fall_with_weight_and_ties_go_west():
    x = np.r_[0, 1, 2, 1000, 1001, 1002, 1003, 2000, 2001, 2002, 5000]
    marks = lg.dbscan(incidents(x, 0 * x), eps=5, min_samples=3)
    assert marks["cluster"].tolist() == [1, 1, 1, 0, 0, 0, 0, 2, 2, 2, -1]
    heavy = lg.dbscan(incidents(x, 0 * x), eps=5, min_samples=3, weight=np.r_[np.ones(7), 9, 9, 9, 1])
    assert heavy["cluster"].tolist() == [2, 2, 2, 1, 1, 1, 1, 0, 0, 0, -1]


def test_missing_places_are_noise_and_rows_keep_their_order():
    x, y, eps, least = POINTS["clustered"]
    gaps = np.where(np.arange(x.size) % 7 == 0, np.nan, x)
    marks = lg.dbscan(incidents(gaps, y), eps=eps, min_samples=least)
    known = ~np.isnan(gaps)
    whole = lg.dbscan(incidents(x[known], y[known]), eps=eps, min_samples=least)
    assert len(marks) == x.size and marks.parameters["without_place"] == (~known).sum()
    np.testing.assert_array_equal(marks["cluster"][known], whole["cluster"])
    assert (marks["cluster"][~known] == -1).all() and not marks["core"][~known].any()


def test_hulls_hold_their_members_and_their_shares():
    x, y, eps, least = POINTS["clustered"]
    marks = lg.dbscan(incidents(x, y), eps=eps, min_samples=least)
    shapes = marks.clusters()
    for number, row in enumerate(shapes.to_geodataframe().itertuples()):
        member = marks["cluster"] == number
        places = shapely.points(x[member] + WEST, y[member] + SOUTH)
        assert row.geometry.equals(shapely.convex_hull(shapely.union_all(places)))
        assert (row.cluster, row.rank, row.count, row.share) == (number, number + 1, member.sum(), member.mean())
    assert len(shapes) == marks["cluster"].max() + 1 >= 3


@pytest.mark.parametrize("places", [[(0, 0)], [(0, 0), (60, 0)], [(0, 0), (30, 30), (60, 60)]])
def test_hull_of_one_place_or_a_line_has_an_area(places):
    x, y = np.repeat(np.array(places, float), 10, axis=0).T
    shapes = lg.dbscan(incidents(x, y), eps=80, min_samples=5).clusters().to_geodataframe()
    assert len(shapes) == 1 and shapes.area[0] > 0.9 * np.pi * 20**2
    assert shapes.buffer(0.01)[0].covers(shapely.MultiPoint(np.c_[x + WEST, y + SOUTH]))


def test_no_cluster_makes_an_empty_layer():
    marks = lg.dbscan(incidents(*uniform(50, 1)), eps=1, min_samples=5)
    shapes = marks.clusters()
    assert (marks["cluster"] == -1).all() and len(shapes) == 0 and marks.parameters["clusters"] == 0
    assert isinstance(shapes.to_geodataframe(), gpd.GeoDataFrame)


def test_shares_count_incidents_and_weights_stand_beside():
    x, y, eps, least = POINTS["clustered"]
    shapes = lg.dbscan(incidents(x, y), eps=eps, min_samples=least, weight=np.full(x.size, 2.5)).clusters()
    np.testing.assert_allclose(shapes["weight_sum"], 2.5 * shapes["count"])


def test_k_distances_equal_sorted_distances():
    x, y, _, _ = POINTS["uniform"]
    weight = np.random.default_rng(1).integers(1, 4, x.size).astype(float)
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    order = np.argsort(distance, axis=1)
    reached = np.argmax(np.cumsum(weight[order], axis=1) >= 9, axis=1)
    slow = np.take_along_axis(distance, order, axis=1)[np.arange(x.size), reached]
    np.testing.assert_allclose(k_distances(x, y, weight, 9), slow, atol=1e-9)
    assert np.isinf(k_distances(x, y, weight, weight.sum() + 1)).all()


def test_k_distances_of_some_places_are_theirs():
    x, y, _, _ = POINTS["uniform"]
    some = np.array([3, 77, 400])
    np.testing.assert_array_equal(k_distances(x, y, np.ones(500), 9, some), k_distances(x, y, np.ones(500), 9)[some])


def test_eps_of_very_many_places_looks_at_some_whatever_their_order(monkeypatch):
    from lacrime_geo import density_clusters

    x, y = clustered(3000, 5, side=20_000.0, spread=100.0)
    whole = lg.dbscan(incidents(x, y)).parameters
    monkeypatch.setattr(density_clusters, "_PLACES_LOOKED_AT", 800)
    some = lg.dbscan(incidents(x, y)).parameters
    again = lg.dbscan(incidents(x[::-1], y[::-1])).parameters
    assert some["eps"] == again["eps"] == pytest.approx(whole["eps"], rel=0.2)
    assert "of 750 of the 3,000 places" in some["eps_reason"] and "places" not in whole["eps_reason"]


def test_places_too_far_apart_for_eps_are_said():
    with pytest.raises(ValueError, match=r"apart are too far for distances of about .* leave stray coordinates out"):
        lg.dbscan(incidents([0, 1, 9e6], [0, 1, 9e6]), eps=1e-4, min_samples=2)


def test_knee_lies_between_two_levels():
    dense_few = np.exp(np.r_[np.linspace(0, 4, 50), np.linspace(4, 4.5, 200)])
    assert knee(dense_few) == pytest.approx(np.exp(4), rel=0.1)
    noise_few = np.exp(np.r_[np.linspace(0, 0.5, 200), np.linspace(0.5, 4, 50)])
    assert knee(noise_few) == pytest.approx(np.exp(0.5), rel=0.1)
    assert knee(np.full(9, 3.0)) == 3.0


def test_default_eps_finds_planted_clusters_and_is_announced(caplog):
    x, y = clustered(3000, 5, side=20_000.0, spread=100.0)
    with caplog.at_level("INFO", "lacrime_geo"):
        marks = lg.dbscan(incidents(x, y))
    assert marks.parameters["clusters"] == 6 and (marks["cluster"] < 0).mean() == pytest.approx(0.2, abs=0.05)
    assert "eps = " in caplog.text and "min_samples = 10" in caplog.text
    assert len(marks.parameters["k_distances"]) == 101


def test_result_keeps_the_table_it_came_from():
    frame = crimes_frame()
    out = lg.dbscan(frame, eps=200, min_samples=8).to_geodataframe()
    assert list(out.columns) == [*frame.columns, "cluster", "core"] and out.crs == frame.crs
    assert (out.drop(columns=["cluster", "core"]) == frame).all(axis=None)


@pytest.mark.parametrize(("groups", "said"), [(1, "1 cluster holds 20 of 20"), (2, "2 clusters hold 40 of 40")])
def test_one_cluster_is_told_as_one(groups, said):
    x = np.repeat(np.arange(groups) * 5000.0, 20) + np.tile(np.arange(20.0), groups)
    found = lg.dbscan(incidents(x, np.zeros(x.size)), eps=100, min_samples=5)
    assert found.parameters["found"].startswith(said)
