"""What an intervention's trial found: a row for each statistic, weekly counts for the chart, and its areas as a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .. import geometry
from ..parameters import Parameters
from ..results import Drawing, Picture, Shapes
from . import trial_pages
from .trial_areas import TrialAreas, areas_of
from .trial_counts import TrialCounts
from .trial_periods import TrialPeriods
from .trial_rows import Row

STYLE = "intervention"


class Trial(NamedTuple):
    """Hold what an answer comes from: areas and their outlines, periods, and incidents."""

    areas: TrialAreas
    shapes: list[geometry.Rings]
    periods: TrialPeriods
    counts: TrialCounts


@dataclass(frozen=True, eq=False, repr=False)
class Intervention(Picture):
    """Hold the answers of a trial, a row for each statistic, and what they come from."""

    drawing = Drawing(trial_pages.drawn, trial_pages.page_of)
    trial: Trial | None = None

    def areas(self) -> Shapes:
        """Return the areas of the trial as polygons: treated, control, and the rings around both, with their counts."""
        assert self.trial is not None
        areas, shapes, periods, counts = self.trial
        before, after = counts.sums((periods.before, periods.after), 0).T
        days = periods.before.days, periods.after.days
        with np.errstate(divide="ignore", invalid="ignore"):
            change = 100 * (np.divide(after, before) * days[0] / days[1] - 1)
        there = [number for number, rings in enumerate(shapes) if rings.x.size]
        wkb = np.empty(len(there), dtype=object)
        wkb[:] = [geometry.multipolygon_wkb(shapes[number]) for number in there]
        columns = {
            "kind": np.array(areas.kinds, dtype=object)[there],
            "count_before": before[there].astype(np.int64),
            "count_after": after[there].astype(np.int64),
            "per_day_before": before[there] / days[0],
            "per_day_after": after[there] / days[1],
            "change_percent": np.where(before[there] > 0, change[there], np.nan),
            "area_km2": areas_of(shapes)[there] / 1e6,
        }
        label = self.label.replace("Intervention", "Areas of the intervention", 1)
        return Shapes(columns, self.parameters, wkb, areas.treated.crs, STYLE, label)


def columns_of(rows: list[Row]) -> dict[str, np.ndarray]:
    """Return rows as columns."""
    texts = ("statistic", "of", "sentence")
    return {
        name: np.array([getattr(row, name) for row in rows], dtype=object if name in texts else float)
        for name in Row._fields
    }


def intervention_of(rows: list[Row], trial: Trial, parameters: Parameters, label: str) -> Intervention:
    """Return a result of rows."""
    return Intervention(columns_of(rows), parameters, label=label, trial=trial)
