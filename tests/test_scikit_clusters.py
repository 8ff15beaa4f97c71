"""HDBSCAN and OPTICS: scikit-learn's own clusters, numbered as ours, whatever the order of rows; what is refused."""

import builtins

import numpy as np
import pytest
from makers import clustered, duplicated, incidents, rectangle, uniform

import lacrime_geo as lg

sklearn = pytest.importorskip("sklearn.cluster")
POINTS = {
    "clustered": clustered(500, 1),
    "uniform": uniform(300, 2),
    "duplicated": duplicated(400, 3, places=120),
    "lattice": tuple(np.indices((15, 15)).reshape(2, -1) * 50.0),
}
SEARCHES = {
    "hdbscan": lambda points, **more: lg.hdbscan(points, min_cluster_size=15, **more),
    "optics": lambda points, **more: lg.optics(points, min_samples=10, max_eps=2000, **more),
}


def theirs(name, x, y):
    order = np.lexsort((y, x))
    places = np.column_stack([x, y])[order]
    if name == "hdbscan":
        model = sklearn.HDBSCAN(min_cluster_size=15, min_samples=15, copy=True)
    else:
        model = sklearn.OPTICS(min_samples=10, max_eps=2000)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = model.fit(places)
    labels = np.empty(x.size, int)
    labels[order] = found.labels_
    # Those on one place share the label of most of them, the largest number of equally many.
    for place in {*zip(x.tolist(), y.tolist())}:
        there = np.flatnonzero((x == place[0]) & (y == place[1]))
        values, counts = np.unique(labels[there], return_counts=True)
        labels[there] = values[counts == counts.max()].max()
    return labels


@pytest.mark.parametrize("points", list(POINTS))
@pytest.mark.parametrize("name", list(SEARCHES))
def test_same_clusters_numbered_by_falling_size(name, points):
    placed = incidents(*POINTS[points])
    labels = SEARCHES[name](placed)["cluster"]
    peer = theirs(name, placed.easting - placed.easting.min(), placed.northing - placed.northing.min())
    np.testing.assert_array_equal(labels < 0, peer < 0)
    pairs = {*zip(labels.tolist(), peer.tolist())}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert (np.diff(np.bincount(labels[labels >= 0])) <= 0).all()


@pytest.mark.parametrize("points", list(POINTS))
@pytest.mark.parametrize("name", list(SEARCHES))
def test_order_of_input_does_not_matter(name, points):
    x, y = POINTS[points]
    order = np.random.default_rng(0).permutation(x.size)
    a, b = SEARCHES[name](incidents(x, y)), SEARCHES[name](incidents(x[order], y[order]))
    np.testing.assert_array_equal(b["cluster"], a["cluster"][order])


@pytest.mark.parametrize("name", list(SEARCHES))
def test_columns_hulls_and_p(name):
    x, y = clustered(400, 4)
    gaps = np.where(np.arange(400) % 50 == 0, np.nan, x)
    marks = SEARCHES[name](incidents(gaps, y))
    more = {"hdbscan": "probability", "optics": "reachability"}[name]
    assert list(marks.columns) == ["cluster", more] and len(marks) == 400
    missing = np.isnan(gaps)
    assert (marks["cluster"][missing] == -1).all() and (
        marks[more][missing] == (0 if name == "hdbscan" else np.inf)
    ).all()
    shapes = marks.clusters(hull="concave", boundary=rectangle(0, 0, 5000, 5000), permutations=3)
    assert len(shapes) == marks.parameters["clusters"] >= 3 and (np.diff(shapes["p"]) >= 0).all()
    assert marks.parameters["reach"] > 0 and "for the hulls" in marks.parameters["reach_reason"]
    assert shapes.to_geodataframe().is_valid.all()


def test_probabilities_of_noise_are_zero_and_of_members_above():
    marks = SEARCHES["hdbscan"](incidents(*POINTS["clustered"]))
    assert (marks["probability"][marks["cluster"] < 0] == 0).all()
    assert (marks["probability"][marks["cluster"] >= 0] > 0).all() and marks["probability"].max() == 1
    crowded = lg.hdbscan(incidents(*duplicated(900, 3, places=120)), min_cluster_size=15)
    assert (crowded["probability"][crowded["cluster"] < 0] == 0).all() and crowded["probability"].max() == 1


def test_defaults_are_announced(caplog):
    x, y = clustered(600, 5)
    with caplog.at_level("INFO", "lacrime_geo"):
        one, two = lg.hdbscan(incidents(x, y)), lg.optics(incidents(x, y))
    assert "min_cluster_size = 10" in caplog.text and "max_eps = " in caplog.text
    assert one.parameters["min_samples"] == 10 and two.parameters["max_eps_reason"].startswith("four times the median")


def test_leaves_are_smaller_than_what_lasts_longest():
    x, y = clustered(500, 1, spread=250.0)
    lasting, leaves = (
        lg.hdbscan(incidents(x, y), min_cluster_size=8, cluster_selection_method=kind) for kind in ("eom", "leaf")
    )
    assert leaves.parameters["clusters"] > lasting.parameters["clusters"]


@pytest.mark.parametrize("name", list(SEARCHES))
def test_incidents_on_one_place_are_in_one_cluster(name):
    x, y = POINTS["duplicated"]
    label = SEARCHES[name](incidents(x, y))["cluster"]
    assert len({*zip(x.tolist(), y.tolist(), label.tolist())}) == len({*zip(x.tolist(), y.tolist())}) < 121


def test_weights_are_said_not_to_count():
    marks = lg.hdbscan(incidents(*clustered(300, 1), weight=np.full(300, 2.0)))
    assert "weights are not regarded" in marks.parameters["warnings"][0]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda points: lg.hdbscan(points, min_cluster_size=1),
            "min_cluster_size must be a whole number of at least 2",
        ),
        (lambda points: lg.hdbscan(points, min_samples=0), "min_samples must be a whole number of at least 1"),
        (lambda points: lg.hdbscan(points, cluster_selection_method="best"), "cluster_selection_method must be one of"),
        (lambda points: lg.hdbscan(points, min_cluster_size=50), "has 30 incidents with a place, fewer than the 50"),
        (lambda points: lg.optics(points, min_samples=31), "fewer than the 31"),
        (lambda points: lg.optics(points, xi=1.0), "xi must be a share between 0 and 1"),
        (lambda points: lg.optics(points, xi=0), "xi must be a share between 0 and 1, got 0"),
        (lambda points: lg.optics(points, max_eps=0), "max_eps must be above 0"),
    ],
)
def test_out_of_bounds(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(incidents(*uniform(30, 1)))


@pytest.mark.parametrize("name", list(SEARCHES))
def test_all_on_one_place(name):
    marks = SEARCHES[name](incidents(np.zeros(40), np.zeros(40)))
    assert len(set(marks["cluster"].tolist())) == 1 and len(marks.clusters()) == marks.parameters["clusters"]


@pytest.mark.parametrize("name", list(SEARCHES))
def test_a_missing_scikit_learn_is_named(name, monkeypatch):
    real = builtins.__import__

    def without(module, *rest, **more):
        if module.partition(".")[0] == "sklearn":
            raise ModuleNotFoundError("No module named 'sklearn'")
        return real(module, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        ImportError, match=rf"{name} needs scikit-learn.*: pip install scikit-learn; dbscan and st_dbscan do without"
    ):
        SEARCHES[name](incidents(*clustered(100, 1)))


@pytest.mark.parametrize("name", list(SEARCHES))
def test_progress_can_stop_it(name):
    with pytest.raises(lg.Cancelled):
        SEARCHES[name](incidents(*clustered(100, 1)), progress=lambda fraction: False)
