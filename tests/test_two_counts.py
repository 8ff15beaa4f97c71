"""The E-test: the paper's definition by loops, published numbers, mirrored and scaled, calibrated where nothing changes."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.significance import adjust
from lacrime_geo.two_counts import TESTS, e_test_p, smallest_p

COUNTS = st.integers(0, 25)
EXPOSURES = st.floats(0.2, 5.0)


def by_loops(k1, k2, n1, n2, alternative="two-sided", most=120):
    """Return the E-test's p as Krishnamoorthy & Thomson define it, pair by pair."""

    def apart(x1, x2):
        t = (x1 / n1 - x2 / n2) / math.sqrt(x1 / n1**2 + x2 / n2**2) if x1 + x2 else 0.0
        return {"two-sided": abs(t), "greater": t, "less": -t}[alternative]

    def poisson(mean):
        return [math.exp(x * math.log(mean) - mean - math.lgamma(x + 1)) for x in range(most)]

    rate = (k1 + k2) / (n1 + n2)
    first, second, seen = poisson(n1 * rate), poisson(n2 * rate), apart(k1, k2)
    pairs = itertools.product(range(most), repeat=2)
    return sum(first[x1] * second[x2] for x1, x2 in pairs if apart(x1, x2) >= seen - 1e-10 * abs(seen) - 1e-12)


@given(COUNTS, COUNTS, EXPOSURES, EXPOSURES)
def test_it_is_the_papers_sum(k1, k2, n1, n2):
    expected = by_loops(k1, k2, n1, n2) if k1 + k2 else 1.0
    assert lg.e_test(k1, k2, exposure=(n1, n2)) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(COUNTS, COUNTS, EXPOSURES, EXPOSURES, st.sampled_from(["greater", "less"]))
def test_one_sided_it_is_the_papers_sum(k1, k2, n1, n2, alternative):
    found = lg.e_test(k1, k2, exposure=(n1, n2), alternative=alternative)
    expected = by_loops(k1, k2, n1, n2, alternative) if k1 + k2 else 1.0
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)
    other = {"greater": "less", "less": "greater"}[alternative]
    assert lg.e_test(k2, k1, exposure=(n2, n1), alternative=other) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("means", [(3.0, 3.0), (2.0, 6.0), (12.0, 12.0)])
def test_its_size_by_exact_enumeration(means, alternative):
    # All pairs of counts that could be, each with its probability: the share of them with p ≤ 5 % is 5 % or a hair above.
    pairs = np.array(list(itertools.product(range(45), repeat=2)))
    weight = np.prod(
        [np.exp(k * np.log(m) - m - [math.lgamma(x + 1) for x in k]) for k, m in zip(pairs.T, means)], axis=0
    )
    p = lg.e_test(*pairs.T, exposure=means, alternative=alternative)
    assert weight.sum() == pytest.approx(1.0, abs=1e-6)
    size = weight[p <= 0.05].sum()
    assert 0.02 < size < 0.055


def test_published_numbers():
    # (6, 2): Wheeler's and others' check of the E-test; the paper's own example (Krishnamoorthy & Thomson 2004, section 5).
    assert lg.e_test(6, 2) == pytest.approx(0.1749, abs=5e-5)
    assert lg.e_test(0, 0) == 1.0


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=9), EXPOSURES, EXPOSURES, st.floats(0.01, 100))
def test_swapping_and_scaling_change_nothing(pairs, n1, n2, scale):
    k1, k2 = np.array(pairs).T
    p = lg.e_test(k1, k2, exposure=(n1, n2))
    np.testing.assert_allclose(lg.e_test(k2, k1, exposure=(n2, n1)), p, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(lg.e_test(k1, k2, exposure=(scale * n1, scale * n2)), p, rtol=1e-6, atol=1e-12)
    assert ((p >= 0) & (p <= 1)).all()


def test_it_broadcasts_and_scalars_give_a_number():
    p = lg.e_test([[6], [0]], [2, 0, 6])
    assert p.shape == (2, 3) and p[1, 1] == 1.0 and p[0, 2] == 1.0
    assert isinstance(lg.e_test(np.int64(6), 2), float)


def test_large_counts_agree_with_the_normal_distribution():
    z = (10_000 - 10_300) / math.sqrt(20_300)
    assert lg.e_test(10_000, 10_300) == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), rel=0.01)


@pytest.mark.parametrize("share", [0.5, 0.45, 1 / 3])
def test_where_nothing_changes_p_is_no_smaller_than_it_says(share, capsys):
    random = np.random.default_rng(7)
    for mean in (0.5, 2.0, 10.0, 60.0):
        before, after = random.poisson(2 * mean * (1 - share), 20_000), random.poisson(2 * mean * share, 20_000)
        found = [(e_test_p(before, after, share) <= level).mean() / level for level in (0.01, 0.05, 0.1)]
        with capsys.disabled():
            print(
                f"\nshare {share:.2f}, mean {mean:g}: share of p ≤ level / level {np.round(found, 2).tolist()}", end=""
            )
        assert max(found) < 1.15


@pytest.mark.parametrize("test", list(TESTS))
def test_the_false_discovery_rate_holds_among_the_cells_tested(test):
    random = np.random.default_rng(8)
    any_found = []
    for _ in range(200):
        rate = random.gamma(0.5, 6.0, 300)
        before, after = random.poisson(rate), random.poisson(rate)
        tested = smallest_p(before + after, 0.5, test) <= 0.1
        any_found.append((adjust(TESTS[test](before[tested], after[tested], 0.5), "fdr") <= 0.05).any())
    # Where nothing changes at all, any finding is false.
    assert np.mean(any_found) <= 0.085


def test_what_cannot_be_is_said():
    for call, said in (
        (
            lambda: lg.e_test(-1, 2),
            "a must be whole numbers from 0 to 1,000,000,000; 1 of 1 are not, the first is -1",
        ),
        (lambda: lg.e_test(1e18, 2), "the first is 1e\\+18"),
        (lambda: lg.e_test([1, 2], [1, 2, 3]), r"shapes \(2,\), \(3,\), \(\), \(\), which do not fit"),
        (
            lambda: lg.e_test(1, [2, 2.5]),
            "b must be whole numbers from 0 to 1,000,000,000; 1 of 2 are not, the first is 2.5",
        ),
        (lambda: lg.e_test(1, 2, exposure=(0, 1)), "the exposure of a must be above 0"),
        (lambda: lg.e_test(1, 2, exposure=3), "exposure must be two"),
        (lambda: lg.e_test(1, 2, alternative="more"), "alternative must be one of 'two-sided'"),
        (lambda: lg.e_test(1, np.nan), "b is missing or infinite in 1 of 1 rows"),
    ):
        with pytest.raises(ValueError, match=said):
            call()
