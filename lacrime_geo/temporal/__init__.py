"""When: counts by day and week, the clock, the season, the trend."""

from .aoristic_weights import aoristic
from .week_clock import Clock, clock

__all__ = ["Clock", "aoristic", "clock"]
