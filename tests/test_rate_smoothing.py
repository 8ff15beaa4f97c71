"""Rates: Marshall's estimator by hand and at its ends, and hotspots of rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import squares

import lacrime_geo as lg
from lacrime_geo.rate_smoothing import empirical_bayes

LAYER = squares(6, 7)


def drawn(seed, spread=0.5):
    """Return counts and populations (42,) of areas whose true rates differ."""
    random = np.random.default_rng(seed)
    population = random.integers(20, 2000, 42).astype(float)
    return random.poisson(population * 0.02 * random.gamma(1 / spread, spread, 42)).astype(float), population


@given(seed=st.integers(0, 10**6))
def test_smoothed_rates_lie_between_the_raw_one_and_the_mean(seed):
    count, population = drawn(seed)
    raw, mean = count / population, count.sum() / population.sum()
    smooth = empirical_bayes(count, population)
    assert (np.minimum(raw, mean) - 1e-12 <= smooth).all() and (smooth <= np.maximum(raw, mean) + 1e-12).all()


def test_slow_twin():
    count, population = drawn(1)
    b = sum(count) / sum(population)
    s2 = sum(n * (c / n - b) ** 2 for c, n in zip(count, population)) / sum(population)
    a = max(s2 - b / (sum(population) / 42), 0)
    slow = [b + a / (a + b / n) * (c / n - b) for c, n in zip(count, population)]
    np.testing.assert_allclose(empirical_bayes(count, population), slow, rtol=1e-12)


def test_rates_that_differ_by_chance_alone_are_all_the_mean():
    population = np.full(42, 100.0)
    count = np.resize([1.0, 2.0, 3.0], 42)
    np.testing.assert_array_equal(empirical_bayes(count, population), np.full(42, 0.02))


def test_large_populations_keep_their_rates():
    count, population = drawn(2)
    smooth = empirical_bayes(count * 1e9, population * 1e9)
    np.testing.assert_allclose(smooth, count / population, rtol=1e-4, atol=1e-9)


def test_gi_star_of_rates_is_that_of_the_rates():
    count, population = drawn(3)
    layer = LAYER.assign(crimes=count, people=population)
    for smoothing, rate in (("none", count / population), ("empirical_bayes", empirical_bayes(count, population))):
        marks = lg.gi_star(layer, value="crimes", denominator="people", smoothing=smoothing)
        np.testing.assert_allclose(marks["rate"], rate, rtol=1e-12)
        np.testing.assert_array_equal(marks["z"], lg.gi_star(layer, value=rate)["z"])
        assert marks.parameters["mean_rate"] == pytest.approx(count.sum() / population.sum())
    assert "rate" not in lg.gi_star(layer, value="crimes").columns and "crimes per people" in marks.label


def test_a_denominator_in_thousands_changes_nothing_but_the_unit():
    count, population = drawn(4)
    people, thousands = (lg.gi_star(LAYER, value=count, denominator=population / unit) for unit in (1, 1000))
    np.testing.assert_allclose(people["z"], thousands["z"], atol=1e-9)


def test_few_people_make_no_hotspot_by_chance():
    count, population = np.full(42, 20.0), np.full(42, 1000.0)
    count[[0, 1, 7, 8]], population[[0, 1, 7, 8]] = 1.0, 2.0
    count.reshape(6, 7)[3:6, 4:7] = 60.0
    raw, smooth = (
        lg.gi_star(LAYER, value=count, denominator=population, smoothing=how) for how in ("none", "empirical_bayes")
    )
    assert raw["bin"][0] == 3 and smooth["bin"][0] == 0 and smooth["bin"][4 * 7 + 5] == 3


def test_rates_that_differ_by_chance_alone_are_warned_of():
    marks = lg.gi_star(LAYER, value=np.resize([1.0, 2.0, 3.0], 42), denominator=np.full(42, 100.0))
    assert "differ by no more than chance" in marks.parameters["warnings"][0]


def test_areas_without_people():
    count, population = drawn(5)
    count[7] = 9.0
    population[7] = 0
    marks = lg.gi_star(LAYER, value=count, denominator=population)
    peopled = population > 0
    mean = count[peopled].sum() / population[peopled].sum()
    assert marks["rate"][7] == pytest.approx(mean) and marks.parameters["mean_rate"] == pytest.approx(mean)
    assert marks.parameters["without_population"] == 1
    with pytest.raises(ValueError, match="is 0 in 1 of 42 features, which have no rate: leave them out"):
        lg.gi_star(LAYER, value=count, denominator=population, smoothing="none")


@pytest.mark.parametrize(
    ("value", "denominator", "sentence"),
    [
        (np.full(42, -1.0), np.ones(42), "42 of 42 values are negative, the first is -1"),
        (np.ones(42), np.zeros(42), "The denominator is 0 in all 42 rows, so there are no rates"),
        (np.ones(42), np.full(42, -3.0), "The denominator is negative in 42 of 42 rows, first in row 0"),
        (np.ones(42), np.ones(41), "41 values for 42 rows"),
    ],
)
def test_what_is_no_rate_is_refused(value, denominator, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.gi_star(LAYER, value=value, denominator=denominator)


def test_missing_geometry_may_lack_a_denominator():
    count, population = drawn(6)
    layer = LAYER.assign(crimes=count, people=population)
    layer.loc[3, ["crimes", "people"]] = np.nan
    layer.loc[3, "geometry"] = None
    marks = lg.gi_star(layer, value="crimes", denominator="people")
    assert np.isnan(marks["rate"][3]) and np.isfinite(np.delete(marks["rate"], 3)).all()


def test_tracts_of_the_city(lacrime_data):
    marks = lg.gi_star(
        lacrime_data / "la_tract_crime_counts_2020_2024.parquet", value="crime_count", denominator="population"
    )
    assert marks.parameters["mean_rate"] > 0 and 0 < (marks["bin"] > 0).mean() < 0.3
