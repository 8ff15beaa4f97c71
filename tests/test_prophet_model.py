"""Prophet: its seasons, its spread against its own draws, covariates, silence, and what is said where it is missing."""

import importlib.util
import logging
import subprocess
import sys

import numpy as np
import pytest

from lacrime_geo.forecasting.model_names import model_of
from lacrime_geo.forecasting.models import Panel, Series
from lacrime_geo.forecasting.prophet_model import Prophet, variance_ahead, waves_of

DAYS = np.datetime64("2023-01-01") + np.arange(400)
WITHOUT = """
import sys
sys.modules["prophet"] = None
import numpy as np
from lacrime_geo.forecasting.model_names import model_of
from lacrime_geo.forecasting.models import Series
try:
    model_of("Prophet").fit(Series(np.ones(30), np.datetime64("2023-01-01") + np.arange(30), "day"))
except ImportError as problem:
    print(problem)
"""


def test_it_is_named_where_it_is_missing():
    said = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True).stdout
    assert "needs the package prophet; install it (pip install prophet)" in said


@pytest.mark.parametrize(
    ("step", "steps", "waves"),
    [
        ("month", 23, {}),
        ("month", 24, {"year": 5}),
        ("week", 103, {}),
        ("week", 105, {"year": 10}),
        ("day", 13, {}),
        ("day", 14, {"week": 3}),
        ("day", 731, {"week": 3, "year": 10}),
    ],
)
def test_seasons_need_two_of_their_kind_and_are_of_the_calendar(step, steps, waves):
    if step == "month":
        begin = np.arange(np.datetime64("2019-01"), np.datetime64("2019-01") + steps).astype("M8[D]")
    else:
        begin = np.datetime64("2019-01-01") + np.arange(steps) * (7 if step == "week" else 1)
    assert waves_of(Panel(np.ones((1, steps)), begin, step)) == waves


def test_weekdays_and_covariates_are_forecast_the_same_each_time_and_in_silence(caplog, capfd):
    if not importlib.util.find_spec("prophet"):  # what it says at its import is heard as well
        pytest.skip("prophet is not installed")
    event = (np.arange(120) % 11 == 0).astype(float)
    expected = 40 + 15 * (np.arange(120) % 7 == 2) + 30 * event
    counts, later = np.split(np.random.default_rng(1).poisson(expected), [100])
    # A name of Prophet's own, which it would refuse.
    series = Series(counts, DAYS[:100], "day", covariates={"trend": event})
    with caplog.at_level(logging.DEBUG):
        first, again = (model_of("prophet").fit(series).predict(20) for _ in range(2))
    assert np.abs(first.mean - expected[100:]).mean() < 4
    assert (first.low[95] <= first.low[80]).all() and (first.high[80] <= first.high[95]).all()
    assert ((first.low[95] <= later) & (later <= first.high[95])).sum() >= 18
    np.testing.assert_array_equal(first.mean, again.mean)
    np.testing.assert_array_equal(first.high[95], again.high[95])
    assert [record.name for record in caplog.records if record.name.startswith(("prophet", "cmdstanpy"))] == []
    assert capfd.readouterr().err == ""
    with pytest.raises(ValueError, match="'trend' is known for 20 of the 21 steps"):
        model_of("prophet").fit(series).predict(21)


def test_the_spread_is_that_of_prophets_own_draws():
    pytest.importorskip("prophet")
    import pandas as pd

    counts = np.random.default_rng(2).poisson(1000 + 30 * np.minimum(np.arange(400), 150))
    (fit,) = Prophet().fit(Series(counts, DAYS, "day")).many.fits
    later = pd.DataFrame({"ds": pd.date_range("2024-02-05", periods=180)})
    fit.uncertainty_samples = 4000
    np.random.seed(0)  # noqa: NPY002 - Prophet draws from the global generator
    drawn = fit.predictive_samples(later)["yhat"].var(axis=1)
    told = variance_ahead(fit, later["ds"])
    assert told[-1] > 2 * told[0]
    np.testing.assert_allclose(told[[0, 60, 120, 179]], drawn[[0, 60, 120, 179]], rtol=0.15)


def test_intervals_are_wider_for_the_terms_that_are_estimated():
    pytest.importorskip("prophet")
    fitted = Prophet().fit(Series(np.random.default_rng(3).normal(1000, 100, 60), DAYS[:60], "day"))
    (fit,), told = fitted.many.fits, fitted.predict(1)
    # A line and three waves of the week: 8 of 60, and two for Student's t.
    deviation = np.sqrt(float(np.ravel(fit.params["sigma_obs"])[0]) ** 2 * fit.y_scale**2 * 60 / 50)
    half = (told.high[95] - told.low[95])[0] / 2
    assert half == pytest.approx(1.96 * deviation, rel=0.05)


def test_series_without_incidents_are_forecast_as_such():
    pytest.importorskip("prophet")
    told = Prophet().fit_many(Panel(np.array([np.zeros(60), np.full(60, 7.0)]), DAYS[:60], "day")).predict(3)
    np.testing.assert_allclose(told.mean, [[0, 0, 0], [7, 7, 7]], atol=0.1)
    assert (told.low[95] >= 0).all() and np.isfinite(told.high[95]).all()
