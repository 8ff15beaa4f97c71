"""Backtests: scores against a slow twin, no look at the future, guards that refuse."""

from dataclasses import replace

import numpy as np
import pytest

from lacrime_geo import Cancelled
from lacrime_geo.forecasting import leak_guards, scores
from lacrime_geo.forecasting.backtesting import backtest
from lacrime_geo.forecasting.model_names import MODELS, model_of
from lacrime_geo.forecasting.models import Panel, Prediction
from lacrime_geo.forecasting.past_origins import predicted_by
from lacrime_geo.forecasting.reconciled_models import Reconciled
from lacrime_geo.forecasting.simple_models import Drift, MovingAverage
from lacrime_geo.forecasting.tables_as_counts import as_counts

MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")


def table(series=3, seed=0, months=MONTHS, **more):
    drawn = np.random.default_rng(seed).poisson(30, (series, months.size))
    area = np.repeat([f"area {row}" for row in range(series)], months.size)
    return {"area": area, "period": np.tile(months, series), "count": drawn.ravel(), **more}


class LastOne:
    """A model of one series, with no more than the face that is asked for."""

    name = "the last one"

    def fit(self, series):
        self_fitted = LastOne()
        self_fitted.last = series.values[-1]
        return self_fitted

    def predict(self, horizon, levels=(80, 95)):
        mean = np.full(horizon, self.last)
        sides = [{level: mean + side * level / 10 for level in levels} for side in (-1, 1)]
        return Prediction(mean, *sides)


class Leaking:
    """A model that was shown the whole table."""

    name = "leaking"

    def __init__(self, panel):
        self.panel = panel

    def fit_many(self, panel):
        self.known = panel.begin.size
        return self

    def predict(self, horizon, levels=(80, 95)):
        mean = self.panel.values[:, self.known : self.known + horizon]
        return Prediction(mean, {level: mean for level in levels}, {level: mean for level in levels})


def test_scores_are_those_of_a_slow_twin():
    found = backtest(table(), [MovingAverage(6)], horizon=2, origins=9)
    values = as_counts(table()).panel().values
    missed, naive, scaled = [], [], []
    for origin in range(48 - 2 - 8, 48 - 2 + 1):
        for row in values:
            known, later = row[:origin], row[origin : origin + 2]
            mean = np.full(2, known[-6:].mean())
            missed.append(np.abs(later - mean))
            naive.append(np.abs(later - known[[-12, -11]]))
            scaled.append(np.abs(later - mean).mean() / np.abs(known[12:] - known[:-12]).mean())
    row = found["model"].tolist().index("mean of 6")
    assert found["mae"][row] == pytest.approx(np.mean(missed))
    assert found["to_seasonal_naive"][row] == pytest.approx(np.mean(missed) / np.mean(naive))
    assert found["mase"][row] == pytest.approx(np.mean(scaled))
    assert sorted(found["model"]) == ["mean of 6", "seasonal naive", "smoothing"]
    assert (np.diff(found["mae"]) >= 0).all()


def test_intervals_are_scored():
    found = backtest(table(), [LastOne()], horizon=1)
    row = found["model"].tolist().index("the last one")
    values = as_counts(table()).panel().values
    last, later = values[:, 39:47], values[:, 40:48]
    assert found["coverage80"][row] == pytest.approx(scores.coverage(later.ravel(), last.ravel() - 8, last.ravel() + 8))
    by_origin = found.by_origin()
    mine = by_origin["model"] == "the last one"
    assert by_origin["coverage80"][mine].tolist() == ((np.abs(later - last) <= 8).mean(axis=0)).tolist()
    assert by_origin["origin"][mine].astype("M8[D]").astype(str).tolist()[-1] == "2022-11-30"


def test_seasonal_naive_is_1_of_itself():
    found = backtest(table(), [], horizon=3)
    row = found["model"].tolist().index("seasonal naive")
    assert found["to_seasonal_naive"][row] == 1
    assert np.isnan(found["dm_p"][row])


def test_constant_series_have_no_scaled_error():
    constant = {"period": MONTHS, "count": np.full(48, 5)}
    found = backtest(constant, [], horizon=1)
    assert np.isnan(found["mase"]).all()
    assert np.isnan(found["to_seasonal_naive"]).all()
    assert (found["mae"] == 0).all()


def test_the_same_every_time_and_in_any_order_of_models():
    first = backtest(table(), [Drift(), MovingAverage(6)], horizon=2)
    second = backtest(table(), [MovingAverage(6), Drift()], horizon=2)
    for name in first.columns:
        assert np.array_equal(first[name], second[name], equal_nan=first[name].dtype.kind == "f")


def test_nothing_after_an_origin_is_known_there():
    """Altered counts after the first origin leave its forecasts, and only its forecasts, as they were."""
    given, altered = table(), table()
    at = 48 - 1 - 7
    altered["count"] = altered["count"].reshape(3, 48).copy()
    altered["count"][:, at:] += 50
    altered["count"] = altered["count"].ravel()
    models = [Drift(), MovingAverage(6), LastOne()]
    first, second = (backtest(each, models, horizon=1).made.forecasts for each in (given, altered))
    for name in first:
        assert np.array_equal(first[name].mean[0], second[name].mean[0])
    assert not np.array_equal(first["drift"].mean[1], second["drift"].mean[1])


def test_known_steps_are_a_copy():
    seen = []

    class Looking(MovingAverage):
        def fit_many(self, panel):
            seen.append(panel.values.base is None and panel.values.flags.owndata)
            return super().fit_many(panel)

    backtest(table(), [Looking(6)], horizon=1)
    assert seen == [True] * 8


def test_the_gap_is_left_out():
    found = backtest(table(), [LastOne()], horizon=1, gap=2)
    values = as_counts(table()).panel().values
    assert np.array_equal(found.made.forecasts["the last one"].mean[-1][:, 0], values[:, 44])
    assert np.array_equal(found.made.actual[-1][:, 0], values[:, 47])


def test_the_gap_is_that_of_the_reports():
    counts = as_counts(table())
    counts.parameters["lag_days"] = 40
    assert backtest(counts, [], horizon=1).parameters["gap"] == 2
    assert backtest(table(), [], horizon=1).parameters["gap"] == 0


def test_origins_that_overlap_are_warned_of():
    found = backtest(table(), ["drift"], horizon=2, gap=4)
    assert "6 in a row overlap" in found.parameters["warnings"][0] and np.isnan(found["dm_p"]).all()
    assert "warnings" not in backtest(table(), [], horizon=2, origins=9).parameters


def test_it_can_be_stopped():
    with pytest.raises(Cancelled):
        backtest(table(), [Drift()], horizon=1, progress=lambda fraction: False)
    seen = []
    backtest(table(), [Drift()], horizon=1, progress=lambda fraction: seen.append(fraction))
    assert seen[-1] == 1
    assert (np.diff(seen) >= 0).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(horizon=1, origins=3), "8 or more"),
        (dict(horizon=45), "too few"),
        (dict(horizon=18), "more than half"),
        (dict(horizon=0), "horizon"),
        (dict(horizon=1, levels=(95, 120)), "120"),
        (dict(horizon=1, origins=36), "seasonal naive needs"),
        (dict(horizon=1, breaks="maybe"), "maybe"),
    ],
)
def test_what_cannot_be_scored_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        backtest(table(), [], **options)


def test_models_of_one_name_are_refused():
    with pytest.raises(ValueError, match="drift"):
        backtest(table(), [Drift(), Drift()], horizon=1)


def test_the_lapds_change_is_refused():
    later = np.arange("2020-07", "2024-07", dtype="M8[M]").astype("M8[D]")
    counts = as_counts(table(months=later))
    counts.parameters["agency"] = "LAPD"
    with pytest.raises(ValueError, match="2024-03-07"):
        backtest(counts, [], horizon=1)
    assert "2024-03-07" in backtest(counts, [], horizon=1, breaks="ignore").parameters["warnings"][0]
    counts.parameters["agency"] = "Another"
    assert "warnings" not in backtest(counts, [], horizon=1).parameters


# Leaks


def test_covariates_are_handed_on_and_guarded():
    seen = []

    class Looking(MovingAverage):
        def fit_many(self, panel):
            seen.append(sorted(panel.covariates))
            return super().fit_many(panel)

    backtest(table(), [Looking(6)], horizon=1, covariates={"holiday": np.arange(48) % 2})
    assert seen == [["holiday"]] * 8
    values = as_counts(table()).panel().values
    for bad, words in (
        ({"daily_avg": np.arange(48.0)}, "daily_avg"),
        ({"count": values[1]}, "counts of series 1 themselves"),
        ({"holiday": values[1]}, "'holiday' goes with the counts of series 1 themselves"),
        ({"mean": np.nan_to_num(moving(values[2], 4), nan=30.0)}, "4 steps of the counts of series 2 that ends with"),
        ({"log": np.log1p(values.sum(axis=0))}, "target itself"),
        ({"mean": moving(values.sum(axis=0), 3)}, "missing in 2"),
        ({"mean": np.nan_to_num(moving(values.sum(axis=0), 3), nan=100.0)[:20]}, "20 values"),
        ({"none": np.full(48, np.nan)}, "missing in all 48"),
    ):
        with pytest.raises(ValueError, match=words):
            backtest(table(), [], horizon=1, covariates=bad)


def panel_of(seed=0):
    return as_counts(table(seed=seed)).panel()


def test_a_leaking_model_is_found():
    with pytest.raises(ValueError, match="the future leaks"):
        leak_guards.require_no_leak(
            lambda panel, known: predicted_by(Leaking(panel), panel.until(known), 2, (80,)).mean, panel_of(), 40
        )


def all_told(model):
    """Return a function of a panel and what is known of it: means and ends of intervals, below each other."""

    def told(panel, known):
        found = predicted_by(model, panel.until(known), 3, (80,))
        return np.concatenate([np.atleast_2d(part) for part in (found.mean, found.low[80], found.high[80])])

    return told


# That of the neural network is in test_neural_network.py, with all else that learns by torch.
@pytest.mark.parametrize("name", [name for name in MODELS if name != "neural network"])
def test_no_model_knows_what_comes_after(name):
    if name == "Prophet":
        pytest.importorskip("prophet")
    leak_guards.require_no_leak(all_told(model_of(name)), panel_of(), 40)


@pytest.mark.parametrize(
    "model", [LastOne(), Reconciled(model_of("auto"), "mint"), Reconciled(model_of("ETS"), "bottom-up")]
)
def test_neither_do_models_of_others(model):
    leak_guards.require_no_leak(all_told(model), panel_of(), 40)


@pytest.mark.parametrize("name", ["harmonic regression", "SARIMAX"])
def test_nor_do_models_with_covariates(name):
    panel = replace(panel_of(), covariates={"event": np.arange(48) % 5 == 0})
    leak_guards.require_no_leak(all_told(model_of(name)), panel, 40)


def test_scaling_by_the_whole_series_is_found():
    def scaled(panel, known):
        size = panel.values.mean(axis=1, keepdims=True)
        part = Panel(panel.values / size, panel.begin, panel.step).until(known)
        return predicted_by(MovingAverage(6), part, 2, (80,)).mean

    with pytest.raises(ValueError, match="leaks"):
        leak_guards.require_no_leak(scaled, panel_of(), 40)


def moving(values, window, later=0):
    out = np.full(values.size, np.nan)
    for at in range(values.size):
        first, last = at + later - window + 1, at + later + 1
        if first >= 0 and last <= values.size:
            out[at] = values[first:last].mean()
    return out


VALUES = np.random.default_rng(5).poisson(20, 60).astype(float)


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (VALUES, "target itself"),
        (2 * VALUES + 3, "target itself"),
        (np.append(VALUES[1:], np.nan), "the target 1 step later.*Shift it by 2 steps"),
        (np.append(VALUES[10:], np.zeros(10)), "the target 10 steps later.*Shift it by 11 steps"),
        (moving(VALUES, 7), "moving mean of 7 steps of the target that ends with the step itself"),
        (moving(VALUES, 7) * 7, "moving mean of 7"),
        (moving(VALUES, 5, 2), "moving mean of 5 steps of the target that ends 2 steps after it"),
        (moving(VALUES, 3, 3), "ends 3 steps after it.*Shift it by 4 steps"),
        (np.log1p(VALUES), "target itself"),
        (-np.sqrt(VALUES), "target itself"),
        (np.log1p(moving(VALUES, 7)), "moving mean of 7"),
        (np.round(moving(VALUES, 7), 2), "moving mean of 7"),
        (np.full(60, np.nan), "missing in all 60"),
        (np.ones(3), "3 values for 60"),
    ],
)
def test_features_that_know_too_much_are_refused(feature, words):
    with pytest.raises(ValueError, match=words):
        leak_guards.refuse_leaks(VALUES, {"feature": feature})


def test_shifted_features_pass():
    last = np.append(np.nan, VALUES[:-1])
    week = np.append(np.nan, moving(VALUES, 7)[:-1])
    leak_guards.refuse_leaks(VALUES, {"last": last, "week": week, "weekday": np.arange(60) % 7.0, "one": np.ones(60)})


def shifted(values, steps):
    """Return values moved to later steps, the first ones filled as people fill them."""
    return np.append(np.full(steps, values.mean()), values[:-steps])


@pytest.mark.parametrize("back", [1, 2, 3, 4])
def test_features_must_be_shifted_by_all_that_is_ahead(back):
    week = np.nan_to_num(moving(VALUES, 7), nan=20.0)
    for feature, words in (
        (shifted(VALUES, back), f"the target {back} step"),
        (shifted(week, back), f"moving mean of 7 steps of the target that ends {back} step"),
        (np.sqrt(shifted(VALUES, back)), f"the target {back} step"),
    ):
        leak_guards.refuse_leaks(VALUES, {"feature": feature}, ahead=back)
        with pytest.raises(ValueError, match=f"{words}.*{back + 2} steps ahead.*Shift it by 2 steps"):
            leak_guards.refuse_leaks(VALUES, {"feature": feature}, ahead=back + 2)


def test_a_covariate_is_held_against_the_gap_and_the_horizon():
    values = as_counts(table()).panel().values
    total, one = shifted(values.sum(axis=0), 2), shifted(np.nan_to_num(moving(values[1], 5), nan=30.0), 2)
    for column, words in (
        (total, "the target 2 steps before"),
        (one, "5 steps of the counts of series 1 that ends 2 steps"),
    ):
        given = {"before": column}
        backtest(table(), [], horizon=2, covariates=given)
        backtest(table(), [], horizon=1, gap=1, covariates=given)
        for more in (dict(horizon=3), dict(horizon=2, gap=1), dict(horizon=1, gap=2)):
            with pytest.raises(ValueError, match=f"{words}.*3 steps ahead.*Shift it by 1 step,"):
                backtest(table(), [], covariates=given, **more)
        late = as_counts(table())
        late.parameters["lag_days"] = 40
        with pytest.raises(ValueError, match="Shift it by 1 step,"):
            backtest(late, [], horizon=1, covariates=given)


def innocent(steps, random):
    """Return columns that know nothing: by chance, seasonal, of weather, steps up, trends."""
    at = np.arange(steps)
    wave = np.sin(2 * np.pi * (at + random.integers(12)) / 12)
    first = random.integers(steps)
    return [
        random.normal(size=steps),
        random.integers(0, 2, steps),
        random.poisson(0.3, steps),
        random.normal(size=steps).cumsum(),
        wave,
        20 + 10 * wave + random.normal(size=steps),
        at % 12 == random.integers(12),
        at >= first,
        (at >= first) & (at < first + random.integers(1, 13)),
        at * 1.0,
        np.log1p(at),
        at // 12,
    ]


def refused(values, columns):
    """Return which columns are refused, held against each series and against all together."""
    found = []
    for name, column in columns.items():
        for counted in (values, values.sum(axis=0)):
            try:
                leak_guards.refuse_leaks(counted, {name: column}, ahead=3)
            except ValueError as reason:
                found.append(str(reason))
    return found


@pytest.mark.parametrize(("steps", "series", "mean", "repeats"), [(10, 3, 5, 25), (46, 3, 30, 1), (46, 100, 0.05, 1)])
def test_columns_that_know_nothing_pass(steps, series, mean, repeats):
    """Rising, seasonal counts, short ones and rare ones: no column goes with them."""
    random, at = np.random.default_rng(1), np.arange(steps)
    values = random.poisson(mean * (1 + 0.5 * np.sin(2 * np.pi * at / 12)) * (1 + 2 * at / steps), (series, steps))
    for _ in range(repeats):
        assert refused(values, dict(enumerate(innocent(steps, random)))) == []


def test_of_a_thousand_columns_by_chance_none_is_refused():
    random = np.random.default_rng(2)
    columns, values = random.normal(size=(1000, 12)), random.poisson(9, (3, 12))
    assert refused(values, dict(enumerate(columns))) == []
    assert len(refused(values, {"the third": values[2]})) == 1


@pytest.mark.parametrize("name", ["cleared", "Violent", "daily_avg"])
def test_outcomes_are_no_regressors(name):
    with pytest.raises(ValueError, match=name):
        leak_guards.refuse_leaks(VALUES, {name: np.random.default_rng(0).random(60)})


def test_a_random_split_is_refused():
    rows = np.random.default_rng(0).permutation(48)
    with pytest.raises(ValueError, match="random split"):
        leak_guards.refuse_random_split(MONTHS[rows[:40]], MONTHS[rows[40:]])
    leak_guards.refuse_random_split(MONTHS[:40], MONTHS[40:])


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (np.nan, "mean holds numbers that are missing or infinite"),
        (np.inf, "mean holds numbers that are missing or infinite"),
        (None, r"mean has the shape \(\)"),
        (np.zeros(5), r"mean has the shape \(5,\)"),
    ],
)
def test_a_model_of_ones_own_that_forecasts_nothing_is_named(mean, words):
    class Broken:
        name = "broken"

        def fit_many(self, panel):
            return self

        def predict(self, horizon, levels=(80, 95)):
            filled = mean if mean is None or np.ndim(mean) else np.full((3, horizon), mean)
            return Prediction(filled, {}, {})

    with pytest.raises(ValueError, match=f"The forecast by 'broken' is none: its {words}"):
        backtest(table(), [Broken()], horizon=2)


def test_no_model_of_ones_own_takes_the_place_of_a_baseline():
    class Mine(LastOne):
        name = "smoothing"

    with pytest.raises(ValueError, match="named 'smoothing', as a baseline is"):
        backtest(table(), [Mine()], horizon=2)
    with pytest.raises(TypeError, match="levels are several numbers"):
        backtest(table(), ["drift"], horizon=2, levels=80)


@pytest.mark.parametrize(
    ("levels", "advice"), [((80, 95), "in a script ask for four levels"), ((20, 50, 80, 95), "read crps")]
)
def test_where_most_counts_are_none_the_absolute_error_is_warned_of(levels, advice):
    day = np.arange("2022-01-01", "2022-06-30", dtype="M8[D]")
    rare = np.random.default_rng(5).poisson(0.2, day.size)
    found = backtest(dict(period=day, count=rare), "mean of 6", horizon=7, levels=levels)
    assert any("of the counts that are scored are 0" in one and advice in one for one in found.parameters["warnings"])
    often = backtest(dict(period=day, count=rare + 1), "mean of 6", horizon=7)
    assert not any("are scored are 0" in one for one in often.parameters.get("warnings", []))
