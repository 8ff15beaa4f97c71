"""Which places reach a weight within a radius: the same as counting every pair, whatever decides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, uniform

from lacrime_geo.sums_within import Threshold, reaching


def slow(x, y, weight, radius, least):
    return ((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= radius**2) @ weight >= least


@pytest.mark.parametrize("radius", [30.0, 200.0, 900.0, 20_000.0])
@pytest.mark.parametrize("least", [2, 25, 300])
@pytest.mark.parametrize("points", [clustered(900, 1), uniform(900, 2)])
def test_equals_all_pairs(points, radius, least):
    x, y = points
    for weight in (np.ones(900), np.random.default_rng(0).integers(0, 4, 900).astype(float)):
        found = reaching(x, y, weight, np.ones(900, bool), Threshold(radius, least))
        np.testing.assert_array_equal(found, slow(x, y, weight, radius, least))


@given(
    places=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=80),
    radius=st.sampled_from([10.0, 20.0, 50.0, 14.2]),
    least=st.integers(1, 20),
)
def test_exactly_at_the_radius(places, radius, least):
    x, y = np.array(places, float).T * 10
    found = reaching(x, y, np.ones(x.size), np.ones(x.size, bool), Threshold(radius, least))
    assert found.tolist() == slow(x, y, np.ones(x.size), radius, least).tolist()


def test_only_those_asked_for_are_looked_at():
    x, y = clustered(500, 3)
    asked = np.arange(500) % 3 == 0
    found = reaching(x, y, np.ones(500), asked, Threshold(200.0, 10))
    np.testing.assert_array_equal(found, asked & slow(x, y, np.ones(500), 200.0, 10))
    assert found.any()


def test_fractional_weights_do_not_miss_by_rounding():
    x = np.repeat(np.arange(2000.0) * 100, 10) + np.tile(np.arange(10.0), 2000)
    weight = np.full(x.size, 0.1)
    enough = 1.0 * (1 - 1e-12)
    assert reaching(x, 0 * x, weight, np.ones(x.size, bool), Threshold(50.0, enough)).all()
    assert not reaching(x, 0 * x, weight, np.ones(x.size, bool), Threshold(50.0, 1.001)).any()
    # Heavy neighbours far away make running sums coarse.
    x, weight = np.append(x, 5e5 + np.arange(200.0) * 1000), np.append(weight, np.full(200, 1e6 + 0.3))
    found = reaching(x, 0 * x, weight, np.ones(x.size, bool), Threshold(50.0, enough))
    assert found.all()
