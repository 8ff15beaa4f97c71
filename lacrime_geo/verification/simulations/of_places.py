"""Places compared: intervals of rates and ranks, and what lies beyond a funnel by chance."""

from __future__ import annotations

import numpy as np

from ... import funnel, rank_intervals, rates
from ...comparisons.counted_places import ranks_of
from ..declared import Simulation


def _places(random: np.random.Generator, number: int, shape: float) -> tuple[dict, np.ndarray]:
    """Return places of a few hundred to thousands of residents, and their true rates, drawn from a gamma distribution."""
    people = random.integers(400, 8000, number).astype(float)
    true = random.gamma(shape, 0.02 / shape, number)
    return {"count": random.poisson(true * people), "population": people}, true


def _exact_held(random: np.random.Generator) -> np.ndarray:
    """Return whether the exact interval of 95 % holds the true rate of 300 places."""
    data, true = _places(random, 300, 4.0)
    found = rates(data, per=1)
    return (found["low"] <= true) & (true <= found["high"])


def _credible_held(random: np.random.Generator) -> float:
    """Return the share of 300 places whose credible interval of 95 % holds the true rate."""
    data, true = _places(random, 300, 4.0)
    found = rates(data, per=1)
    return float(((found["smoothed_low"] <= true) & (true <= found["smoothed_high"])).mean())


def _beyond(random: np.random.Generator) -> float:
    """Return the share of 1,000 places of one rate beyond the limits of 95 %."""
    people = random.integers(300, 6000, 1000)
    found = funnel({"count": random.poisson(0.05 * people), "population": people}, overdispersion="none")
    return float((found["position"] != "within").mean())


def _rank_held(random: np.random.Generator) -> float:
    """Return the share of 100 places whose true rank lies within its interval of 90 %."""
    data, true = _places(random, 100, 6.0)
    found = rank_intervals(data, level=90, draws=400, seed=int(random.integers(1 << 31)))
    rank = ranks_of(true)
    return float(((found["rank_low"] <= rank) & (rank <= found["rank_high"])).mean())


SIMULATIONS = (
    Simulation(
        "true rates within the exact 95 % interval",
        "rates",
        (0.95, 0.985),
        "Garwood 1936: at least",
        _exact_held,
        60,
        400,
    ),
    Simulation(
        "true rates within the 95 % credible interval",
        "rates",
        (0.935, 0.965),
        "gamma-Poisson",
        _credible_held,
        60,
        600,
        mean=True,
    ),
    Simulation(
        "places of one rate beyond the 95 % limits",
        "funnel",
        (0.03, 0.052),
        "Spiegelhalter 2005; exact",
        _beyond,
        40,
        400,
        mean=True,
    ),
    Simulation(
        "true ranks within their 90 % interval",
        "rank_intervals",
        (0.87, 0.94),
        "Goldstein & Spiegelhalter 1996",
        _rank_held,
        60,
        800,
        mean=True,
    ),
)
