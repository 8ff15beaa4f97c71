"""lg.forecast and forecasts of areas: what is in the table, what is said of it, guards, covariates, polygons, cancelling."""

import logging

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.forecasting.backtesting import backtest
from lacrime_geo.forecasting.coarser_counts import coarser
from lacrime_geo.forecasting.covariates import holidays_of, with_covariates
from lacrime_geo.forecasting.model_names import MODELS, USUAL, model_of, models_of
from lacrime_geo.forecasting.models import Panel, Prediction
from lacrime_geo.forecasting.smoothing import Smoothing
from lacrime_geo.forecasting.tables_as_counts import as_counts
from lacrime_geo.geometry import rectangles_wkb

MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
DAYS = np.datetime64("2023-01-02") + np.arange(140)


def monthly(series=3, seed=0, size=(20, 60, 100)):
    drawn = np.random.default_rng(seed).poisson(np.array(size)[:series, None], (series, MONTHS.size))
    area = np.repeat([f"area {row}" for row in range(series)], MONTHS.size)
    return {"area": area, "period": np.tile(MONTHS, series), "count": drawn.ravel()}


def incidents(days, per_day=2, reported=0, seed=1):
    random = np.random.default_rng(seed)
    when = np.repeat(days, per_day).astype("M8[s]")
    x, y = random.uniform(380_000, 382_000, when.size), random.uniform(3_768_000, 3_770_000, when.size)
    told = when + random.integers(0, reported + 1, when.size) * np.timedelta64(86_400, "s")
    category = np.array(["a", "b"], dtype=object)[np.arange(when.size) % 2]
    return lg.Incidents(x, y, when=when, reported=told, category=category, crs="EPSG:32611")


def test_a_forecast_is_that_of_its_model_with_scores_of_the_backtest():
    found = lg.forecast(monthly(), horizon=2, model="smoothing")
    told = Smoothing().fit_many(as_counts(monthly()).panel()).predict(2)
    np.testing.assert_array_equal(found["mean"], told.mean.ravel())
    for level in (80, 95):
        np.testing.assert_array_equal(found[f"lo{level}"], told.low[level].ravel())
        np.testing.assert_array_equal(found[f"hi{level}"], told.high[level].ravel())
    assert found["area"].tolist() == [f"area {row}" for row in (0, 0, 1, 1, 2, 2)]
    assert found["period"].astype("M8[M]").astype(str).tolist() == ["2023-01", "2023-02"] * 3
    scored = backtest(monthly(), ["smoothing"], horizon=2)
    row = scored["model"].tolist().index("smoothing")
    assert found.parameters["relative_mae"] == scored["to_seasonal_naive"][row]
    by_series = scored.by_series()
    own = by_series["model"] == "smoothing"
    np.testing.assert_array_equal(found["relative_mae"][::2], by_series["to_seasonal_naive"][own])
    np.testing.assert_array_equal(found["mase"][1::2], by_series["mase"][own])


def test_the_levels_make_the_columns_and_intervals_hold_the_mean():
    found = lg.forecast(monthly(), horizon=1, model="Theta", levels=(50, 90, 99.5))
    names = [name for name in found.columns if name[:2] in ("lo", "hi")]
    assert names == ["lo50", "hi50", "lo90", "hi90", "lo99.5", "hi99.5"]
    assert (found["lo99.5"] <= found["lo90"]).all() and (found["hi90"] <= found["hi99.5"]).all()
    assert (found["lo99.5"] >= 0).all() and (found["hi50"] > found["lo50"]).all()


def test_the_sentence_says_better_or_no_better_and_by_how_much():
    # A level that has changed: seasonal naive is of last year's level.
    changed = {"period": MONTHS, "count": np.where(np.arange(48) < 30, 100, 20) + np.arange(48) % 3}
    found = lg.forecast(changed, horizon=1, model="last count")
    better = 100 * (1 - found.parameters["relative_mae"])
    assert f"better than seasonal naive by {float(f'{better:.3g}'):g} %" in found.sentence
    # A strict season: nothing beats naive.
    strict = {"period": MONTHS, "count": np.tile([10, 90, 30, 50, 20, 70, 0, 5, 60, 15, 35, 80], 4)}
    found = lg.forecast(strict, horizon=1, model="last count")
    assert "no better than seasonal naive, which made no error" in found.sentence
    noisy = {"period": MONTHS, "count": strict["count"] + np.random.default_rng(2).integers(0, 3, 48)}
    found = lg.forecast(noisy, horizon=1, model="last count")
    assert "no better than seasonal naive, worse by" in found.sentence


def test_a_short_history_is_forecast_and_said_not_to_be_scored(caplog):
    with caplog.at_level(logging.WARNING, "lacrime_geo"):
        found = lg.forecast(dict(period=MONTHS[:15], count=np.arange(15) + 20), horizon=3)
    assert "too short to score auto beside seasonal naive" in caplog.text and "not scored" in found.sentence
    assert np.isnan(found["relative_mae"]).all() and np.isfinite(found["mean"]).all()
    with pytest.raises(ValueError, match="A horizon of 8 months is more than half of the 15 months known"):
        lg.forecast(dict(period=MONTHS[:15], count=np.arange(15)), horizon=8)


def test_every_name_is_its_model_and_the_usual_ones_need_no_package():
    assert all(model_of(name).name == name for name in MODELS) and set(USUAL) <= set(MODELS)
    assert [model.name for model in models_of("last_count, theta")] == ["last count", "Theta"]
    with pytest.raises(ValueError, match=r"model must be one of 'auto', .* got 'oracle'"):
        lg.forecast(monthly(), model="oracle")
    with pytest.raises(TypeError, match="this is a int"):
        lg.forecast(monthly(), model=7)


def test_a_model_of_ones_own_is_taken():
    class Ten:
        name = "ten"

        def fit(self, series):
            return self

        def predict(self, horizon, levels=(80, 95)):
            ends = {level: np.full(horizon, 10.0) for level in levels}
            return Prediction(np.full(horizon, 10.0), ends, ends)

    found = lg.forecast(monthly(), horizon=2, model=Ten())
    assert (found["mean"] == 10).all() and set(found["model"]) == {"ten"} and "ten was" in found.sentence


def test_counts_of_the_lapd_across_its_new_system_are_refused_even_if_only_the_horizon_crosses():
    months = np.arange("2020-01", "2024-02", dtype="M8[M]").astype("M8[D]")
    table = as_counts(dict(period=months, count=50 + np.arange(months.size) % 7))
    table.parameters["agency"] = "LAPD"
    with pytest.raises(ValueError, match="cross 2024-03-07, when the LAPD began"):
        lg.forecast(table, horizon=3)
    with pytest.raises(ValueError, match="cross 2024-03-07, when the LAPD began"):
        lg.forecast(table.to_dataframe(), horizon=3)
    found = lg.forecast(table, horizon=3, model="drift", breaks="ignore")
    assert "cross 2024-03-07" in found.parameters["warnings"][0]
    assert len(lg.forecast(table, horizon=1, model="drift")) == 1


def test_covariates_are_known_ahead_or_refused():
    panel = as_counts(dict(period=DAYS, count=np.random.default_rng(3).poisson(9, DAYS.size))).panel()
    table = dict(period=DAYS[:140] + 0, rain=np.arange(140.0) % 5)
    with pytest.raises(ValueError, match="no row for 2 of 142 steps, first that of 2023-05-22"):
        with_covariates(panel, table, None, ahead=2)
    longer = dict(period=DAYS[0] + np.arange(150)[::-1], rain=np.arange(150.0)[::-1])
    np.testing.assert_array_equal(with_covariates(panel, longer, None, 2).covariates["rain"], np.arange(142.0))
    with pytest.raises(ValueError, match="'rain' has 140 values for 140 steps and 2 ahead"):
        with_covariates(panel, dict(rain=np.arange(140.0)), None, ahead=2)
    with pytest.raises(ValueError, match="'copy' goes with the target itself"):
        lg.forecast(dict(period=DAYS, count=panel.values[0]), covariates=dict(copy=np.append(panel.values[0], [1] * 7)))


def test_covariates_know_nothing_within_the_horizon():
    count = np.random.default_rng(3).poisson(9, DAYS.size)
    before = np.append(np.full(3, 9), count)
    given = dict(period=DAYS, count=count)
    lg.forecast(given, horizon=3, model="drift", covariates={"three days before": before})
    with pytest.raises(ValueError, match=r"3 steps before, .* 7 steps ahead. Shift it by 4 steps"):
        lg.forecast(given, covariates={"three days before": np.append(before, [9] * 4)})


def test_a_covariate_named_as_that_of_holidays_is_refused():
    count = np.random.default_rng(3).poisson(9, DAYS.size)
    with pytest.raises(ValueError, match="column 'holiday', which is also that of the holidays of 'US'"):
        lg.forecast(dict(period=DAYS, count=count), covariates=dict(holiday=np.arange(147) % 2), holidays="US")
    with pytest.raises(ValueError, match="'holiday' goes with the target itself"):
        lg.forecast(dict(period=DAYS, count=count), covariates=dict(holiday=np.append(count, [9] * 7)))


def test_a_covariate_that_drives_the_counts_is_used():
    random = np.random.default_rng(5)
    event = (np.arange(147) % 5 == 0).astype(float)
    count = random.poisson(20 * np.exp(1.0 * event[:140]))
    found = lg.forecast(
        dict(period=DAYS, count=count), model="harmonic regression", covariates=dict(event=event), origins=8
    )
    plain = lg.forecast(dict(period=DAYS, count=count), model="harmonic regression")
    assert found.parameters["relative_mae"] < 0.8 * plain.parameters["relative_mae"]
    ratio = found["mean"][event[140:] == 1].mean() / found["mean"][event[140:] == 0].mean()
    assert ratio == pytest.approx(np.e, rel=0.25)


def test_holidays_are_counted_by_step():
    pytest.importorskip("holidays")
    year = np.arange("2023-01-01", "2024-01-01", dtype="M8[D]")
    daily = Panel(np.ones((1, 365)), year, "day")
    found = holidays_of(daily, "US", 0)
    assert found[0] == 1 and found[184] == 1 and found[1] == 1  # 2023-01-02 is the observed one
    monthly = Panel(np.ones((1, 12)), np.arange("2023-01", "2024-01", dtype="M8[M]").astype("M8[D]"), "month")
    np.testing.assert_array_equal(
        holidays_of(monthly, "US", 0),
        np.add.reduceat(found, [0, *np.cumsum([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])]),
    )
    with pytest.raises(ValueError, match="knows no 'Atlantis'"):
        holidays_of(daily, "Atlantis", 0)


def test_weeks_and_months_are_sums_of_days():
    table = as_counts(dict(period=DAYS, count=np.arange(DAYS.size)))
    for step, freq in (("month", "MS"), ("week", "W")):
        points = incidents(DAYS, per_day=3)
        days = lg.counts(points, freq="D", lag_safe=False)
        direct = lg.counts(points, freq=freq, lag_safe=False)
        summed = coarser(days, step)
        np.testing.assert_array_equal(summed["count"], direct["count"])
        np.testing.assert_array_equal(summed["period"], direct["period"])
    assert coarser(as_counts(dict(period=DAYS[:9], count=np.ones(9, int)), freq="D"), "month") is None
    assert coarser(table, "week")["count"].sum() == np.arange(DAYS.size).sum()


def squares():
    west = np.array([380_000.0, 381_000.0])
    return lg.Features(
        list(rectangles_wkb(west, np.full(2, 3_768_000.0), 1000.0, 2000.0)),
        "EPSG:32611",
        {"name": np.array(["west", "east"], dtype=object)},
    )


def test_areas_are_polygons_with_last_year_and_what_is_sure():
    days = np.arange("2020-01-01", "2023-01-01", dtype="M8[D]")
    found = lg.forecast_areas(incidents(days, per_day=4), areas=squares(), model="combination", horizon=2)
    assert found.parameters["step"] == "month" and len(found) == 4
    assert found["area"].tolist() == ["west", "west", "east", "east"]
    assert found.wkb[0] == found.wkb[1] != found.wkb[2]
    table = lg.counts(incidents(days, per_day=4), by=squares(), freq="MS")
    west = table["area"] == "west"
    assert table["period"][west][-1].astype("M8[M]").astype(str) == "2022-12"
    last = table["count"][west][-12:-10]
    np.testing.assert_array_equal(found["last_year"][:2], last)
    np.testing.assert_allclose(found["change"], found["mean"] / found["last_year"] - 1)
    expected = np.where(
        found["last_year"] < found["lo80"],
        "rise",
        np.where(found["last_year"] > found["hi80"], "fall", "within the interval"),
    )
    assert found["change_sure"].tolist() == expected.tolist()
    assert (found["period_end"][0] + 1).astype("M8[D]") == found["period"][1].astype("M8[D]")
    np.testing.assert_array_equal(found["mean"], found.forecast["mean"])


def test_a_rise_is_told_from_chance():
    days = np.arange("2020-01-01", "2023-01-01", dtype="M8[D]")
    risen = np.concatenate([days, np.repeat(days[-200:], 4)])
    found = lg.forecast_areas(incidents(np.sort(risen), per_day=2), step="month", model="smoothing", horizon=1)
    assert found["change_sure"].tolist() == ["rise"] and found["change"][0] > 1


def test_single_incidents_make_no_rise_or_fall():
    from lacrime_geo.forecasting.area_forecasts import _sure

    told = _sure(
        np.zeros(5), np.array([0, 0, 4, 14, 3]), np.array([1, np.nan, 4, 5, 9]), np.array([0.1, 0.1, 2, 12, 2])
    )
    assert told.tolist() == ["too few", "not known", "too few", "within the interval", "fall"]


def test_steps_are_the_longest_that_can_be_scored():
    for length, step in ((80, "day"), (500, "week"), (900, "month")):
        days = np.datetime64("2020-01-01") + np.arange(length)
        found = lg.forecast_areas(incidents(days), model="last count", horizon=1)
        assert found.parameters["step"] == step and found.parameters["relative_mae"] is not None


def test_the_backtest_of_incidents_is_that_of_their_counts():
    days = np.datetime64("2020-01-01") + np.arange(200)
    points = incidents(days, per_day=3, reported=2)
    found = lg.backtest_forecasts(points, by="category", step="day", horizon=3, models="last count, mean of 6")
    assert found.parameters["gap"] == lg.counts(points).parameters["lag_days"]
    direct = backtest(lg.counts(points, by="category"), ["last count", "mean of 6"], horizon=3)
    for name in ("mae", "coverage95", "to_smoothing"):
        np.testing.assert_array_equal(found[name], direct[name])
    with pytest.raises(ValueError, match="areas and by both tell the series apart"):
        lg.backtest_forecasts(points, by="category", areas=squares())


def test_a_chosen_period_is_not_filled_with_zeros_after_it():
    days = np.datetime64("2020-01-01") + np.arange(400)
    points = incidents(days)
    chosen = points.select(since="2020-02-01", until="2020-12-01")
    table = lg.counts(chosen, freq="MS")
    assert table["period"][0].astype("M8[M]").astype(str) == "2020-02"
    assert table["period"][-1].astype("M8[M]").astype(str) == "2020-11" and (table["count"] > 0).all()
    again = points.select(until="2020-06-01").select(since="2020-03-01", until="2020-12-01")
    assert again.selection["until"] == "2020-06-01" and again.selection["since"] == "2020-03-01"


def test_a_forecast_hears_that_it_shall_stop():
    with pytest.raises(lg.Cancelled):
        lg.forecast(monthly(), model="combination", progress=lambda fraction: fraction < 0.3)


def test_same_counts_same_forecast_in_any_order_of_rows():
    table = monthly()
    order = np.random.default_rng(1).permutation(table["count"].size)
    mixed = {name: column[order] for name, column in table.items()}
    told = [lg.forecast(rows, model="combination") for rows in (table, mixed)]
    for one, other in zip(*(found.columns.values() for found in told)):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("method", ["bottom-up", "mint"])
def test_totals_stand_beside_the_series_and_add_up(method):
    table = {**monthly(), "kind": np.repeat(["x", "y", "x"], MONTHS.size)}
    found = lg.forecast(table, model="smoothing", horizon=2, totals=method).to_dataframe()
    steps = found[(found.area != "all") & (found.kind != "all")].groupby("period")["mean"].sum()
    every = found[(found.area == "all") & (found.kind == "all")].set_index("period")["mean"]
    np.testing.assert_allclose(steps, every)
    kinds = found[(found.area == "all") & (found.kind != "all")].groupby("period")["mean"].sum()
    np.testing.assert_allclose(kinds, every)
    assert np.isfinite(found.relative_mae).all() and found.model.str.contains("smoothing, ").all()
    # The total of sums is scored as a series of its own would be.
    alone = {"period": MONTHS, "count": table["count"].reshape(3, -1).sum(axis=0)}
    naive = lg.forecast({**monthly(), **table}, model="seasonal naive", horizon=2, totals="bottom-up")
    np.testing.assert_allclose(naive["mase"][0], lg.forecast(alone, model="seasonal naive", horizon=2)["mase"][0])


def test_steps_serve_the_models_and_origins_that_are_asked_for():
    days = np.datetime64("2020-01-01") + np.arange(735)
    points = incidents(days)
    assert lg.forecast_areas(points, model="last count", horizon=1).parameters["step"] == "month"
    # SARIMAX needs two seasons; sixteen origins eight months more.
    assert lg.forecast_areas(points, model="SARIMAX", horizon=1).parameters["step"] == "day"
    many = lg.backtest_forecasts(points, models="last count", horizon=1, origins=16)
    assert many.parameters["step"] == "week"


def test_without_dates_of_report_a_month_is_not_known_at_an_origin():
    days = np.datetime64("2020-01-01") + np.arange(300)
    points = incidents(days)
    plain = lg.Incidents(points.easting, points.northing, when=points.when, crs=points.crs)
    table = lg.counts(plain)
    assert str(table["period"][-1].astype("M8[D]")) == str(days[-1] - 30)
    assert backtest(table, ["last count"], horizon=3).parameters["gap"] == 30
