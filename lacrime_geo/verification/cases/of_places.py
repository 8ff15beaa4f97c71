"""Places compared: exact intervals, Byar's, empirical Bayes, funnel limits and their spread, ranks."""

from __future__ import annotations

import numpy as np

from ... import rank_intervals, rate_trends, rates
from ...comparisons.control_limits import chance_of, exact_limits
from ...comparisons.overdispersion import Scale, spread_of
from ...comparisons.poisson_intervals import poisson_interval
from ...jurisdictions.year_runs import chance_of_at_least
from ..declared import Case

ULM = "Garwood 1936; printed by Ulm 1990"
FUNNEL = "Spiegelhalter 2005, A.1; above one event more"
# Counts and their limits of 95 % as printed.
PRINTED = {0: (0.0, 3.69), 1: (0.03, 5.57), 2: (0.24, 7.22), 5: (1.62, 11.67), 10: (4.80, 18.39), 20: (12.22, 30.89)}
THREE = {"count": np.array([10.0, 30, 20]), "population": np.array([1000.0, 1000, 2000])}

# P(Y ≤ 3) = .01034 and P(Y ≤ 4) = .02925 of a mean of 10; P(Y ≤ 16) = .97296, P(Y ≤ 17) = .98572. Above, the limit is one
# event higher than in the paper, so that a count is beyond it exactly where its tail is small.
LOWER = 4 - (0.02925 - 0.025) / (0.02925 - 0.01034)
UPPER = 1 + 17 - (0.98572 - 0.975) / (0.98572 - 0.97296)
# b = 60/4000; a is the variance of rates weighted by people less b over the mean population.
B = 0.015
A = (1000 * 0.005**2 + 1000 * 0.015**2 + 2000 * 0.005**2) / 4000 - B / (4000 / 3)
BY_HAND = [(A * y + B * B) / (A * n + B) for y, n in ((10, 1000), (30, 1000), (20, 2000))]


def _limits(side: int, how: str = "exact") -> np.ndarray:
    return poisson_interval(np.array(list(PRINTED), float), 0.95, how)[side]


def _byar() -> list[float]:
    """Return Byar's limits of a count of 10."""
    return [float(side[0]) for side in poisson_interval(np.array([10.0]), 0.95, "byar")]


def _funnel() -> list[float]:
    low, high = exact_limits(chance_of("poisson", 1.0), np.array([10.0]), 0.025)
    return [low[0], high[0]]


def _spread(what: str) -> float:
    """Return what is found of z = −2, −1, 3, whose ends are drawn in to −1.8 and 2.2."""
    return float(getattr(spread_of(Scale(np.array([1.0, 2.0, 6.0]), 3.0, np.ones(3), False), "auto"), what))


def _ranks() -> np.ndarray:
    far_apart = {"name": list("ABCD"), "count": [1000, 8000, 100, 64_000], "population": [100_000] * 4}
    return rank_intervals(far_apart, draws=500)["rank"]


def _yearly_change() -> float:
    """Return the change in per cent a year of counts that grow by 2."""
    year = np.arange(2000, 2025)
    counts = np.round(1e6 * 1.02 ** (year - 2000.0)).astype(int)
    panel = {"agency": np.repeat("A", 25), "year": year, "violent": counts, "population": np.full(25, 10_000_000)}
    return float(rate_trends(panel)["change"][0])


CASES = (
    Case(
        "lower limits of counts 0 1 2 5 10 20",
        "rates",
        [low for low, _ in PRINTED.values()],
        5e-3,
        ULM,
        lambda: _limits(0),
    ),
    Case(
        "upper limits of counts 0 1 2 5 10 20",
        "rates",
        [high for _, high in PRINTED.values()],
        5e-3,
        ULM,
        lambda: _limits(1),
    ),
    Case("Byar's limits of a count of 10", "rates", [4.79, 18.39], 5e-3, "Breslow & Day 1987, eq. 2.10", _byar),
    Case(
        "empirical Bayes rates of three places",
        "rates",
        BY_HAND,
        1e-12,
        "Marshall 1991, by hand",
        lambda: rates(THREE, smoothing="moments", per=1)["smoothed"],
    ),
    Case("limits of 10 expected, interpolated", "funnel", [LOWER, UPPER], 1e-3, FUNNEL, _funnel),
    Case(
        "φ of z = −2, −1, 3, winsorised",
        "funnel",
        9.08 / 3,
        1e-9,
        "Spiegelhalter 2005, by hand",
        lambda: _spread("ratio"),
    ),
    Case("τ² of the same", "funnel", 3.54, 1e-9, "DerSimonian & Laird 1986, by hand", lambda: _spread("variance")),
    Case("ranks of four places far apart", "rank_intervals", [3, 2, 4, 1], 0, "by hand", _ranks),
    Case("counts that grow by 2 % a year", "rate_trends", 2.0, 1e-5, "by hand", _yearly_change),
    Case(
        "chance of at least 1 of .2 .5 .9 .4",
        "persistent_high",
        1 - 0.8 * 0.5 * 0.1 * 0.6,
        1e-12,
        "by hand",
        lambda: chance_of_at_least(np.array([0.2, 0.5, 0.9, 0.4]), 1),
    ),
)
