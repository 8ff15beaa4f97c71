"""What every analysis of incidents begins with: all of them, those that have a place, and the record of what is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import checks
from .delays.file_days import days_of
from .delays.period_guards import warn
from .incident_columns import PERIOD
from .incidents import Incidents, as_incidents
from .parameters import Parameters
from .partitioned import Partitioned, recognised
from .progress import Progress, within
from .selection import unused

# Of a scan reading takes most of the time.
_READING = 0.8


def begin(
    incidents: Any,
    weight: Any,
    *,
    collapses: bool = False,
    edges: Sequence[np.datetime64] = (),
    progress: Progress = None,
) -> tuple[Incidents, Incidents, Parameters]:
    """Return what every analysis of incidents begins with: all of them, those with a place, and the record.

    Partitioned ones are taken where an analysis needs no more of them than how many, of which weight, stand on each place
    (`collapses`), and in which of the parts of time that `edges` divide: collapsed incidents.
    """
    incidents = recognised(incidents) if collapses else incidents
    if collapses and isinstance(incidents, Partitioned):
        named = checks.column_of_weights(weight)
        everything = incidents.collapsed(weight=named, edges=edges, progress=progress).weighing(None)
    else:
        everything = as_incidents(incidents, weight=weight)
    placed = everything.located()
    parameters = Parameters(layer=everything.label, incidents=placed.number, period=everything.period, crs=placed.crs)
    parameters.update(everything.selection)
    if _of_a_period(incidents, everything):
        dated = everything
        if isinstance(incidents, Partitioned):
            # What is collapsed has no dates; how many have none is known once they are read.
            dated = days_of(incidents)
            parameters.update(dated.selection)
        warn(parameters, dated)
    if everything.dates_unused:
        parameters.note("dates_unused", len(everything.dates_unused), unused(everything.dates_unused))
    if placed.weight is not None:
        parameters["weight"] = (
            weight if isinstance(weight, str) else getattr(weight, "label", "given with the incidents")
        )
    missing = everything.size - placed.size if everything.gathered is None else everything.gathered.rows - placed.number
    parameters.note(
        "without_place", missing, f"{missing:,} {'incident has' if missing == 1 else 'incidents have'} no place"
    )
    return everything, placed, parameters


def read_first(incidents: Any, progress: Progress) -> tuple[Progress, Progress]:
    """Return the part of the progress in which incidents are read, where that takes long, and the part for the rest."""
    if not isinstance(incidents, Partitioned):
        return None, progress
    return within(progress, 0.0, _READING), within(progress, _READING, 1.0)


def _of_a_period(incidents: Any, everything: Incidents) -> bool:
    """Tell whether incidents are those of a period that was chosen of more."""
    kept = set(incidents.kept) if isinstance(incidents, Partitioned) else set()
    return bool(set(PERIOD) & {*everything.selection, *kept}) or everything.whole.of_a_period
