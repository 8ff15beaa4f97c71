"""The seventeen patterns: exactly one for every series, by the rules as they are written, mirrored for cold."""

import itertools
from collections import Counter

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.spacetime.patterns import KINDS, PATTERNS, classified
from lacrime_geo.styles import palettes
from lacrime_geo.styles.emerging import sentences

STEPS = 10
HOT, COLD, NEITHER = 1, -1, 0


def by_the_rules(states, trend):
    """Return every pattern whose rule a series fits, as the rules are written, one after the other."""
    found = []
    for side, other, name in ((HOT, COLD, "hot"), (COLD, HOT, "cold")):
        h, n, towards = states.count(side), len(states), side * trend
        breaks = [number for number, state in enumerate(reversed(states)) if state != side]
        run = breaks[0] if breaks else n
        always = 10 * h >= 9 * n
        if states[-1] == side:
            rules = {
                "new": h == 1,
                "consecutive": h > 1 and run == h and not always,
                "intensifying": always and towards > 0,
                "diminishing": always and towards < 0,
                "persistent": always and towards == 0,
                "oscillating": h > 1 and run < h and not always and other in states,
                "sporadic": h > 1 and run < h and not always and other not in states,
            }
        else:
            # A side hot or cold at the last step wins over historical of the other side.
            rules = {"historical": always and states[-1] == NEITHER}
        found += [f"{kind} {name} spot" for kind, fits in rules.items() if fits]
    return found or ["no pattern"]


def every_series():
    """Return all series of ten steps, hot, cold or neither (steps, m)."""
    return np.array(list(itertools.product((HOT, COLD, NEITHER), repeat=STEPS)), dtype=np.int8).T


@pytest.mark.parametrize("trend", [-1, 0, 1])
def test_every_series_has_exactly_the_pattern_of_the_rules(trend):
    series = every_series()
    which = classified(series == HOT, series == COLD, np.full(series.shape[1], trend))
    seen = Counter(which.tolist())
    for number in range(0, series.shape[1], 7):
        fitting = by_the_rules(series[:, number].tolist(), trend)
        assert fitting == [PATTERNS[which[number]]], series[:, number]
    assert sum(seen.values()) == 3**STEPS
    wanted = {"intensifying": (1, -1), "diminishing": (-1, 1), "persistent": (0, 0)}
    for kind in KINDS:
        for side, name in enumerate(("hot", "cold")):
            possible = kind not in wanted or wanted[kind][side] == trend
            assert (seen[PATTERNS.index(f"{kind} {name} spot")] > 0) == possible


def test_cold_mirrors_hot():
    series = every_series()
    trend = np.random.default_rng(0).integers(-1, 2, series.shape[1])
    hot = classified(series == HOT, series == COLD, trend)
    cold = classified(series == COLD, series == HOT, -trend)
    sides = {"hot": "cold", "cold": "hot"}
    mirror = [PATTERNS.index(" ".join(sides.get(word, word) for word in name.split())) for name in PATTERNS]
    np.testing.assert_array_equal(np.array(mirror)[hot], cold)


def test_there_are_seventeen_each_with_its_sentence_and_colour():
    assert len(PATTERNS) == len(set(PATTERNS)) == 17
    assert tuple(sentences()) == PATTERNS
    assert {f"{kind} {side} spot" for side, kinds in palettes.EMERGING.items() for kind in kinds} == set(PATTERNS[:-1])


@pytest.mark.parametrize(
    "z, pattern, reason",
    [
        ([0] * 9 + [3], "new hot spot", "hot in 1 of 10 steps, no trend, p 0.16"),
        ([0] * 6 + [3, 3, 3, 3], "consecutive hot spot", "hot in 4 of 10 steps"),
        ([0, 3, 0, 3, 0, 3, 0, 3, 0, 3], "sporadic hot spot", "hot in 5 of 10 steps"),
        ([-3, 3, 0, 3, 0, 3, 0, 3, 0, 3], "oscillating hot spot", "hot in 5 and cold in 1 of 10 steps"),
        (np.arange(3, 13), "intensifying hot spot", "hot in 10 of 10 steps, trend up, p below 0.001"),
        (np.arange(13, 3, -1), "diminishing hot spot", "hot in 10 of 10 steps, trend down, p below 0.001"),
        ([5] * 10, "persistent hot spot", "hot in 10 of 10 steps, no trend, p 1.00"),
        ([5] * 9 + [0], "historical hot spot", "hot in 9 of 10 steps, not in the last one any more"),
        ([5] * 9 + [-5], "new cold spot", "hot in 9 and cold in 1 of 10 steps"),
        (-np.arange(3, 13), "intensifying cold spot", "cold in 10 of 10 steps, trend down"),
        ([0] * 9 + [np.nan], "no pattern", "neither hot nor cold in any of 10 steps"),
        ([0, 4] + [0] * 8, "no pattern", "hot in 1 of 10 steps, not in the last one"),
    ],
)
def test_a_series_and_why(z, pattern, reason):
    found = lg.emerging_pattern(z)
    assert found.pattern == pattern and found.reason.startswith(reason)


def test_nine_of_ten_is_nine_tenths_and_no_less():
    hot = [5] * 9
    assert lg.emerging_pattern([*hot[:4], 0, *hot, 0, *hot[:5]]).pattern == "persistent hot spot"
    assert lg.emerging_pattern([*hot[:4], 0, 0, *hot, 0, *hot[:4]]).pattern == "sporadic hot spot"


def test_the_trend_may_be_of_another_series():
    assert lg.emerging_pattern([5] * 10, trend_of=range(10)).pattern == "intensifying hot spot"
    assert lg.emerging_pattern([1.8] * 10).pattern == "no pattern"
    assert lg.emerging_pattern([1.8] * 10, max_p=0.10).pattern == "persistent hot spot"


def test_too_short_or_unlike_series_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="at least 10 time steps, and there are 9"):
        lg.emerging_pattern([1.0] * 9)
    with pytest.raises(ValueError, match="trend_of has 11 steps and z has 10"):
        lg.emerging_pattern([1.0] * 10, trend_of=[1.0] * 11)
    with pytest.raises(TypeError, match=r"z must be one series of numbers, got ..a"):
        lg.emerging_pattern(["a"] * 10)
    with pytest.raises(ValueError, match=r"one series \(n,\), got an array of shape \(2, 10\)"):
        lg.emerging_pattern(np.zeros((2, 10)))
