"""The result of `watch`: what this run found, what it means for the forecast, and what a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..alerting import Alerts
from ..forecasting.area_forecasts import AreaForecasts
from ..overview import Overview
from ..parameters import Parameters
from ..results import Table
from .history_tables import MONITORS, SCORES, TABLES, Row
from .monitors import DISTRUST


@dataclass(frozen=True, eq=False, repr=False)
class Watch:
    """Hold a run: its number, whether there were new data, the verdict with its sentence, and what was computed.

    `lines` are sentences for a person: new alarms, a forecast that should not be trusted, data that have not come for long. Of a
    run without new data `verdict` and `sentence` are those of the run before, and nothing was computed.
    """

    run: int
    new_data: bool
    verdict: str
    sentence: str
    lines: tuple[str, ...]
    parameters: Parameters
    overview: Overview | None = None
    alerts: Alerts | None = None
    forecast: AreaForecasts | None = None
    by_area: AreaForecasts | None = None
    missing: dict[str, str] = field(default_factory=dict)
    monitor_rows: Sequence[Row] = ()
    score_rows: Sequence[Row] = ()

    def __repr__(self) -> str:
        """Return its number and its verdict."""
        return f"<Watch run {self.run}: {self.verdict}>"

    @property
    def trusted(self) -> bool:
        """Whether nothing says that the forecast should not be trusted."""
        return self.verdict != DISTRUST

    @property
    def status(self) -> int:
        """The exit status of the command: 0, or 1 where there is something for a person."""
        return int(bool(self.lines))

    def monitors(self) -> Table:
        """Return what was held against what it should be: name, value, limit, verdict and sentence."""
        return Table(_columns(MONITORS, self.monitor_rows), self.parameters, label="Monitors")

    def scores(self) -> Table:
        """Return the forecasts that this run could score, with what came."""
        return Table(_columns(SCORES, self.score_rows), self.parameters, label="Scores")


def _columns(table: str, rows: Sequence[Row]) -> dict[str, np.ndarray]:
    names = [name for name in TABLES[table] if name != "run"]
    columns: dict[str, Any] = {name: np.array([row.get(name) for row in rows], dtype=object) for name in names}
    for name, kind in TABLES[table].items():
        if name in columns and kind == "real":
            columns[name] = columns[name].astype(float)
    return columns
