"""Differences between predictors by blocks drawn again: pairing, a slow twin, and what the intervals hold."""

import numpy as np
import pytest

from lacrime_geo.risk.scoring.block_bootstrap import Blocks, mean_ratio, percentiles, resample
from lacrime_geo.risk.scoring.hit_curves import Ranking

SIDE = 40
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)
X, Y, AREA = COLUMN * 250.0, ROW * 250.0, np.full(SIDE * SIDE, 62500.0)


def test_blocks_are_squares_of_units_that_lie_together():
    blocks = Blocks.over(X, Y, AREA, side=1000)
    assert blocks.size == 100 and blocks.reason == "given"
    assert (np.bincount(blocks.number) == 16).all()
    for block in (0, 57):
        inside = blocks.number == block
        assert np.ptp(X[inside]) < 1000 and np.ptp(Y[inside]) < 1000
    assert blocks.sums(AREA).tolist() == [1e6] * 100


def test_the_side_is_of_the_area_but_beyond_near_repeats():
    assert Blocks.over(X, Y, AREA).side == 1000
    large = Blocks.over(4 * X, 4 * Y, 16 * AREA)
    assert large.side == 2000 and large.size == 400 and "400th" in large.reason
    assert Blocks.over(X, Y, 62500.0, side=1e6).size == 1


def sums(seed, origins=4, blocks=50):
    random = np.random.default_rng(seed)
    total = random.poisson(6.0, (origins, blocks))
    return np.stack([random.binomial(total, share) for share in (0.2, 0.25, 0.4)]), total


def test_shares_are_pooled_over_origins_and_blocks():
    caught, total = sums(1)
    found = resample(caught, total, draws=100)
    assert found.share == pytest.approx(caught.sum(axis=(1, 2)) / total.sum())
    assert found.blocks == 200
    assert found.difference(2).value == pytest.approx(found.share[2] - found.share[0])
    assert found.ratio(2, 1).value == pytest.approx(found.share[2] / found.share[1])


def test_draws_against_a_slow_twin():
    caught, total = sums(2)
    found = resample(caught, total, draws=4000)
    random, flat, whole = np.random.default_rng(3), caught.reshape(3, -1), total.ravel()
    rows = random.integers(0, whole.size, (4000, whole.size))
    twin = np.array([flat[:, row].sum(axis=1) / whole[row].sum() for row in rows])
    for mine, its in (
        (found.drawn[:, 0], twin[:, 0]),
        (found.drawn[:, 2] - found.drawn[:, 0], twin[:, 2] - twin[:, 0]),
    ):
        assert mine.mean() == pytest.approx(its.mean(), abs=4 * its.std() / np.sqrt(2000))
        assert mine.std() == pytest.approx(its.std(), rel=0.06)
    assert found.difference(2)[1:] == pytest.approx(np.quantile(twin[:, 2] - twin[:, 0], [0.025, 0.975]), abs=0.005)


def test_the_same_blocks_are_drawn_for_all():
    caught, total = sums(4)
    # The second catches one more of ten everywhere: the difference does not vary, though both do.
    paired = np.stack([caught[0] + 0.0, caught[0] + 0.1 * total])
    found = resample(paired, total)
    assert found.difference(1) == pytest.approx((0.1, 0.1, 0.1))
    assert found.drawn[:, 0].std() > 0.01
    assert found.difference(0) == (0, 0, 0)


def test_the_same_seed_draws_the_same_and_other_seeds_others():
    caught, total = sums(5)
    first, again, other = (resample(caught, total, seed=seed).drawn for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_origins_taken_together_are_one_block():
    caught, total = sums(6)
    doubled = resample(np.repeat(caught, 2, axis=1), np.repeat(total, 2, axis=0), together=2)
    once = resample(caught, total)
    assert doubled.blocks == once.blocks == 200
    # Twice the same origin tells no more than once.
    assert np.array_equal(doubled.drawn, once.drawn)
    assert resample(caught, total, together=3).blocks == 100


def test_ratios_are_averaged_draw_by_draw():
    results = [resample(*sums(seed), seed=8) for seed in (1, 2)]
    found = mean_ratio(results, 2)
    ratios = np.mean([one.drawn[:, 2] / one.drawn[:, 0] for one in results], axis=0)
    assert found.value == pytest.approx(np.mean([one.share[2] / one.share[0] for one in results]))
    assert found[1:] == pytest.approx(np.quantile(ratios, [0.025, 0.975]))
    assert mean_ratio(results[:1], 2) == results[0].ratio(2)
    # Other incidents of the same blocks: the mean is surer than each.
    assert found.high - found.low < min(one.ratio(2).high - one.ratio(2).low for one in results)
    with pytest.raises(ValueError, match="same blocks"):
        mean_ratio([results[0], resample(*sums(1), draws=10)], 2)


def test_telling_blocks_are_those_that_differ():
    caught = np.zeros((2, 1, 5))
    caught[1, 0, :2] = 1
    assert resample(caught, np.full((1, 5), 3), draws=10).telling.tolist() == [[0, 2], [2, 0]]


def test_without_incidents_all_is_nan():
    found = resample(np.zeros((2, 3, 4)), np.zeros((3, 4)), draws=20)
    assert np.isnan([*found.difference(1), *found.ratio(1), *found.share]).all()
    # One incident, which some draws miss: these are left out.
    total = np.zeros((1, 4))
    total[0, 0] = 1
    few = resample(np.stack([0 * total, total]), total, draws=200)
    assert np.isnan(few.drawn).any() and few.difference(1) == (1, 1, 1)
    assert np.isnan(few.ratio(1).value)


def test_percentiles_leave_the_tails():
    assert percentiles(np.arange(101.0), 90) == pytest.approx((5, 95))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3, 4\) and \(4, 3\)"):
        resample(np.zeros((2, 3, 4)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="level"):
        resample(np.zeros((2, 3, 4)), np.zeros((3, 4)), level=100)


def surprised(random, expected, part, origins):
    """Return counts of weeks in which each part of the city has more or fewer at once."""
    surprise = random.gamma(0.5, 2.0, (origins, part.max() + 1))
    return random.poisson(expected * surprise[:, part])


def test_intervals_hold_the_truth_where_parts_of_the_city_share_their_surprises():
    random, part = np.random.default_rng(7), Blocks.over(X, Y, AREA, side=1000).number
    expected = random.gamma(3.0, 0.1, part.max() + 1)[part]
    # Two maps that choose whole parts, by counts of two earlier times.
    chosen = [Ranking.of(np.bincount(part, random.poisson(expected))[part]).chosen(0.2) for _ in range(2)]
    truth = (chosen[1] - chosen[0]) @ expected / expected.sum()
    held = {1000: [], 250: []}
    for seed in range(60):
        counts = surprised(random, expected, part, 4)
        for side, hits in held.items():
            blocks = Blocks.over(X, Y, AREA, side=side)
            total = np.array([blocks.sums(week) for week in counts])
            caught = np.array([[blocks.sums(one * week) for week in counts] for one in chosen])
            _, low, high = resample(caught, total, draws=100, seed=seed).difference(1)
            hits.append(low <= truth <= high)
    assert np.mean(held[1000]) >= 0.9
    # Single cells are no blocks: they would make the difference look far too sure.
    assert np.mean(held[250]) < 0.8
