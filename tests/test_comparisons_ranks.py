"""lg.rank_intervals: true ranks lie within as often as promised, ranks of draws by hand, what cannot be told apart."""

import re

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.comparisons.counted_places import ranks_of
from lacrime_geo.comparisons.gamma_priors import ONE_RATE, Prior
from lacrime_geo.comparisons.rank_draws import drawn_ranks


def places(n=120, seed=1, shape=6.0, rate=0.02, most=4000):
    random = np.random.default_rng(seed)
    people = random.integers(400, most, n).astype(float)
    true = random.gamma(shape, rate / shape, n)
    return {"count": random.poisson(true * people), "population": people}, true


def test_the_true_rank_lies_within_as_often_as_promised():
    held = []
    for seed in range(6):
        data, true = places(seed=seed)
        found = lg.rank_intervals(data, level=90, draws=600, seed=seed)
        rank = ranks_of(true)
        held.append(np.mean((found["rank_low"] <= rank) & (rank <= found["rank_high"])))
    assert 0.87 < np.mean(held) < 0.94


def test_the_probability_of_the_first_is_as_often_right():
    told, came = [], []
    for seed in range(6):
        data, true = places(seed=seed)
        found = lg.rank_intervals(data, draws=800, top=12)
        told.append(found["probability_top"])
        came.append(ranks_of(true) <= 12)
        assert found["probability_top"].sum() == pytest.approx(12)
    told, came = np.concatenate(told), np.concatenate(came)
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        some = (told >= low) & (told < high)
        assert came[some].mean() == pytest.approx(told[some].mean(), abs=0.11)


def test_ranks_of_draws_are_those_of_a_slow_count():
    shape, rate = np.array([5.0, 9, 7, 30]), np.array([100.0, 110, 120, 200])
    # Such a prior leaves the posterior as given; rows come in the order of counts already.
    found = drawn_ranks(Prior(0.0, 0.0), shape, rate, 3000, 0.9, 1, 4)
    random = np.random.default_rng(4)
    order = np.lexsort((rate, shape))
    slow = np.empty((3000, 4))
    for draw in range(3000):
        values = random.standard_gamma(shape[order]) / rate[order]
        slow[draw, order] = [1 + sum(other > value for other in values) for value in values]
    np.testing.assert_allclose(found.expected, slow.mean(axis=0))
    np.testing.assert_allclose(found.top, (slow == 1).mean(axis=0))
    first = np.argmin(slow.mean(axis=0))
    np.testing.assert_allclose(found.above, (slow > slow[:, [first]]).mean(axis=0))
    ordered = np.sort(slow, axis=0)
    assert (found.low == ordered[150]).all() and (found.high == ordered[2849]).all()


def test_of_two_places_the_probability_is_the_one_of_two_gammas():
    from scipy.special import betainc

    # P(X > Y) of gammas with shapes 12 and 8 and rate 1 is that of a beta distribution above one half.
    found = drawn_ranks(Prior(2.0, 0.5), np.array([10.0, 6]), np.array([0.5, 0.5]), 20_000, 0.95, 1, 1)
    assert found.top[0] == pytest.approx(1 - betainc(12, 8, 0.5), abs=0.01)
    assert found.above[1] == pytest.approx(found.top[0]) and found.above[0] == 0


def test_the_place_first_by_expected_rank_is_the_one_held_against_the_others():
    # The second has the highest mean, of a long tail, and is most often the last.
    shape, rate = np.array([100.0, 0.5, 90.0]), np.array([60.0, 0.25, 90.0])
    found = drawn_ranks(Prior(0.0, 0.0), shape, rate, 2000, 0.95, 1, 3)
    assert np.argmax(shape / rate) == 1 and np.argmin(found.expected) == 0
    assert found.above[0] == 0 and found.above[2] > 0.99 and 0.5 < found.above[1] < 0.9


def test_places_of_one_rate_may_have_any_rank():
    found = drawn_ranks(ONE_RATE, np.full(40, 9.0), np.full(40, 9.0), 4000, 0.95, 4, 0)
    assert found.low.max() <= 2 and found.high.min() >= 39
    np.testing.assert_allclose(found.expected, 20.5, atol=1.0)
    same = lg.rank_intervals({"count": [10, 11, 9, 10], "population": [1000] * 4})
    assert same.parameters["told_apart"] == 0 and "nothing to rank" in same.parameters["warnings"][0]


def test_places_far_apart_have_sure_ranks():
    data = {"name": list("ABCD"), "count": [1000, 8000, 100, 64_000], "population": [100_000] * 4}
    found = lg.rank_intervals(data)
    for name in ("rank", "expected_rank", "median_rank", "rank_low", "rank_high", "rank_by_count"):
        assert found[name].tolist() == [3, 2, 4, 1]
    assert found["told_apart"].tolist() == ["below", "above", "below", "above"]
    kept = found.parameters
    assert (kept["first"], kept["not_told_from_first"], kept["told_apart"]) == ("D", 0, 4)
    assert kept["further"][0] == "D, first by expected rank, can be told from all others"


def test_how_many_cannot_be_told_from_the_first():
    found = lg.rank_intervals(
        {"name": list("ABCD"), "count": [50, 52, 49, 500], "population": [1000, 1000, 1000, 9000]}
    )
    assert found.parameters["not_told_from_first"] == 3
    assert "first by expected rank, cannot be told from 3 others" in found.parameters["further"][0]


def test_what_changes_no_rank():
    data, _ = places(80)
    one = lg.rank_intervals(data, draws=500)
    order = np.random.default_rng(2).permutation(80)
    shuffled = lg.rank_intervals({name: values[order] for name, values in data.items()}, draws=500)
    larger = lg.rank_intervals({**data, "population": data["population"] * 3}, draws=500, years=2, per=7)
    for name in ("rank", "expected_rank", "rank_low", "rank_high", "probability_top"):
        np.testing.assert_allclose(one[name][order], shuffled[name], atol=0.05)
        np.testing.assert_allclose(one[name], larger[name], atol=0.05)
    again = lg.rank_intervals(data, draws=500)
    assert all((one[name] == again[name]).all() for name in one.columns)


def test_the_narrower_level_lies_within_the_wider():
    data, _ = places(60)
    wide, narrow = (lg.rank_intervals(data, level=level, draws=800) for level in (95, 50))
    assert (wide["rank_low"] <= narrow["rank_low"]).all() and (narrow["rank_high"] <= wide["rank_high"]).all()
    assert narrow.parameters["told_apart"] >= wide.parameters["told_apart"]


def test_few_residents_and_no_rate_are_not_ranked():
    data = {"count": [50, 60, 40, 9, 900], "population": [1000, 1000, 1000, 0, 8], "name": list("ABCDE")}
    found = lg.rank_intervals(data, draws=200)
    assert found["told_apart"][3:].tolist() == ["no rate", "few residents"] and np.isnan(found["rank"][3:]).all()
    assert found.parameters["compared"] == 3 and found["rank_by_count"].tolist() == [3, 2, 4, 5, 1]
    assert "1 place has few residents, and is not ranked" in found.parameters["further"]
    assert lg.rank_intervals(data, draws=200, few_residents=0)["rank"][4] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(top=9), "top is 9, and only 3 places have a rate"),
        (dict(draws=5), "draws must be a whole number of at least 100, got 5"),
        (dict(draws=10**9), "take 33,333,333 at most"),
        (dict(level=100), "level must be above 1 and below 100 per cent"),
        (dict(seed=-1), "seed must be a whole number of at least 0"),
    ],
)
def test_bad_options_give_a_sentence(options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        lg.rank_intervals({"count": [1, 2, 4], "population": [50, 50, 60]}, **options)


def test_the_chart_shows_the_first_and_the_last_and_says_so():
    data, _ = places(200)
    found = lg.rank_intervals({**data, "name": [f"place {i}" for i in range(200)]}, draws=300, few_residents=0)
    drawn = found.svg()
    order = np.argsort(found["expected_rank"], kind="stable")
    shown = re.findall(r">(place \d+)</text>", drawn)
    assert shown == [found["name"][row] for row in (*order[:30], *order[-30:])]
    assert "140 places between, which are not drawn" in drawn and "30 first and the 30 last of 200 places" in drawn
    assert f"{found.parameters['told_apart']:,} of 200 places can be told from the median one" in found.html()


def test_the_tracts_of_los_angeles(lacrime_data):
    found = lg.rank_intervals(lacrime_data / "la_tract_crime_counts_2020_2024.parquet", draws=1000)
    kept = found.parameters
    assert kept["compared"] == 1221 and 1060 < kept["told_apart"] < 1095 and kept["first"] == "06037226002"
    assert "06037980028 is first (9,056 incidents; not among those ranked)" in " ".join(kept["further"])
