"""SARIMAX: constants of the literature, statsmodels as its slow twin, regressors, and the season that is differenced."""

import numpy as np
import pytest

from lacrime_geo.forecasting.arima_estimates import ahead, differenced, estimated, likelihoods
from lacrime_geo.forecasting.arima_orders import Order
from lacrime_geo.forecasting.models import Panel, Series
from lacrime_geo.forecasting.season_factors import season_ratio
from lacrime_geo.forecasting.seasonal_arima import SeasonalArima
from lacrime_geo.verification.published.series import air_passengers

MONTHS = np.arange("1949-01", "1961-01", dtype="M8[M]").astype("M8[D]")
ORDERS = [
    (0, 1, 1, 0, 1, 1, 12),
    (2, 1, 0, 0, 0, 1, 12),
    (1, 1, 2, 1, 0, 0, 12),
    (1, 0, 1, 0, 0, 0, 12),
    (0, 2, 1, 1, 0, 1, 4),
]


def drawn(seed=0, steps=72):
    return 40 + np.cumsum(np.random.default_rng(seed).normal(0, 3, steps))


def test_air_passengers_have_the_weights_of_the_literature():
    logarithms = Series(np.log(air_passengers()), MONTHS, "month")
    fitted = SeasonalArima([(0, 1, 1)], [(0, 1, 1)]).fit(logarithms)
    (found,) = fitted.parameters["coefficients"]
    # R's arima(log(AirPassengers), c(0, 1, 1), seasonal = c(0, 1, 1)): -0.4018 and -0.5569, log likelihood 244.7.
    assert found["ma.L1"] == pytest.approx(-0.4018, abs=1e-4)
    assert found["ma.S.L12"] == pytest.approx(-0.5569, abs=1e-4)
    (estimate,) = fitted.many.estimates
    assert -estimate.aicc / 2 + 3 * 131 / 127 == pytest.approx(244.7, abs=0.05)
    # 0.001348 there, by the 131 differences; here as Student's t with 129 degrees of freedom has it.
    assert estimate.variance * 127 / 131 == pytest.approx(0.001348, abs=1e-6)


def test_a_season_as_clear_as_theirs_is_differenced():
    values = air_passengers()
    fitted = SeasonalArima().fit(Series(values[:132], MONTHS[:132], "month"))
    assert fitted.parameters["orders"][0][4] == 1
    assert np.abs(fitted.predict(12).mean / values[132:] - 1).mean() < 0.06


@pytest.mark.parametrize("numbers", ORDERS)
def test_statsmodels_gives_the_same_likelihood_effects_and_forecast(numbers):
    pytest.importorskip("statsmodels")
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    order, values = Order(*numbers), drawn()
    regressors = np.random.default_rng(1).normal(size=(76, 2))
    values[:] += regressors[:72] @ [5.0, -3.0]
    settings = {"order": numbers[:3], "seasonal_order": numbers[3:]}
    counts, columns = differenced(values[:, None], order), differenced(regressors[:72], order)
    estimate = estimated(counts[:, 0], columns, order, np.full(order.weights, 0.1))
    (deviance,), (variance,), _ = likelihoods(counts, columns, order, estimate.partial)
    ar, seasonal_ar, ma, seasonal_ma = order.parts(estimate.partial)
    weights = np.concatenate([estimate.effects, ar, ma, seasonal_ar, seasonal_ma])
    twin = SARIMAX(values, exog=regressors[:72], simple_differencing=True, **settings)
    assert -2 * twin.loglike(np.append(weights, variance)) == pytest.approx(deviance, rel=1e-9)
    # The effects of generalised least squares are those of the greatest likelihood.
    away = 1e-4 * np.append(1.0, np.zeros(weights.size - 1))
    assert twin.loglike(np.append(weights, variance)) > twin.loglike(np.append(weights + away, variance))
    told = SARIMAX(values, exog=regressors[:72], **settings).filter(np.append(weights, estimate.variance))
    forecast = told.get_forecast(4, exog=regressors[72:])
    mean, spread = ahead(values, regressors, estimate, 4)
    np.testing.assert_allclose(mean, forecast.predicted_mean, rtol=1e-5)
    np.testing.assert_allclose(spread, forecast.var_pred_mean, rtol=1e-4)


def test_statsmodels_finds_no_likelier_weights():
    pytest.importorskip("statsmodels")
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    values = drawn(2)
    series = Series(values, np.arange("2017-01", "2023-01", dtype="M8[M]").astype("M8[D]"), "month")
    (estimate,) = SeasonalArima([(1, 1, 1)], [(0, 0, 1)]).fit(series).many.estimates
    twin = SARIMAX(values, order=(1, 1, 1), seasonal_order=(0, 0, 1, 12), simple_differencing=True)
    assert estimate.aicc <= twin.fit(disp=False, cov_type="none").aicc + 0.02


def test_the_effect_of_a_covariate_is_found_and_forecast():
    holiday = (np.arange(130) % 9 == 0).astype(float)
    counts = np.random.default_rng(3).poisson(50 + 30 * holiday[:120]).astype(float)
    days = np.datetime64("2023-01-01") + np.arange(120)
    fitted = SeasonalArima().fit(Series(counts, days, "day", covariates={"holiday": holiday, "never": np.zeros(130)}))
    (found,) = fitted.parameters["coefficients"]
    assert found["holiday"] == pytest.approx(30, abs=6)
    assert found["never"] == pytest.approx(0, abs=1e-9)
    mean = fitted.predict(10).mean
    assert mean[holiday[120:] == 1].mean() - mean[holiday[120:] == 0].mean() == pytest.approx(30, abs=8)
    with pytest.raises(ValueError, match="'holiday' is known for 10 of the 11 steps"):
        fitted.predict(11)


def test_more_covariates_than_can_be_told_are_refused():
    many = {f"column {number}": np.random.default_rng(number).normal(size=40) for number in range(30)}
    days = np.datetime64("2023-01-01") + np.arange(30)
    with pytest.raises(ValueError, match="30 covariates are too many for 30 days"):
        SeasonalArima().fit(Series(np.arange(30.0), days, "day", covariates=many))


def test_many_series_are_each_as_one_alone():
    months = np.arange("2019-01", "2022-01", dtype="M8[M]").astype("M8[D]")
    season = 40 + 30 * np.sin(np.arange(36) * np.pi / 6)
    values = np.random.default_rng(4).poisson([np.full(36, 20.0), season, np.full(36, 0.0), np.full(36, 200.0)])
    together = SeasonalArima().fit_many(Panel(values, months, "month"))
    alone = [SeasonalArima().fit(Series(row, months, "month")) for row in values]
    assert [order[4] for order in together.parameters["orders"]] == [0, 1, 0, 0]
    for row, fitted in enumerate(alone):
        np.testing.assert_allclose(together.predict(3).row(row).mean, fitted.predict(3).mean, rtol=1e-9)
    assert (together.predict(3).mean[2] == 0).all()


def test_only_a_clear_season_is_one():
    chance = np.random.default_rng(5).poisson(20, (500, 46)).astype(float)
    assert (season_ratio(chance, 12) > 6).mean() < 0.01
    assert season_ratio(chance, 12).mean() == pytest.approx(1, abs=0.3)
    assert (season_ratio(np.tile(np.arange(7.0), 9)[None], 7) > 1e20).all()
    assert (season_ratio(chance[:, :26], 12) == 0).all()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"orders": [(0, 1, 1), (0, 0, 1)]}, "same number of differences"),
        ({"orders": [(0, 1)]}, r"whole numbers of 0 or more.*got \(0, 1\)"),
        ({"seasonal_orders": [(0, -1, 1)]}, r"seasonal_orders must be triples"),
        ({"orders": []}, "orders must be triples"),
    ],
)
def test_orders_that_cannot_be_compared_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        SeasonalArima(**settings)


def test_weights_that_were_simulated_are_found():
    noise = np.random.default_rng(7).normal(0, 4, 800)
    moved = noise.copy()
    moved[1:] -= 0.5 * noise[:-1]
    moved[7:] -= 0.6 * noise[:-7]
    moved[8:] += 0.3 * noise[:-8]
    values = 1e4 + moved.cumsum()
    for weekday in range(7):
        values[weekday::7] = values[weekday::7].cumsum()
    values = values[7:] - values[7:].min()
    days = np.datetime64("2021-01-01") + np.arange(values.size)
    (found,) = SeasonalArima([(0, 1, 1)], [(0, 1, 1)]).fit(Series(values, days, "day")).parameters["coefficients"]
    # Two standard errors: √((1 − θ²) / n).
    assert found["ma.L1"] == pytest.approx(-0.5, abs=0.06)
    assert found["ma.S.L7"] == pytest.approx(-0.6, abs=0.06)
