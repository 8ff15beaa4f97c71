"""Feedback loops: the urn against its exact laws, and the audit of a prediction against planted patrols."""

from collections import defaultdict

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.risk.feedback.urns import Urn, counting, shares_of_runs


def exact_law(urn, days, corrected):
    """Return the probability of each pair of records after some days, by following every possible day: the slow twin."""
    law = {tuple(urn.start): 1.0}
    for _ in range(days):
        after = defaultdict(float)
        for records, chance in law.items():
            visits = np.array(records) / sum(records)
            for district in (0, 1):
                found = urn.discovered[district] * (counting(visits)[district] if corrected else 1.0)
                for discovered, of_it in ((1, found), (0, 1 - found)):
                    for first, of_first in ((1, urn.reported[0]), (0, 1 - urn.reported[0])):
                        for second, of_second in ((1, urn.reported[1]), (0, 1 - urn.reported[1])):
                            added = [records[0] + first, records[1] + second]
                            added[district] += discovered
                            after[tuple(added)] += chance * visits[district] * of_it * of_first * of_second
        law = after
    return law


def urn_of(rates, reported=(0.0, 0.0), start=(1.0, 1.0)):
    return Urn(np.array(rates), np.array(reported), np.array(start))


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("urn", [urn_of((0.5, 0.5)), urn_of((0.9, 0.4), (0.3, 0.1), (2.0, 1.0))])
def test_runs_are_distributed_as_every_possible_day_says(urn, corrected):
    runs, days = 20_000, 4
    found = shares_of_runs(urn, np.array([0, days]), runs, corrected, 7, None)[:, 1].round(9)
    by_share = defaultdict(float)
    for (first, second), chance in exact_law(urn, days, corrected).items():
        by_share[round(first / (first + second), 9)] += chance
    assert sum(by_share.values()) == pytest.approx(1)
    assert set(found.tolist()) <= set(by_share)
    for share, chance in by_share.items():
        assert np.mean(found == share) == pytest.approx(chance, abs=4.5 * np.sqrt(chance * (1 - chance) / runs) + 1e-9)


@pytest.mark.parametrize("start", [(1.0, 1.0), (4.0, 2.0)])
def test_the_naive_share_of_equal_rates_tends_to_the_beta_distribution(start):
    from scipy.special import betainc

    share = lg.urn_simulation(rates=(1.0, 1.0), start=start, days=2000, runs=4000, corrected=False).shares["naive"][
        :, -1
    ]
    expected = betainc(*start, np.sort(share))
    empirical = (np.arange(share.size) + 0.5) / share.size
    # Kolmogorov and Smirnov's distance, p = 0.001; Eggenberger & Pólya 1923.
    assert np.abs(expected - empirical).max() < 1.95 / np.sqrt(share.size)


def test_the_naive_share_of_unequal_rates_runs_away_and_the_corrected_one_does_not():
    found = lg.urn_simulation(rates=(1.0, 0.5), days=4000, runs=300)
    naive, corrected = (found.shares[update][:, -1] for update in ("naive", "corrected"))
    assert found.parameters["limit_naive"] == 1.0
    assert naive.mean() > 0.95 and np.quantile(naive, 0.05) > 0.9
    assert found.parameters["limit_corrected"] == pytest.approx(2 / 3)
    assert corrected.mean() == pytest.approx(2 / 3, abs=0.005) and np.ptp(corrected) < 0.15


def test_the_corrected_share_of_equal_rates_stays_near_half():
    found = lg.urn_simulation(days=3000, runs=500)
    corrected, naive = found.shares["corrected"][:, -1], found.shares["naive"][:, -1]
    assert corrected.mean() == pytest.approx(0.5, abs=0.005) and corrected.std() < 0.03
    assert naive.std() == pytest.approx(np.sqrt(1 / 12), abs=0.03)  # uniform: Beta(1, 1)


def test_what_is_reported_slows_the_loop_but_does_not_end_it():
    found = lg.urn_simulation(rates=(0.8, 0.4), reported=(0.1, 0.1), days=4000, runs=200)
    limit, true_share = found.parameters["limit_naive"], found.parameters["true_share"]
    # The root of x (R + 0.8 x + 0.4 (1 − x)) = 0.1 + 0.8 x with R = 0.2 (Renlund 2010).
    assert limit == pytest.approx((0.2 + np.sqrt(0.2**2 + 4 * 0.4 * 0.1)) / 0.8)
    assert true_share < limit < 1
    assert found.shares["naive"][:, -1].mean() == pytest.approx(limit, abs=0.02)
    assert found.shares["corrected"][:, -1].mean() == pytest.approx(found.parameters["limit_corrected"], abs=0.01)
    # Both sources of one truth: then the correction finds it, and only reports do too.
    assert urn_of((0.8, 0.4), (0.2, 0.1)).limit(True) == pytest.approx(2 / 3)
    assert urn_of((0.5, 0.5), (0.2, 0.1)).limit(False) == pytest.approx(2 / 3)


def test_equal_rates_have_no_limit_and_seeds_are_kept():
    first, same, other = (lg.urn_simulation(days=50, runs=20, seed=seed) for seed in (3, 3, 4))
    assert first.parameters["limit_naive"] is None
    assert first["mean"].tolist() == same["mean"].tolist() != other["mean"].tolist()
    alone = lg.urn_simulation(days=50, runs=20, seed=3, corrected=True)
    assert np.array_equal(alone.shares["corrected"], first.shares["corrected"]) and list(alone.shares) == ["corrected"]


def test_the_simulation_draws_itself(tmp_path):
    found = lg.urn_simulation(rates=(0.6, 0.5), days=300, runs=60)
    for name in ("urn.svg", "urn.html", "urn.csv"):
        found.save(tmp_path / name)
    page = (tmp_path / "urn.html").read_text()
    assert "Ensign" in page and "tends to 100 %" in page and page.count("<svg") == 1


@pytest.mark.parametrize(
    "asked, said",
    [
        (dict(rates=(1.5, 0.5)), "rates must be two probabilities from 0 to 1, got 1.5"),
        (dict(rates=(0.5,)), "rates has 1 values for 2 rows"),
        (dict(rates=(0.5, 0.0)), "nothing can be discovered or reported"),
        (dict(start=(0, 1)), "start must be above 0 for both districts, got 0"),
        (dict(days=0), "days must be a whole number of at least 1"),
        (dict(corrected="yes"), "corrected must be True, False or None"),
    ],
)
def test_what_no_urn_has_is_refused(asked, said):
    with pytest.raises(ValueError, match=said):
        lg.urn_simulation(**asked)


def test_the_simulation_is_cancelled():
    with pytest.raises(lg.Cancelled):
        lg.urn_simulation(days=10**6, progress=lambda fraction: False)
