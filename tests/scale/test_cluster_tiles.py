"""DBSCAN by tiles: the labels and cores of one search, wherever tiles are cut and in whatever order they end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacrime_geo import cluster_tiles
from lacrime_geo.cluster_tiles import label_by_tiles, tiles_of
from lacrime_geo.core_points import label_places
from lacrime_geo.places import Standing
from lacrime_geo.progress import Cancelled


@pytest.fixture(autouse=True, scope="module")
def small_tiles():
    """Cut so long as a tile holds two places, however much both sides share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster_tiles, "PLACES_IN_TILE", 1)
        patch.setattr(cluster_tiles, "MOST_SHARED", 1.0)
        yield


def backwards(function, tasks, *, progress=None):
    tasks = list(tasks)
    for number in reversed(range(len(tasks))):
        yield number, function(tasks[number])


def same(x, y, weight, eps, least, engine=None):
    """Hold the labels by tiles against those of one search; return how many tiles and clusters there are."""
    one, core = label_places(x, y, weight, eps, least)
    found, found_core = label_by_tiles(x, y, weight, eps, least, engine)
    assert found.tolist() == one.tolist() and found_core.tolist() == core.tolist()
    return len(tiles_of(x, y, eps, cluster_tiles.PLACES_IN_TILE)), int(one.max()) + 1


def distinct(places, weight=None):
    x, y = np.array(places, float).T
    return Standing.of(x + 380_000, y + 3_768_000, weight)[:3]


LATTICE = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=60)


@given(places=LATTICE, least=st.integers(1, 6), reach=st.sampled_from([1, 2, 5, 50]), turned=st.booleans())
def test_lattices_exactly_eps_apart_with_ties(places, least, reach, turned):
    same(*distinct(places), float(reach), least, backwards if turned else None)


@given(seed=st.integers(0, 10_000), places=st.integers(1, 50), eps=st.floats(0.5, 60), least=st.floats(0.1, 8))
def test_random_maps_of_fractional_weights(seed, places, eps, least):
    random = np.random.default_rng(seed)
    middles = random.uniform(0, 100, (4, 2))
    x, y = (middles[random.integers(0, 4, places)] + random.normal(0, 12, (places, 2))).T
    same(x, y, random.choice([0.0, 0.1, 0.7, 2.0], places), eps, least)


@pytest.mark.parametrize("places", range(1, 9))
def test_ends_of_a_line_belong_to_cores_that_need_places_twice_eps_away(places):
    line = [(10 * step, 0) for step in range(places)]
    assert same(*distinct(line), 10.0, 3) == (places, int(places > 2))
    assert same(*distinct([(y, x) for x, y in line]), 10.0, 3) == (places, int(places > 2))


def test_a_snake_through_all_tiles_is_one_cluster():
    step = np.arange(150.0)
    x, y = step, 50 * np.sin(step / 6)
    gap = np.hypot(np.diff(x), np.diff(y)).max()
    tiles, clusters = same(x, y, np.ones(150), gap, 3)
    assert tiles > 100 and clusters == 1
    tiles, clusters = same(x, y, np.ones(150), gap * (1 - 1e-9), 2)
    assert tiles > 100 and clusters > 1


def test_two_combs_that_never_touch_stay_apart():
    height, base = np.arange(0.0, 40, 2), np.arange(0.0, 41, 2)
    first = [np.c_[np.full(20, east), height] for east in (0, 20, 40)] + [np.c_[base, 0 * base]]
    second = [np.c_[np.full(20, east), height + 10] for east in (10, 30, 50)] + [np.c_[base + 10, 0 * base + 48]]
    tiles, clusters = same(*distinct(np.vstack(first + second)), 2.0, 2)
    assert tiles > 50 and clusters == 2


def test_a_halo_that_holds_everything():
    x, y = np.random.default_rng(1).uniform(0, 10, (2, 40))
    tiles, clusters = same(x, y, np.ones(40), 100.0, 40)
    assert tiles > 5 and clusters == 1
    assert same(x, y, np.ones(40), 100.0, 41) == (tiles, 0)


@pytest.mark.parametrize("far", [0.0, 4e6, -9e6])
def test_tiles_hold_each_place_once_and_all_within_twice_eps(far):
    x, y = np.round(np.random.default_rng(2).uniform(0, 50, (2, 200))) * 0.1 + far
    eps = 0.3
    tiles = tiles_of(x, y, eps, 10)
    assert np.sort(np.concatenate([tile.own for tile in tiles])).tolist() == list(range(200))
    for own, halo in tiles:
        squared = (x[:, None] - x[own]) ** 2 + (y[:, None] - y[own]) ** 2
        near = np.flatnonzero((squared <= (2 * eps) ** 2).any(axis=1))
        assert np.isin(near, np.concatenate([own, halo])).all() and not np.isin(halo, own).any()


def test_tiles_are_cut_only_where_few_places_are_shared(monkeypatch):
    x, y = np.random.default_rng(3).uniform(0, 100, (2, 4000))
    assert {len(tile.own) for tile in tiles_of(x, y, 0.1, 1000)} == {1000}
    monkeypatch.setattr(cluster_tiles, "MOST_SHARED", 0.25)
    # Cut at the middle, 4 eps of 100 m hold a quarter for eps of 6.25 m.
    assert len(tiles_of(x, y, 6.0, 3000)) == 2 and len(tiles_of(x, y, 6.7, 3000)) == 1
    assert len(tiles_of(np.zeros(9), np.zeros(9), 1.0, 2)) == 1


def test_it_can_be_cancelled_between_tiles():
    x, y = np.random.default_rng(4).uniform(0, 100, (2, 60))
    seen = []
    with pytest.raises(Cancelled):
        label_by_tiles(x, y, np.ones(60), 1.0, 2, progress=lambda done: seen.append(done) or done < 0.5)
    assert seen == sorted(seen) and 0.4 < seen[-1] < 0.6
