"""The names of both baselines, beside which every forecast is scored."""

from __future__ import annotations

from .simple_models import SeasonalNaive
from .smoothing import Smoothing

NAIVE, SMOOTHING = SeasonalNaive.name, Smoothing.name
