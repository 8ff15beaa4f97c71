"""Interventions: whether it worked, and whether a trial could tell."""

from __future__ import annotations

from .displacement_difference import Displacement, wdd
from .planning import Plan, plan_intervention
from .rate_ratios import RateRatio, irr
from .trial_results import Intervention
from .trials import intervention

__all__ = ["Displacement", "Intervention", "Plan", "RateRatio", "intervention", "irr", "plan_intervention", "wdd"]
