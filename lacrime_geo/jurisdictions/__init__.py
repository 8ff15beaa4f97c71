"""Agencies over years: panels of yearly counts with their checks, and what they tell."""

from .crime_panels import CrimePanel
from .high_crime import HighCrime, predict_high_crime
from .panel_reading import as_panel, read_ucr
from .persistence import PersistentHigh, persistent_high
from .trends import RateTrends, rate_trends

__all__ = [
    "CrimePanel",
    "HighCrime",
    "PersistentHigh",
    "RateTrends",
    "as_panel",
    "persistent_high",
    "predict_high_crime",
    "rate_trends",
    "read_ucr",
]
