"""The result of `alerts`: the state of each area, every step that was judged, and the chart of one area."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import checks
from ..results import Shapes, Table
from ..temporal.count_series import CountSeries
from .warning_charts import WatchedCounts
from .warning_states import ALARM, WATCH, Rows


@dataclass(frozen=True, eq=False, repr=False)
class Alerts(Shapes):
    """Hold the state of each area at the step judged last, and every step that was judged."""

    rows: Rows = field(default=None)  # type: ignore[assignment]  # given by `alerts`
    series: CountSeries = field(default=None)  # type: ignore[assignment]
    first_count: np.ndarray = field(default_factory=lambda: np.empty(0))
    new: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))

    def judged(self) -> Table:
        """Return a row for each area and step that was judged, those of earlier runs among them."""
        rows, begin = self.rows, self.series.begin
        columns = {
            "area": self.series.name[rows.area],
            "date": begin[rows.step].astype("M8[s]"),
            "count": rows.count,
            "first_count": self.first_count,
            "expected": rows.expected,
            "limit": rows.limit,
            "statistic": rows.statistic,
            "p": rows.p,
            "p_adjusted": rows.p_adjusted,
            "state": rows.state,
        }
        return Table(columns, self.parameters, label=self.label.replace("Alerts", "Alerts, step by step"))

    def watched_counts(self, area: str) -> WatchedCounts:
        """Return the counts of one area, its limits and its alarms, as a curve that can be saved as a chart (.svg)."""
        name = checks.option("area", area, tuple(self.series.name.tolist()))
        own = np.flatnonzero(self.rows.area == int(np.flatnonzero(self.series.name == name)[0]))
        step = self.rows.step[own]
        columns = {
            "date": self.series.begin[step].astype("M8[s]"),
            "count": self.rows.count[own].astype(float),
            "expected": self.rows.expected[own],
            "limit": self.rows.limit[own],
            "alarm": self.rows.state[own] == ALARM,
            "series": np.full(own.size, name, dtype=object),
        }
        return WatchedCounts(columns, self.parameters, label=f"{name} · {self.label}")

    @property
    def lines(self) -> list[str]:
        """What the command line prints: alarms of the steps judged in this run, the earliest first; then what is watched."""
        alarms = np.flatnonzero(self.new & (self.rows.state == ALARM))
        now = self.rows.step == self.rows.step.max(initial=-1)
        watched = np.flatnonzero(self.new & now & (self.rows.state == WATCH))
        return [self._line(int(row)) for row in (*alarms, *watched)]

    def _line(self, row: int) -> str:
        rows = self.rows
        judged = int(np.isfinite(rows.p[rows.step == rows.step[row]]).sum())
        date, name = self.series.begin[rows.step[row]], self.series.name[rows.area[row]]
        when = f"week of {date}" if self.series.step == "week" else str(date)
        return f"{rows.state[row]}: {when} {name}: {rows.reason(row, judged, self.parameters['method'])}"


def last_of(rows: Rows) -> np.ndarray:
    """Return the numbers of the rows of the last step, by area."""
    last = np.flatnonzero(rows.step == rows.step.max(initial=-1))
    return last[np.argsort(rows.area[last], kind="stable")]
