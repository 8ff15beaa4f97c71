"""Reports that come late: how long they take, what is still to come, and which periods that makes unfit to compare."""

from .nowcasting import nowcast
from .nowcasts_of_counts import nowcast_counts
from .reporting_delays import lag_safe_end, reporting_delay

__all__ = ["lag_safe_end", "nowcast", "nowcast_counts", "reporting_delay"]
