"""lg.funnel: exact limits against sums of probabilities, overdispersion by hand, how often chance lies beyond them."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.comparisons.control_limits import chance_of, exact_limits, two_sided_tails
from lacrime_geo.comparisons.overdispersion import Scale, limits_of, scale_of, spread_of
from lacrime_geo.comparisons.place_funnels import POSITIONS


def probabilities(model, target, exposure, most=400):
    """Return the probabilities of 0, 1, 2, …, term by term."""
    if model == "binomial":
        return [math.comb(exposure, k) * target**k * (1 - target) ** (exposure - k) for k in range(exposure + 1)]
    mean = target * exposure
    return [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(most)]


def slow_limits(model, target, exposure, tail):
    """Return the interpolated limits by adding probabilities up from either end."""
    chance = probabilities(model, target, exposure)
    total = 0.0
    for low, one in enumerate(chance):
        total += one
        if total > tail:
            low -= (total - tail) / one
            break
    total = 0.0
    for high in reversed(range(len(chance))):
        total += chance[high]
        if total > tail:
            high += (total - tail) / chance[high]
            break
    return max(low, 0.0), high


@given(
    st.sampled_from(["poisson", "binomial"]),
    st.floats(0.02, 0.6),
    st.integers(1, 200),
    st.sampled_from([0.025, 0.001, 0.1]),
)
def test_exact_limits_are_those_of_the_sums(model, target, exposure, tail):
    low, high = exact_limits(chance_of(model, target), np.array([float(exposure)]), tail)
    np.testing.assert_allclose((low[0], high[0]), slow_limits(model, target, exposure, tail), atol=1e-6)


@given(st.sampled_from(["poisson", "binomial"]), st.floats(0.02, 0.6), st.integers(1, 120), st.data())
def test_a_count_is_beyond_the_line_exactly_where_its_tail_is_small(model, target, exposure, data):
    count = data.draw(st.integers(0, exposure))
    tail = 0.025
    at, size = np.array([float(count)]), np.array([float(exposure)])
    chance = chance_of(model, target)
    low, high = (side[0] for side in exact_limits(chance, size, tail))
    sums = probabilities(model, target, exposure)
    lower, upper = sum(sums[: count + 1]), sum(sums[count:])
    assert two_sided_tails(chance, at, size)[0] == pytest.approx(min(2 * min(lower, upper), 1.0), abs=1e-9)
    if abs(lower - tail) > 1e-9 and abs(upper - tail) > 1e-9:
        assert (count < low) == (lower <= tail) and (count > high) == (upper <= tail)


def test_limits_of_the_papers_appendix_are_ours_below_and_one_event_lower_above():
    # P(Y ≤ 3) = .01034 and P(Y ≤ 4) = .02925 of a mean of 10; P(Y ≤ 16) = .97296, P(Y ≤ 17) = .98572.
    low, high = exact_limits(chance_of("poisson", 1.0), np.array([10.0]), 0.025)
    assert low[0] == pytest.approx(4 - (0.02925 - 0.025) / (0.02925 - 0.01034), abs=1e-3)
    assert high[0] == pytest.approx(1 + 17 - (0.98572 - 0.975) / (0.98572 - 0.97296), abs=1e-3)


def test_the_spread_by_hand():
    # z: −2, −1, 3, drawn in to the tenths −1.8 and 2.2: φ = (3.24 + 1 + 4.84) / 3, τ² = (9.08 − 2) / (3 − 3/3).
    found = spread_of(Scale(np.array([1.0, 2.0, 6.0]), 3.0, np.ones(3), False), "auto")
    assert found.ratio == pytest.approx(9.08 / 3) and found.variance == pytest.approx(3.54) and found.how == "additive"
    # Σz² of 3 degrees of freedom at 9.08.
    assert found.p == pytest.approx(0.0282, abs=1e-4)
    unequal = Scale(np.array([1.0, 5.0]), 3.0, np.array([1.0, 0.5]), False)
    ratio = ((-2 + 0.6) ** 2 + (4 - 0.6) ** 2) / 2
    weight = np.array([1.0, 4.0])
    expected = (2 * ratio - 1) / (5 - (weight**2).sum() / 5)
    assert spread_of(unequal, "additive").variance == pytest.approx(expected)
    assert spread_of(unequal, "multiplicative").error(np.ones(1))[0] == pytest.approx(ratio**0.5)


def test_limits_with_the_spread_by_hand():
    scale = scale_of(np.array([4.0, 9.0, 30.0]), np.full(3, 100.0), 0.09, shares=False)
    np.testing.assert_allclose(scale.z, [2 * (2 - 3), 0, 2 * (30**0.5 - 3)], atol=1e-12)
    spread = spread_of(scale, "additive")
    low, high = limits_of(scale, spread, scale.error[:1], 2.0)
    reach = 2 * (0.0025 + spread.variance) ** 0.5
    assert high[0] == pytest.approx((0.3 + reach) ** 2) and low[0] == pytest.approx(max(0.3 - reach, 0) ** 2)


def test_the_root_and_the_arc_have_the_error_they_are_said_to_have():
    random = np.random.default_rng(5)
    exposure = np.full(40_000, 300.0)
    for shares, count in ((False, random.poisson(60.0, 40_000)), (True, random.binomial(300, 0.2, 40_000))):
        scale = scale_of(count.astype(float), exposure, 0.2, shares)
        assert scale.z.std() == pytest.approx(1.0, abs=0.03) and abs(scale.z.mean()) < 0.05


@pytest.mark.parametrize("model", ["poisson", "binomial"])
def test_of_places_of_one_rate_as_many_lie_beyond_as_promised(model):
    random = np.random.default_rng(8)
    people = random.integers(300, 6000, 4000)
    count = random.poisson(0.05 * people) if model == "poisson" else random.binomial(people, 0.05)
    found = lg.funnel({"count": count, "population": people}, model=model)
    assert found.parameters["overdispersion"] == "none" and found.parameters["phi"] < 1
    beyond = np.mean(found["position"] != "within")
    assert 0.03 < beyond <= 0.055
    assert np.mean(np.isin(found["position"], ("far above", "far below"))) < 0.004
    assert (found["p_adjusted"] > 0.05).mean() > 0.999


def overdispersed(n=1500, seed=9, spread=0.15):
    """Return places whose roots of rates spread by a normal distribution."""
    random = np.random.default_rng(seed)
    people = random.integers(500, 9000, n)
    rate = np.maximum(0.25 + spread * 0.25 * random.normal(size=n), 0.01) ** 2
    return {"count": random.poisson(rate * people), "population": people}


def test_the_spread_of_places_is_found_and_then_as_many_lie_beyond_as_promised():
    found = lg.funnel(overdispersed())
    kept = found.parameters
    assert kept["overdispersion"] == "additive" and kept["phi_p"] < 1e-6
    # Winsorised: the tenths at the ends are drawn in, which leaves .7 to .8 of a normal variance.
    assert 0.6 * 0.0375**2 < kept["tau_squared"] < 0.0375**2
    assert np.mean(found["position"] != "within") < 0.12 < np.mean(found["position_by_chance"] != "within")


def test_each_way_of_the_spread():
    data = overdispersed(300)
    none, additive, ratio = (lg.funnel(data, overdispersion=how) for how in ("none", "additive", "multiplicative"))
    assert (none["position"] == none["position_by_chance"]).all() and (none["p"] == none["p_spread"]).all()
    np.testing.assert_allclose(ratio["z_spread"], ratio["z"] / ratio.parameters["phi"] ** 0.5)
    tau = additive.parameters["tau_squared"]
    np.testing.assert_allclose(
        additive["z_spread"], additive["z"] / np.sqrt(1 + 4 * tau * np.asarray(data["population"]))
    )
    for found in (additive, ratio):
        assert (np.abs(found["z_spread"]) <= np.abs(found["z"])).all()
        assert (found["position_by_chance"] == none["position"]).all()


@pytest.mark.parametrize("overdispersion", ["none", "additive", "multiplicative"])
def test_places_lie_where_their_limits_say(overdispersion):
    found = lg.funnel(overdispersed(400), overdispersion=overdispersion)
    rate = found["rate"]
    steps = (rate > found["high_95"]).astype(int) + (rate > found["high_99_8"]).astype(int)
    steps -= (rate < found["low_95"]).astype(int) + (rate < found["low_99_8"]).astype(int)
    assert (np.array(POSITIONS, dtype=object)[2 + steps] == found["position"]).all()
    assert (found["low_99_8"] <= found["low_95"]).all() and (found["high_99_8"] >= found["high_95"]).all()


def test_what_does_not_change_where_places_lie():
    data = overdispersed(200)
    one = lg.funnel(data)
    order = np.random.default_rng(1).permutation(200)
    for other, rows in (
        (lg.funnel({**data, "population": data["population"] * 7}), slice(None)),
        (lg.funnel(data, years=3, per=10), slice(None)),
        (lg.funnel({name: values[order] for name, values in data.items()}), order),
    ):
        assert (one["position"][rows] == other["position"]).all()
        np.testing.assert_allclose(one["z_spread"][rows], other["z_spread"], rtol=1e-9)


def test_a_target_of_ones_own_is_in_the_unit_told():
    data = {"count": [50, 60, 40], "population": [1000, 1000, 1000]}
    found = lg.funnel(data, target=10, per=100, years=2, overdispersion="none")
    assert found["expected"].tolist() == [200, 200, 200]
    assert (found["position"] == "far below").all()
    assert lg.funnel(data).parameters["target"] == pytest.approx(5000)


def test_places_of_few_residents_are_no_part_of_the_usual_spread():
    data = {"count": [50, 55, 45, 52, 900, 800], "population": [5000, 5000, 5000, 5000, 10, 12]}
    whole = lg.funnel(data, target=1000)
    without = lg.funnel({name: values[:4] for name, values in data.items()}, target=1000)
    for name in ("phi", "phi_p", "tau_squared", "overdispersion"):
        assert whole.parameters[name] == without.parameters[name]
    assert whole["position"].tolist() == ["within"] * 4 + ["far above"] * 2
    assert lg.funnel(data, target=1000, few_residents=0).parameters["phi"] > 100


def test_places_without_a_rate_and_with_few_residents():
    data = {"count": [50, 60, 40, 9, 900], "population": [1000, 1000, 1000, 0, 8], "name": list("ABCDE")}
    found = lg.funnel(data)
    assert found["position"][3] == "no rate" and np.isnan(found["p"][3])
    assert found["position"][4] == "far above" and found["few_residents"][4]
    assert found.parameters["found"].startswith("of 3 places 0 lie above")
    assert "E is first (900 incidents; not among those ranked)" in " ".join(found.parameters["further"])
    assert "1 place has few residents, and is not among these" in found.parameters["further"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(limits=[95]), "limits must be two in per cent, from 50 on, such as 95, 99.8, got [95]"),
        (dict(limits=[0.95, 0.998]), "limits is in per cent: 95, not 0.95"),
        (dict(model="normal"), "model must be one of 'poisson', 'binomial', got 'normal'"),
        (dict(overdispersion="yes"), "overdispersion must be one of"),
        (dict(target=0), "target must be above 0"),
        (dict(model="binomial"), "1 of 2 places have another, first 'B' (12 of 6); take the poisson model"),
        (dict(model="binomial", years=2), "leave years out"),
    ],
)
def test_bad_options_give_a_sentence(options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        lg.funnel({"count": [1, 12], "population": [5, 6], "name": ["A", "B"]}, **options)


def test_the_chart_of_many_and_of_few_places():
    many = lg.funnel({**overdispersed(1243, spread=0.6), "name": [f"tract {i}" for i in range(1243)]})
    drawn = many.svg()
    assert drawn.count("<circle") > 1000 and "beyond the 99.8 % limits" in drawn and "limits of chance alone" in drawn
    named = set(re.findall(r">(tract \d+)</text>", drawn))
    farthest = many["name"][np.argsort(-np.abs(many["z_spread"]))[:14]]
    assert 4 <= len(named) <= 14 and named <= set(farthest)
    few = lg.funnel({"count": [900, 5000, 100_000], "population": [10_000, 60_000, 3_000_000]}, few_residents=0)
    assert "1,000,000" in few.svg() and "<table>" in few.html()


def test_the_map_has_where_places_lie():
    from lacrime_geo.geometry import rectangles_wkb
    from lacrime_geo.styles import qml

    squares = rectangles_wkb(380000 + np.arange(50) * 100.0, np.full(50, 3768000.0), 100.0, 100.0)
    layer = lg.funnel(lg.Features(list(squares), "EPSG:32611", overdispersed(50)), limits=(90, 99)).map()
    style = qml(layer)
    assert {"position", "low_90", "high_99"} <= set(layer.columns) and "Above the 90 % limits" in style
    assert "No rate" in style and "Few residents" in style


def test_the_tracts_of_los_angeles(lacrime_data):
    found = lg.funnel(lacrime_data / "la_tract_crime_counts_2020_2024.parquet")
    kept = found.parameters
    assert (kept["places"], kept["compared"], kept["without_population"], kept["few_residents"]) == (1243, 1232, 11, 11)
    assert kept["events_without_population"] == 9780 and kept["overdispersion"] == "additive"
    assert kept["found"].startswith("of 1,221 places 80 lie above and 121 below")
    assert kept["beyond_by_chance"] == 1102


def test_of_very_many_dots_upon_each_other_one_is_drawn():
    people = np.tile([1000, 2000, 3000, 4000], 1500)
    drawn = lg.funnel({"count": people // 100, "population": people}).svg()
    # The legend has one more of each position there is.
    assert 4 <= drawn.count("<circle") <= 9


def test_the_places_beyond_are_named_the_farthest_first():
    names = [f"place {number}" for number in range(30)]
    counts = np.full(30, 100)
    counts[[4, 7, 9]] = 400, 160, 30
    found = lg.funnel({"name": names, "count": counts, "population": np.full(30, 10_000)}, overdispersion="none")
    assert found.parameters["further"][:2] == ["Above: place 4, place 7", "Below: place 9"]
