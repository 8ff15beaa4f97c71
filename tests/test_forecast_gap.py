"""Which steps a forecast is of and which ones its scores are of: the same, however late reports come."""

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.forecasting.count_files import read_counts
from lacrime_geo.forecasting.history_lengths import extracted_on, gap_of, steps_not_whole, steps_until
from lacrime_geo.forecasting.tables_as_counts import as_counts

BEGIN = np.datetime64("2022-01-01")


def incidents(days=200, delay=10, per_day=6, seed=0):
    """Return incidents of which one in ten is reported some days later; the file ends with the last report."""
    random = np.random.default_rng(seed)
    level = np.exp(np.cumsum(random.normal(0, 0.05, days)))
    when = np.repeat(BEGIN + np.arange(days), random.poisson(per_day * level) + 1).astype("M8[s]")
    late = np.where(random.random(when.size) < 0.1, delay, 0)
    reported = when + late * np.timedelta64(86_400, "s")
    known = reported < (BEGIN + days).astype("M8[s]")
    place = random.uniform(380_000, 382_000, (2, int(known.sum())))
    return lg.Incidents(*place, when=when[known], reported=reported[known], crs="EPSG:32611")


@pytest.fixture(scope="module")
def table():
    return lg.counts(incidents())


def test_scores_are_of_the_steps_that_are_forecast(table):
    assert gap_of(table) == 10 == table.parameters["lag_days"]
    found = lg.forecast(table, model="last count", horizon=3)
    same, later = (lg.backtest(table, ["last count"], horizon=3, **gap) for gap in ({"gap": 0}, {}))
    own = found.parameters["mase"]
    assert own == same["mase"][same["model"] == "last count"][0] != later["mase"][later["model"] == "last count"][0]
    assert found.parameters["gap"] == 0 and later.parameters["gap"] == 10
    # At each origin the model knew what is a step before the first one scored.
    values, scored = table.panel().values, found.made.scored.made
    for number, known in enumerate(scored.origins.known):
        assert (scored.forecasts["last count"].mean[number] == values[:, known - 1]).all()
        np.testing.assert_array_equal(scored.actual[number], values[:, known : known + 3])


def test_the_table_of_a_past_origin_ends_as_its_scored_history_does():
    """Taken back to an earlier day, counts end so many days before it, with the same counts: those were whole then."""
    points = incidents()
    now, then = lg.counts(points), lg.counts(points, as_of=str(BEGIN + 159))
    steps = then["count"].size
    assert then.parameters["lag_days"] == 10 and steps == 150
    assert np.abs(now["count"][:steps] - then["count"]).sum() <= 0.05 * now["count"][:steps].sum()
    assert then["period"][-1].astype("M8[D]") == BEGIN + 149


@pytest.mark.parametrize("horizon, past", [(3, 3), (10, 10), (12, 10)])
def test_steps_that_were_over_are_told_and_warned_of_where_they_are_all(table, horizon, past):
    found = lg.forecast(table, model="drift", horizon=horizon)
    assert found.parameters["steps_past"] == past
    day = extracted_on(table)
    assert found.parameters["extracted"] == str(day) == str(BEGIN + 199)
    over = found["period"].astype("M8[D]") <= day
    assert over.sum() == past
    warned = [said for said in found.parameters.get("warnings", []) if "were over when the file was extracted" in said]
    assert len(warned) == (past == horizon)
    if warned:
        assert "take a horizon of 11 or more" in warned[0] and f"All {horizon} days" in warned[0]
    assert f"{past} were over when the file was extracted, on {day}" in found.html()


def test_a_file_of_an_earlier_time_is_not_warned_of():
    table = lg.counts(incidents(), until=str(BEGIN + 150))
    found = lg.forecast(table, model="drift", horizon=3)
    assert found.parameters["steps_past"] == 3 and "warnings" not in found.parameters


def test_where_counts_do_not_tell_nothing_is_said():
    days = dict(period=BEGIN + np.arange(100), count=np.arange(100) % 9)
    found = lg.forecast(days, model="drift", horizon=3)
    assert "steps_past" not in found.parameters and "warnings" not in found.parameters
    assert found.parameters["gap"] == 0 and "extracted" not in found.html()


def test_months_that_are_over():
    table = as_counts(dict(period=["2023-01", "2023-02"], count=[5, 6]))
    table.parameters.update(whole_until="2023-03-20", lag_days=42)
    assert str(extracted_on(table)) == "2023-05-01"
    # March and April are over, May has a day.
    assert [steps_until(table, extracted_on(table), horizon) for horizon in (1, 2, 5)] == [1, 2, 2]
    assert steps_not_whole(table) == 0


@pytest.mark.parametrize("lag_safe", [False, "nowcast"])
def test_steps_that_are_not_whole_are_left_out_before_what_is_scored(lag_safe):
    table = lg.counts(incidents(), lag_safe=lag_safe)
    assert steps_not_whole(table) == 10
    found = lg.forecast(table, model="last count", horizon=2)
    assert found.parameters["gap"] == 10 and "not wholly reported" in found.parameters["gap_reason"]
    assert found.parameters["steps_past"] == 0
    same = lg.backtest(table, ["last count"], horizon=2)
    assert same.parameters["gap"] == 10
    assert found.parameters["mase"] == same["mase"][same["model"] == "last count"][0]


def test_tables_and_parquet_keep_the_last_whole_day(table, tmp_path):
    path = tmp_path / "counts.parquet"
    table.save(path)
    for again in (as_counts(table.to_dataframe()), read_counts(path)):
        assert again.parameters["whole_until"] == str(BEGIN + 189)
        assert extracted_on(again) == extracted_on(table)
    frame = table.to_dataframe()
    frame.attrs["whole_until"] = "soon"
    frame.to_parquet(path)
    assert "whole_until" not in read_counts(path).parameters


def test_a_shorter_history_can_be_scored_than_one_that_leaves_a_gap(caplog):
    table = lg.counts(incidents(days=38))
    found = lg.forecast(table, model="last count", horizon=2)
    assert np.isfinite(found["mase"]).all() and found.parameters["steps_past"] == 2
    assert "too short" not in caplog.text
