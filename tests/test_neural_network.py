"""The neural network: what it learns, that it knows nothing later, its intervals, and that it is the same each time."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.forecasting import leak_guards
from lacrime_geo.forecasting.model_names import model_of
from lacrime_geo.forecasting.models import Panel, Series
from lacrime_geo.forecasting.neural.layers import Batch, distances_of, first_weights, reach_of, shape_of, told_by
from lacrime_geo.forecasting.neural.network_model import NeuralNetwork
from lacrime_geo.forecasting.neural.panel_inputs import calendar_of, inputs_of, unit_of
from lacrime_geo.forecasting.neural.torch_package import OneThread
from lacrime_geo.forecasting.neural.training import surprise
from lacrime_geo.forecasting.past_origins import predicted_by
from lacrime_geo.progress import Cancelled

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

DAYS = np.datetime64("2023-01-01") + np.arange(300)
AREAS, KINDS = np.arange(24) % 4, np.arange(24) // 4
KEYS = {"area": np.array([f"area {number}" for number in AREAS]), "kind": KINDS}


def expected_of(weekdays, days=DAYS, seed=0):
    """Return what is expected of 24 series: levels of 2 to 20, times what each area's weekdays have."""
    level = np.random.default_rng(seed).uniform(2, 20, 24)
    return level[:, None] * weekdays[AREAS][:, np.arange(days.size) % 7]


def one_weekday(same):
    """Return the factors of four areas (4, 7), with 2.5 times as many on a weekday: the same one, or one of its own."""
    factors = np.ones((4, 7))
    factors[np.arange(4), 3 if same else 2 * np.arange(4)] = 2.5
    return factors


def forecast_beside(expected, known=200, ahead=7, seed=1):
    """Return the forecast of drawn counts, what came, and what was expected to, each (series, steps ahead)."""
    drawn = np.random.default_rng(seed).poisson(expected).astype(float)
    panel = Panel(drawn[:, :known], DAYS[:known], "day", keys=KEYS)
    later = slice(known, known + ahead)
    return NeuralNetwork().fit_many(panel).predict(ahead), drawn[:, later], expected[:, later], drawn[:, known - 1]


@pytest.mark.parametrize("same", [True, False])
def test_levels_and_weekdays_are_learned_those_of_each_area_too(same):
    told, came, expected, last = forecast_beside(expected_of(one_weekday(same)))
    error, least = np.abs(told.mean - came).mean(), np.abs(expected - came).mean()
    assert error < 1.08 * least
    assert error < 0.8 * np.abs(last[:, None] - came).mean()
    high = expected > 1.5 * np.median(expected, axis=1, keepdims=True)
    assert high.sum() == 24
    relative = told.mean / np.median(told.mean, axis=1, keepdims=True)
    assert relative[high].mean() > 2.0 and 0.9 < relative[~high].mean() < 1.1
    assert np.corrcoef(told.mean.mean(axis=1), expected.mean(axis=1))[0, 1] > 0.98


def test_a_covariate_known_ahead_is_learned():
    event = (np.arange(220) * 0.618 % 1 < 0.2).astype(float)
    expected = np.random.default_rng(0).uniform(5, 10, 12)[:, None] * (1 + 2 * event)
    drawn = np.random.default_rng(1).poisson(expected).astype(float)
    panel = Panel(drawn[:, :200], DAYS[:200], "day", covariates={"event": event})
    told = NeuralNetwork().fit_many(panel).predict(14).mean
    there = event[200:214] == 1
    assert 0 < there.sum() < 14
    assert 2.2 < told[:, there].mean() / told[:, ~there].mean() < 3.8
    with pytest.raises(ValueError, match="'event' is known for 220 of the 221 steps"):
        NeuralNetwork().fit_many(panel).predict(21)


@pytest.mark.parametrize("dispersion", [0.0, 0.6])
def test_intervals_hold_what_they_promise(dispersion):
    rng = np.random.default_rng(5)
    mean = np.repeat(rng.uniform(3, 30, (40, 1)), 260, axis=1)
    drawn = rng.poisson(mean * (rng.gamma(1 / dispersion, dispersion, mean.shape) if dispersion else 1.0)).astype(float)
    fitted = NeuralNetwork().fit_many(Panel(drawn[:, :232], DAYS[:232], "day"))
    told = fitted.predict(28)
    for level in (80, 95):
        held = (told.low[level] <= drawn[:, 232:]) & (drawn[:, 232:] <= told.high[level])
        assert abs(100 * held.mean() - level) < 5
    width = (told.high[80] - told.low[80]) / np.sqrt(mean[:, 232:] + dispersion * mean[:, 232:] ** 2)
    assert 2.0 < width.mean() < 3.2


@pytest.mark.parametrize("series", [np.zeros((3, 60)), np.full((2, 60), 7.0), np.full((1, 60), 0.25)])
def test_constant_series_and_those_without_any_are_safe(series):
    told = NeuralNetwork().fit_many(Panel(series, DAYS[:60], "day")).predict(3)
    np.testing.assert_allclose(told.mean, series[:, :3], atol=0.05, rtol=0.05)
    for level in (80, 95):
        assert np.isfinite(told.high[level]).all() and (told.low[level] <= told.high[level]).all()


def test_a_series_without_any_among_others_stays_near_none():
    drawn = np.vstack([np.zeros(120), np.random.default_rng(0).poisson(0.5, (9, 120))]).astype(float)
    told = NeuralNetwork().fit_many(Panel(drawn, DAYS[:120], "day")).predict(7)
    assert told.mean[0].max() < 0.1 < told.mean[1:].min()
    assert (told.low[95] == 0).all()


def months_of(steps=40, seed=3):
    months = np.arange("2019-01", "2024-01", dtype="M8[M]")[:steps].astype("M8[D]")
    drawn = np.random.default_rng(seed).poisson(20, (6, steps)).astype(float)
    return Panel(drawn, months, "month", keys={"area": np.array(list("abcabc")), "kind": np.array(list("xxxyyy"))})


def all_told(panel, known):
    """Return means and ends of intervals of what was known, below each other."""
    found = predicted_by(NeuralNetwork(), panel.until(known), 2, (80,))
    return np.concatenate([found.mean, found.low[80], found.high[80]])


def test_nothing_after_the_origin_is_known():
    panel = months_of()
    leak_guards.require_no_leak(all_told, panel, 30)
    later = replace(panel, values=panel.values.copy())
    later.values[:, 30:] = 99
    assert np.array_equal(all_told(panel, 30), all_told(later, 30))
    earlier = replace(panel, values=panel.values.copy())
    earlier.values[:, 29] += 5
    assert not np.array_equal(all_told(panel, 30), all_told(earlier, 30))


def test_a_past_forecast_within_the_history_knows_no_later_step():
    panel = months_of()
    other = replace(panel, values=panel.values.copy())
    other.values[:, 30:] += 50
    for name in ("level", "past", "season"):
        first, second = (getattr(inputs_of(each, 3), name) for each in (panel, other))
        assert np.array_equal(first[:, :30], second[:, :30]) and not np.array_equal(first[:, 30:], second[:, 30:])


def test_the_network_looks_no_further_back_or_ahead_than_it_says():
    shape = shape_of(inputs_of(Panel(np.ones((1, 80)), DAYS[:80], "day"), 2), 30)
    assert reach_of(shape.distances) == 30 and distances_of(12) == (1, 2, 4)
    weights = first_weights(shape, (1,))
    with torch.no_grad():
        weights["mean"] += 1.0
    past = torch.zeros(1, 80, shape.past, requires_grad=True)
    batch = Batch(
        past,
        torch.zeros(1, 40, 2),
        torch.zeros(40, 2, shape.calendar),
        torch.ones(1, 40),
        torch.zeros(1, 40),
        torch.ones(40, 2),
        torch.zeros(1, 1, dtype=torch.long),
        torch.arange(2),
    )
    told_by(weights, shape, batch)[0][0, 0, 30].sum().backward()
    seen = np.flatnonzero(past.grad.abs().sum(dim=(0, 2)).numpy())
    assert seen.min() == 40 and seen.max() == 70


def test_it_is_the_same_each_time_and_beside_others_in_threads():
    panel, found = months_of(), []
    torch.manual_seed(0)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    alone = all_told(panel, 36)
    together = [threading.Thread(target=lambda: found.append(all_told(panel, 36))) for _ in range(3)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert len(found) == 3 and all(np.array_equal(alone, each) for each in found)
    assert torch.equal(state, torch.get_rng_state())
    assert torch.get_num_threads() == threads and not torch.are_deterministic_algorithms_enabled()
    assert not np.array_equal(alone[:6], NeuralNetwork(seed=9).fit_many(panel.until(36)).predict(2).mean)


def test_settings_of_the_process_are_put_back_by_the_last():
    before = torch.get_num_threads()
    with OneThread():
        with OneThread():
            assert torch.get_num_threads() == 1 and torch.are_deterministic_algorithms_enabled()
        assert torch.get_num_threads() == 1 and torch.are_deterministic_algorithms_enabled()
    assert torch.get_num_threads() == before and not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize("keyed", [True, False])
def test_the_order_of_series_is_of_no_account(keyed):
    panel = months_of() if keyed else replace(months_of(), keys=None)
    mixed = np.array([3, 0, 5, 1, 4, 2])
    first, second = (NeuralNetwork().fit_many(each).predict(3) for each in (panel, panel.among(mixed)))
    assert np.array_equal(first.mean[mixed], second.mean)
    assert np.array_equal(first.high[95][mixed], second.high[95])


def test_a_forecast_does_not_depend_on_what_was_asked_before():
    fitted = NeuralNetwork().fit_many(months_of())
    far = fitted.predict(5)
    near = fitted.predict(2)
    again = NeuralNetwork().fit_many(months_of()).predict(2)
    assert np.array_equal(near.mean, again.mean) and far.mean.shape == (6, 5)
    assert np.array_equal(near.mean[:, :1], fitted.predict(1, ()).mean)


def test_what_is_read_forecasts_the_same_bit_by_bit(tmp_path):
    panel = months_of(26)
    rows = {name: np.repeat(key, 26) for name, key in panel.keys.items()}
    table = {**rows, "period": np.tile(panel.begin, 6), "count": panel.values.ravel()}
    made = lg.forecast(table, horizon=2, model="neural network", origins=40)
    assert set(made["model"]) == {"neural network"}
    read = lg.load_model(lg.save_model(made, tmp_path / "model.json")).predict(2)
    assert np.array_equal(read.mean.ravel(), made["mean"])
    assert np.array_equal(read.high[95].ravel(), made["hi95"])
    assert made.card()["model_details"]["versions"]["torch"]


def test_it_is_backtested_beside_the_baselines():
    panel = months_of(36)
    table = dict(period=np.tile(panel.begin, 2), count=panel.values[:2].ravel(), area=np.repeat(["a", "b"], 36))
    found = lg.backtest(table, "neural network", horizon=1)
    assert set(found["model"]) == {"neural network", "seasonal naive", "smoothing"}
    assert np.isfinite(found["mae"]).all()


def test_who_waits_may_stop_it_at_once():
    drawn = np.random.default_rng(0).poisson(3, (60, 300))
    table = dict(period=np.tile(DAYS, 60), count=drawn.ravel(), area=np.repeat(np.arange(60), 300))
    began = time.perf_counter()

    def progress(fraction):
        return time.perf_counter() - began < 0.5

    with pytest.raises(Cancelled):
        lg.backtest(table, "neural network", horizon=1, progress=progress)
    assert time.perf_counter() - began < 1.5


def test_sums_of_weights_are_forecast_in_their_unit():
    rng = np.random.default_rng(2)
    drawn = rng.poisson(3.0, (10, 150)) * 365.25
    told = NeuralNetwork().fit_many(Panel(drawn, DAYS[:150], "day")).predict(7)
    assert told.mean.mean() == pytest.approx(3 * 365.25, rel=0.1)
    assert 300 < unit_of(drawn) < 450
    plain = NeuralNetwork().fit_many(Panel(drawn / 365.25, DAYS[:150], "day")).predict(7)
    np.testing.assert_allclose(told.mean / 365.25, plain.mean, rtol=0.15)


def test_one_series_is_enough():
    drawn = np.random.default_rng(0).poisson(8, 100)
    told = model_of("neural_network").fit(Series(drawn, DAYS[:100], "day")).predict(3)
    assert told.mean.shape == (3,) and 6 < told.mean.mean() < 10


def test_the_calendar_knows_weekdays_always_and_the_year_after_three():
    for steps, columns in ((30, 8), (1110, 12)):
        days = np.datetime64("2020-01-01") + np.arange(steps)
        assert calendar_of(Panel(np.ones((1, steps)), days, "day"), 2).shape == (steps + 2, columns)
    assert calendar_of(months_of(30), 3).shape == (33, 1)
    weekdays = calendar_of(Panel(np.ones((1, 9)), DAYS[:9], "day"), 0)[:, :7]  # 1 January 2023 was a Sunday
    assert np.argmax(weekdays, axis=1).tolist() == [6, 0, 1, 2, 3, 4, 5, 6, 0]


def test_the_loss_is_that_of_the_negative_binomial_distribution():
    from scipy.special import gammaln

    counts, mean, size = np.array([0.0, 3.0, 40.0]), np.array([1.0, 2.0, 30.0]), np.array([0.5, 2.0, 10.0])
    share = size / (size + mean)
    likelihood = gammaln(counts + size) - gammaln(size) + size * np.log(share) + counts * np.log1p(-share)
    told = surprise(torch.tensor(mean), torch.tensor(1 / size), torch.tensor(counts))
    np.testing.assert_allclose(told.numpy(), -likelihood, rtol=1e-9)


def test_the_slope_of_the_loss_is_the_miss_over_the_variance_of_sums_too():
    mean = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    surprise(mean, torch.tensor(0.3, dtype=torch.float64), torch.tensor(3.7, dtype=torch.float64)).backward()
    assert mean.grad.item() == pytest.approx((2.0 - 3.7) / (2.0 + 0.3 * 4.0))
