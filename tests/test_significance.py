"""p-values: exact tails against enumeration, corrections against a slow twin, bins against their definition."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacrime_geo.sample_totals import Population, SampleTotals
from lacrime_geo.significance import adjust, confidence_bins, exact_tails, two_sided
from lacrime_geo.verification.cases.of_hotspots import PAPER

POPULATIONS = st.lists(st.integers(0, 6), min_size=2, max_size=9)


def enumerated(others, draws):
    """Return {total: probability} over every sample without replacement, as fractions."""
    totals = [sum(sample) for sample in itertools.combinations(others, draws)]
    return {total: Fraction(totals.count(total), len(totals)) for total in set(totals)}


def slow_p(others, draws, seen):
    """Return the probability of all totals no likelier than the one seen."""
    table = enumerated(others, draws)
    return float(sum(p for p in table.values() if p <= table[seen]))


@given(values=POPULATIONS, data=st.data())
def test_exact_tail_equals_enumeration_of_all_samples(values, data):
    i = data.draw(st.integers(0, len(values) - 1))
    others = values[:i] + values[i + 1 :]
    draws = data.draw(st.integers(0, len(others)))
    sample = data.draw(st.permutations(others))[:draws]
    total, size = np.zeros(len(values), int), np.zeros(len(values), int)
    total[i], size[i] = sum(sample), draws
    p, side = exact_tails(np.array(values), total, size)
    assert p[i] == pytest.approx(slow_p(others, draws, sum(sample)), abs=1e-9)
    expected = Fraction(sum(others) * draws, len(others))
    assert side[i] == (sum(sample) > expected) - (sum(sample) < expected)


@given(values=POPULATIONS, data=st.data())
def test_distribution_equals_enumeration(values, data):
    i = data.draw(st.integers(0, len(values) - 1))
    draws = data.draw(st.integers(0, len(values) - 1))
    kinds, times = np.unique(values, return_counts=True)
    got = SampleTotals(kinds, times, draws, len(values) - 1).without(values[i])
    table = enumerated(values[:i] + values[i + 1 :], draws)
    expected = [float(table.get(total, 0)) for total in range(got.size)]
    np.testing.assert_allclose(got, expected, atol=1e-12)
    assert sum(table.values()) == 1 and max(table) < got.size


@given(seed=st.integers(0, 10**6), highest=st.sampled_from([1, 4, 30]))
def test_adding_kind_after_kind_equals_the_transform(seed, highest):
    random = np.random.default_rng(seed)
    values = random.integers(0, highest + 1, 60)
    kinds, times = np.unique(values, return_counts=True)
    draws, kind = np.repeat([0, 1, 3, 8, 14], kinds.size), np.tile(np.arange(kinds.size), 5)
    population = Population(kinds, times)
    assert population._most_added(np.unique(draws)) == 14
    for number, which, found in zip(draws, kind, population.totals(draws, kind)):
        table = SampleTotals(kinds, times, int(number), 59).without(int(kinds[which]))
        shorter = min(found.size, table.size)
        np.testing.assert_allclose(found[:shorter], table[:shorter], atol=1e-12)
        assert found[shorter:].sum() + table[shorter:].sum() < 1e-12


@pytest.mark.parametrize("number", [8, 80, 100, 101, 300])
def test_both_roads_to_exact_totals_meet(number):
    values = np.random.default_rng(3).poisson(0.8, 5000)
    kinds, times = np.unique(values, return_counts=True)
    (found,) = Population(kinds, times).totals(np.array([number]), np.array([1]))
    table = SampleTotals(kinds, times, number, 4999).without(1)
    shorter = min(found.size, table.size)
    np.testing.assert_allclose(found[:shorter], table[:shorter], atol=1e-12)
    assert found @ np.arange(found.size) == pytest.approx(number * np.delete(values, np.argmax(values == 1)).mean())


@pytest.mark.parametrize(("mean", "draws"), [(0.2, 8), (1.0, 8), (1.0, 60), (4.0, 24)])
def test_exact_tail_equals_sampled_permutations(mean, draws):
    random = np.random.default_rng(4)
    values = random.poisson(mean, 200)
    others, times = values[1:], 40_000
    keys = random.random((times, others.size))
    totals = others[np.argpartition(keys, draws, axis=1)[:, :draws]].sum(axis=1)
    kinds, multiplicity = np.unique(values, return_counts=True)
    table = SampleTotals(kinds, multiplicity, draws, 199).without(int(values[0]))
    sampled = np.bincount(totals, minlength=table.size) / times
    assert np.abs(sampled - table).max() < 4 * np.sqrt(table.max() / times)
    assert table @ np.arange(table.size) == pytest.approx(draws * others.mean(), rel=1e-9)


def test_mean_and_variance_of_a_large_population():
    values = np.random.default_rng(2).poisson(0.5, 100_000)
    kinds, times = np.unique(values, return_counts=True)
    table = SampleTotals(kinds, times, 300, values.size - 1).without(int(values[0]))
    others, at = values[1:], np.arange(table.size)
    shrink = (others.size - 300) / (others.size - 1)
    assert table @ at == pytest.approx(300 * others.mean(), rel=1e-9)
    assert table @ (at - table @ at) ** 2 == pytest.approx(300 * others.var() * shrink, rel=1e-7)


def test_empty_neighbourhoods_among_empty_cells_are_no_evidence():
    values = np.array([0] * 50 + [3])
    p, _ = exact_tails(values, np.zeros(51, int), np.full(51, 4))
    assert (p[:50] > 0.9).all()


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_benjamini_hochberg_equals_its_definition(p):
    """Reject the k smallest, k the largest with p(k) ≤ k/m · level; adjusted p is the least level that rejects."""
    p, m = np.array(p), len(p)
    slow = [min([1.0] + [p[j] * m / np.sum(p <= p[j]) for j in range(m) if p[j] >= p[i]]) for i in range(m)]
    np.testing.assert_allclose(adjust(p, "fdr"), slow, atol=1e-15)
    assert (adjust(p, "fdr") >= p).all()


@pytest.mark.parametrize("level", [0.01, 0.05, 0.1, 0.5])
def test_benjamini_hochberg_rejects_as_the_step_up_rule(level):
    p = np.random.default_rng(1).random(300) ** 3
    k = max((k for k in range(1, 301) if np.sort(p)[k - 1] <= k / 300 * level), default=0)
    assert (adjust(p, "fdr") <= level).sum() == k


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=60), correction=st.sampled_from(["fdr", "bonferroni"]))
def test_corrections_equal_statsmodels(p, correction):
    from statsmodels.stats.multitest import multipletests

    theirs = multipletests(p, method={"fdr": "fdr_bh", "bonferroni": "bonferroni"}[correction])[1]
    np.testing.assert_allclose(adjust(np.array(p), correction), theirs, atol=1e-14)


@pytest.mark.parametrize(("correction", "rejected"), [("fdr", 4), ("bonferroni", 3), ("none", 9)])
def test_published_example(correction, rejected):
    # Of fifteen p-values at 0.05 (Benjamini & Hochberg 1995, table 1).
    assert (adjust(np.array(PAPER), correction) <= 0.05).sum() == rejected


@given(seed=st.integers(0, 10**6), correction=st.sampled_from(["fdr", "bonferroni", "none"]))
def test_corrections_keep_order_and_bounds(seed, correction):
    random = np.random.default_rng(seed)
    p, order = random.random(30), random.permutation(30)
    adjusted = adjust(p, correction)
    assert (adjusted >= p).all() and (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    np.testing.assert_array_equal(adjust(p[order], correction), adjusted[order])


def test_corrections_of_nothing():
    assert all(adjust(np.empty(0), name).size == 0 for name in ("fdr", "bonferroni", "none"))
    with pytest.raises(ValueError, match="correction must be one of 'fdr', 'bonferroni', 'none', got 'holm'"):
        adjust(np.array([0.5]), "holm")


def test_two_sided_p_equals_the_normal_integral():
    from math import erfc, sqrt

    z = np.linspace(-9, 9, 181)
    np.testing.assert_allclose(two_sided(z), [erfc(abs(v) / sqrt(2)) for v in z], rtol=1e-12)
    assert two_sided(np.array([np.nan])).tolist() == [1.0]


@pytest.mark.parametrize(
    ("z", "p", "bin_"),
    [
        *[(4, 0.01, 3), (4, 0.0100001, 2), (4, 0.05, 2), (4, 0.1, 1), (4, 0.1000001, 0), (-4, 0.01, -3)],
        *[(-2, 0.07, -1), (np.nan, 1.0, 0), (0.0, 0.001, 0)],
    ],
)
def test_bins(z, p, bin_):
    assert confidence_bins(np.array([float(z)]), np.array([p])).tolist() == [bin_]
