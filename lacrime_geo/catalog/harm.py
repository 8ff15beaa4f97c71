"""Harm, and what weighs it."""

from __future__ import annotations

from ..analysis import Analysis

ANALYSES: tuple[Analysis, ...] = ()
