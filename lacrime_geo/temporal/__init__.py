"""When: counts by day and week, the clock, the season, the trend."""

from .aoristic_weights import aoristic
from .decomposition import decompose
from .level_changes import ChangePoints, change_points
from .seasonality import season
from .week_clock import Clock, clock
from .weekday_testing import weekday_test

__all__ = ["ChangePoints", "Clock", "aoristic", "change_points", "clock", "decompose", "season", "weekday_test"]
