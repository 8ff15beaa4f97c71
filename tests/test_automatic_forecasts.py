"""The forecast that weighs models for itself: what it sees, what it falls back on, how it does on real counts."""

import numpy as np
import pytest

from lacrime_geo.forecasting.automatic import Automatic, weights_by
from lacrime_geo.forecasting.exponential_states import ExponentialStates
from lacrime_geo.forecasting.models import Panel, Series
from lacrime_geo.forecasting.shares_of_totals import SharesOfTotals
from lacrime_geo.forecasting.simple_models import Drift, MovingAverage, SeasonalNaive
from lacrime_geo.forecasting.smoothing import Smoothing, Theta
from lacrime_geo.forecasting.validation import (
    ALPHAS,
    SHARE_ALPHAS,
    SHRINKS,
    Origins,
    errors_of,
    errors_of_shares,
    errors_when_picked,
    scored_steps,
    validation_origins,
)

LONG = np.arange("2018-01", "2025-01", dtype="M8[M]").astype("M8[D]")
MONTHS = np.arange("2020-01", "2023-11", dtype="M8[M]").astype("M8[D]")


def test_origins_end_within_the_history():
    origins = validation_origins(Panel(np.ones((1, 46)), MONTHS, "month"), 3, 18)
    assert max(origins.known) + origins.horizon == 46
    assert min(origins.known) >= 18


def test_short_histories_are_smoothed_and_it_is_said():
    fitted = Automatic().fit(Series(np.arange(8.0), MONTHS[:8], "month"))
    assert fitted.parameters["chosen"] == "smoothing"
    assert "past origins could be scored" in fitted.parameters["why"]


def test_a_clear_season_is_found():
    season = 100 + 60 * np.sin(2 * np.pi * np.arange(49) / 12)
    found = Automatic().fit(Series(season[:46], MONTHS, "month"))
    assert found.parameters["chosen"] != "smoothing"
    assert np.abs(found.predict(3).mean - season[46:]).mean() < 12


def test_real_counts_are_forecast_better_than_by_smoothing(lacrime_data):
    import pandas as pd

    table = pd.read_parquet(lacrime_data / "lapd_monthly_division_category_2020-01_2023-10.parquet")
    wide = table.groupby(["area", "category", "period"]).crimes.sum().unstack(fill_value=0)
    wide = wide[wide.mean(axis=1) >= 10]
    keys = {name: wide.index.get_level_values(name).to_numpy() for name in ("area", "category")}
    panel = Panel(wide.to_numpy(), MONTHS, "month", keys=keys)
    missed = np.zeros(3)
    for known in range(37, 44, 2):
        truth = panel.values[:, known : known + 3]
        means = [model.fit_many(panel.until(known)).predict(3, ()).mean for model in (Automatic(), Smoothing())]
        missed += [np.abs(mean - truth).sum() for mean in (*means, panel.values[:, known - 12 : known - 9])]
    assert missed[0] <= 0.70 * missed[2]
    assert missed[0] < missed[1]


def _truths():
    """Yield by name means (series, steps), the step and keys of series whose course is known."""
    random = np.random.default_rng(0)
    base, months = random.uniform(20, 120, (60, 1)), np.arange(75)
    keys = {"area": np.repeat(np.arange(20), 3), "kind": np.tile(["x", "y", "z"], 20)}
    season = np.cos(2 * np.pi * months / 12)
    wandering = np.cumsum(random.normal(0, 0.05, (3, 75)), axis=1)
    yield "flat", base * np.ones(75), "month", None
    yield "seasonal", base * np.exp(0.4 * season), "month", None
    yield "trend", base * (1 + months / 30), "month", None
    yield "level shift", base * np.where(months < 58, 1, 1.8), "month", None
    yield "random walk", base * np.exp(np.cumsum(random.normal(0, 0.12, (60, 75)), axis=1)), "month", None
    yield "common season", base * np.exp(0.3 * season + np.tile(wandering, (20, 1))), "month", keys
    yield "weekly", base / 5 * np.array([1, 0.9, 0.9, 1, 1.3, 1.7, 1.4])[np.arange(150) % 7], "day", None


@pytest.mark.parametrize(("name", "rate", "step", "keys"), list(_truths()), ids=[truth[0] for truth in _truths()])
def test_a_known_course_is_forecast_about_as_well_as_by_the_best_model(name, rate, step, keys):
    counts = np.random.default_rng(7).poisson(rate).astype(float)
    begin = np.datetime64("2018-01-01") + np.arange(rate.shape[1]) if step == "day" else LONG[: rate.shape[1]]
    models = [Automatic(), Smoothing(), Theta(), ExponentialStates(), Drift(), SeasonalNaive(), MovingAverage(6)]
    missed, of_truth = np.zeros(len(models)), 0.0
    for known in range(rate.shape[1] - 9, rate.shape[1] - 2, 3):
        panel, later = Panel(counts[:, :known], begin[:known], step, keys=keys), slice(known, known + 3)
        means = [model.fit_many(panel).predict(3, ()).mean for model in models]
        missed += [np.abs(mean - counts[:, later]).sum() for mean in means]
        of_truth += np.abs(rate[:, later] - counts[:, later]).sum()
    assert missed[0] <= 1.05 * missed[1:].min()
    # What chance leaves of the counts about their true means is most of what is missed.
    assert missed[0] <= {"random walk": 2.6, "trend": 1.2, "common season": 1.12}.get(name, 1.1) * of_truth


def test_smoothing_keeps_a_part_unless_it_is_clearly_worse():
    alike = weights_by(np.array([100.0, 100.0, 100.0]), 10, 10.0)
    np.testing.assert_allclose(alike, [2 / 3, 1 / 6, 1 / 6])
    worse = weights_by(np.array([100.0, 90.0, 400.0]), 24, 10.0)
    assert 0.1 < worse[0] < 0.3 and worse[1] > 0.7 and worse[2] < 1e-6
    assert weights_by(np.array([100.0, 50.0]), 24, 10.0)[0] < 0.01
    np.testing.assert_allclose(weights_by(np.array([100.0, 50.0]), 4, 10.0).sum(), 1)


def test_errors_of_a_grid_are_those_of_the_models():
    panel = Panel(np.random.default_rng(2).poisson(30, (4, 46)), MONTHS, "month", keys={"area": np.array(list("aabb"))})
    origins = validation_origins(panel, 3, 18)
    for by, share in ((("area",), 2), (None, 0)):
        found = errors_of_shares(panel, by, origins)[:, 3, 2, share]
        model = SharesOfTotals(by, ALPHAS[3], SHARE_ALPHAS[share], SHRINKS[2])
        np.testing.assert_allclose(found, errors_of(model, panel, origins))


def test_errors_of_a_grid_after_a_gap_are_those_of_the_models():
    panel = Panel(np.random.default_rng(3).poisson(30, (3, 46)), MONTHS, "month")
    origins = validation_origins(panel, 4, 18, 2)
    assert max(origins.known) + 2 + 4 == 46
    found = errors_of_shares(panel, (), origins)[:, 5, 1, 3]
    model = SharesOfTotals((), ALPHAS[5], SHARE_ALPHAS[3], SHRINKS[1])
    np.testing.assert_allclose(found, errors_of(model, panel, origins))


@pytest.mark.parametrize("gap", [0, 1])
def test_settings_are_picked_by_what_had_been_seen(gap):
    errors, origins = np.random.default_rng(5).uniform(1, 9, (7, 12)), Origins(tuple(range(20, 32)), 3, gap)
    found = errors_when_picked(errors, origins)
    for at, known in enumerate(origins.known):
        seen = [other for other, before in enumerate(origins.known) if before + gap + 3 <= known]
        shares = [sum(errors[each, other] / errors[:, other].mean() for other in seen) for each in range(7)]
        assert found[at] == pytest.approx(errors[np.argmin(shares), at] if seen else errors[:, at].mean())


def test_steps_asked_for_are_those_weighed_by():
    panel = Panel(np.random.default_rng(6).poisson(40, (2, 46)), MONTHS, "month")
    told = Automatic().for_horizon(6, 1).fit_many(panel).parameters
    assert (told["weighed_steps"], told["weighed_gap"]) == (6, 1)
    assert Automatic().fit_many(panel).parameters["weighed_steps"] == 3
    assert Automatic(2).for_horizon(6, 1).fit_many(panel).parameters["weighed_steps"] == 2
    assert scored_steps(panel, 40, 18, 0, 3) == 25
    assert validation_origins(panel, 3, 18).counted == 24 > validation_origins(panel, 12, 18).counted == 17 / 4


def test_a_single_series_that_wanders_is_forecast_as_by_smoothing():
    missed, months = np.zeros(2), np.arange("2018-01", "2022-10", dtype="M8[M]").astype("M8[D]")
    for seed in range(60):
        values = np.round(200 + np.cumsum(np.random.default_rng(seed).normal(0, 10, 57))).clip(0)
        series = Series(values[:54], months[:54], "month")
        missed += [
            np.abs(model.fit(series).predict(3, ()).mean - values[54:]).sum() for model in (Automatic(), Smoothing())
        ]
    assert missed[0] <= 1.01 * missed[1]
