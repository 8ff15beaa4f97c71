"""Where and when at once: near repeats, emerging hotspots, outbreaks."""

from .cube import SpaceTimeCube, space_time_cube
from .emerging import EmergingHotspots, emerging_hotspots
from .knox_test import NearRepeats, near_repeat
from .near_repeat_zones import risk_zones
from .outbreaks import space_time_scan
from .patterns import EmergingPattern, emerging_pattern
from .trends import MannKendall, mann_kendall

__all__ = [
    "EmergingHotspots",
    "EmergingPattern",
    "MannKendall",
    "NearRepeats",
    "SpaceTimeCube",
    "emerging_hotspots",
    "emerging_pattern",
    "mann_kendall",
    "near_repeat",
    "risk_zones",
    "space_time_cube",
    "space_time_scan",
]
