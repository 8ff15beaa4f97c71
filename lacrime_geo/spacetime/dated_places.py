"""Incidents with a place and a date, which analyses of both need, and the record that such an analysis begins with."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import refusals
from ..beginning import begin
from ..delays import period_guards
from ..incidents import Incidents
from ..parameters import Parameters, incidents_that
from ..place_spacing import LookedAt

LEAST = 2


class DatedPlaces(NamedTuple):
    """All incidents, a mask (all rows) of those with a place and a date, these alone, and their dates as days since 1970."""

    everything: Incidents
    known: np.ndarray
    incidents: Incidents
    day: np.ndarray

    @property
    def looked_at(self) -> LookedAt:
        """The places by which it is told how they lie."""
        return LookedAt.of(self.incidents)

    def titled(self, kind: str) -> str:
        """Return a title of these incidents."""
        return self.everything.titled(kind)


def dated_places(incidents: Any, what: str) -> tuple[DatedPlaces, Parameters]:
    """Return the incidents that pairs are made of, and the record; `what` names in a sentence what they are for.

    Raises
    ------
    ValueError
        If they have weights or no times, or fewer than two have both a place and a date.
    """
    everything, placed, parameters = begin(incidents, None)
    refusals.refuse_weights(everything, f"{what} counts pairs of incidents")
    dated = refusals.dated(placed, f"and {what} needs them")
    period_guards.warn(parameters, everything)
    undated = int((~dated).sum())
    parameters.note("undated", undated, incidents_that(undated, "has no date", "have no date"))
    require_pairs(int(dated.sum()), everything.size, everything.label, what)
    known = everything.placed
    known[known] = dated
    chosen = placed if dated.all() else placed.take(dated)
    day = np.asarray(chosen.when).astype("M8[D]").astype(np.int64)
    return DatedPlaces(everything, known, chosen, day), parameters


def require_pairs(number: int, rows: int, label: str, what: str) -> None:
    """Raise when fewer than two of so many incidents have both a place and a date."""
    if number < LEAST:
        raise ValueError(
            f"{incidents_that(number, 'has', 'have')} both a place and a date of the {rows:,} of {label!r}, and {what} needs two "
            "or more; check the time column and the period."
        )
