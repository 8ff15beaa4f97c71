"""Intervals of forecasts: they hold as many counts as they promise, and learn how from honest past misses only."""

import numpy as np
import pytest

from lacrime_geo.forecasting.calibrated_tails import calibrated
from lacrime_geo.forecasting.count_intervals import predicted
from lacrime_geo.forecasting.miss_spreads import Forecast, grown, running, with_spread
from lacrime_geo.forecasting.models import Panel
from lacrime_geo.forecasting.simple_models import MovingAverage
from lacrime_geo.forecasting.smoothing import Smoothing
from lacrime_geo.forecasting.traced_models import refits_of, traced_then

MONTHS = np.arange("2018-01", "2023-01", dtype="M8[M]").astype("M8[D]")
STEPS, HORIZON, ORIGINS = MONTHS.size, 3, range(40, 58, 3)


def drawn(mean, size, seed, series=60, walk=0.05):
    """Return negative binomial counts (series, steps) about slowly wandering means."""
    random = np.random.default_rng(seed)
    rate = mean * np.exp(
        np.cumsum(random.normal(0, walk, (series, STEPS)), axis=1) + random.normal(0, 0.3, (series, 1))
    )
    return random.poisson(rate * random.gamma(size, 1 / size, rate.shape)).astype(float)


def covered(values, forecast):
    """Return by level the share of counts within their intervals (origins, horizon)."""
    found = {80: [], 95: []}
    for known in ORIGINS:
        told = forecast(Panel(values[:, :known], MONTHS[:known], "month"))
        later = values[:, known : known + HORIZON]
        for level, shares in found.items():
            shares.append(((told.low[level] <= later) & (later <= told.high[level])).mean(axis=0))
    return {level: np.array(shares) for level, shares in found.items()}


def honest(shares, high):
    """Return whether shares (origins, horizon) are those that 80 and 95 % promise, one and three steps ahead."""
    ends = {80: (0.76, 0.86 if high > 20 else 0.95), 95: (0.925, 0.98 if high > 20 else 0.998)}
    return all(
        low <= shares[level][:, ahead].mean() <= top for level, (low, top) in ends.items() for ahead in (0, HORIZON - 1)
    )


@pytest.mark.parametrize("model", [Smoothing(), MovingAverage(6)], ids=lambda model: model.name)
@pytest.mark.parametrize(("mean", "size"), [(2.0, 2.0), (8.0, 6.0), (300.0, 20.0)])
def test_as_many_counts_lie_within_as_is_promised(model, mean, size):
    values = drawn(mean, size, 1)
    assert honest(covered(values, lambda panel: model.fit_many(panel).predict(HORIZON)), mean)


@pytest.mark.parametrize(("mean", "size"), [(2.0, 2.0), (300.0, 20.0)])
def test_too_narrow_intervals_are_found_out(mean, size):
    def poisson(panel):
        told = Smoothing().fit_many(panel).predict(HORIZON, ())
        return predicted(told.mean, told.mean, (80, 95))

    assert not honest(covered(drawn(mean, size, 1), poisson), mean)


def test_a_shock_common_to_a_group_widens_the_intervals_of_the_group():
    values = np.random.default_rng(4).poisson(60, (40, STEPS)).astype(float)
    values[::2] *= np.exp(np.random.default_rng(5).normal(0, 0.3, STEPS))
    keys = {"kind": np.tile(["shaken", "calm"], 20)}
    told = MovingAverage(6).fit_many(Panel(values, MONTHS, "month", keys=keys)).predict(1, (95,))
    width = (told.high[95] - told.low[95])[:, 0]
    assert width[::2].min() > 1.5 * width[1::2].max()


def test_the_spread_is_that_of_a_slow_loop():
    random = np.random.default_rng(2)
    values, traced = random.poisson(9, (2, 20)).astype(float), random.uniform(5, 12, (2, 20, 2))
    found = running(values, traced, 6.0)
    for ahead in (1, 2):
        missed = [values[1, step + ahead] - traced[1, step, ahead - 1] for step in range(15 - ahead + 1)]
        weights = [0.5 ** ((len(missed) - 1 - place) / 6) for place in range(len(missed))]
        amount = sum(weights) ** 2 / sum(np.square(weights))
        mean = sum(weight * miss**2 for weight, miss in zip(weights, missed)) / sum(weights)
        assert found[1, 15, ahead - 1] == pytest.approx(mean * (amount - 1) / (amount - 3) * (amount + 1) / amount)
    assert np.isnan(found[:, :8, 0]).all() and np.isfinite(found[:, 8:, 0]).all()
    np.testing.assert_array_equal(grown(np.array([[[3.0, 2.0, np.nan]]])), [[[3.0, 3.0, 4.5]]])


def test_no_variance_is_below_the_mean():
    values = np.full((3, 30), 7.0)
    found = with_spread(values, np.full((3, 30, 2), 7.0), None)
    np.testing.assert_array_equal(found.variance[:, -1], 7.0)


@pytest.mark.parametrize("mean", [0.5, 5.0, 100.0])
def test_tails_are_thinner_where_the_distribution_is_too_narrow(mean):
    values = np.random.default_rng(3).negative_binomial(4, 4 / (4 + mean), (300, 60)).astype(float)
    made = np.full((300, 60, 1), mean)
    right = calibrated(values, Forecast(made, made + mean**2 / 4), 0, (80, 95))
    assert right[80] == pytest.approx(0.1, rel=0.08) and right[95] == pytest.approx(0.025, rel=0.15)
    narrow = calibrated(values, Forecast(made, made), 0, (80, 95))
    assert narrow[95] < 0.9 * right[95] and narrow[80] < right[80]


def test_without_a_past_the_tails_are_those_of_the_level():
    nothing = Forecast(np.full((2, 9, 1), np.nan), np.full((2, 9, 1), np.nan))
    found = calibrated(np.ones((2, 9)), nothing, 0, (80, 95))
    assert found == {80: pytest.approx(0.1), 95: pytest.approx(0.025)}


def test_past_forecasts_know_nothing_later_not_even_their_parameters():
    values = drawn(40.0, 5.0, 6, series=8)
    changed = values.copy()
    changed[:, 45:] *= 9
    traced = []
    for counts in (values, changed):
        panel = Panel(counts, MONTHS, "month")
        refits = refits_of(Smoothing(), panel)
        assert refits[0] < 45
        traced.append(traced_then(Smoothing(), panel, 2, refits)[:, :45])
    np.testing.assert_array_equal(*traced)
    assert (Smoothing().estimate(Panel(values, MONTHS, "month"))["alpha"] != 1).any()
