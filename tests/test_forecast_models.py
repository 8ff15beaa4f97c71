"""Forecasting models: one series or many, nothing of the future, intervals of counts."""

import numpy as np
import pytest

from lacrime_geo.forecasting.combined_models import Combination
from lacrime_geo.forecasting.count_intervals import cumulative, quantile
from lacrime_geo.forecasting.exponential_states import ExponentialStates
from lacrime_geo.forecasting.harmonic_regression import HarmonicRegression
from lacrime_geo.forecasting.models import Panel, Series
from lacrime_geo.forecasting.raked_totals import RakedTotals, raked
from lacrime_geo.forecasting.seasonal_arima import SeasonalArima
from lacrime_geo.forecasting.shares_of_totals import SharesOfTotals
from lacrime_geo.forecasting.simple_models import Drift, MovingAverage, SeasonalNaive
from lacrime_geo.forecasting.smoothing import Smoothing, Theta, levels

MONTHS = np.arange("2020-01", "2024-01", dtype="M8[M]").astype("M8[D]")
KEYS = {"area": np.repeat(["a", "b"], 3), "kind": np.tile(["x", "y", "z"], 2)}
TRACED = [SeasonalNaive(), Drift(), MovingAverage(), Smoothing(), Theta(), ExponentialStates(), Combination()]
TRACED += [SharesOfTotals(("kind",)), RakedTotals([SharesOfTotals(("kind",)), SharesOfTotals(("area",))])]
ALONE = [*TRACED[:7], SharesOfTotals(None), HarmonicRegression()]


def panel(seed=1):
    random = np.random.default_rng(seed)
    return Panel(random.poisson(30, (6, MONTHS.size)), MONTHS, "month", keys=KEYS)


def named(models):
    return pytest.mark.parametrize("model", models, ids=lambda model: model.name)


@named(ALONE)
def test_one_series_is_forecast_as_among_many(model):
    table = panel()
    many, one = model.fit_many(table).predict(4), model.fit(table.row(2)).predict(4)
    # Not so intervals: how far forecasts miss is learned from all series together.
    np.testing.assert_allclose(one.mean, many.mean[2])


@named([*TRACED, HarmonicRegression()])
def test_intervals_hold_each_other_and_are_never_below_zero(model):
    found = model.fit_many(panel()).predict(14)
    assert found.mean.shape == (6, 14)
    assert (found.low[95] >= 0).all() and (found.low[95] <= found.low[80]).all()
    assert (found.high[80] <= found.high[95]).all() and (found.low[80] < found.high[80]).all()


@named(TRACED)
def test_what_was_forecast_after_a_step_knows_nothing_later(model):
    table = panel()
    found = model.estimate(table)
    later = table.values.copy()
    later[:, 40:] += 500
    changed = Panel(later, MONTHS, "month", keys=KEYS)
    before, after = (model.trace(each, 3, found)[:, :40] for each in (table, changed))
    np.testing.assert_array_equal(before, after)
    assert np.isfinite(before[:, -1]).all()


@named([*TRACED, HarmonicRegression()])
def test_series_of_zeros_are_forecast_as_zero(model):
    zeros = Panel(np.zeros((6, MONTHS.size)), MONTHS, "month", keys=KEYS)
    np.testing.assert_allclose(model.fit_many(zeros).predict(2).mean, 0)


def test_smoothing_is_the_recursion():
    values = panel().values
    level = values[0, :6].mean()
    for step in range(MONTHS.size):
        level += 0.3 * (values[0, step] - level)
    np.testing.assert_allclose(levels(values, 0.3)[0, -1], level)


def test_ets_and_drift_follow_a_known_course():
    step = np.arange(MONTHS.size)
    season = 100 + 20 * np.sin(2 * np.pi * step / 12)
    later = 100 + 20 * np.sin(2 * np.pi * np.arange(48, 60) / 12)
    np.testing.assert_allclose(
        ExponentialStates().fit(Series(season, MONTHS, "month")).predict(12).mean, later, atol=0.5
    )
    np.testing.assert_allclose(Drift().fit(Series(2.0 * step, MONTHS, "month")).predict(3).mean, [96, 98, 100])


def test_quantiles_are_the_least_numbers_of_enough_probability():
    from scipy.stats import nbinom, poisson

    mean, variance = np.array([0.4, 3.0, 50.0]), np.array([0.9, 7.0, 400.0])
    for chance in (0.025, 0.5, 0.975):
        truth = nbinom.ppf(chance, mean**2 / (variance - mean), mean / variance)
        np.testing.assert_array_equal(quantile(chance, mean, variance), truth)
        np.testing.assert_array_equal(quantile(chance, mean, mean), poisson.ppf(chance, mean))
    assert (cumulative(np.array([-1.0]), mean[:1], variance[:1]) == 0).all()


def test_raked_values_add_up_to_both_totals():
    values = np.random.default_rng(3).uniform(1, 9, (6, 1))
    area, kind = np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)
    found = raked(values, [(area, np.array([[30.0], [30.0]])), (kind, np.array([[10.0], [20.0], [30.0]]))]).ravel()
    np.testing.assert_allclose(np.bincount(area, found), [30, 30], rtol=1e-3)
    np.testing.assert_allclose(np.bincount(kind, found), [10, 20, 30], rtol=1e-3)


def test_what_cannot_be_forecast_is_refused():
    with pytest.raises(ValueError, match="1 of 48 counts are missing"):
        Series(np.append(np.ones(47), np.nan), MONTHS, "month")
    with pytest.raises(ValueError, match="steps are no month after"):
        Series(np.ones(47), np.delete(MONTHS, 3), "month")
    with pytest.raises(ValueError, match="seasonal naive needs a history of at least 13 months"):
        SeasonalNaive().fit(Series(np.ones(12), MONTHS[:12], "month"))
    with pytest.raises(ValueError, match="no key 'ward'"):
        SharesOfTotals(("ward",)).fit_many(panel())
    holidays = {"holiday": np.arange(50) % 5 == 0}
    with pytest.raises(ValueError, match="known for 2 of the 3 steps"):
        HarmonicRegression(1).fit(Series(panel().values[0], MONTHS, "month", covariates=holidays)).predict(3)


def test_an_arima_of_one_moving_average_is_smoothing():
    values = panel().values[0]
    fitted = SeasonalArima([(0, 1, 1)], [(0, 0, 0)]).fit(Series(values, MONTHS, "month"))
    assert fitted.parameters["orders"] == [(0, 1, 1, 0, 0, 0, 12)]
    level = values[0]
    for value in values:
        level += (1 + fitted.parameters["coefficients"][0]["ma.L1"]) * (value - level)
    np.testing.assert_allclose(fitted.predict(3).mean, level, rtol=0.02)


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_the_regression_of_a_nearly_empty_series_is_its_mean(step):
    begin = {"day": np.arange(400), "week": 7 * np.arange(120)}.get(step)
    begin = MONTHS if step == "month" else np.datetime64("2020-01-01") + begin
    values = np.random.default_rng(8).poisson([[0.01], [0.05], [0.3], [1.0]], (4, begin.size))
    values[0] = 0
    values[1, :2] = 1
    told = HarmonicRegression().fit_many(Panel(values, begin, step)).predict(5)
    assert (told.mean[0] == 0).all() and np.isfinite(told.mean).all() and (told.high[95] < 20).all()
    lengths = 1.0 if step != "month" else 0.05
    np.testing.assert_allclose(told.mean[1], values[1].mean(), rtol=0.05 + lengths)
