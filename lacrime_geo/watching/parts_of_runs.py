"""What a run computes: the overview, the alerts and the forecasts, each missing with its reason where the data do not suffice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable

import numpy as np

from ..alerting import Alerts, alerts
from ..forecasting.area_forecasts import AreaForecasts, forecast_areas
from ..incidents import Incidents
from ..overview import Overview, overview
from ..parameters import Parameters
from ..progress import Progress, within
from .known_data import Known

# So many steps beyond the end of the file are forecast.
BEYOND = {"week": 4, "day": 7}
DAYS = {"week": 7, "day": 1}
# What each part is called where it cannot be computed.
OVERVIEW, ALERTS, FORECAST, BY_AREA = "The overview", "Alerts", "The forecast", "The forecast by areas"
COULD_NOT = "{} could not be computed"


class Parts:
    """The parts of a run as they are made, and a sentence on each that the data do not suffice for."""

    def __init__(self, known: Known, progress: Progress) -> None:
        """Begin with none."""
        self.known, self.progress = known, progress
        self.missing: dict[str, str] = {}
        self.overview: Overview | None = None
        self.alerts: Alerts | None = None
        self.forecast: AreaForecasts | None = None
        self.by_area: AreaForecasts | None = None

    def make(self, boundary: Any, step: str, model: Any, earlier: Any) -> None:
        """Make all of them."""
        incidents, polygons = self.known.incidents, self.known.polygons
        self.overview = self._made(
            OVERVIEW, 0.0, 0.3, lambda part: overview(incidents, boundary=boundary, progress=part)
        )
        self.alerts = self._made(ALERTS, 0.3, 0.5, lambda part: _alerts(self.known, step, earlier, part))
        asked = dict(step=step, horizon=horizon_of(self.known, step), model=model)
        self.forecast = self._made(FORECAST, 0.5, 0.7, lambda part: _forecast(incidents, None, asked, part))
        if polygons is not None and self.forecast is not None:
            self.by_area = self._made(BY_AREA, 0.7, 1.0, lambda part: _forecast(incidents, polygons, asked, part))

    def _made(self, words: str, start: float, stop: float, run: Callable[[Progress], Any]) -> Any:
        try:
            return run(within(self.progress, start, stop))
        except ValueError as problem:
            self.missing[words] = f"{COULD_NOT.format(words)}: {problem}"
            return None

    @property
    def warnings(self) -> Sequence[str]:
        """The caveats of all parts, each once."""
        found = [part.parameters.get("warnings", []) for part in (self.alerts, self.forecast) if part is not None]
        own = [] if self.overview is None else list(self.overview.caveats)
        return list(dict.fromkeys([sentence for part in found for sentence in part] + own))


def horizon_of(known: Known, step: str) -> int:
    """Return how many steps are forecast: over those not yet whole, and some beyond the end of the file."""
    open_days = int((known.known_until - known.whole_until).astype(np.int64))
    return -(-max(open_days, 0) // DAYS[step]) + BEYOND[step]


def _alerts(known: Known, step: str, earlier: Any, progress: Progress) -> Alerts:
    return alerts(known.incidents, areas=known.polygons, step=step, since="last", earlier=earlier, progress=progress)


def _forecast(incidents: Incidents, areas: Any, asked: dict[str, Any], progress: Progress) -> AreaForecasts:
    return forecast_areas(incidents, areas=areas, **asked, progress=progress)


def settings_of(found: Alerts) -> Parameters:
    """Return what of alerts must be the same in the next run."""
    from ..alerting.earlier_runs import SETTINGS

    return Parameters({name: found.parameters.get(name) for name in (*SETTINGS, "last_day_whole")})
