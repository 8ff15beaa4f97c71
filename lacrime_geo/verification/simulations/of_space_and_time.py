"""Space and time: trends, emerging hotspots, near repeats and outbreaks where there are none."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import SpaceTimeCube, emerging_hotspots, mann_kendall, near_repeat, space_time_scan
from ...grid import Grid
from ...parameters import Parameters
from ...spacetime.steps import TimeSteps
from ..declared import Simulation
from ..small_layers import CRS, SOUTH, WEST, points

START = np.datetime64("2023-01-01", "D")


def _trend_called(random: np.random.Generator) -> np.ndarray:
    """Return whether a trend is found (p < .05) in 500 series of 20 numbers."""
    return mann_kendall(random.normal(size=(500, 20))).p < 0.05


def _cube(random: np.random.Generator, steps: int, side: int, mean: float) -> SpaceTimeCube:
    grid = Grid(WEST, SOUTH, 100.0, side, side, CRS)
    begin = START + 7 * np.arange(steps)
    counts = random.poisson(mean, (steps, side * side)).astype(np.int32)
    return SpaceTimeCube.of(grid, np.arange(side * side), TimeSteps(begin, begin[-1] + 7), counts, Parameters())


def _cells_with_a_trend(random: np.random.Generator) -> float:
    found = emerging_hotspots(_cube(random, 12, 12, 2.0), distance_band=150)
    return float((found["trend_p"] < 0.05).mean())


def _any_hot(random: np.random.Generator) -> bool:
    found = emerging_hotspots(_cube(random, 10, 9, 0.4), distance_band=150)
    return bool((found["hot_steps"] + found["cold_steps"]).any())


def _dated(random: np.random.Generator, number: int, days: int, side: float) -> object:
    when = START + random.integers(0, days, number)
    return points(*random.uniform(0, side, (2, number)), when=when)


def _near_called(random: np.random.Generator) -> bool:
    """Return whether pairs within 250 m and 9 days have p ≤ .05 among 39 shufflings."""
    some = _dated(random, 120, 90, 1000.0)
    options: dict[str, Any] = dict(
        distance_bands=[0, 250], time_bands=[0, 9], permutations=39, seed=int(random.integers(1 << 31))
    )
    return bool(near_repeat(some, **options)["p"][0] <= 0.05 + 1e-9)


def _outbreak_called(random: np.random.Generator) -> bool:
    """Return whether 90 incidents on 30 places have an outbreak of p ≤ .1 among 9 random scans."""
    x, y = random.uniform(0, 4000, (2, 30))
    at = random.choice(30, 90, p=random.dirichlet(np.full(30, 2.0)))
    when = START + np.append(29, random.integers(0, 30, 89))
    seed = int(random.integers(1 << 31))
    found = space_time_scan(points(x[at], y[at], when=when), max_radius=1000, permutations=9, max_p=0.1, seed=seed)
    return len(found) > 0


SIMULATIONS = (
    Simulation(
        "series without a trend with p < .05",
        "mann_kendall",
        (0.04, 0.06),
        "Mann 1945; Kendall 1975",
        _trend_called,
        100,
        1_000,
    ),
    Simulation(
        "cells without a trend with p < .05",
        "emerging_hotspots",
        (0.04, 0.06),
        "on Gi* without time neighbours",
        _cells_with_a_trend,
        100,
        1_000,
        mean=True,
    ),
    Simulation(
        "cubes with any hot or cold cell, by FDR at .05",
        "emerging_hotspots",
        (0.0, 0.05),
        "Benjamini & Hochberg 1995",
        _any_hot,
        100,
        2_000,
    ),
    Simulation(
        "near repeats with p ≤ .05 where there are none",
        "near_repeat",
        (0.03, 0.05),
        "Knox 1964; (≥ + 1)/(R + 1)",
        _near_called,
        500,
        10_000,
    ),
    Simulation(
        "outbreaks with p ≤ .1 where there are none",
        "space_time_scan",
        (0.05, 0.1),
        "Kulldorff et al. 2005; (≥ + 1)/(R + 1)",
        _outbreak_called,
        40,
        1_200,
    ),
)
