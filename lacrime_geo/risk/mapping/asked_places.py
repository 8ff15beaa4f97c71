"""The places of a prediction: polygons that were given, or cells around what is known at the origin."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...incidents import Incidents
from ...parameters import Parameters, incidents_that
from ...refusals import dated
from ..events import History, known_before
from ..units import Units, cells_over, polygons_as_units, tell_overlaps


def dated_incidents(placed: Incidents, parameters: Parameters) -> Incidents:
    """Return the incidents that have a date, say how many have none, and raise where none has."""
    known = dated(placed, "and what comes next is told by them")
    undated = int((~known).sum())
    said = incidents_that(undated, "without a date is left out", "without a date are left out")
    parameters.note("undated", undated, said)
    return placed.take(known)


def known_incidents(placed: Incidents, first: np.datetime64) -> Incidents:
    """Return the incidents known at the origin: where cells stand must not tell of later ones."""
    known = placed.take(known_before(np.asarray(placed.when), placed.reported, first))
    if not known.size:
        raise ValueError(
            f"None of the {placed.size:,} incidents of {placed.label!r} was reported before the origin {first}; take a later one."
        )
    return known


def asked_units(
    known: Incidents, units: Any, cell_size: float | None, boundary: Any, parameters: Parameters, shape: str = "square"
) -> Units:
    """Return the polygons that were given as units, or else cells."""
    if units is None:
        return cells_over(known, boundary, cell_size, parameters, shape)
    given = [name for name, value in (("cell_size", cell_size), ("boundary", boundary)) if value is not None]
    if given:
        raise ValueError(
            f"units are polygons already, so {' and '.join(given)} would do nothing: leave out one or the other."
        )
    found = polygons_as_units(units, known.crs)
    parameters.update(cells=found.size, universe="the polygons that were given")
    tell_overlaps(found, known.easting, known.northing, found.locate(known.easting, known.northing), parameters)
    return found


def require_in_places(history: History) -> None:
    """Raise where none of the incidents to go by stands in a place."""
    target = history.events.target
    if not (target & (history.events.unit >= 0)).any():
        raise ValueError(
            f"None of the {int(target.sum()):,} incidents to go by, known before {history.origin}, stands in one of the places "
            f"({history.units.size:,}); check that these are of the same area and that their CRS is right."
        )
