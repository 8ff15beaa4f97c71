"""Interventions: whether it worked, and whether a trial could tell."""

from __future__ import annotations

from .displacement_difference import Displacement, wdd
from .rate_ratios import RateRatio, irr

__all__ = ["Displacement", "RateRatio", "irr", "wdd"]
