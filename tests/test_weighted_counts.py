"""Tables of sums of weights: they add up, keep their unit in files, and are refused where they cannot be right."""

import time

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo import Incidents, counts
from lacrime_geo.cli import main
from lacrime_geo.forecasting.coarser_counts import coarser
from lacrime_geo.forecasting.count_files import read_counts
from lacrime_geo.forecasting.tables_as_counts import as_counts

START = np.datetime64("2023-01-01", "D")


def incidents(number=400, days=200, seed=0, delay=0):
    random = np.random.default_rng(seed)
    when = START + np.sort(random.integers(0, days, number))
    source = {"area": random.choice(["a", "b", "c"], number), "harm": random.choice([0.0, 0.25, 10.5], number)}
    places = random.normal(0, 100, (2, number))
    return Incidents(*places, when=when, reported=when + delay, crs="EPSG:32611", source=source)


@pytest.mark.parametrize("freq", ["D", "W", "MS"])
def test_sums_add_up_to_the_weights_of_the_period(freq):
    points = incidents()
    table = counts(points, by="area", freq=freq, weight="harm")
    first, last = (np.datetime64(table.parameters[name]) for name in ("first_day", "last_day"))
    day = points.when.astype("M8[D]")
    within = (day >= first) & (day <= last)
    assert np.isclose(table["count"].sum(), points.source["harm"][within].sum())
    for area in "abc":
        own = within & (points.source["area"] == area)
        assert np.isclose(table["count"][table["area"] == area].sum(), points.source["harm"][own].sum())


def test_every_step_is_summed_as_by_hand_zeros_included():
    points = incidents(number=60)
    table = counts(points, weight="harm")
    day = points.when.astype("M8[D]")
    by_hand = [points.source["harm"][day == one].sum() for one in table["period"].astype("M8[D]")]
    assert np.allclose(table["count"], by_hand) and 0.0 in by_hand
    assert table["period"].size == (day.max() - day.min()).astype(int) + 1


def test_weights_of_one_are_counts_and_of_two_twice_as_many():
    points = incidents()
    plain, ones, twos = (counts(points, by="area", weight=each) for each in (None, np.ones(400), np.full(400, 2.0)))
    assert np.array_equal(plain["count"], ones["count"]) and ones["count"].dtype == plain["count"].dtype
    assert np.array_equal(2 * plain["count"], twos["count"])
    assert (plain.unit, ones.unit) == ("incidents", "sums of weights")
    assert ones.panel().weight is None and twos.panel().weight.tolist() == [2, 2, 2]
    assert np.array_equal(counts(points.weighing(np.full(400, 2.0)), by="area")["count"], twos["count"])


def test_the_effective_weight_is_the_sum_of_squares_over_the_sum():
    points = incidents()
    table = counts(points, by="area", weight="harm")
    for area, found in zip("abc", table.panel().weight):
        own = points.source["harm"][points.source["area"] == area]
        assert np.isclose(found, (own**2).sum() / own.sum())


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_files_keep_the_sums_and_their_unit(tmp_path, ending):
    table = counts(incidents(), by="area", weight="harm")
    again = read_counts(table.save(tmp_path / f"harm.{ending}"))
    assert (again.unit, again.keys) == ("sums of harm", ("area",))
    assert np.array_equal(again["count"], table["count"])
    assert np.allclose(again.panel().weight, table.panel().weight)
    frame = table.to_dataframe()
    assert np.array_equal(as_counts(frame)["count"], table["count"])


def test_months_of_sums_are_those_of_their_days():
    points = incidents(days=181)
    by_days, by_months = counts(points, weight="harm"), counts(points, weight="harm", freq="MS")
    assert np.allclose(coarser(by_days, "month")["count"], by_months["count"])


def test_fractions_are_refused_unless_the_unit_tells_that_they_are_sums():
    table = {"period": ["2023-01-01", "2023-01-02"], "count": [1.5, 2.0]}
    with pytest.raises(ValueError, match="whole number"):
        as_counts(table)
    assert as_counts({**table, "unit": ["harm", "harm"]})["count"].tolist() == [1.5, 2.0]
    with pytest.raises(ValueError, match="2 values"):
        as_counts({**table, "unit": ["harm", "dollars"]})
    with pytest.raises(ValueError, match="below 0"):
        as_counts({**table, "count": [-1.5, 2.0], "unit": ["harm", "harm"]})
    with pytest.raises(ValueError, match="not above 0"):
        as_counts({**table, "unit": ["harm", "harm"], "effective_weight": [0.0, 0.0]})
    with pytest.raises(ValueError, match="differs within one in 1 of 2 rows, first row 1"):
        as_counts({**table, "unit": ["harm", "harm"], "effective_weight": [1.0, 2.0]})
    with pytest.raises(ValueError, match="is empty in 1 of 2 rows, first row 1"):
        as_counts({**table, "unit": ["harm", None]})


def test_fractions_without_an_effective_weight_have_one_told_by_their_changes():
    days = START + np.arange(60)
    small = np.random.default_rng(0).poisson(2, 60) * 0.001
    table = as_counts(dict(period=days, count=small, unit=["millions"] * 60))
    assert table.panel().weight == pytest.approx(np.square(np.diff(small)).sum() / 2 / small.sum())
    assert "changes from step to step" in table.parameters["effective_weight_reason"]
    # Whole numbers are taken for counts.
    assert as_counts(dict(period=days, count=small * 1000 // 1, unit=["offences"] * 60)).panel().weight is None


@pytest.mark.parametrize("analyse", [lg.season, lg.decompose, lg.alerts])
def test_analyses_of_counts_refuse_sums_that_only_look_like_counts(analyse):
    points = incidents()
    twos = counts(points, weight=np.full(400, 2.0))
    for table in (twos, twos.to_dataframe()):
        with pytest.raises(ValueError, match=r"sums of weights \(effective_weight is 2\)"):
            analyse(table)
    analyse(counts(points, weight=(points.source["harm"] > 1).astype(float)))


def test_sums_of_dollars_are_looked_at_as_fast_as_counts():
    dollars = np.random.default_rng(0).gamma(0.5, 1e10, 300).round()
    begun = time.perf_counter()
    table = as_counts(dict(period=START + np.arange(300), count=dollars, unit=["dollars"] * 300))
    assert table["count"].sum() == dollars.sum() and time.perf_counter() - begun < 5


def test_a_nowcast_is_made_of_one_weight_and_refused_of_several():
    points = incidents(number=4000, days=300)
    random = np.random.default_rng(1)
    late = Incidents(
        points.easting,
        points.northing,
        when=points.when,
        reported=points.when.astype("M8[D]") + random.geometric(0.2, 4000) - 1,
        crs=points.crs,
        source=points.source,
        known_until=points.when.max(),
    )
    known = late.take(late.reported <= points.when.max())
    plain = counts(known, freq="W", lag_safe="nowcast")
    twice = counts(known, freq="W", lag_safe="nowcast", weight=np.full(known.size, 2.0))
    assert np.allclose(twice["count"], 2 * plain["count"], atol=1.01)
    with pytest.raises(ValueError, match="weights of one size"):
        counts(known, freq="W", lag_safe="nowcast", weight="harm")


def test_wrong_weights_are_named():
    with pytest.raises(ValueError, match="no column 'harms'"):
        counts(incidents(), weight="harms")
    with pytest.raises(ValueError, match="negative"):
        counts(incidents(), weight=np.full(400, -1.0))


def test_the_command_sums_a_column(tmp_path):
    pytest.importorskip("geopandas")
    points = lg.as_incidents("sample_layers/incidents.csv.gz").select(category="robbery")
    layer = lg.harm(points).save(tmp_path / "harm.gpkg")
    assert main(["counts", layer, str(tmp_path / "harm.csv"), "--weight", "weight", "--freq", "MS"]) == 0
    table = read_counts(tmp_path / "harm.csv")
    assert table.unit == "Part 1 offences"
    assert (
        np.array_equal(table["count"], counts(layer, weight="weight", freq="MS")["count"])
        and table["count"].sum() > 100
    )
