"""The scores of a severity class, and what turns its probabilities, against slow and obvious twins."""

import numpy as np
import pytest

from lacrime_geo.risk.scoring.calibration import recalibration
from lacrime_geo.risk.scoring.label_scores import brier, pr_auc, roc_auc
from lacrime_geo.severity_class.class_calibration import macro_f1, rule_of, turned
from lacrime_geo.severity_class.share_predictors import STRENGTHS, _evidence, _smoothed
from lacrime_geo.severity_class.week_draws import MOST, WeekDraws, interval


@pytest.fixture
def scored():
    """Return days, probabilities with ties, and what came."""
    random = np.random.default_rng(7)
    when = np.datetime64("2023-01-01") + np.sort(random.integers(0, 70, 400)).astype("m8[D]")
    probability = np.round(random.random(400), 2)
    return when, probability, (random.random(400) < probability).astype(int)


def test_figures_of_all_are_the_usual_ones(scored):
    when, probability, came = scored
    draws = WeekDraws.of(when, 0)
    roc, precision = draws.areas(probability, came)
    assert roc[0] == pytest.approx(roc_auc(probability, came)) and precision[0] == pytest.approx(
        pr_auc(probability, came)
    )
    assert draws.mean(np.square(probability - came))[0] == pytest.approx(brier(probability, came))
    told = (probability > 0.5).astype(int)
    assert draws.macro_f1(told, came, 2)[0] == pytest.approx(macro_f1(told, came, 2))


def test_a_draw_is_its_weeks_as_often_as_drawn(scored):
    when, probability, came = scored
    draws = WeekDraws.of(when, 0)
    roc, precision = draws.areas(probability, came)
    told = (probability > 0.5).astype(int)
    scores = draws.macro_f1(told, came, 2)
    assert (draws.spans, draws.named) == (10, "weeks") and (draws.times.sum(axis=1) == 10).all()
    for draw in (1, 2, 3):
        rows = np.repeat(np.arange(400), draws.times[draw][draws.span].astype(int))
        assert roc[draw] == pytest.approx(roc_auc(probability[rows], came[rows]))
        assert precision[draw] == pytest.approx(pr_auc(probability[rows], came[rows]))
        assert scores[draw] == pytest.approx(macro_f1(told[rows], came[rows], 2))


def test_of_few_weeks_days_are_drawn():
    days = np.datetime64("2023-01-01") + np.repeat(np.arange(20), 3)
    draws = WeekDraws.of(days, 0)
    assert (draws.spans, draws.named) == (20, "days") and draws.sums(np.ones(60))[0] == 60


def test_many_thresholds_are_taken_together_with_hardly_a_difference():
    random = np.random.default_rng(1)
    probability = random.random(5 * MOST)
    came = random.random(probability.size) < probability
    draws = WeekDraws.of(np.datetime64("2023-01-01") + np.arange(probability.size) // 50, 0)
    roc, precision = draws.areas(probability, came)
    assert roc[0] == pytest.approx(roc_auc(probability, came), abs=1e-4)
    assert precision[0] == pytest.approx(pr_auc(probability, came), abs=2e-3)


def test_slopes_of_draws_are_near_those_found_anew(scored):
    when, probability, came = scored
    told = np.clip(probability, 0.01, 0.99)
    draws = WeekDraws.of(when, 0)
    whole = recalibration(told, came)
    intercept, slope = draws.recalibrated(told, came, whole.slope, whole.intercept)
    assert (intercept[0], slope[0]) == (whole.intercept, whole.slope)
    anew = []
    for draw in range(1, 40):
        rows = np.repeat(np.arange(400), draws.times[draw][draws.span].astype(int))
        anew.append(recalibration(told[rows], came[rows]).slope)
    assert np.abs(slope[1:40] - anew).max() < 0.1 and np.corrcoef(slope[1:40], anew)[0, 1] > 0.98


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(3)
    held = 0
    for seed in range(60):
        when = np.datetime64("2023-01-01") + np.arange(1200) // 4
        probability = random.uniform(0.2, 0.8, 1200)
        came = random.random(1200) < probability
        _, low, high = interval(WeekDraws.of(when, seed).mean(np.square(probability - came)))
        # Mean of p (1 − p) over 0.2 to 0.8.
        held += low < 0.25 - 0.36 / 12 < high
    assert held >= 51


def test_of_two_classes_turning_is_logistic_recalibration(scored):
    _, probability, came = scored
    told = np.clip(probability, 0.01, 0.99)
    found = turned(np.log(np.column_stack([1 - told, told])), came)
    usual = recalibration(told, came)
    assert found.slope == pytest.approx(usual.slope, rel=1e-4)
    assert found.probability(np.log(np.column_stack([1 - told, told])))[:, 1] == pytest.approx(
        usual.apply(told), abs=1e-5
    )


def test_three_classes_told_too_surely_are_told_less_surely():
    random = np.random.default_rng(2)
    right = random.dirichlet([1, 1, 1], 4000)
    label = np.array([random.choice(3, p=row) for row in right])
    sure = 2 * np.log(right) + [0.0, 0.7, 0.0]
    found = turned(sure - np.log(np.exp(sure).sum(axis=1, keepdims=True)), label)
    assert found.slope == pytest.approx(0.5, abs=0.03)
    assert found.intercept[1] - found.intercept[0] == pytest.approx(-0.35, abs=0.12)


def test_an_order_turned_round_tells_nothing():
    came = np.repeat([0, 1], 50)
    told = np.where(came == 1, 0.2, 0.8)
    found = turned(np.log(np.column_stack([1 - told, told])), came)
    assert found.slope == 0 and np.allclose(found.probability(np.log([[0.1, 0.9]])), 0.5, atol=1e-4)


def test_the_rule_is_the_best_of_all_thresholds(scored):
    _, probability, came = scored
    both = np.column_stack([1 - probability, probability])
    found = macro_f1(rule_of(both, came).told(both), came, 2)
    every = [macro_f1((probability >= cut).astype(int), came, 2) for cut in np.unique(probability)]
    assert found == pytest.approx(max(every))


def test_shares_of_groups_alike_are_drawn_to_those_of_all_and_others_not():
    whole = np.array([0.4, 0.6])
    alike = np.random.default_rng(0).multinomial(50, whole, 40).astype(float)
    apart = np.array([[40.0, 10.0], [5.0, 45.0]] * 20)
    assert np.abs(_smoothed(alike, whole) - whole).max() < 0.05
    assert np.abs(_smoothed(apart, whole) - apart / 50).max() < 0.05
    # A group of which nothing is known has the shares of all.
    assert _smoothed(np.vstack([apart, [0.0, 0.0]]), whole)[-1] == pytest.approx(whole)


def test_the_evidence_is_that_of_one_draw_after_the_other():
    prior, counts = STRENGTHS[5] * np.array([0.3, 0.7]), np.array([[2.0, 1.0]])
    # 0, then 0, then 1, each by what was drawn before.
    total = prior.sum()
    by_hand = prior[0] / total * (prior[0] + 1) / (total + 1) * prior[1] / (total + 2)
    assert _evidence(counts, counts.sum(axis=1, keepdims=True), prior) == pytest.approx(np.log(by_hand))
