"""Peaks: those planted are found, where there are none hardly any is, and what is not known is not told."""

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg
from lacrime_geo import Cancelled, Incidents
from lacrime_geo.forecasting.high_times import peaks
from lacrime_geo.forecasting.hour_ratios import hour_ratios, scatter_of
from lacrime_geo.parameters import Parameters


def at(when, **columns):
    nowhere = np.zeros(len(when))
    return Incidents(nowhere, nowhere, when=when, crs="EPSG:32611", source=columns or None)


def hourly(seed=0, night=1.0, days=730, friday=1.0):
    """Poisson many incidents of each hour, 0.4 in the mean, with a factor at 22:00 and one on Fridays."""
    random = np.random.default_rng(seed)
    day = np.datetime64("2021-01-01") + np.repeat(np.arange(days), 24)
    hour = np.tile(np.arange(24), days)
    rate = 0.4 * np.where(hour == 22, night, 1.0) * np.where((day.astype(int) + 3) % 7 == 4, friday, 1.0)
    when = (day.astype("M8[h]") + hour).astype("M8[s]")
    return at(np.repeat(when, random.poisson(rate)) + np.timedelta64(600, "s"))


def daily(seed, days=731, keep=0.0, scatter=0.0, month=1.0):
    """A table of days, whose rate moves on its own (a correlation of `keep` from day to day), with a factor in July."""
    random = np.random.default_rng(seed)
    date = np.datetime64("2020-01-01") + np.arange(days)
    drift = random.normal(size=days)
    for day in range(1, days):
        drift[day] = keep * drift[day - 1] + np.sqrt(1 - keep**2) * drift[day]
    july = date.astype("M8[M]").astype(int) % 12 == 6
    return {"date": date, "count": random.poisson(30 * np.where(july, month, 1.0) * np.exp(scatter * drift))}


def test_peaks_that_are_there_are_found():
    found = peaks(hourly(night=2.0, friday=1.5))
    assert found["level"][found["peak"] == "high"].tolist() == ["Friday", "22:00"]
    assert len(found) == 12 + 7 + 24
    words = found.parameters["found"]
    assert words.startswith("months above the mean: none; weekdays above the mean: Friday (× 1.")
    assert "; hours above the mean: 22:00 to 23:00 (× 2)" in words


def test_where_there_are_none_about_as_few_are_found_as_stated():
    told = [peaks(daily(seed, days=400)) for seed in range(80)]
    for effect in ("month", "weekday"):
        false = np.mean([(found["peak"][found["effect"] == effect] != "").any() for found in told])
        # Of 80 runs with 5 % each, 8 or fewer have one in 98 %.
        assert false <= 8 / 80


def test_hours_of_incidents_alone_are_seldom_called_peaks():
    level, false = 100 - 5 / 24, 0
    for seed in range(60):
        found = hour_ratios(hourly(seed, days=200), level, Parameters())
        false += bool(((found["low"] > 1) | (found["high"] < 1)).any())
    assert false <= 6


def test_months_are_no_peaks_where_the_level_wanders():
    """Without the widening most of such series have a month that stands out."""
    told = [peaks(daily(seed, keep=0.6, scatter=0.3)) for seed in range(10)]
    false = np.mean([(found["peak"][found["effect"] == "month"] != "").any() for found in told])
    assert 1.3 < np.mean([found.parameters["months_widened"]["all"] for found in told]) < 2.2
    assert false <= 0.2
    plain = [lg.season(daily(seed, keep=0.6, scatter=0.3), level=100 - 5 / 12) for seed in range(10)]
    of = plain[0]["effect"] == "month"
    assert np.mean([((one["low"] > 1) | (one["high"] < 1))[of].any() for one in plain]) > 2 * false


def test_intervals_hold_what_was_planted_all_at_once():
    """The rate of 22:00 is twice that of the others: 48/25 of the mean; that of July 1.3 times, over its geometric mean."""
    hours = np.where(np.arange(24) == 22, 2.0, 1.0) * 24 / 25
    held = []
    for seed in range(40):
        found = hour_ratios(hourly(seed, night=2.0, days=120), 100 - 5 / 24, Parameters())
        held.append(((found["low"] <= hours) & (hours <= found["high"])).all())
    assert np.mean(held) >= 0.9
    months = np.where(np.arange(12) == 6, 1.3, 1.0) / 1.3 ** (1 / 12)
    held = []
    for seed in range(20):
        found = peaks(daily(seed, month=1.3))
        low, high = (found[side][found["effect"] == "month"] for side in ("low", "high"))
        held.append(((low <= months) & (months <= high)).all())
        assert found["peak"][6] == "high"
    assert np.mean(held) >= 0.88


def test_offences_of_one_night_are_no_peak():
    """Ten offences at one time are as sure as one: 30 at 3:00 of one day in a year do not make 3:00 a high hour."""
    plain = hourly(days=365).when
    burst = at(np.append(plain, np.full(150, np.datetime64("2021-05-04T03:10", "s"))))
    found = peaks(burst)
    assert found["ratio"][found["level"] == "3:00"] > 1.5
    assert found["peak"][found["level"] == "3:00"] == ""


def test_the_scatter_of_hours_is_that_of_a_slow_twin():
    when = hourly(3, days=30).when
    found = scatter_of(when)
    for hour in (0, 13):
        missed, days, own = [], np.unique(when.astype("M8[D]")), 0
        share = np.mean(when.astype("M8[h]").astype(int) % 24 == hour)
        for day in days:
            of = when[when.astype("M8[D]") == day]
            count = np.sum(of.astype("M8[h]").astype(int) % 24 == hour)
            own += count
            missed.append((count - share * of.size) ** 2)
        expected = own * (1 - share) * (days.size - 1) / days.size
        assert found[hour] == pytest.approx(max(np.sum(missed) / expected, 1.0))


# What is not known


def test_placeholders_are_in_no_hour_and_counted():
    plain = hourly(days=400).when
    noon = np.datetime64("2021-01-01T12:00", "s") + np.arange(400) * np.timedelta64(1, "D")
    when = np.append(plain, noon)
    flag = np.append(np.zeros(plain.size, dtype=bool), np.ones(400, dtype=bool))
    found = peaks(at(when, time_placeholder=flag))
    assert found.parameters["time_placeholder"] == 400
    assert found.parameters["hours_of_placeholders"] == [12]
    assert "12:00 so many times are placeholders" in found.parameters["warnings"][-1]
    without = peaks(at(plain, time_placeholder=flag[:-400]))
    others = (found["effect"] == "hour") & (found["level"] != "12:00")
    assert np.allclose(found["ratio"][others], without["ratio"][others])
    assert np.allclose(found["high"][others], without["high"][others])


def test_the_hour_of_placeholders_is_not_called_low():
    """Who leaves out all of 12:00 also leaves out those that were at 12:00."""
    plain = hourly(days=400).when
    noon = plain.astype("M8[h]").astype(int) % 24 == 12
    found = peaks(at(plain, time_placeholder=noon & (np.arange(plain.size) % 2 == 0)))
    row = int(np.flatnonzero(found["level"] == "12:00")[0])
    assert found["ratio"][row] < 0.6
    assert found["high"][row] > 1
    assert found["peak"][row] == ""


def test_dates_without_a_clock_have_no_hours():
    found = peaks(at(hourly(days=400).when.astype("M8[D]").astype("M8[s]")))
    hours = found["effect"] == "hour"
    assert (found["peak"][hours] == "unknown").all() and np.isnan(found["ratio"][hours]).all()
    assert (found["peak"][~hours] != "unknown").all()
    assert found.parameters["hour"] == "left out"
    assert found.parameters["found"].endswith("hours not told")


def test_months_of_less_than_a_year_are_unknown():
    found = peaks(hourly(days=200))
    assert (found["peak"][found["effect"] == "month"] == "unknown").all()
    assert found.parameters["found"].startswith("months not told; weekdays above the mean: ")


def test_hours_over_midnight_are_one_run():
    random = np.random.default_rng(0)
    hour = np.tile(np.arange(24), 60)
    when = (np.datetime64("2021-01-01T00", "h") + np.arange(60 * 24)).astype("M8[s]")
    when = np.repeat(when, random.poisson(np.where((hour >= 22) | (hour < 2), 9.0, 3.0))) + np.timedelta64(600, "s")
    assert "hours above the mean: 22:00 to 2:00 (× 2" in peaks(at(when)).parameters["found"]


# Tables


def test_groups_have_peaks_of_their_own():
    days = np.datetime64("2023-01-02") + np.arange(140)
    high = [np.where(np.arange(140) % 7 == weekday, 30, 10) + np.arange(140) % 3 for weekday in (1, 4)]
    grouped = {"area": np.repeat(["a", "b"], 140), "period": np.tile(days, 2), "count": np.concatenate(high)}
    found = peaks(grouped)
    named = {group: found["level"][(found["group"] == group) & (found["peak"] == "high")].tolist() for group in "ab"}
    assert named == {"a": ["Tuesday"], "b": ["Friday"]}
    assert set(found["effect"]) == {"month", "weekday"}


def test_series_of_several_keys_are_told_apart():
    days = np.datetime64("2023-01-02") + np.arange(140)
    counts = 10 + np.random.default_rng(0).poisson(5, 560)
    keys = {"area": np.repeat(["north", "south"], 280), "kind": np.tile(np.repeat(["x", "y"], 140), 2)}
    found = peaks(pd.DataFrame({**keys, "period": np.tile(days, 4), "count": counts}))
    assert set(found["group"]) == {"north x", "north y", "south x", "south y"}


def test_the_path_and_the_table_of_it_are_told_alike():
    counts = lg.counts(hourly(days=400, friday=1.5), lag_safe=False)
    both = [peaks(counts), peaks({"date": counts["period"], "count": counts["count"]})]
    assert np.array_equal(both[0]["ratio"], both[1]["ratio"], equal_nan=True)


def test_it_can_be_stopped():
    with pytest.raises(Cancelled):
        peaks(hourly(days=60), progress=lambda fraction: fraction < 0.7)


def test_what_it_found_in_los_angeles(lacrime_data):
    found = peaks(lg.read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet"))
    assert found.parameters["time_placeholder"] == 823
    high = found["level"][found["peak"] == "high"].tolist()
    assert high == ["Friday", "10:00", *(f"{hour}:00" for hour in range(13, 22))]
    assert found["peak"][found["level"] == "12:00"] == ""
    assert found["ratio"][found["level"] == "17:00"][0] == pytest.approx(1.77, abs=0.005)
