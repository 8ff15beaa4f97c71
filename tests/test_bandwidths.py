"""Rules for the bandwidth: by hand, by slow twins, and that they find what data were made with."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, duplicated, incidents, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo import bandwidths, cross_validation, learned_days
from lacrime_geo.bandwidths import BANDWIDTH_RULES, scott_bandwidth, silverman_bandwidth, weighted_quantile
from lacrime_geo.places import Places, tally


def dated(x, y, days, **columns):
    when = np.datetime64("2023-01-01") + np.asarray(days).astype("timedelta64[D]")
    return incidents(x, y, when=when, **columns)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=30))
def test_weighted_median_is_the_median_of_repeats(pairs):
    values, times = np.array(pairs, dtype=float).T
    found = weighted_quantile(Places(values, values, times), lambda p: p.x, 0.5)
    assert found == pytest.approx(np.median(np.repeat(values, times.astype(int))), abs=1e-6)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_quantiles_of_many_numbers(share):
    values = np.random.default_rng(1).lognormal(3, 2, 20_001)
    found = weighted_quantile(Places(values, values, np.ones(values.size)), lambda p: p.x, share)
    assert found == pytest.approx(np.quantile(values, share), rel=1e-3)


def test_scott_and_silverman_by_hand():
    # Two axes of SD 2 and 4, 64 incidents: σ² = (4 + 16)/2, 64^(−1/6) = 1/2.
    sign = np.array([1.0, -1.0])
    x, y = np.repeat(2 * sign, 32), np.tile(4 * sign, 32)
    places = Places(x, y, np.ones(64))
    assert scott_bandwidth(places, 64) == pytest.approx(np.sqrt(10) / 2)
    # The quartiles are ±2 and ±4: IQR/1.34 of 2.99 and 5.97 is above the SD, which is taken.
    assert silverman_bandwidth(places, 64) == pytest.approx(np.sqrt(10) / 2)
    far = Places(np.r_[x, 900.0], np.r_[y, 900.0], np.ones(65))
    assert silverman_bandwidth(far, 65) < 3 < 20 < scott_bandwidth(far, 65)


def test_scott_equals_scipys_factor():
    from scipy.stats import gaussian_kde

    x, y = np.random.default_rng(2).normal(0, 700, (2, 500))
    factor = gaussian_kde(np.stack([x, y])).scotts_factor()
    expected = factor * np.sqrt((x.var() + y.var()) / 2)
    assert scott_bandwidth(Places(x, y, np.ones(500)), 500) == pytest.approx(expected)


@pytest.mark.parametrize("rule", BANDWIDTH_RULES)
@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_every_rule_is_announced_kept_and_two_digits(rule, kernel, caplog):
    x, y = clustered(1500, 3)
    days = np.random.default_rng(3).integers(0, 300, 1500)
    with caplog.at_level("INFO", "lacrime_geo"):
        parameters = lg.kde(dated(x, y, days), bandwidth=rule, kernel=kernel, cell_size=100).parameters
    assert parameters["bandwidth_rule"] == rule
    assert parameters["bandwidth"] == float(f"{parameters['bandwidth']:.1e}")
    assert f"bandwidth = {parameters['bandwidth']:,} m: {parameters['bandwidth_reason']}" in caplog.text
    assert ("bandwidth_curve" in parameters) == (rule in ("likelihood", "predictive"))
    if "bandwidth_curve" in parameters:
        tried, score = parameters["bandwidth_curve"].values()
        assert len(tried) == len(score) >= 16 and tried == sorted(tried)
        assert "█" in caplog.text and caplog.text.count("←") == 1
        assert json.loads(parameters.record())["bandwidth_curve"]["bandwidth"] == tried


@pytest.mark.parametrize("rule", ["reference", "scott", "silverman", "likelihood"])
def test_rules_scale_with_the_map(rule):
    x, y = clustered(800, 4)
    small, large = (lg.kde(incidents(x * k, y * k), bandwidth=rule).parameters["bandwidth"] for k in (1, 3))
    assert large == pytest.approx(3 * small, rel=0.06)


def test_likelihood_by_the_plain_sum():
    x, y = duplicated(300, 5, places=50)
    places = tally(x, y)
    deviations, everybody = np.geomspace(30, 2000, 9), np.arange(places.x.size)
    expected = []
    for h in deviations:
        logs = []
        for at in range(places.x.size):
            others = np.arange(places.x.size) != at
            d2 = (places.x[others] - places.x[at]) ** 2 + (places.y[others] - places.y[at]) ** 2
            f = (
                (places.weight[others] * np.exp(-d2 / (2 * h**2))).sum()
                / (2 * np.pi * h**2)
                / places.weight[others].sum()
            )
            logs.append(np.log(f))
        expected.append(np.mean(logs))
    found = cross_validation.leave_one_location_out(places, everybody, np.ones(everybody.size), deviations)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_likelihood_finds_about_the_best_gaussian():
    """For a normal cloud the best deviation is near σ n^(−1/6) (Scott 1992)."""
    x, y = np.random.default_rng(6).normal(0, 1000, (2, 2000))
    h = lg.kde(incidents(x, y), bandwidth="likelihood", kernel="gaussian").parameters["bandwidth"]
    assert 0.7 < h / (1000 * 2000 ** (-1 / 6)) < 1.3


def test_likelihood_does_not_collapse_on_hundred_blocks():
    x, y = duplicated(6000, 7, places=300, side=6000.0)
    parameters = lg.kde(incidents(x, y), bandwidth="likelihood").parameters
    finest = parameters["bandwidth_curve"]["bandwidth"][0]
    assert finest == pytest.approx(0.9 * parameters["finest_honest_cell"]) and finest > 150
    assert parameters["bandwidth"] > 300


def test_likelihood_does_not_depend_on_the_order_of_rows():
    x, y = clustered(3000, 8)
    order = np.random.default_rng(8).permutation(3000)
    a, b = (lg.kde(incidents(*xy), bandwidth="likelihood").parameters for xy in ((x, y), (x[order], y[order])))
    assert a["bandwidth_curve"] == b["bandwidth_curve"]


def test_the_share_caught_by_hand():
    density, later = np.array([9.0, 5.0, 5.0, 5.0, 1.0, 0, 0, 0, 0, 0]), np.array([4, 3, 2, 1, 7, 0, 0, 0, 0, 0])
    assert cross_validation.share_caught(density, later, 0.1) == 4
    # Two cells: the first and one of three tied ones, a third of their six.
    assert cross_validation.share_caught(density, later, 0.2) == pytest.approx(4 + 6 / 3)
    assert cross_validation.share_caught(density, later, 0.4) == 10
    assert cross_validation.share_caught(density, later, 0.01) == 0


@pytest.mark.parametrize("boundary", [None, rectangle(-500, -500, 10_500, 10_500)])
def test_predictive_finds_the_width_that_catches_most(boundary):
    """Incidents come back within some 60 m of 400 fixed places: a narrow map catches them, a wide one does not."""
    random = np.random.default_rng(9)
    home = random.uniform(0, 10_000, (2, 400))
    x, y = home[:, random.integers(0, 400, 4000)] + random.normal(0, 60, (2, 4000))
    points = dated(x, y, random.integers(0, 400, 4000))
    parameters = lg.kde(points, bandwidth="predictive", boundary=boundary, cell_size=100).parameters
    caught = np.array(parameters["bandwidth_curve"]["share_caught"])
    tried = np.array(parameters["bandwidth_curve"]["bandwidth"])
    assert parameters["bandwidth"] < 500
    assert caught.max() > 1.5 * caught[tried > 2500].max()
    assert ((caught >= 0) & (caught <= 1)).all()


def test_predictive_looks_only_at_what_was_known():
    random = np.random.default_rng(10)
    x, y = random.uniform(0, 5000, (2, 2000))
    days = np.sort(random.integers(0, 300, 2000))
    smoothing = bandwidths.Smoothing(dated(x, y, days), None, None)
    learned, later, cut = learned_days.split(smoothing.placed)
    number = learned.x.size
    np.testing.assert_array_equal(np.sort(learned.x), np.sort(smoothing.placed.easting[:number]))
    np.testing.assert_array_equal(later.easting, smoothing.placed.easting[number:])
    assert 0.7 < number / 2000 <= 0.75 and str(smoothing.placed.when[number].astype("M8[D]")) == cut


@pytest.mark.parametrize("rule", BANDWIDTH_RULES)
def test_what_lies_outside_a_corrected_boundary_has_no_say(rule):
    x, y = clustered(1500, 13, side=4000.0)
    far_x, far_y = uniform(3000, 14, side=40_000.0)
    far_x += 4500
    days = np.random.default_rng(13).integers(0, 300, 4500)
    box = rectangle(0, 0, 4000, 4000)
    options = dict(bandwidth=rule, boundary=box)
    alone = lg.kde(dated(x, y, days[:1500]), **options)
    among = lg.kde(dated(np.r_[x, far_x], np.r_[y, far_y], days), **options)
    for name in ("bandwidth", "cell_size", "bandwidth_curve"):
        assert among.parameters.get(name) == alone.parameters.get(name)
    np.testing.assert_allclose(among.values, alone.values, rtol=1e-9)
    assert among.parameters["outside"] >= 3000


@pytest.mark.parametrize("rule", [rule for rule in BANDWIDTH_RULES if rule != "predictive"])
def test_incidents_without_weight_have_no_say(rule):
    x, y = clustered(900, 15)
    far = uniform(300, 16, side=30_000.0)
    days = np.random.default_rng(15).integers(0, 300, 1200)
    weight = np.r_[np.ones(900), np.zeros(300)]
    all_of_them = dated(np.r_[x, far[0]], np.r_[y, far[1]], days, weight=weight)
    kept = dated(x, y, days[:900], weight=np.ones(900))
    a, b = (lg.kde(points, bandwidth=rule).parameters["bandwidth"] for points in (all_of_them, kept))
    # The rules by spread count all rows in n.
    assert a == pytest.approx(b, rel=0.25)


def test_predictive_needs_enough_to_judge_by():
    x, y = clustered(300, 17)
    days = np.arange(300)
    with pytest.raises(ValueError, match="at least 20 cells"):
        lg.kde(dated(x, y, days), bandwidth="predictive", cell_size=4000)
    with pytest.raises(ValueError, match="on 1; choose another rule"):
        lg.kde(dated(np.r_[np.zeros(250), x[:50]], np.r_[np.zeros(250), y[:50]], days), bandwidth="predictive")
    with pytest.raises(ValueError, match="needs at least 20 cells and later incidents"):
        weight = np.where(days < 225, 1.0, 0.0)
        lg.kde(dated(x, y, days, weight=weight), bandwidth="predictive")


def test_rules_that_cannot_work_say_why():
    x, y = uniform(100, 11)
    with pytest.raises(ValueError, match="needs times"):
        lg.kde(incidents(x, y), bandwidth="predictive")
    with pytest.raises(ValueError, match="needs several days"):
        lg.kde(dated(x, y, np.zeros(100)), bandwidth="predictive")
    with pytest.raises(ValueError, match=r"one of 'reference', 'scott'.*got 'scot'"):
        lg.kde(incidents(x, y), bandwidth="scot")
    for rule in BANDWIDTH_RULES:
        with pytest.raises(ValueError, match="stand on one place"):
            lg.kde(dated(np.zeros(9), np.zeros(9), np.arange(9)), bandwidth=rule)
    with pytest.raises(ValueError, match="above 0"):
        lg.kde(incidents(x, y), bandwidth=0)


def test_a_choice_at_the_end_of_the_range_is_warned_of():
    # Places in pairs, 20 m apart: each foretells its neighbour best with a bandwidth finer than a hundred-block.
    x, y = duplicated(2000, 12, places=60, side=50_000.0)
    x[::2] += 20
    parameters = lg.kde(incidents(x, y), bandwidth="likelihood").parameters
    assert any("finest honest bandwidth tried, 150 m" in sentence for sentence in parameters["warnings"])


@pytest.mark.parametrize("rule", ["likelihood", "predictive"])
def test_no_rule_tries_what_would_be_warned_of(rule):
    """Places a kilometre apart, as rounded to a hundredth of a degree: a block would be far too fine."""
    x, y = (np.rint(values / 1000) * 1000 for values in clustered(1500, 17, side=30_000.0, spread=2500.0))
    when = np.datetime64("2023-01-01") + np.random.default_rng(17).integers(0, 300, 1500)
    parameters = lg.kde(incidents(x, y, when=when), bandwidth=rule).parameters
    assert parameters["bandwidth_curve"]["bandwidth"][0] >= 0.9 * parameters["finest_honest_cell"] > 1000
    assert not any("shows more than the data know" in sentence for sentence in parameters.get("warnings", []))
