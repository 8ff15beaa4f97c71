"""Differences and ratios of four counts: published numbers, slow twins, symmetries, size by simulation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.interventions.simulated_null import null_means

PAIR = st.tuples(st.integers(0, 60), st.integers(0, 60))
WEIGHTS = st.floats(0.2, 5.0)


def test_the_published_difference():
    # Wheeler & Ratcliffe 2018, the example of their section on the statistic.
    found = lg.wdd((207, 110), (308, 318), (178, 157), (150, 140))
    assert (found.estimate, found.variance) == (-118.0, 1568.0)
    assert found.z == pytest.approx(-2.98, abs=0.005)
    assert (round(found.low), round(found.high)) == (-196, -40)
    assert found.p == pytest.approx(math.erfc(2.97995 / math.sqrt(2)), rel=1e-4)
    assert found.caveats == () and 0.0005 < found.p_simulated < 0.008


@given(PAIR, PAIR, PAIR, PAIR, st.tuples(WEIGHTS, WEIGHTS), st.tuples(*[WEIGHTS] * 4))
def test_it_is_the_sum_written_out(treated, control, near, near_control, periods, areas):
    estimate = variance = 0.0
    for pair, area, sign in zip((treated, control, near, near_control), areas, (1, -1, 1, -1)):
        for count, period, when in zip(pair, periods, (-1, 1)):
            estimate += sign * when * count / (period * area)
            variance += count / (period * area) ** 2
    found = lg.wdd(treated, control, near, near_control, periods=periods, areas=areas)
    assert found.estimate == pytest.approx(estimate, abs=1e-9) and found.variance == pytest.approx(variance, abs=1e-9)
    assert found.high - found.low == pytest.approx(2 * 1.959964 * math.sqrt(variance), rel=1e-6)


@given(PAIR, PAIR)
def test_treated_and_control_changed_for_each_other_turn_the_sign(treated, control):
    one, other = lg.wdd(treated, control), lg.wdd(control, treated)
    assert one.estimate == -other.estimate and one.variance == other.variance
    assert one.p == other.p and 0 < one.p <= 1 and 0 < one.p_simulated <= 1


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4), st.lists(WEIGHTS, min_size=4, max_size=4))
def test_the_means_under_no_effect_balance_and_none_are_likelier(counts, factors):
    counts, factors = np.array(counts, dtype=float), np.array(factors) * [-1, 1, 1, -1]
    means = null_means(counts, factors)
    assert (means >= 0).all() and abs((factors * means).sum()) <= 1e-6 * (1 + counts.sum())

    def likelihood(mean):
        return (
            -np.inf
            if ((mean <= 0) & (counts > 0)).any() or (mean < 0).any()
            else sum(y * math.log(m) - m if y else -m for y, m in zip(counts, mean))
        )

    height = likelihood(means)
    for one, two in itertools.combinations(range(4), 2):
        for step in (1e-3, -1e-3):
            moved = means.copy()
            moved[one] += step / factors[one]
            moved[two] -= step / factors[two]
            assert likelihood(moved) <= height + 1e-6


@pytest.mark.parametrize("means", [(2.0, 2.0), (3.0, 1.0), (30.0, 20.0)])
def test_where_nothing_changes_p_is_small_as_often_as_it_says(means):
    random, n = np.random.default_rng(3), 250
    drawn = random.poisson(np.array(means)[:, None], (n, 2, 2))
    found = [lg.wdd(*pair) for pair in drawn]
    assert np.mean([one.p_simulated <= 0.05 for one in found]) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / n)
    if min(means) >= 20:
        assert 0.01 < np.mean([one.p <= 0.05 for one in found]) < 0.1


def test_the_ratio_of_the_task():
    found = lg.irr((50, 30), (60, 55))
    assert found.estimate == pytest.approx(0.654545, abs=5e-7) and found.method == "wald"
    error = math.sqrt(1 / 50 + 1 / 30 + 1 / 60 + 1 / 55)
    assert found.low == pytest.approx(found.estimate * math.exp(-1.959964 * error), rel=1e-6)
    assert found.p == pytest.approx(math.erfc(abs(math.log(found.estimate)) / error / math.sqrt(2)), rel=1e-9)


def fisher_tail(t1, treated, control, after, ratio, upper):
    """Return a tail of the conditional distribution by whole numbers."""
    span = range(max(0, after - control), min(treated, after) + 1)
    weight = {k: math.comb(treated, k) * math.comb(control, after - k) * ratio**k for k in span}
    return sum(w for k, w in weight.items() if (k >= t1 if upper else k <= t1)) / sum(weight.values())


@given(PAIR, PAIR)
def test_the_exact_interval_leaves_half_of_the_rest_on_either_side(treated, control):
    found = lg.irr(treated, control, method="exact")
    margins = sum(treated), sum(control), treated[1] + control[1]
    tails = [fisher_tail(treated[1], *margins, 1.0, upper) for upper in (True, False)]
    assert found.p == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6)
    for end, upper in ((found.low, True), (found.high, False)):
        if 0 < end < math.inf:
            assert fisher_tail(treated[1], *margins, end, upper) == pytest.approx(0.025, rel=1e-5)
    assert (found.p < 0.05) == (not found.low <= 1 <= found.high) or abs(found.p - 0.05) < 1e-6
    assert math.isnan(found.estimate) or (
        found.low <= found.estimate * (1 + 1e-9) and found.estimate <= found.high + 1e-9
    )


def test_zeros_are_named():
    exact, wald = (lg.irr((5, 0), (6, 5), method=method) for method in ("auto", "wald"))
    assert (exact.estimate, exact.low, exact.method, exact.corrected) == (0.0, 0.0, "exact", False)
    assert wald.corrected and wald.estimate == pytest.approx((0.5 / 5.5) / (5.5 / 6.5))
    assert lg.irr((0, 5), (6, 5)).high == math.inf and lg.irr((0, 0), (6, 5)).p == 1.0


def test_lengths_matter_where_they_differ_between_the_areas():
    assert lg.irr((50, 30), (60, 55), periods=(30, 90)) == lg.irr((50, 30), (60, 55))
    found = lg.irr((50, 30), (60, 55), periods=(2, 1), control_periods=(1, 1), method="exact")
    assert found.estimate == pytest.approx(2 * 0.654545, abs=1e-6)
    assert found.low == pytest.approx(2 * lg.irr((50, 30), (60, 55), method="exact").low)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lg.wdd((1, 2), (3, 4), (5, 6)), "displacement_treated is given without displacement_control"),
        (lambda: lg.wdd((1, 2), (3, 4), None, (5, 6)), "displacement_control is given without displacement_treated"),
        (
            lambda: lg.wdd((1, 2.5), (3, 4)),
            "treated must be two whole numbers of at least 0, before and after, got 2.5",
        ),
        (lambda: lg.wdd((1, 2), (3, -4)), "control must be two whole numbers"),
        (lambda: lg.wdd((1, 2, 3), (3, 4)), "treated must be two counts, before and after, such as 50,30; got 3"),
        (lambda: lg.wdd((1, 2), (3, 4), periods=(0, 1)), "periods must be above 0, got 0"),
        (lambda: lg.wdd((1, 2), (3, 4), areas=(1, -1)), "areas must be above 0, got -1"),
        (lambda: lg.wdd((1, 2), (3, 4), level=0.95), "level is in per cent: 95, not 0.95"),
        (lambda: lg.irr((1, 2), (3, 4), method="score"), "method must be one of 'auto', 'wald', 'exact'"),
        (lambda: lg.irr((1, 2), (3, 4), control_periods=(1, 0)), "control_periods must be above 0"),
    ],
)
def test_what_cannot_be_is_said(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_few_incidents_have_a_caveat(caplog):
    found = lg.wdd((3, 0), (2, 9))
    assert "3 of 4 counts are below 5" in found.caveats[0] and found.caveats[0] in caplog.text


def test_the_commands_print_the_answer(capsys):
    areas = ["--displacement-treated", "178,157", "--displacement-control", "150,140"]
    assert main(["wdd", "--treated", "207,110", "--control", "308,318", *areas]) == 0
    assert "-118 (95 %: -196 to -40.4); variance 1,570, z -2.98, p = 0.00288" in capsys.readouterr().out
    assert main(["irr", "--treated", "50,30", "--control", "60,55"]) == 0
    assert "0.655 (95 %: 0.366 to 1.17); p = 0.154 (wald)" in capsys.readouterr().out
    assert main(["e_test", "6", "2"]) == 0
    assert "p = 0.175" in capsys.readouterr().out
    assert main(["wdd", "--treated", "207", "--control", "308,318"]) != 0
    assert "treated must be two counts, before and after, such as 50,30; got 1." in capsys.readouterr().err


def test_counts_of_billions_need_no_memory():
    # Of the treated area's thirteen each could have come before or after: fourteen outcomes.
    assert lg.irr((8, 5), (10**9, 10**9)).method == "exact"
    crowded = dict(treated=(5 * 10**8, 10**9), control=(10**9, 5))
    assert lg.irr(**crowded).method == "wald"
    with pytest.raises(ValueError, match="take method='wald'"):
        lg.irr(**crowded, method="exact")
