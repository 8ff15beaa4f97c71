"""Scores of predicted maps: constants by hand, what they must obey, slow twins, and scikit-learn beside them."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacrime_geo import as_incidents
from lacrime_geo.parameters import Parameters
from lacrime_geo.risk.events import Events
from lacrime_geo.risk.scoring import label_scores, scores
from lacrime_geo.risk.scoring.calibration import calibration_bins, recalibration
from lacrime_geo.risk.scoring.hit_curves import Ranking
from lacrime_geo.risk.scoring.hot_cell_stability import overlap, stability
from lacrime_geo.risk.units import cells_over

THIRDS = [1 / 3, 2 / 3, 1]
# Risks and counts of a few units, with ties.
units = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=6)
some = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=2, max_size=30)


def city(seed, cells=4000):
    """Return expected incidents of cells with a few hot places, and counts that come of them."""
    random = np.random.default_rng(seed)
    expected = random.gamma(0.3, 1.0, cells) * 0.5
    return random, expected, random.poisson(expected)


def test_by_hand():
    assert scores.pai([3, 2, 1], [6, 3, 0], THIRDS) == pytest.approx([2, 1.5, 1])
    assert scores.hit_rate([3, 2, 1], [6, 3, 0], THIRDS) == pytest.approx([2 / 3, 1, 1])
    assert scores.pei([3, 2, 1], [6, 3, 0], THIRDS) == pytest.approx([1, 1, 1])
    # The first cell had 8 and has 6, the rest had 4 and has 4.
    assert scores.rri([3, 2, 1], [8, 2, 2], [6, 3, 1], 1 / 3) == pytest.approx(0.75)


def test_the_budget_is_whole_cells_rounded_down():
    ranking = Ranking.of(np.arange(100))
    assert ranking.budget([0.29, 0.295, 0.01, 0.009]).tolist() == [29, 29, 1, 0]
    assert Ranking.of(np.arange(19836)).budget(0.02) == 396
    none = scores.map_scores([3, 2, 1], [6, 3, 0], shares=0.2)
    assert none.hit_rate == [0] and np.isnan(none.pai[0]) and np.isnan(none.pei[0])


def by_all_orders(risk, counts, cells):
    """Return the mean and the least of what so many cells catch, over all orders of the units that put no lower risk first."""
    caught = [
        counts[list(order)][:cells].sum()
        for order in itertools.permutations(range(risk.size))
        if (np.diff(risk[list(order)]) <= 0).all()
    ]
    return np.mean(caught), np.min(caught)


@given(units, st.integers(1, 6))
def test_ties_count_as_over_all_orders(pairs, cells):
    risk, counts = np.array(pairs).T
    cells = min(cells, risk.size)
    ranking = Ranking.of(risk)
    expected, least = by_all_orders(risk, counts, cells)
    assert ranking.chosen(cells / risk.size) @ counts == pytest.approx(expected)
    if counts.any():
        assert scores.hit_rate(risk, counts, cells / risk.size) == pytest.approx(expected / counts.sum())
        assert scores.hit_rate_against_map(risk, counts, cells / risk.size) == pytest.approx(least / counts.sum())


@given(some, st.floats(0.001, 1), st.integers(0, 99))
def test_polygons_fill_the_area_and_none_fills_it_better_than_the_counts(pairs, share, seed):
    risk, counts = np.array(pairs).T
    area = np.random.default_rng(seed).uniform(1, 9, risk.size)
    ranking = Ranking.of(risk, area)
    chosen = ranking.chosen(share)
    assert chosen @ area == pytest.approx(share * area.sum())
    if counts.any():
        assert ranking.curve(counts).at(share) == pytest.approx(chosen @ counts / counts.sum())
        assert scores.pei(risk, counts, share, area=area) <= 1 + 1e-12
        assert scores.pei(counts, counts, share, area=area) == pytest.approx(1)


def test_polygons_are_ordered_by_risk_per_area():
    # 2 a km² before 1 a km²; the rest of the budget is a third of the second.
    assert Ranking.of([9.0, 4.0, 0.0], [9e6, 2e6, 1e6]).chosen(5 / 12) == pytest.approx([1 / 3, 1, 0])


def test_risks_that_rounding_alone_sets_apart_are_tied():
    area = np.random.default_rng(3).uniform(1, 9, 50)
    assert np.unique(0.3 * area / area).size > 1
    assert Ranking.of(0.3 * area, area).chosen(0.2) == pytest.approx(np.full(50, 0.2))


@given(some)
def test_a_monotone_transform_of_the_risk_changes_nothing(pairs):
    risk, counts = np.array(pairs, dtype=float).T
    for turned in (3 * risk + 7, np.exp(risk), risk**3, -1 / (1 + risk)):
        assert np.array_equal(Ranking.of(turned).chosen(0.3), Ranking.of(risk).chosen(0.3))
        for score in (label_scores.roc_auc, label_scores.pr_auc):
            assert score(turned, counts) == pytest.approx(score(risk, counts), nan_ok=True)
        at_best = [label_scores.f1(one, counts, label_scores.best_threshold(one, counts)) for one in (risk, turned)]
        assert at_best[0] == pytest.approx(at_best[1], nan_ok=True)


def test_a_perfect_forecast_has_no_better():
    _, expected, counts = city(1)
    perfect = scores.map_scores(counts, counts)
    assert perfect.pei == pytest.approx([1, 1, 1])
    assert perfect.roc_auc == 1 and perfect.pr_auc == 1
    told = scores.map_scores(expected, counts)
    assert (told.pei < 1).all() and (told.pei > 0).all()


def test_shuffled_counts_are_chance():
    random, expected, counts = city(2)
    found = [scores.map_scores(expected, random.permutation(counts)) for _ in range(100)]
    assert np.mean([one.pai for one in found], axis=0) == pytest.approx([1, 1, 1], abs=0.15)
    assert np.mean([one.roc_auc for one in found]) == pytest.approx(0.5, abs=0.01)
    assert np.mean([one.pr_auc for one in found]) == pytest.approx(found[0].prevalence, abs=0.01)
    unshuffled = scores.map_scores(expected, counts)
    assert unshuffled.pai.min() > 3 and unshuffled.roc_auc > 0.7


def test_a_risk_that_does_not_choose_has_a_pai_of_one():
    _, _, counts = city(3)
    flat = scores.map_scores(np.full(counts.size, 0.1), counts)
    assert flat.pai == pytest.approx([1, 1, 1])
    assert flat.roc_auc == 0.5 and flat.pr_auc == pytest.approx(flat.prevalence)
    assert (flat.against_map == 0).all()


def test_all_scores_are_those_of_their_functions():
    random, expected, counts = city(4)
    area, earlier = random.uniform(1, 2, counts.size), random.poisson(expected)
    found = scores.map_scores(expected, counts, area=area, earlier=earlier, threshold=0.4)
    for name in ("hit_rate", "pai", "pei"):
        assert getattr(found, name) == pytest.approx(getattr(scores, name)(expected, counts, area=area))
    assert found.against_map == pytest.approx(scores.hit_rate_against_map(expected, counts, area=area))
    assert found.rri == pytest.approx(scores.rri(expected, earlier, counts, area=area))
    # Both times come of the same risk, so what was hot is hot again by as much as the rest.
    assert found.rri == pytest.approx([1, 1, 1], abs=0.35)
    assert found.f1 == label_scores.f1(expected, counts, 0.4)
    assert found.brier == label_scores.brier(1 - np.exp(-expected), counts)
    assert found.incidents == counts.sum() and found.prevalence == (counts > 0).mean()


def test_rri_tells_what_falls_back_to_the_mean():
    random, expected, earlier = city(5)
    assert (scores.rri(earlier, earlier, random.poisson(expected)) < 0.6).all()


def test_label_scores_against_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    for seed in range(5):
        _, expected, counts = city(seed, 500)
        risk, label = np.round(expected, 1), counts > 0
        assert label_scores.roc_auc(risk, counts) == pytest.approx(metrics.roc_auc_score(label, risk))
        assert label_scores.pr_auc(risk, counts) == pytest.approx(metrics.average_precision_score(label, risk))
        assert label_scores.f1(risk, counts, 0.3) == pytest.approx(metrics.f1_score(label, risk >= 0.3))
        chance = label_scores.probability_of_any(risk)
        assert label_scores.brier(chance, counts) == pytest.approx(metrics.brier_score_loss(label, chance))


@given(some)
def test_label_scores_against_slow_twins(pairs):
    risk, counts = np.array(pairs).T
    with_any, without = risk[counts > 0], risk[counts == 0]
    if with_any.size and without.size:
        wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a in with_any for b in without]
        assert label_scores.roc_auc(risk, counts) == pytest.approx(np.mean(wins))
    if with_any.size:
        tried = {cut: label_scores.f1(risk, counts, cut) for cut in sorted(set(risk.tolist()))}
        best = label_scores.best_threshold(risk, counts)
        assert tried[best] == max(tried.values())
        assert all(tried[cut] < tried[best] - 1e-12 for cut in tried if cut > best)


def test_the_threshold_is_used_as_found_on_other_data():
    random, expected, earlier = city(6)
    threshold = label_scores.best_threshold(expected, earlier)
    later = random.poisson(expected)
    fixed = label_scores.f1(expected, later, threshold)
    assert 0.4 < fixed <= label_scores.f1(expected, later, label_scores.best_threshold(expected, later))


def test_recalibration_of_a_true_probability_is_none():
    found = []
    for seed in range(10):
        random, expected, _ = city(seed, 6000)
        found.append(recalibration(label_scores.probability_of_any(expected + 1e-9), random.poisson(expected)))
    assert np.mean([one.slope for one in found]) == pytest.approx(1, abs=0.03)
    assert np.mean([one.intercept for one in found]) == pytest.approx(0, abs=0.04)
    assert np.mean([one.shift for one in found]) == pytest.approx(0, abs=0.04)


def test_recalibration_finds_what_was_done_and_undoes_it():
    _, expected, counts = city(7, 20000)
    true = label_scores.probability_of_any(expected + 1e-6)
    odds = np.log(true / (1 - true))
    told = 1 / (1 + np.exp(-(2 * odds + 1)))
    found = recalibration(told, counts)
    # logit q = (logit p − 1) / 2
    assert found.slope == pytest.approx(0.5, abs=0.02) and found.intercept == pytest.approx(-0.5, abs=0.06)
    again = recalibration(found.apply(told), counts)
    assert [again.slope, again.intercept, again.shift] == pytest.approx([1, 0, 0], abs=1e-6)


def test_recalibration_against_scikit_learn():
    linear = pytest.importorskip("sklearn.linear_model")
    _, expected, counts = city(8)
    told = label_scores.probability_of_any(expected + 1e-6)
    peer = linear.LogisticRegression(C=1e10, tol=1e-10, max_iter=1000)
    peer.fit(np.log(told / (1 - told))[:, None], counts > 0)
    found = recalibration(told, counts)
    assert found.slope == pytest.approx(peer.coef_[0, 0], rel=1e-4)
    assert found.intercept == pytest.approx(peer.intercept_[0], abs=1e-3)


def test_the_shift_makes_as_many_expected_as_came():
    _, expected, counts = city(9)
    told = label_scores.probability_of_any(expected / 3 + 1e-6)
    found = recalibration(told, counts)
    turned = 1 / (1 + np.exp(-(np.log(told / (1 - told)) + found.shift)))
    assert turned.sum() == pytest.approx((counts > 0).sum()) and found.shift > 0.5


def test_recalibration_without_a_finite_answer_is_nan():
    separated = recalibration([0.1, 0.2, 0.6, 0.7], [0, 0, 1, 2])
    assert np.isnan(separated.slope) and np.isfinite(separated.shift)
    assert np.isnan(recalibration([0.3, 0.3, 0.3], [0, 1, 0]).slope)
    assert np.isnan(recalibration([0.3, 0.4], [1, 1]).shift)


def test_certainties_are_left_out_of_recalibration_and_counted():
    found = recalibration([0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.8, 0.8], [0, 2, 0, 0, 1, 0, 1, 1, 0])
    assert (found.left_out, found.misses) == (5, 3)
    assert found.apply([0.0, 0.5, 1.0])[[0, 2]].tolist() == [0, 1]


def test_bins_add_up_and_keep_ties_together():
    _, expected, counts = city(10)
    told = np.where(expected < 0.02, 0.0, label_scores.probability_of_any(expected))
    for by in ("expected", "units"):
        bins = calibration_bins(told, counts, by=by)
        assert bins["units"].sum() == counts.size and (bins["units"] > 0).all()
        assert bins["units"] @ bins["predicted"] == pytest.approx(told.sum())
        assert bins["units"] @ bins["observed"] == pytest.approx((counts > 0).sum())
        assert (np.diff(bins["predicted"]) > 0).all()
        assert ((bins["low"] <= bins["observed"]) & (bins["observed"] <= bins["high"])).all()
    expected_bins = calibration_bins(told, counts)
    expected_each = (expected_bins["units"] * expected_bins["predicted"]) / told.sum()
    assert expected_each == pytest.approx(np.full(10, 0.1), abs=0.01)
    assert calibration_bins(np.full(9, 0.5), np.arange(9))["units"].tolist() == [9]


def test_those_tied_are_in_the_bin_of_their_middle():
    # By units the middles lie at .3 and .8; of what is expected, .6 and .8, at 3/14 and 10/14.
    for by in ("units", "expected"):
        assert calibration_bins([0.1] * 6 + [0.2] * 4, np.ones(10), bins=2, by=by)["units"].tolist() == [6, 4]


def test_bins_of_a_true_probability_hold_it():
    held = []
    for seed in range(20):
        _, expected, counts = city(seed)
        bins = calibration_bins(label_scores.probability_of_any(expected), counts)
        held.append((bins["low"] <= bins["predicted"]) & (bins["predicted"] <= bins["high"]))
    assert np.mean(held) == pytest.approx(0.95, abs=0.04)


def test_wilson_interval_by_hand():
    # 3 of 10: Wilson 1927 gives .108 to .603.
    bins = calibration_bins(np.full(10, 0.4), [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    assert [bins["low"][0], bins["high"][0]] == pytest.approx([0.1078, 0.6032], abs=1e-4)


def test_overlap_of_maps():
    assert overlap([1, 1, 0, 0], [0, 1, 1, 0]) == pytest.approx(1 / 3)
    assert overlap([1, 0, 0], [1, 1, 0], area=[1, 3, 5]) == pytest.approx(1 / 4)
    assert overlap([1, 0], [1, 0]) == 1 and overlap([1, 0], [0, 1]) == 0
    assert np.isnan(overlap([0, 0], [0, 0]))


def test_overlap_of_ties_against_drawing_them():
    random, shape = np.random.default_rng(11), (20000, 12)
    first, second = Ranking.of([2, 2, 2, 1] * 3).chosen(0.5), Ranking.of([1, 2, 2, 3] * 3).chosen(0.5)
    drawn, other = random.random(shape) < first, random.random(shape) < second
    both, either = (drawn & other).sum(), (drawn | other).sum()
    assert overlap(first, second) == pytest.approx(both / either, abs=0.005)


def test_stability_over_origins():
    same = np.arange(100.0)
    found = stability([same, same, -same], [0.05, 0.5])
    assert found.tolist() == [[1, 1], [0, 0]]
    flat = stability(np.ones((2, 100)), 0.02)
    assert flat == pytest.approx(np.array([[0.02 / 1.98]]))
    assert stability([same], 0.02).shape == (0, 1)
    with pytest.raises(ValueError, match=r"\(100,\)"):
        stability(same, 0.02)


@pytest.mark.parametrize("rows", [0, 5])
def test_without_incidents_scores_are_nan_and_nothing_warns(rows):
    risk, none = np.linspace(0.1, 0.5, rows), np.zeros(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = scores.map_scores(risk, none, earlier=none, threshold=0.2, shares=[0.2, 0.6])
        ranked = [found.hit_rate, found.against_map, found.pai, found.pei, found.rri]
        alone = [found.roc_auc, found.pr_auc, found.f1, found.recalibration.slope, found.recalibration.shift]
        assert np.isnan(ranked).all() and np.isnan(alone).all()
        assert np.isnan(label_scores.best_threshold(risk, none))
        assert calibration_bins(risk, none)["units"].sum() == rows
        assert np.isnan(found.brier) == (rows == 0)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (dict(risk=[1, np.nan, 2], counts=[1, 0, 0]), "risk is missing or infinite in 1 of 3 rows, first in row 1"),
        (dict(risk=[1, 2, 3], counts=[1, -1, 0]), "counts must be 0 or more, but 1 of 3 units are below, first unit 1"),
        (dict(risk=[1, 2, 3], counts=[1, 0]), "counts has 2 values for 3 rows"),
        (dict(risk=[1, 2, 3], counts=[1, 0, 0], area=[1, 0, 1]), "area is not above 0 in 1 of 3 units"),
        (dict(risk=[1, 2, 3], counts=[1, 0, 0], shares=[0.1, 2]), "above 0 and at most 1, got 2.0"),
        (dict(risk=[1, 2, 3], counts=[1, 0, 0], shares=0.0), "got 0.0"),
    ],
)
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        scores.hit_rate(**bad)


def test_a_score_without_a_scale_needs_a_probability():
    with pytest.raises(
        ValueError, match=r"expected must be 0 or more, but 1 of 2 units are below, first unit 0 \(-1.0\)"
    ):
        scores.map_scores([-1.0, 2.0], [0, 1])
    assert scores.map_scores([-1.0, 2.0], [0, 1], probability=[0.5, 0.5]).brier == 0.25


def test_probabilities_outside_0_to_1_are_refused():
    with pytest.raises(ValueError, match="outside 0 to 1 in 1 of 2 units, first in unit 1"):
        label_scores.brier([0.5, 1.5], [0, 1])
    with pytest.raises(ValueError, match="'rows'"):
        calibration_bins([0.5], [1], by="rows")


# Which share of October's incidents was in the 2 % of 250 m cells that had the most in September, and could have been;
# measured apart from this library, with ties by their expected share.
OCTOBER = {
    None: (0.226, 0.278),
    "burglary": (0.114, 0.468),
    "motor_vehicle_theft": (0.109, 0.374),
    "theft_from_vehicle": (0.184, 0.419),
    "robbery": (0.250, 0.689),
}


def test_what_september_tells_of_october(lacrime_data):
    incidents = as_incidents(lacrime_data / "lapd_citywide_2023-09_2023-10.parquet")
    units = cells_over(incidents, lacrime_data / "lapd_divisions.geojson", 250, Parameters())
    assert units.size == 19836
    october = np.datetime64("2023-10-01")
    for category, known in OCTOBER.items():
        events = Events.of(incidents, units, category)
        own = units.counts(events.unit[events.target & (events.day < october)])
        found = scores.map_scores(own, events.later(october, 31), area=units.area, shares=0.02)
        assert found.hit_rate[0] == pytest.approx(known[0], abs=0.0006)
        assert found.hit_rate[0] / found.pei[0] == pytest.approx(known[1], abs=0.0006)
