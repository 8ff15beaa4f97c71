"""lg.rates: exact intervals against published ones, empirical Bayes by hand, what has no rate, what does not change rates."""

import logging
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.comparisons.gamma_priors import Prior, prior_of, smoothed
from lacrime_geo.comparisons.poisson_intervals import poisson_interval
from lacrime_geo.rate_smoothing import empirical_bayes
from lacrime_geo.rows import as_rows

# Garwood's limits as printed in tables of 95 % intervals of Poisson counts (Ulm 1990, American Journal of Epidemiology 131).
PRINTED = {0: (0.0, 3.69), 1: (0.03, 5.57), 2: (0.24, 7.22), 5: (1.62, 11.67), 10: (4.80, 18.39), 20: (12.22, 30.89)}


def places(n=200, seed=1, shape=4.0, rate=0.02):
    random = np.random.default_rng(seed)
    people = random.integers(200, 8000, n).astype(float)
    true = random.gamma(shape, rate / shape, n)
    return {"name": [f"p{i}" for i in range(n)], "count": random.poisson(true * people), "population": people}, true


def poisson_cdf(k, mean):
    """Return P(Y ≤ k), term by term."""
    term, total = np.exp(-mean), 0.0
    for number in range(k + 1):
        total += term
        term *= mean / (number + 1)
    return total


@pytest.mark.parametrize("count", PRINTED)
def test_exact_limits_are_those_printed(count):
    low, high = poisson_interval(np.array([float(count)]), 0.95)
    assert (round(low[0], 2), round(high[0], 2)) == PRINTED[count]


@given(st.integers(0, 150), st.sampled_from([0.8, 0.95, 0.998]))
def test_exact_limits_leave_the_tails_asked_for(count, level):
    low, high = (side[0] for side in poisson_interval(np.array([float(count)]), level))
    assert poisson_cdf(count, high) == pytest.approx((1 - level) / 2, rel=1e-6)
    if count:
        assert 1 - poisson_cdf(count - 1, low) == pytest.approx((1 - level) / 2, rel=1e-6)


def test_byar_is_near_the_exact_limits():
    count = np.arange(1.0, 400.0)
    exact, byar = (np.array(poisson_interval(count, 0.95, how)) for how in ("exact", "byar"))
    assert np.abs(byar - exact).max() < 0.06
    assert poisson_interval(np.zeros(1), 0.95, "byar")[0][0] == 0


@pytest.mark.parametrize("mean", [0.7, 4.0, 25.0])
def test_exact_intervals_hold_the_true_mean_at_least_as_often_as_promised(mean):
    count = np.random.default_rng(2).poisson(mean, 20_000).astype(float)
    low, high = poisson_interval(count, 0.95)
    held = np.mean((low <= mean) & (mean <= high))
    assert 0.948 <= held <= 0.995


def test_smoothed_by_moments_is_marshalls_rate_and_by_hand():
    count, people = np.array([10.0, 30, 20]), np.array([1000.0, 1000, 2000])
    # b = 60 / 4000, variance of rates weighted by people less b over the mean population.
    b = 0.015
    a = (1000 * 0.005**2 + 1000 * 0.015**2 + 2000 * 0.005**2) / 4000 - b / (4000 / 3)
    by_hand = [(a * y + b * b) / (a * n + b) for y, n in zip(count, people)]
    found = lg.rates({"count": count, "population": people}, smoothing="moments", per=1)
    np.testing.assert_allclose(found["smoothed"], by_hand)
    np.testing.assert_allclose(found["smoothed"], empirical_bayes(count, people))


def test_the_likelihood_has_its_top_where_it_is_said():
    from scipy.special import gammaln

    data, _ = places(80)
    count, people = np.asarray(data["count"], float), data["population"]
    expected = people * count.sum() / people.sum()

    def likelihood(shape, rate):
        share = rate / (rate + expected)
        ways = gammaln(count + shape) - gammaln(shape) - gammaln(count + 1)
        return (ways + shape * np.log(share) + count * np.log1p(-share)).sum()

    prior = prior_of(count, expected, "likelihood")
    best = likelihood(*prior)
    for up in (0.97, 1.03):
        assert likelihood(prior.shape * up, prior.rate) < best > likelihood(prior.shape, prior.rate * up)
    assert best > likelihood(*prior_of(count, expected, "moments"))


def test_the_prior_of_simulated_places_is_found_again():
    data, _ = places(3000, shape=3.0)
    found = lg.rates(data)
    assert found.parameters["prior_shape"] == pytest.approx(3.0, rel=0.12)
    assert found.parameters["spread"] == pytest.approx(3**-0.5, rel=0.06)


def test_the_posterior_by_hand():
    found = smoothed(Prior(4.0, 2.0), np.array([6.0]), np.array([3.0]), 0.95)
    assert found.mean[0] == 10 / 5
    draws = np.random.default_rng(1).gamma(10, 1 / 5, 400_000)
    np.testing.assert_allclose([found.low[0], found.high[0]], np.quantile(draws, [0.025, 0.975]), rtol=0.01)


def test_credible_intervals_hold_the_true_rates_as_often_as_promised():
    held, nearer = [], []
    for seed in range(6):
        data, true = places(300, seed)
        found = lg.rates(data, per=1)
        held.append(np.mean((found["smoothed_low"] <= true) & (true <= found["smoothed_high"])))
        nearer.append(np.mean((found["smoothed"] - true) ** 2) < np.mean((found["rate"] - true) ** 2))
    assert 0.93 < np.mean(held) < 0.97 and all(nearer)


def test_rates_lie_between_raw_and_the_mean_and_small_places_move_most():
    data, _ = places()
    found = lg.rates(data)
    mean = found.parameters["prior_shape"] / found.parameters["prior_rate"] * found.parameters["overall_rate"]
    share = (found["smoothed"] - found["rate"]) / (mean - found["rate"])
    assert ((0 < share) & (share < 1)).all()
    assert (np.diff(share[np.argsort(found["population"])]) <= 1e-9).all()


def test_rates_that_differ_by_chance_alone_are_one():
    found = lg.rates({"count": [10, 11, 9, 10], "population": [1000.0, 1000, 1000, 1000]}, per=1000)
    np.testing.assert_allclose(found["smoothed"], 10)
    assert (found["smoothed_low"] == found.parameters["overall_low"]).all()
    assert "no more than chance" in found.parameters["warnings"][0]


def test_a_population_ten_times_as_large_gives_a_tenth_of_the_rates():
    data, _ = places(60)
    one, ten = lg.rates(data), lg.rates({**data, "population": 10 * data["population"]})
    for name in ("rate", "low", "high", "smoothed", "smoothed_low", "smoothed_high"):
        np.testing.assert_allclose(one[name], 10 * ten[name], rtol=1e-6)
    np.testing.assert_allclose(one["expected"], ten["expected"])
    np.testing.assert_allclose(lg.rates(data, years=5)["smoothed"], one["smoothed"] / 5, rtol=1e-6)
    np.testing.assert_allclose(lg.rates(data, per=1000)["rate"], one["rate"] / 100)


def test_the_order_of_rows_makes_no_difference():
    data, _ = places(60)
    order = np.random.default_rng(3).permutation(60)
    shuffled = {name: np.asarray(values, dtype=object)[order].tolist() for name, values in data.items()}
    one, two = lg.rates(data), lg.rates(shuffled)
    np.testing.assert_allclose(one["smoothed"][order], two["smoothed"], rtol=1e-6)
    assert one.parameters["found"] == two.parameters["found"]


def test_places_without_a_rate_are_kept_and_counted(caplog):
    caplog.set_level(logging.INFO, "lacrime_geo")
    data = {"count": [10, 20, 7, None], "population": [1000, None, 0, 500]}
    found = lg.rates(data)
    assert np.isfinite(found["rate"]).tolist() == [True, False, False, False] and len(found) == 4
    kept = found.parameters
    assert (kept["without_population"], kept["events_without_population"], kept["without_count"]) == (2, 27, 1)
    assert "2 places have no population, and so no rate: 27 incidents" in caplog.text
    assert not found["few_events"][1:].any() and found["name"][3] == "row 3"


def test_the_sentence_names_the_highest_of_what_it_says():
    apart = lg.rates(
        {"name": list("ABC"), "count": [4, 900, 100], "population": [100, 30_000, 10_000]}, few_residents=0
    )
    assert apart["rate"].argmax() == 0 and apart["smoothed"].argmax() == 1
    low, high = (f"{apart[f'smoothed_{end}'][1]:,.0f}"[:3] for end in ("low", "high"))
    assert f"the highest rate drawn towards the mean is that of B: 3,000 ({low}" in apart.parameters["found"]
    assert f" to {high}" in apart.parameters["found"]
    alike = lg.rates({"name": list("ABC"), "count": [10, 11, 12], "population": [1000, 1000, 900]})
    assert alike.parameters["prior_shape"] is None
    assert "C is first (12 incidents; number 1 by rate); the highest raw rate is that of C: 1,330 (" in str(
        alike.parameters["found"]
    )


def test_of_equal_totals_none_is_the_first_alone():
    found = lg.rates({"name": list("ABCD"), "count": [9, 9, 9, 5], "population": [100, 100, 100, 100]})
    assert "by raw totals A and 2 others are first (9 incidents; number 1 by rate)" in found.parameters["found"]


def test_flags_of_few_events_and_few_residents():
    data = {"count": [4, 300, 12, 900], "population": [1000, 1000, 1000, 20]}
    found = lg.rates(data)
    assert found["few_events"].tolist() == [True, False, True, False]
    assert found["few_residents"].tolist() == [False, False, False, True]
    assert (
        "row 1: 29,900" in found.parameters["found"]
        and "row 3 is first (900 incidents; not among" in found.parameters["found"]
    )
    assert not lg.rates(data, few_residents=0)["few_residents"].any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            dict(count=[1.5, 2]),
            "'count' must hold numbers of incidents; 1 of 2 values are no whole numbers from 0, first in row 0",
        ),
        (dict(count=[1, -2]), "first in row 1 (-2)"),
        (dict(population=[-5, 1]), "'population' must be 0 or more; 1 of 2 values are not, first in row 0 (-5)"),
        (dict(population=[0, 0]), "has both a 'count' and a 'population' above 0"),
        (dict(count=["x", 1]), "1 of 2 values of 'count' are no numbers"),
    ],
)
def test_bad_columns_give_a_sentence(change, said):
    with pytest.raises(ValueError, match=re.escape(said)) as problem:
        lg.rates({"count": [1, 2], "population": [5, 6], **change})
    assert str(problem.value).endswith(".")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(level=0.95), "level is in per cent: 95, not 0.95"),
        (dict(interval="wald"), "interval must be one of 'exact', 'byar', got 'wald'"),
        (dict(smoothing="loess"), "smoothing must be one of"),
        (dict(per=0), "per must be above 0 residents, got 0"),
        (dict(years=-1), "years must be above 0 years, got -1"),
        (dict(population="people"), "There is no column 'people'"),
    ],
)
def test_bad_options_give_a_sentence(options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        lg.rates({"count": [1, 2], "population": [5, 6]}, **options)


def test_columns_are_found_by_their_usual_names_in_any_letters():
    found = lg.rates({"NAME": ["A", "B"], "Crime_Count": [5, 6], "POPULATION": [100, 200]})
    kept = found.parameters
    assert (kept["name"], kept["count"], kept["population"], kept["unit"]) == (
        "NAME",
        "Crime_Count",
        "POPULATION",
        "per 100,000 residents",
    )
    other = lg.rates({"count": [5, 6], "licensed_premises": [100, 200]}, population="licensed_premises", per=1, years=2)
    assert other.parameters["unit"] == "per 1 licensed premises and year"


def test_a_page_and_a_map_of_it(tmp_path):
    from lacrime_geo.geometry import rectangles_wkb

    data, _ = places(70)
    data["name"][0] = "<b>A & B</b>"
    squares = rectangles_wkb(380000 + np.arange(70) % 8 * 100.0, 3768000 + np.arange(70) // 8 * 100.0, 100.0, 100.0)
    found = lg.rates(lg.Features(list(squares), "EPSG:32611", data), few_residents=0)
    page = found.html()
    assert "&lt;b&gt;A &amp; B" in page and "<b>A" not in page and "10 places between" in page
    layer = found.map()
    assert layer.style == "rates" and layer.label == "Map of the rates of features"
    assert "name" not in layer.columns and layer.to_features().source["smoothed"].size == 70
    found.save(tmp_path / "rates.csv")
    assert as_rows(tmp_path / "rates.csv").numbers("rate")[3] == pytest.approx(found["rate"][3])
    with pytest.raises(ValueError, match="is a table without places, of which there is no map"):
        lg.rates(tmp_path / "rates.csv").map()
    with pytest.raises(lg.Cancelled):
        lg.rates(data, progress=lambda share: share < 0.5)


def test_the_neighbourhoods_of_los_angeles(lacrime_data):
    found = lg.rates(lacrime_data / "la_times_neighborhood_counts_2020_2024.parquet", years=5)
    kept = found.parameters
    assert (kept["compared"], kept["events"], kept["few_residents"]) == (114, 994_563, 5)
    assert "Downtown is first (71,808 incidents; number 1 by rate), and 3 of the 10 first by totals" in kept["found"]
    assert found.parameters["overall_rate"] == pytest.approx(994_563 / found["population"].sum() / 5 * 1e5)


def test_residents_are_only_spoken_of_where_the_population_is_of_residents():
    data = {"count": [5, 6], "homes": [100, 200]}
    found = lg.rates(data, population="homes")
    assert not any("residents of a place" in said for said in found.parameters["caveats"])
    assert '<th class="number">homes</th>' in found.html()
    people = lg.rates({"count": [5, 6], "population": [100, 200]})
    assert any("residents of a place" in said for said in people.parameters["caveats"])


def test_names_in_several_rows_are_warned_of():
    table = {"name": ["A", "A", "B"], "year": [2013, 2014, 2014], "count": [5, 7, 9], "population": [900, 950, 800]}
    said = "1 name stands in more than one row ('A' in 2)"
    assert any(warning.startswith(said) for warning in lg.rates(table).parameters["warnings"])
    single = {name: values[1:] for name, values in table.items()}
    assert "row is taken" not in str(lg.rates(single).parameters["warnings"])
