"""Agencies over years: panels of yearly counts with their checks, and what they tell."""

from .crime_panels import CrimePanel
from .panel_reading import as_panel, read_ucr

__all__ = ["CrimePanel", "as_panel", "read_ucr"]
