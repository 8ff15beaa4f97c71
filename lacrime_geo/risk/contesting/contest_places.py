"""The places and the days of a contest: units that tell nothing of what came later, and where the file begins and ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...incidents import Incidents
from ...parameters import Parameters, Unsaid, incidents_that
from ..events import DAY, Events
from ..mapping.asked_places import asked_units, known_incidents
from ..mapping.usual_days import first_day_predicted, without_lone_first

# Where more than this share of what came is in no place, a share caught is told to be one of the rest.
MUCH_OUTSIDE = 0.05


class FileDays(NamedTuple):
    """Hold the first day of a file and the one after its last."""

    begin: np.datetime64
    end: np.datetime64

    @classmethod
    def of(cls, incidents: Incidents, parameters: Parameters) -> FileDays:
        """Return the days of the incidents that have a place and a date.

        Raises
        ------
        ValueError
            If none has both.
        """
        rows = _usable(incidents)
        if not rows.any():
            raise ValueError(
                f"None of the {incidents.size:,} incidents of {incidents.label!r} has both a place and a date; name their time "
                "column (time_column)."
            )
        day = np.sort(np.asarray(incidents.when)[rows].astype("M8[D]"))
        told = Unsaid()
        end, _ = first_day_predicted(day, None, told)
        if "dated_long_after" in told:
            parameters["dated_long_after"] = told["dated_long_after"]
            parameters.warn(told["warnings"][0])
        reason = "the last day with an incident, taken as whole; give origins as dates where it is not"
        parameters.choose("last_day", str(end - DAY), reason)
        parameters["period"] = f"{day[0]} to {end - DAY}"
        return cls(day[0], end)


class Places(NamedTuple):
    """Hold which places were asked for, and the category that is predicted in them."""

    units: Any
    boundary: Any
    cell_size: float | None
    category: str | None

    def events(self, incidents: Incidents, first: np.datetime64, parameters: Parameters) -> Events:
        """Return the incidents in their units, which are made of those known before the first day that is not."""
        usable = replace(incidents, source=None).take(_usable(incidents))
        known = known_incidents(usable, first)
        places = asked_units(known, self.units, self.cell_size, self.boundary, parameters)
        events = without_lone_first(Events.of(usable, places, self.category), parameters)
        parameters.update(places=places.size, incidents=events.size)
        lacking = incidents.size - usable.size
        said = incidents_that(
            lacking, "lacks a place or a date and is left out", "lack a place or a date and are left out"
        )
        parameters.note("without_place_or_date", lacking, said)
        outside = int((events.unit < 0).sum())
        said = incidents_that(outside, "stands in no place that is scored", "stand in no place that is scored")
        parameters.note("outside", outside, said)
        return events

    def tell_outside(
        self, events: Events, origins: np.ndarray, horizon: int, first: np.datetime64, parameters: Parameters
    ) -> None:
        """Keep how many of those that came are in no place; places are of what was known before `first`. Warn of many."""
        came = np.any([events.coming(origin, horizon) for origin in origins], axis=0)
        outside = int((came & (events.unit < 0)).sum())
        parameters["came_outside"] = outside
        if outside <= MUCH_OUTSIDE * came.sum():
            return
        around = f", which lie around what was known before {first}: give a boundary, or later origins"
        parameters.warn(
            f"{outside:,} of {came.sum():,} incidents that came ({100 * outside / came.sum():.0f} %) stand in none of the places "
            f"that are scored{around if self.units is None and self.boundary is None else ''}. Shares caught are of the others."
        )


def _usable(incidents: Incidents) -> np.ndarray:
    """Mark the incidents that have a place and a date."""
    when = incidents.when
    dated = np.zeros(incidents.size, dtype=bool) if when is None else ~np.isnat(when)
    return np.asarray(incidents.placed & dated)
