"""Scores of forecasts: constants by hand, what they must obey, and a slow twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacrime_geo.forecasting import scores
from lacrime_geo.forecasting.loss_differences import diebold_mariano

ACTUAL, FORECAST = [10.0, 12.0, 0.0, 8.0, 5.0], [12.0, 9.0, 0.0, 8.0, 10.0]
HISTORY = [4.0, 6.0, 7.0, 5.0, 10.0]


def test_errors_by_hand():
    assert scores.mae(ACTUAL, FORECAST) == pytest.approx(10 / 5)
    assert scores.rmse(ACTUAL, FORECAST) == pytest.approx(np.sqrt((4 + 9 + 25) / 5))
    assert scores.bias(ACTUAL, FORECAST) == pytest.approx((2 - 3 + 5) / 5)
    assert scores.smape(ACTUAL, FORECAST) == pytest.approx((400 / 22 + 600 / 21 + 0 + 0 + 1000 / 15) / 5)


def test_scaled_errors_by_hand():
    # Season 2: |7 − 4|, |5 − 6|, |10 − 7| = 3, 1, 3.
    assert scores.mase(ACTUAL, FORECAST, HISTORY, 2) == pytest.approx(2 / (7 / 3))
    assert scores.rmsse(ACTUAL, FORECAST, HISTORY, 2) == pytest.approx(np.sqrt((38 / 5) / (19 / 3)))


def test_a_constant_or_short_history_has_no_scale():
    assert np.isnan(scores.mase(ACTUAL, FORECAST, [3.0] * 5, 1))
    assert np.isnan(scores.rmsse(ACTUAL, FORECAST, [3.0] * 5, 1))
    assert np.isnan(scores.mase(ACTUAL, FORECAST, HISTORY, 5))


def test_intervals_by_hand():
    low, high = [8.0, 10.0, 1.0, 8.0, 0.0], [11.0, 11.0, 4.0, 9.0, 5.0]
    assert scores.coverage(ACTUAL, low, high) == pytest.approx(3 / 5)
    # Widths 3 + 1 + 3 + 1 + 5; outside 1 above and 1 below, times 2 / 0.05.
    assert scores.winkler(ACTUAL, low, high, 95) == pytest.approx((13 + 2 * 40) / 5)
    assert scores.pinball([10.0, 10.0], [8.0, 14.0], 0.9) == pytest.approx((0.9 * 2 + 0.1 * 4) / 2)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        scores.mae([1, 2], [1, 2, 3])


counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20)


@given(counts)
def test_order_between_scores(pairs):
    actual, forecast = np.array(pairs, dtype=float).T
    assert abs(scores.bias(actual, forecast)) <= scores.mae(actual, forecast) + 1e-12
    assert scores.mae(actual, forecast) <= scores.rmse(actual, forecast) + 1e-12
    assert 0 <= scores.smape(actual, forecast) <= 200 + 1e-9
    assert scores.pinball(actual, forecast, 0.5) == pytest.approx(scores.mae(actual, forecast) / 2)
    # An interval that is a point: Winkler's score is the absolute error times 2/α.
    assert scores.winkler(actual, forecast, forecast, 80) == pytest.approx(10 * scores.mae(actual, forecast))


@given(counts)
def test_winkler_is_made_of_two_pinball_losses(pairs):
    """Winkler's score is 2/α times the pinball losses of both ends (Gneiting & Raftery 2007, section 6.2)."""
    actual, low = np.array(pairs, dtype=float).T
    high = low + 7
    both = scores.pinball(actual, low, 0.025) + scores.pinball(actual, high, 0.975)
    assert scores.winkler(actual, low, high, 95) == pytest.approx(both * 2 / 0.05)


def test_the_median_is_best_by_pinball():
    drawn = np.random.default_rng(1).poisson(20, 2000).astype(float)
    tried = np.arange(10.0, 31.0)
    losses = [float(scores.pinball(drawn, np.full(2000, at), 0.9)) for at in tried]
    assert abs(tried[int(np.argmin(losses))] - np.quantile(drawn, 0.9)) <= 1


def test_diebold_mariano_by_hand():
    # d = −1, −2, −1, −2: mean −1.5, γ₀ 0.25; n 4, h 1: √(3/4); −1.5 / √(0.25/4) · √0.75.
    found = diebold_mariano([1.0, 2.0, 3.0, 2.0], [2.0, 4.0, 4.0, 4.0])
    assert found.statistic == pytest.approx(-6 * np.sqrt(0.75))
    # Student's t, 3 degrees of freedom: p = 1 − (2/π)(atan(x) + x / (1 + x²)), x = t/√3 = 3.
    assert found.p == pytest.approx(1 - 2 / np.pi * (np.arctan(3) + 3 / 10))


def test_diebold_mariano_with_overlap_by_hand():
    # d = 1, 2, 4, 5, 3: mean 3; γ₀ = (4+1+1+4+0)/5 = 2, γ₁ = (2−1+2+0)/5 = 0.6; variance (2 + 1.2)/5; h 2, n 5: (6−4+2/5)/5.
    found = diebold_mariano([1.0, 2.0, 4.0, 5.0, 3.0], np.zeros(5), overlap=2)
    assert found.statistic == pytest.approx(3 / np.sqrt(3.2 / 5) * np.sqrt(2.4 / 5))


def test_diebold_mariano_is_clustered_by_origin():
    random = np.random.default_rng(0)
    losses = random.normal(0, 1, (8, 1))
    once, often = (diebold_mariano(np.repeat(losses, copies, axis=1), np.zeros((8, copies))) for copies in (1, 500))
    assert once.statistic == pytest.approx(often.statistic)
    other_way = diebold_mariano(np.zeros((8, 1)), losses)
    assert other_way.statistic == pytest.approx(-once.statistic)
    assert other_way.p == pytest.approx(once.p)


def test_diebold_mariano_errs_as_often_as_it_says():
    random = np.random.default_rng(3)
    p = np.array([diebold_mariano(random.normal(0, 1, 8), np.zeros(8)).p for _ in range(2000)])
    assert 0.035 < (p < 0.05).mean() < 0.065


def test_equal_differences_have_no_test():
    assert np.isnan(diebold_mariano([1.0, 1.0, 1.0], [0.1, 0.1, 0.1]).p)
    assert np.isnan(diebold_mariano([1.0, 2.0], [0.0, 0.0]).p)
