"""Farrington's method: its steps one by one, and the bounds of R's surveillance."""

import numpy as np
import pytest

from lacrime_geo.alerting import farrington
from lacrime_geo.verification.published.surveillance import IN_R, WEEKS, written


@pytest.mark.parametrize("series", IN_R)
def test_bounds_are_those_of_r(series):
    counts = written(*series)[np.newaxis]
    found = [farrington.expected_of(counts, week, 52) for week in WEEKS]
    mean, dispersion = (np.array([getattr(one, name)[0] for one in found]) for name in ("mean", "dispersion"))
    bounds, expected, phi = IN_R[series]
    assert farrington.bound(mean, dispersion, np.full(mean.size, 0.01)).tolist() == bounds
    np.testing.assert_allclose(mean, expected, rtol=1e-6)
    np.testing.assert_allclose(dispersion, phi, rtol=3e-5)  # R stops at a change of the deviance by 1e-8
    assert {bool(one.trend[0]) for one in found} == {series[2] != 0}


def test_levels_of_the_season():
    week, level = 300, farrington.season_levels(300, 5, 52)
    near = [week - 52 * back for back in range(1, 6)]
    for middle in near:
        assert (level[middle - 3 : middle + 4] == 0).all()
    assert (level[: near[-1] - 3] == -1).all() and (level[week - 26 :] == -1).all()
    between = level[near[1] + 4 : near[0] - 3]
    assert (np.diff(between) >= 0).all() and set(between.tolist()) == set(range(1, 10))
    assert set(np.bincount(between)[1:].tolist()) == {5}


@pytest.mark.parametrize(("week", "years"), [(159, 2), (160, 3), (211, 3), (212, 4), (264, 5), (900, 5)])
def test_years_that_are_whole(week, years):
    assert farrington.years_of(week) == years
    assert (week >= farrington.first_week()) == (years >= 3)


def slow_fit(past, design, weights):
    """Return the coefficients by general minimisation of the weighted Poisson likelihood."""
    from scipy.optimize import minimize

    def loss(coefficients):
        linear = design @ coefficients
        return float((weights * (np.exp(linear) - past * linear)).sum())

    def slope(coefficients):
        return design.T @ (weights * (np.exp(design @ coefficients) - past))

    start = np.zeros(design.shape[1])
    start[:] = np.log(past.mean())
    start[-1] = 0.0
    return minimize(loss, start, jac=slope, method="BFGS", options=dict(gtol=1e-9)).x


def test_regression_against_a_slow_one():
    random = np.random.default_rng(1)
    season = np.repeat(np.arange(4), 15)
    design = np.column_stack([(season[:, None] == np.arange(4)).astype(float), np.linspace(-1, 0, 60)])
    past = random.poisson(np.exp(1.5 + 0.2 * season), (3, 60)).astype(float)
    weights = random.uniform(0.2, 1.5, (3, 60))
    found = farrington.quasi_poisson(past, design, weights)
    for row in range(3):
        np.testing.assert_allclose(found.coefficients[row], slow_fit(past[row], design, weights[row]), atol=1e-5)
    root = np.sqrt(weights * found.fitted)[..., None] * design
    for row in range(3):
        hat = root[row] @ np.linalg.inv(root[row].T @ root[row]) @ root[row].T
        np.testing.assert_allclose(found.leverage[row], np.diag(hat), atol=1e-8)
    pearson = (weights * (past - found.fitted) ** 2 / found.fitted).sum(axis=1) / (60 - 5)
    np.testing.assert_allclose(found.dispersion, np.maximum(pearson, 1.0))


def test_outbreaks_weigh_less_and_the_rest_as_much_as_there_are():
    residuals = np.random.default_rng(2).normal(0, 1, (4, 200))
    residuals[:, :5] = [[2.5, 2.6, 4.0, 10.0, -8.0]]
    weights = farrington.outbreak_weights(residuals)
    np.testing.assert_allclose(weights.sum(axis=1), 200)
    ratio = weights[:, 1:4] / weights[:, :1]
    np.testing.assert_allclose(ratio, 1 / residuals[:, 1:4] ** 2)
    np.testing.assert_allclose(weights[:, 4], weights[:, 0])


def test_a_past_outbreak_hardly_raises_what_is_expected():
    counts = np.random.default_rng(3).poisson(20, (1, 300)).astype(float)
    raised = counts.copy()
    raised[0, 243:246] = 120
    usual, after = (farrington.expected_of(one, 299).mean[0] for one in (counts, raised))
    plain = np.concatenate([raised[0, 243 - 4 : 243 + 3]]).mean()
    assert abs(after - usual) < 3 < plain - usual


@pytest.mark.parametrize("dispersion", [1.0, 1.7, 6.0])
def test_bound_and_p_against_sums(dispersion):
    mean = 9.3
    count = np.arange(400)
    if dispersion == 1.0:
        from scipy.special import gammaln

        mass = np.exp(count * np.log(mean) - mean - gammaln(count + 1))
    else:
        mass = [dispersion ** (-mean / (dispersion - 1))]
        size, p = mean / (dispersion - 1), 1 - 1 / dispersion
        for k in range(1, 400):
            mass.append(mass[-1] * p * (size + k - 1) / k)
        mass = np.array(mass)
    at_least = np.cumsum(mass[::-1])[::-1]
    ones = np.ones(60)
    np.testing.assert_allclose(
        farrington.p_of_week(count[:60].astype(float), mean * ones, dispersion * ones), at_least[:60], rtol=1e-8
    )
    for alpha in (0.2, 0.01, 1e-4):
        first = int(np.argmax(at_least <= alpha))
        assert farrington.bound(np.array([mean]), np.array([dispersion]), np.array([alpha]))[0] == first - 1


def test_few_of_late_and_nothing_at_all_are_not_judged():
    counts = np.zeros((2, 300))
    counts[1, :280] = 1.0
    found = farrington.expected_of(counts, 299)
    assert not found.judged.any() and np.isnan(found.mean).all()


def test_a_trend_that_rises_above_all_counts_seen_is_not_followed():
    weeks = np.arange(300)
    counts = np.round(5 * np.exp(weeks / 60)).astype(float)[np.newaxis]
    counts[0, 274:] = counts[0, 273]
    assert not farrington.expected_of(counts, 299).trend[0]
