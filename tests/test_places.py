"""Coincident places: collapse() against numpy.unique, whatever the coordinates."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from makers import duplicated, uniform

from lacrime_geo import places
from lacrime_geo.place_buckets import Buckets
from lacrime_geo.places import Standing, at_places, collapse, collapse_in_order, outlying

LARGE = 1_000_000
CASES = {
    "duplicates": duplicated(5000, 1),
    "distinct": uniform(5000, 2),
    "one place": (np.full(100, 3.5), np.full(100, -1.0)),
    "none": (np.empty(0), np.empty(0)),
    "one": (np.array([1.0]), np.array([2.0])),
    "same x": (np.zeros(500), np.arange(500.0) % 7),
    "same y": (np.arange(500.0) % 7, np.zeros(500)),
    "swapped pairs": (np.tile([1.0, 2.0], 200), np.tile([2.0, 1.0], 200)),
    "lattice": tuple(np.indices((150, 150)).reshape(2, -1) * 1.0),
    "more places than buckets": tuple(np.random.default_rng(3).integers(0, 600, (2, 400_000)).astype(float)),
    "a million on few": duplicated(LARGE, 4, places=59_000, side=70_000.0),
    "a million distinct": uniform(LARGE, 5),
}


@pytest.mark.parametrize("case", list(CASES))
def test_places_in_order_are_numbered_by_their_first_rows(case):
    x, y = CASES[case]
    first, place = collapse_in_order(x, y)
    assert (np.diff(first) > 0).all() and first.size == collapse(x, y)[0].size
    np.testing.assert_array_equal(x[first][place], x)
    np.testing.assert_array_equal(y[first][place], y)
    assert (first[place] <= np.arange(x.size)).all()


@pytest.mark.parametrize("case", list(CASES))
def test_a_function_is_called_with_each_place_once(case):
    x, y = CASES[case]
    asked = []

    def function(x, y):
        asked.append(x.size)
        return x * 3 - y, x + 2 * y

    made = at_places(x, y, function)
    assert (made[0] == x * 3 - y).all() and (made[1] == x + 2 * y).all()
    assert asked == [collapse(x, y)[0].size]


@pytest.mark.parametrize("case", list(CASES))
def test_same_places_as_unique(case):
    x, y = CASES[case]
    first, place = collapse(x, y)
    np.testing.assert_array_equal(x[first][place], x)
    np.testing.assert_array_equal(y[first][place], y)
    joined = np.sort(x.astype(complex) + 1j * y)
    assert first.size == (np.unique(joined).size if x.size else 0)
    np.testing.assert_array_equal(np.bincount(place, minlength=first.size) > 0, True)


def test_minus_zero_is_zero():
    first, place = collapse(np.array([0.0, -0.0, 0.0, -0.0]), np.array([-0.0, 0.0, 0.0, 1.0]))
    assert first.size == 2 and place[:3].tolist() == [place[0]] * 3 and place[3] != place[0]


@given(hnp.arrays(float, (30, 2), elements=st.sampled_from([0.0, -0.0, 1.0, 5e-324, 1e308, -1e308, 1 + 2**-52])))
def test_any_numbers(pairs):
    first, place = collapse(pairs[:, 0], pairs[:, 1])
    assert first.size == len({(x + 0.0, y + 0.0) for x, y in pairs.tolist()})
    np.testing.assert_array_equal(pairs[first][place], pairs)


@pytest.mark.parametrize("bits", [1, 3])
def test_colliding_buckets_lose_nothing(bits, monkeypatch):
    monkeypatch.setattr(places, "Buckets", partial(Buckets, bits))
    monkeypatch.setattr(places, "SIZE", Buckets(bits).size)
    x, y = CASES["duplicates"]
    first, place = collapse(x, y)
    assert first.size == 60 > Buckets(bits).size
    np.testing.assert_array_equal(np.column_stack([x[first], y[first]])[place], np.column_stack([x, y]))


def test_input_is_left_alone():
    x, y = (column.copy() for column in CASES["duplicates"])
    collapse(x, y)
    np.testing.assert_array_equal(np.stack([x, y]), np.stack(CASES["duplicates"]))


def test_a_far_place_is_outlying():
    x, y = uniform(200, 1)
    assert outlying(np.r_[x, 90_000.0], np.r_[y, 90_000.0]).nonzero()[0].tolist() == [200]
    assert not outlying(x[:3], y[:3]).any()


def test_outlying_equals_all_distances():
    x, y = uniform(150, 2)
    x[:3] += [9000, 20_000, 30_000]
    distance = np.hypot(x[:, None] - x, y[:, None] - y) + np.diag(np.full(150, np.inf))
    nearest = distance.min(axis=1)
    np.testing.assert_array_equal(outlying(x, y), nearest > nearest.mean() + 3 * nearest.std())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("points", [duplicated(5000, 1), uniform(3000, 2), (np.zeros(40), np.zeros(40))])
def test_standing_places_are_the_distinct_ones(points, weighted):
    x, y = points
    weight = np.random.default_rng(0).integers(0, 5, x.size).astype(float) if weighted else None
    found = Standing.of(x, y, weight)
    np.testing.assert_array_equal(found.x[found.place], x)
    np.testing.assert_array_equal(found.y[found.place], y)
    assert found.x.size == len({*zip(x.tolist(), y.tolist())})
    np.testing.assert_allclose(found.weight, np.bincount(found.place, weight, found.x.size))
