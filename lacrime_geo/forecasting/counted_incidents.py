"""What is counted: incidents in memory, or of a scan those that are gathered by steps once their days are known."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks, selection
from ..delays.file_days import days_of
from ..features import Features
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters
from ..partitioned import CATEGORY, REPORTED, WHEN, Partitioned
from ..progress import Progress, within
from ..temporal.count_series import CountSeries, count_series, steps_of
from ..temporal.step_rows import Counted, StepRows, column_asked
from ..weight_units import unit_of, unit_of_scan
from .count_ends import NOWCAST, known_later
from .series_keys import Keys, asked_keys, many_keys


class Chosen(NamedTuple):
    """Which incidents are counted: of a period, of categories, and known on a day; None for all."""

    since: np.datetime64 | None
    until: np.datetime64 | None
    categories: tuple[str, ...] | None
    known_on: np.datetime64 | None

    @classmethod
    def of(cls, since: Any, until: Any, category: Any, as_of: Any) -> Chosen:
        """Return what was asked for."""
        names = None if category is None else tuple(map(str, [category] if np.isscalar(category) else category))
        day = None if as_of is None else selection.moment("as_of", as_of).astype("M8[D]")
        return cls(*selection.period_of(since, until), names, day)

    @property
    def needs(self) -> tuple[str, ...]:
        """What has to be read for it."""
        of_category = () if self.categories is None else (CATEGORY,)
        return (WHEN, *of_category, *(() if self.known_on is None else (REPORTED,)))

    def dated(self, incidents: Incidents) -> tuple[np.ndarray, np.ndarray]:
        """Return the times of incidents (n,), and a mask of those that are counted."""
        when = np.full(incidents.size, np.datetime64("NaT", "s")) if incidents.when is None else incidents.when
        keep = np.ones(incidents.size, dtype=bool)
        if self.since is not None or self.until is not None:
            keep &= selection.times_between(when, self.since, self.until)
        if self.categories is not None and incidents.category is not None:
            keep &= selection.among(incidents.category, self.categories)
        if self.known_on is not None and incidents.when is not None:
            keep &= ~known_later(incidents, self.known_on)
        return when, keep


def all_incidents(
    incidents: Any, since: Any, until: Any, category: Any, weight: Any, progress: Progress = None
) -> tuple[Incidents, str]:
    """Return all incidents, those of a scan as their days alone, and of what their counts are."""
    if not isinstance(incidents, Partitioned):
        everything = as_incidents(incidents, weight=weight)
        return everything, unit_of(weight, everything)
    unit = unit_of_scan(checks.column_of_weights(weight), incidents)
    edges = [edge for edge in selection.period_of(since, until) if edge is not None]
    return days_of(incidents, category=category, edges=edges, progress=progress), unit


def refuse_estimates(incidents: Any, weight: Any, lag_safe: bool | str) -> None:
    """Raise where sums of weights of a scan are to be estimated: how late those that weigh are reported is not gathered."""
    if isinstance(incidents, Partitioned) and weight is not None and lag_safe == NOWCAST:
        raise ValueError(
            f"A nowcast of sums of weights needs all incidents in memory, and {incidents.label!r} is a scan: leave the weight "
            "out, take lag_safe=True, or choose fewer incidents (select) and read them: scan.read()."
        )


def series_of(
    incidents: Any,
    known: Incidents,
    chosen: Chosen,
    by: Any,
    weight: Any,
    step: str,
    parameters: Parameters,
    progress: Progress = None,
) -> tuple[CountSeries, Keys | None]:
    """Return the series of incidents that are counted, of which those `known` are all, or their days; and their keys.

    The keys are named by the numbers that the series are named by; None where these are areas.
    """
    names, areas = asked_keys(by, known.crs)
    rows = None
    if isinstance(incidents, Partitioned):
        counted = Counted(incidents, chosen.dated, chosen.needs, weight, tuple(names), areas)
        rows = counted.rows(steps_of(known, step)[0], within(progress, 0.0, 0.7))
    keys, grouped = _keys(known, rows, names, areas, within(progress, 0.0 if rows is None else 0.7, 0.8))
    series = count_series(
        known,
        step=step,
        by=grouped,
        areas=areas,
        weight=known.weight,
        rows=rows,
        parameters=parameters,
        progress=within(progress, 0.8, 1.0),
    )
    return series, keys


def _keys(
    known: Incidents, rows: StepRows | None, names: list[str], areas: Features | None, progress: Progress
) -> tuple[Keys | None, np.ndarray | None]:
    """Return the keys and the number of the series of each incident, or of each row of a scan; None where areas tell them."""
    if areas is not None:
        return None, None
    if not names:
        return {}, np.zeros(known.size if rows is None else rows.day.size)
    columns = {name: column_asked(known, name) for name in names} if rows is None else rows.told
    return many_keys(columns, known.number, progress)
