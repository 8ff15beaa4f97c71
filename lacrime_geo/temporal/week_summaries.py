"""What the clock is made of: sums by hour of the week, and what is told of the times; of all incidents, or of portions merged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..delays.file_days import Beside, days_beside
from ..frames import PLACEHOLDER_COLUMN
from ..incidents import Incidents
from ..partitioned import UNTIL, WHEN, Partitioned
from ..progress import Progress
from ..refusals import refuse_weightless
from . import week_totals
from .known_spans import told_spans
from .told_times import ToldTimes
from .week_totals import Totals


@dataclass
class WeekSummary:
    """Hold the totals of incidents by each cut of the week, what is told of their times, and the first and last with a clock.

    `heaviest` is the largest weight of all, those without a clock among them.
    """

    totals: dict[str, Totals]
    told: ToldTimes
    extent: np.ndarray
    heaviest: float

    @classmethod
    def of(cls, incidents: Incidents, progress: Progress = None) -> WeekSummary:
        """Return that of incidents, of which none need have a time."""
        spans, told = told_spans(incidents)
        weight = np.ones(spans.start.size) if incidents.weight is None else incidents.weight[spans.known]
        totals = week_totals.totals_of(spans, weight, progress)
        known = np.empty(0, dtype="M8[s]") if incidents.when is None else incidents.when[spans.known]
        heaviest = 1.0 if incidents.weight is None else float(incidents.weight.max(initial=0.0))
        return cls(totals, told, np.array([known.min(), known.max()]) if known.size else known, heaviest)

    def merge(self, other: WeekSummary) -> WeekSummary:
        """Add that of other incidents; return this."""
        week_totals.merged(self.totals, other.totals)
        self.told.merge(other.told)
        ends = np.concatenate([self.extent, other.extent])
        self.extent = np.array([ends.min(), ends.max()]) if ends.size else ends
        self.heaviest = max(self.heaviest, other.heaviest)
        return self


def days_and_week(scan: Partitioned, weight: str | None, progress: Progress = None) -> tuple[Incidents, WeekSummary]:
    """Return the days of a scan and the summary of its incidents, read together."""
    beside = Beside(WeekSummary.of, WeekSummary.merge, (WHEN, UNTIL), (PLACEHOLDER_COLUMN,), weight)
    days, found = days_beside(scan, beside, progress=progress)
    refuse_weightless(found.told.rows, found.heaviest, weight)
    return days, found
