"""Interventions: whether it worked, and whether a trial could tell."""

from __future__ import annotations

from .differences import DifferenceInDifferences, difference_in_differences
from .displacement_difference import Displacement, wdd
from .interruptions import InterruptedSeries, interrupted_series
from .planning import Plan, plan_intervention
from .rate_ratios import RateRatio, irr
from .trial_results import Intervention
from .trials import intervention

__all__ = [
    "DifferenceInDifferences",
    "Displacement",
    "InterruptedSeries",
    "Intervention",
    "Plan",
    "RateRatio",
    "difference_in_differences",
    "interrupted_series",
    "intervention",
    "irr",
    "plan_intervention",
    "wdd",
]
