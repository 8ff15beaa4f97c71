"""Interventions: the weighted displacement difference, the rate ratio, and the power of a trial."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ... import Features, intervention, irr, wdd
from ...geometry import rectangles_wkb
from ...interventions.detectable_change import Design, power_of_difference
from ...interventions.panel_ratios import regrouped_p
from ..declared import Case
from ..small_layers import CRS, SOUTH, WEST, points

PAPER = "Wheeler & Ratcliffe 2018"
RATIO = "by hand"


def _difference() -> Any:
    return wdd((207, 110), (308, 318), (178, 157), (150, 140))


def _interval() -> list[float]:
    found = _difference()
    return [found.low, found.high]


def _ratio() -> Any:
    return irr((50, 30), (60, 55))


def _log_error() -> float:
    found = _ratio()
    return (math.log(found.high) - math.log(found.low)) / (2 * 1.959964)


def _one_area_fell() -> list[float]:
    """Return the difference and its interval: 60 incidents in 60 days, then 30 in as many, and beside it 60 and 60."""
    before, after = np.datetime64("2023-01-01"), np.datetime64("2023-03-02")
    when = np.r_[before + np.arange(60), after + np.arange(0, 60, 2), before + np.arange(120)]
    shapes = rectangles_wkb(WEST + np.array([0.0, 500.0]), SOUTH + np.zeros(2), 500.0, 500.0)
    treated, control = (Features([shape], CRS) for shape in shapes)
    found = intervention(
        points(np.repeat([100.0, 900.0], [90, 120]), np.full(210, 100.0), when=when),
        treated=treated,
        control=control,
        start=after,
    )
    return [float(found[name][0]) for name in ("estimate", "low", "high")]


CASES = (
    Case("difference of four areas", "wdd", -118.0, 0, PAPER, lambda: _difference().estimate),
    Case("its variance", "wdd", 1568.0, 0, PAPER, lambda: _difference().variance),
    Case("its z", "wdd", -2.98, 5e-3, PAPER, lambda: _difference().z),
    Case("its interval of 95 %", "wdd", [-196, -40], 0.5, PAPER, _interval),
    Case(
        "half the area weighs twice",
        "wdd",
        -20.0,
        1e-12,
        PAPER + ", by hand",
        lambda: wdd((10, 0), (5, 5), areas=(0.5, 1, 1, 1)).estimate,
    ),
    Case(
        "fall by 30 more than in the control, ± 1.96 · √210",
        "intervention",
        [-30.0, -30 - 1.959964 * 210**0.5, -30 + 1.959964 * 210**0.5],
        1e-5,
        PAPER + ", by hand",
        _one_area_fell,
    ),
    Case("rate ratio of 50→30 against 60→55", "irr", 0.654545, 5e-7, RATIO, lambda: _ratio().estimate),
    Case("error of its logarithm", "irr", (1 / 50 + 1 / 30 + 1 / 60 + 1 / 55) ** 0.5, 1e-6, RATIO, _log_error),
    Case(
        "twice the time before doubles the ratio",
        "irr",
        2 * 36 / 55,
        1e-9,
        RATIO,
        lambda: irr((50, 30), (60, 55), periods=(2, 1), control_periods=(1, 1)).estimate,
    ),
    Case(
        "power where nothing falls is the level",
        "plan_intervention",
        0.05,
        2e-3,
        "by definition",
        lambda: float(power_of_difference(Design(50.0, 50.0, 90.0, 90.0), np.array(0.0))),
    ),
    Case(
        "p of the highest of 20 regroupings: 1/20",
        "difference_in_differences",
        0.05,
        1e-12,
        "Phipson & Smyth 2010",
        lambda: regrouped_p(np.arange(-9.0, 10.0) / 10, 2.0),
    ),
)
