"""Of what sums of weights are: the unit that harm has, and that layers, tables and results of weighted incidents keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .incidents import Incidents
from .parameters import restored
from .partitioned import Partitioned

# The columns of a saved table of sums, which tell it from a table of numbers of incidents.
UNIT = "unit"
# The column of a layer of harm.
WEIGHT = "weight"
INCIDENTS, SUMS = "incidents", "sums of weights"


def unit_of(weight: Any, incidents: Incidents) -> str:
    """Return of what the sums of a weight are: as its marks or the record of the layer say, else by the column's name."""
    if weight is None and incidents.weight is None:
        return INCIDENTS
    told = getattr(weight, "parameters", {}).get(UNIT)
    if told:
        return str(told)
    if not isinstance(weight, str):
        return SUMS
    return _unit_of_layer(incidents.source, weight) or f"sums of {weight}"


def unit_of_scan(weight: str | None, scan: Partitioned) -> str:
    """Return of what the sums of a column of a scan are, as its record or the column `unit` says, else by the column's name."""
    if weight != WEIGHT:
        return INCIDENTS if weight is None else f"sums of {weight}"
    kept = restored(scan.kept.get("lacrime_geo")).get(UNIT)
    found = {str(kept)} if kept else scan.gather(_units, _joined, needs=(), optional=(UNIT,))
    return found.pop() if len(found) == 1 else f"sums of {weight}"


def _units(incidents: Incidents) -> set[str]:
    there = incidents.source is not None and UNIT in incidents.source
    return set(map(str, np.asarray(incidents.source[UNIT]).tolist())) if there else set()


def _joined(first: set[str], second: set[str]) -> set[str]:
    return first | second


def _unit_of_layer(source: Any, weight: str) -> str | None:
    """Return what the record of a layer of harm, or its column `unit`, says of the column of its weights."""
    if weight != WEIGHT:
        return None
    kept = restored(getattr(source, "attrs", {}).get("lacrime_geo")).get(UNIT)
    if kept is None and UNIT in {str(name) for name in source}:
        found = set(np.asarray(source[UNIT]).tolist())
        kept = found.pop() if len(found) == 1 else None
    return None if kept is None else str(kept)


def unit_in(parameters: Mapping[str, Any]) -> str:
    """Return of what the counts of a result are, as its record says."""
    return str(parameters.get(UNIT) or INCIDENTS)
