"""Early warnings: which counts are higher than chance allows, area by area and night by night."""

from .area_warnings import alerts
from .cumulative_sums import cusum
from .watched_areas import Alerts

__all__ = ["Alerts", "alerts", "cusum"]
