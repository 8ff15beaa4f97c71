"""Forecasts of harm: intervals of sums of weights, seasonal means, gradient boosting, R² and CRPS."""

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.forecasting import scores
from lacrime_geo.forecasting.gradient_boosting import GradientBoosting
from lacrime_geo.forecasting.model_names import model_of
from lacrime_geo.forecasting.models import Panel, fitted_to
from lacrime_geo.forecasting.simple_models import SeasonalMean
from lacrime_geo.forecasting.sum_intervals import Misses, predicted_by_misses

DAYS = np.datetime64("2022-01-01") + np.arange(400)
LEVELS = (50, 80, 95)


def weighed_panel(seed, sizes, chances, series=20, steps=207):
    """Return sums of weights of incidents that come by chance, from one in 50 days to three in two, and what they weigh."""
    random = np.random.default_rng(seed)
    rates = np.exp(random.uniform(np.log(0.02), np.log(1.5), series))
    numbers = [random.poisson(chance * rates[:, None], (series, steps)) for chance in chances]
    total = sum(size * number for size, number in zip(sizes, numbers))
    squares = sum(size**2 * number for size, number in zip(sizes, numbers)).sum(axis=1)
    weight = np.where(total.any(axis=1), squares / np.maximum(total.sum(axis=1), 1e-9), squares.sum() / total.sum())
    return Panel(total.astype(float), DAYS[:steps], "day", weight=weight)


@pytest.mark.parametrize(
    "sizes, chances", [((1, 10, 300), (0.8, 0.18, 0.02)), ((0.5,), (1,)), ((1, 2, 5), (0.5, 0.3, 0.2))]
)
def test_intervals_of_sums_hold_what_they_promise(sizes, chances):
    held, above = [], []
    for seed in range(8):
        panel = weighed_panel(seed, sizes, chances)
        known = Panel(panel.values[:, :200], DAYS[:200], "day", weight=panel.weight)
        told, came = fitted_to(model_of("mean of 6"), known).predict(7, (95,)), panel.values[:, 200:]
        held.append(((came >= told.low[95] - 1e-9) & (came <= told.high[95] + 1e-9)).mean())
        above.append((came > told.high[95] + 1e-9).mean())
    # Sums below 0 there are none of, so that what is left out lies above, if anywhere.
    assert 0.93 <= np.mean(held) <= 0.985 and 0.01 <= np.mean(above) <= 0.05


def test_ends_are_the_misses_that_as_many_lie_beyond():
    # Of 99 misses the next one is in each of 100 gaps alike: ten of them on each side of an interval of 80 %.
    misses = Misses(np.arange(99.0) - 49, np.ones(99), np.zeros(99, dtype=bool))
    told = predicted_by_misses(np.array([[100.0]]), np.array([[1.0]]), misses, (80,))
    assert (told.low[80].item(), told.high[80].item()) == (100 - 40, 100 + 40)


def test_a_change_of_the_unit_changes_nothing_else():
    panel = weighed_panel(0, (1, 10), (0.8, 0.2))
    dear = Panel(1000 * panel.values, DAYS[: panel.begin.size], "day", weight=1000 * panel.weight)
    for name in ("smoothing", "auto", "seasonal mean"):
        one, other = (fitted_to(model_of(name), each).predict(3) for each in (panel, dear))
        assert np.allclose(1000 * one.mean, other.mean) and np.allclose(1000 * one.high[95], other.high[95])


def test_sums_of_ones_and_noughts_are_forecast_as_counts_are():
    random = np.random.default_rng(3)
    when = DAYS[0] + np.sort(random.integers(0, 150, 900))
    points = lg.Incidents(np.zeros(900), np.zeros(900), when=when, reported=when, crs="EPSG:32611")
    table = lg.counts(points, weight=(random.random(900) < 0.4).astype(float))
    sums, plain = (
        lg.forecast(each, horizon=3, model="smoothing")
        for each in (table, dict(period=table["period"], count=table["count"]))
    )
    assert all(np.array_equal(sums[name], plain[name]) for name in ("mean", "lo95", "hi95"))
    assert (sums.parameters["unit"], plain.parameters["unit"]) == ("sums of weights", "incidents")


def test_the_seasonal_mean_is_that_of_a_slow_loop():
    random = np.random.default_rng(0)
    values = random.poisson(5, (3, 100)).astype(float)
    for step, begin, season, most in (("day", DAYS[:100], 7, 8), ("month", None, 12, 100)):
        begin = np.arange("2015-01", "2023-05", dtype="M8[M]")[:100].astype("M8[D]") if begin is None else begin
        told = SeasonalMean().fit_many(Panel(values, begin, step)).predict(9, ()).mean
        for ahead in range(9):
            back = [at for at in range(100) if (100 + ahead - at) % season == 0][-most:]
            assert np.allclose(told[:, ahead], values[:, back].mean(axis=1))


def boosted_panel(seed=0, series=12, steps=157):
    random = np.random.default_rng(seed)
    weekday = np.array([1, 1, 1, 1.2, 1.8, 2.2, 0.6])[np.arange(steps) % 7]
    rates = np.exp(random.uniform(0, 2.5, series))[:, None] * weekday
    keys = {"area": np.arange(series).astype(str), "kind": np.array(["a", "b"])[np.arange(series) % 2]}
    return Panel(random.poisson(rates).astype(float), DAYS[:steps], "day", keys=keys)


def test_boosting_finds_the_week_and_is_the_same_each_time():
    pytest.importorskip("sklearn")
    panel = boosted_panel()
    known, came = panel.until(150), panel.values[:, 150:153]
    told = [GradientBoosting().fit_many(known).predict(3, ()).mean for _ in range(2)]
    level = model_of("mean of 6").fit_many(known).predict(3, ()).mean
    assert np.array_equal(*told)
    assert np.abs(told[0] - came).mean() < 0.8 * np.abs(level - came).mean()


def test_boosting_knows_nothing_of_what_comes_after():
    pytest.importorskip("sklearn")
    panel = boosted_panel(series=6, steps=100)
    later = panel.values.copy()
    later[:, 80:] = np.random.default_rng(9).integers(0, 500, later[:, 80:].shape)
    other = Panel(later, panel.begin, "day", keys=panel.keys)
    one, two = (GradientBoosting().fit_many(each.until(80)).predict(2, (80,)) for each in (panel, other))
    assert np.array_equal(one.mean, two.mean) and np.array_equal(one.high[80], two.high[80])
    # Within a fit as well: what was forecast after a step, by trees of an earlier one, knows nothing of later steps.
    model = GradientBoosting()
    trees = model.estimate(panel.until(80))
    traced = [model.trace(each, 2, trees)[:, :80] for each in (panel, other)]
    assert np.array_equal(*traced, equal_nan=True) and np.isfinite(traced[0]).mean() > 0.4


def test_r2_by_hand_and_its_means():
    actual = np.array([[[1.0, 3.0], [10.0, 14.0]]])
    assert scores.r2([1.0, 3.0, 10.0, 14.0], [1.0, 3.0, 10.0, 12.0]) == pytest.approx(1 - 4 / 110)
    assert scores.r2(actual.ravel(), [2.0, 2.0, 12.0, 12.0], [2.0, 2.0, 12.0, 12.0]) == pytest.approx(0.0)
    assert np.isnan(scores.r2([2.0, 2.0], [1.0, 2.0]))
    months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    table = dict(
        period=np.tile(months, 2),
        count=np.repeat([5, 50], 48) + np.tile(np.arange(48) % 5, 2),
        area=np.repeat(["a", "b"], 48),
    )
    found = lg.backtest(table, "mean of 6", horizon=1)
    made = found.made.forecasts["mean of 6"].mean, found.made.actual
    row = found["model"].tolist().index("mean of 6")
    missed = np.square(made[0] - made[1]).sum()
    assert found["r2"][row] == pytest.approx(1 - missed / np.square(made[1] - made[1].mean()).sum())
    own = np.square(made[1] - made[1].mean(axis=(0, 2), keepdims=True)).sum()
    assert found["r2_within"][row] == pytest.approx(1 - missed / own)
    assert found["r2"][row] > 0.98 > found["r2_within"][row]


def test_crps_is_near_its_closed_forms():
    from scipy.special import erf, ndtri, pdtr, pdtrik

    shares = np.arange(1, 2000) / 2000
    mean, spread, came = 3.0, 2.0, 4.5
    z = (came - mean) / spread
    density, below = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), (1 + erf(z / np.sqrt(2))) / 2
    # Gneiting & Raftery 2007, equation 21.
    exact = spread * (z * (2 * below - 1) + 2 * density - 1 / np.sqrt(np.pi))
    assert scores.crps([came], (mean + spread * ndtri(shares))[:, None], shares) == pytest.approx(exact, rel=2e-3)
    # Of a count it is the sum over all numbers of the squared difference of both cumulative distributions.
    quantiles = np.ceil(pdtrik(shares, mean) - 1e-9)
    numbers = np.arange(60)
    exact = np.square(pdtr(numbers, mean) - (numbers >= 5)).sum()
    assert scores.crps([5.0], np.maximum(quantiles, 0)[:, None], shares) == pytest.approx(exact, rel=2e-3)
    # A forecast that is a number has its absolute error.
    assert scores.crps([5.0], np.full((1999, 1), 2.0), shares) == pytest.approx(3.0, rel=2e-3)


def test_crps_needs_four_levels():
    months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    table = dict(period=months, count=20 + np.arange(48) % 5)
    assert "crps" not in lg.backtest(table, "mean of 6", horizon=1).columns
    found = lg.backtest(table, "mean of 6", horizon=1, levels=(20, 50, 80, 95))
    assert (found["crps"] > 0).all() and (found["crps"] < found["mae"]).all()
    assert "CRPS" in found.html()


def test_harm_is_forecast_area_by_area_with_its_unit():
    points = lg.as_incidents("sample_layers/incidents.csv.gz")
    harm = lg.harm(points)
    found = lg.forecast_areas(points, weight=harm, model="smoothing", step="week")
    alone = lg.forecast_areas(points, weight=harm["weight"], model="smoothing", step="week")
    assert np.array_equal(found["mean"], alone["mean"])
    assert found.parameters["unit"] == "Part 1 offences" and "Part 1 offences expected" in found.label
    assert "Part 1 offences" in found.forecast.svg() and "Part 1 offences" in found.forecast.html()
    plain = lg.forecast_areas(points, model="smoothing", step="week")
    assert (found["mean"] < plain["mean"]).all() and plain.parameters["unit"] == "incidents"
    late = points.select(since="2023-10-01")
    scored = lg.backtest_forecasts(late, weight=lg.harm(late), models="seasonal mean", step="day", horizon=2, gap=0)
    assert "seasonal mean" in scored["model"] and "Part 1 offences per day" in scored.svg()
