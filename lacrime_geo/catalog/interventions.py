"""Interventions: whether it worked."""

from __future__ import annotations

from ..analysis import Analysis

ANALYSES: tuple[Analysis, ...] = ()
