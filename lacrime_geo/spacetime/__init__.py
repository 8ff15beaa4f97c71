"""Where and when at once: near repeats, emerging hotspots, outbreaks."""

from .outbreaks import space_time_scan

__all__ = ["space_time_scan"]
