"""The chart of what forecasts have kept: the share of counts within their interval, run by run, beside what is promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..chart_axes import DAY, SHARE
from ..charts import Chart
from ..parameters import Parameters
from ..results import Curve
from .history_tables import MONITORS, RUNS, Row
from .kept_promises import COVERAGE, LAST, PROMISED


@dataclass(frozen=True, eq=False, repr=False)
class CoverageCurve(Curve):
    """Hold the coverage that each run has measured, by the day up to which its data were known."""

    chart = Chart(
        *(
            "date",
            "share",
            "Day up to which the data of a run are known",
            "Share of the counts within the 80 % interval",
        ),
        x_kind=DAY,
        y_kind=SHARE,
        series="series",
        beside=("promised", "promised"),
    )


def coverage_curve(rows: Mapping[str, Sequence[Row]]) -> CoverageCurve | None:
    """Return the curve of a history's rows; None where fewer than two runs could measure it."""
    days = {row["run"]: str(row["known_until"]) for row in rows[RUNS]}
    known = [row for row in rows[MONITORS] if row["name"] == COVERAGE and row["value"] is not None]
    if len(known) < 2:
        return None
    size = len(known)
    columns = {
        "date": np.array([days[row["run"]] for row in known], dtype="M8[s]"),
        "share": np.array([row["value"] for row in known], dtype=float),
        "promised": np.full(size, PROMISED),
        "series": np.full(size, f"of the last {LAST} known, or of fewer", dtype=object),
    }
    return CoverageCurve(columns, Parameters(), label="What the forecasts have kept")
