"""DBSCAN against scikit-learn: the same core set, the same noise, the same partition of core points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, duplicated, incidents, uniform

import lacrime_geo as lg

cluster = pytest.importorskip("sklearn.cluster")

CASES = {
    "clustered": (*clustered(3000, 1), 120.0, 20),
    "uniform": (*uniform(3000, 2), 120.0, 6),
    "duplicated": (*duplicated(4000, 3, places=300), 90.0, 40),
    "collinear": (np.random.default_rng(4).uniform(0, 9000, 2000), np.zeros(2000), 9.0, 5),
    "diagonal": (*np.tile(np.arange(500.0) * 3, (2, 1)), 9.0, 4),
    "lattice at eps": (*(np.indices((40, 40)).reshape(2, -1) * 30.0), 30.0, 5),
    "lattice at 3-4-5": (*(np.indices((30, 30)).reshape(2, -1) * 10.0), 50.0, 81),
    "lattice, corners missing": (*(np.indices((40, 40)).reshape(2, -1) * 30.0), 30.0, 6),
    "one place": (np.zeros(30), np.zeros(30), 10.0, 30),
    "too few": (np.zeros(30), np.zeros(30), 10.0, 31),
    "every one core": (*uniform(200, 5), 1.0, 1),
}


def assert_same_as_peer(x, y, eps, least, weight=None):
    located = incidents(x, y)
    ours = lg.dbscan(located, eps=eps, min_samples=least, weight=weight)
    places = np.column_stack([located.easting, located.northing])
    theirs = cluster.DBSCAN(eps=eps, min_samples=int(least)).fit(places, sample_weight=weight)
    core = np.zeros(x.size, dtype=bool)
    core[theirs.core_sample_indices_] = True
    np.testing.assert_array_equal(ours["core"], core)
    np.testing.assert_array_equal(ours["cluster"] == -1, theirs.labels_ == -1)
    pairs = {*zip(ours["cluster"][core].tolist(), theirs.labels_[core].tolist())}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    return ours


@pytest.mark.parametrize("case", list(CASES))
def test_same_as_scikit_learn(case):
    x, y, eps, least = CASES[case]
    ours = assert_same_as_peer(x, y, eps, least)
    sizes = np.bincount(ours["cluster"][ours["cluster"] >= 0])
    assert (np.diff(sizes) <= 0).all()


@given(
    places=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60),
    least=st.integers(1, 8),
    eps=st.sampled_from([10.0, 20.0, 50.0, 14.2]),
)
def test_same_on_any_lattice(places, least, eps):
    x, y = np.array(places, float).T * 10
    assert_same_as_peer(x, y, eps, least)


@given(seed=st.integers(0, 10**6), eps=st.floats(1, 500), least=st.integers(1, 12))
def test_same_on_any_scatter(seed, eps, least):
    x, y = np.random.default_rng(seed).uniform(0, 1000, (2, 80))
    assert_same_as_peer(x, y, eps, least)


def test_same_with_weights():
    x, y = clustered(1500, 6)
    assert_same_as_peer(x, y, 120.0, 25, np.random.default_rng(6).integers(1, 6, 1500).astype(float))


@pytest.mark.parametrize(("eps", "least"), [(100, 20), (250, 60), (None, None)])
def test_same_on_real_incidents(lacrime_data, eps, least):
    frame = lg.read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    located = lg.as_incidents(frame).located()
    chosen = lg.dbscan(located, eps=eps, min_samples=least).parameters
    x, y = located.easting - 380_000, located.northing - 3_768_000
    ours = assert_same_as_peer(x, y, chosen["eps"], chosen["min_samples"])
    assert chosen["clusters"] == ours["cluster"].max() + 1 > 1


@pytest.mark.parametrize("case", ["clustered", "lattice at eps", "duplicated"])
def test_cells_too_many_to_list_are_looked_up(case, monkeypatch):
    from lacrime_geo import cell_index

    monkeypatch.setattr(cell_index, "_CELLS_LISTED", 0)
    x, y, eps, least = CASES[case]
    assert assert_same_as_peer(x, y, eps, least)["cluster"].max() >= 0
