"""The counts of one area drawn with what was expected, the limits, and the alarms marked."""

from __future__ import annotations

from dataclasses import dataclass

from ..chart_axes import COUNT, DAY
from ..charts import Chart
from ..results import Curve


@dataclass(frozen=True, eq=False, repr=False)
class WatchedCounts(Curve):
    """Hold the counts of one area, what was expected of each step, its limit, and whether it was an alarm."""

    chart = Chart(
        *("date", "count", "Step judged", "Incidents"),
        x_kind=DAY,
        y_kind=COUNT,
        series="series",
        series_words="{}, reported",
        beside=("limit", "{}, least count beyond chance"),
        rings=("alarm", "alarm"),
    )
