"""Mann-Kendall: what mirrors and what does not move it, a slow twin, the constants, a peer, and its calibration."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import lacrime_geo as lg

SERIES = st.integers(3, 14).flatmap(lambda n: arrays(np.int64, n, elements=st.integers(-4, 4)))


def slow(values):
    """Return S, var and tied pairs as the papers write them."""
    n = len(values)
    pairs = [np.sign(later - earlier) for earlier, later in itertools.combinations(values, 2)]
    groups = [list(values).count(value) for value in set(values)]
    excess = sum(t * (t - 1) * (2 * t + 5) for t in groups)
    return sum(pairs), (n * (n - 1) * (2 * n + 5) - excess) / 18, sum(pair == 0 for pair in pairs)


@given(SERIES)
def test_the_slow_twin(values):
    found = lg.mann_kendall(values)
    assert (found.S, found.var, found.ties) == pytest.approx(slow(values.tolist()))


@given(SERIES)
def test_time_reversed_mirrors_the_trend(values):
    there, back = lg.mann_kendall(values), lg.mann_kendall(values[::-1])
    assert (there.S, there.z, there.p) == (-back.S, -back.z, back.p)


@given(SERIES, st.integers(-50, 50))
def test_a_constant_or_a_rising_scale_changes_nothing(values, constant):
    assert lg.mann_kendall(values + constant) == lg.mann_kendall(values) == lg.mann_kendall(np.exp(values / 3.0))


def test_the_constants():
    # METHODS: strictly rising n = 10. With ties: Gilbert 1987, Statistical Methods for Environmental Pollution Monitoring,
    # section 16.4.2: a group of t tied values takes t(t − 1)(2t + 5) from n(n − 1)(2n + 5).
    rising = lg.mann_kendall(np.arange(10))
    assert (rising.S, rising.var, rising.ties) == (45, 125.0, 0)
    assert rising.z == pytest.approx(3.935, abs=5e-4) and rising.p == pytest.approx(8.3e-5, rel=0.01)
    tied = lg.mann_kendall([1, 1, 1, 2])
    assert (tied.S, tied.var, tied.ties) == (3, (4 * 3 * 13 - 3 * 2 * 11) / 18, 3)
    assert lg.mann_kendall([7, 7, 7, 7])[:4] == (0, 0.0, 0.0, 1.0)


def test_many_series_are_each_as_by_itself():
    table = np.random.default_rng(0).poisson(1.5, (700, 20))
    together, turned = lg.mann_kendall(table), lg.mann_kendall(table.T, axis=0)
    for number in (0, 1, 333, 699):
        assert lg.mann_kendall(table[number]) == tuple(column[number] for column in together)
    for one, other in zip(together, turned):
        np.testing.assert_array_equal(one, other)


def test_series_longer_than_narrow_numbers_hold():
    values = np.arange(300)
    assert lg.mann_kendall(values).S == 300 * 299 // 2
    assert lg.mann_kendall(values[::-1]).S == -300 * 299 // 2


def test_the_peer():
    peer = pytest.importorskip("pymannkendall")
    random = np.random.default_rng(1)
    table = np.concatenate([random.normal(size=(20, 52)), random.poisson(0.4, (20, 52))])
    found = lg.mann_kendall(table)
    for number, values in enumerate(table):
        theirs = peer.original_test(values)
        assert (found.S[number], found.var[number]) == pytest.approx((theirs.s, theirs.var_s))
        assert (found.z[number], found.p[number]) == pytest.approx((theirs.z, theirs.p), abs=1e-12)


@pytest.mark.parametrize("steps", [10, 52])
def test_without_a_trend_one_in_twenty_is_called_one(steps):
    p = lg.mann_kendall(np.random.default_rng(2).normal(size=(20_000, steps))).p
    assert 0.04 <= (p < 0.05).mean() <= 0.06


def test_what_is_no_series_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="at least 3 values in order of time, got 2"):
        lg.mann_kendall([1, 2])
    with pytest.raises(ValueError, match="axis must be one of the 2 axes of the values, got 5"):
        lg.mann_kendall(np.zeros((3, 4)), axis=5)
    for wrong in (["a", "b", "c"], [1 + 2j, 2, 3]):
        with pytest.raises(TypeError, match="values must be numbers in order of time; the first is "):
            lg.mann_kendall(wrong)
    with pytest.raises(ValueError, match="1 of 2 series have missing values"):
        lg.mann_kendall([[1.0, 2.0, np.nan], [1.0, 2.0, 3.0]])
