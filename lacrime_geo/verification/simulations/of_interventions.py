"""Interventions: intervals hold what was done, and nothing is called something one time in twenty."""

from __future__ import annotations

import numpy as np

from ... import irr, wdd
from ...interventions.panel_ratios import effect, groupings, log_ratios, regrouped_p
from ...interventions.segmented_regression import Steps, segmented
from ..declared import Simulation


def _difference_held(random: np.random.Generator) -> bool:
    """Return whether the interval of 95 % holds the true difference, −12."""
    found = wdd((random.poisson(40), random.poisson(28)), (random.poisson(50), random.poisson(50)))
    return bool(found.low <= -12 <= found.high)


def _simulated_p(random: np.random.Generator) -> bool:
    """Return whether the simulated p of few incidents without an effect is ≤ .05."""
    treated, control = random.poisson(3.0, (2, 2))
    return bool(wdd(treated, control, seed=int(random.integers(1 << 31))).p_simulated <= 0.05)


def _ratio_held(random: np.random.Generator) -> bool:
    """Return whether the exact interval of 95 % holds the true ratio, .7."""
    found = irr((random.poisson(20), random.poisson(14)), (random.poisson(30), random.poisson(30)), method="exact")
    return bool(found.low <= 0.7 <= found.high)


def _interruption_called(random: np.random.Generator) -> bool:
    """Return whether the level of 72 weeks, 52 of them before, has p ≤ .05 where nothing began."""
    from scipy.special import stdtr

    middle = (np.arange(72) - 52) * 7 + 3.5
    counts = random.poisson(20 * np.exp(0.01 * middle / 30))
    found = segmented(Steps(counts[np.newaxis], middle, np.full(72, 7.0)))
    logarithm, error = found.ratio(0)
    return bool(2 * stdtr(found.freedom, -abs(logarithm / error)) <= 0.05)


def _regrouping_called(random: np.random.Generator) -> bool:
    """Return whether 5 of 10 areas, that go up and down by themselves, have p ≤ .05 among all regroupings."""
    treated, after = np.arange(10) < 5, np.arange(8) >= 4
    mean = np.multiply.outer(random.gamma(3, 10, 10), np.exp(random.normal(0, 0.2, 8)))
    mean = mean * np.exp(np.multiply.outer(random.normal(0, 0.3, 10), after))
    counts = random.poisson(mean).astype(float)
    others = groupings(10, 5, 0)
    others = others[~(others == treated).all(axis=1)]
    seen = effect(counts, treated, after, ~after).log_ratio
    return bool(regrouped_p(log_ratios(counts, others, after, ~after), seen) <= 0.05)


SIMULATIONS = (
    Simulation(
        "differences within their 95 % interval",
        "wdd",
        (0.94, 0.96),
        "Wheeler & Ratcliffe 2018",
        _difference_held,
        400,
        8_000,
    ),
    Simulation("few incidents with simulated p ≤ .05", "wdd", (0.0, 0.05), "Barnard 1963", _simulated_p, 400, 10_000),
    Simulation(
        "ratios within their exact 95 % interval",
        "irr",
        (0.95, 0.99),
        "Cornfield 1956: at least",
        _ratio_held,
        1_500,
        20_000,
    ),
    Simulation(
        "series without a change with p ≤ .05",
        "interrupted_series",
        (0.015, 0.08),
        "Newey & West 1987; as measured",
        _interruption_called,
        200,
        4_000,
    ),
    Simulation(
        "areas without an effect with p ≤ .05",
        "difference_in_differences",
        (0.02, 0.05),
        "all regroupings; exact",
        _regrouping_called,
        1_500,
        10_000,
    ),
)
