"""How near and how soon an incident must follow another to be its near repeat: as told, or as a Knox test finds it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..parameters import Parameters
from .bands import SAME_PLACE

SIGNIFICANT = 0.05


class Reach(NamedTuple):
    """Closed bands of distance between edges (k + 1,), metres, and in each the days (k,) below which pairs count."""

    edges: np.ndarray
    days: np.ndarray

    @classmethod
    def of(cls, table: Any, distance: Any, days: Any, parameters: Parameters) -> Reach:
        """Return the reach told, else that of the significant bands of a table of near repeats, from the nearest on."""
        both_or_neither(distance, days)
        if distance is None:
            return cls._significant(table, parameters)
        parameters["distance"] = checks.positive("distance", distance)
        parameters["days"] = checks.whole("days", days)
        return cls(np.array([0.0, parameters["distance"]]), np.array([parameters["days"]]))

    @classmethod
    def _significant(cls, table: Any, parameters: Parameters) -> Reach:
        edges, days = _significant_days(table)
        # A same-place band may have none, and the bands around it some.
        on_place = edges.size > 1 and edges[1] <= SAME_PLACE and days[0] == 0
        number = int(on_place) + int(np.argmin(np.append(days[int(on_place) :], 0) > 0))
        found = cls(edges[: number + 1], days[:number]) if days[:number].any() else cls(edges[:1], days[:0])
        parameters.choose(
            "near", found.words, f"the bands from the nearest on with more pairs than expected (p ≤ {SIGNIFICANT:g})"
        )
        if not found.days.size:
            parameters.warn(
                "No near band holds significantly more pairs than expected, so there are no near repeats to speak of; give "
                "distance and days to mark those within a reach of your own."
            )
        return found

    @property
    def distance(self) -> float:
        """The farthest that near repeats are apart (m)."""
        return float(self.edges[-1])

    @property
    def longest(self) -> int:
        """The number of days that near repeats are fewer apart than."""
        return int(self.days.max(initial=0))

    @property
    def words(self) -> str:
        """The reach in words: "0 to 1 m within 14 days, 1 to 200 m within 7 days"."""
        # Bands of as many days are told as one.
        ends = [*np.flatnonzero(np.diff(self.days)) + 1, self.days.size]
        parts = [
            f"{self.edges[first]:g} to {self.edges[end]:g} m within {self.days[first]:g} days"
            for first, end in zip([0, *ends], ends)
            if end > first and self.days[first]
        ]
        return ", ".join(parts) or "none"


def both_or_neither(distance: Any, days: Any) -> None:
    """Raise when only one of distance and days is given."""
    if (distance is None) != (days is None):
        raise ValueError("distance and days belong together: give both, or neither.")


def _significant_days(table: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of a table's closed bands of distance, and up to how many days each is significant from the first on."""
    low, high = table["distance_from"], table["distance_to"]
    above = (table["p"] <= SIGNIFICANT) & (table["observed"] > table["expected"])
    edges, days = [float(low.min())], []
    for begin in np.unique(low[np.isfinite(high)]):
        row = np.flatnonzero((low == begin) & np.isfinite(table["time_to"]))
        edges.append(float(high[row[0]]) if row.size else edges[-1])
        # Without the bands from 0 days on, what is sooner has not been tested.
        from_the_first = row.size > 0 and table["time_from"][row[0]] == 0
        run = int(np.argmin(np.append(above[row], False))) if from_the_first else 0
        days.append(int(table["time_to"][row[run - 1]]) if run else 0)
    return np.array(edges), np.array(days, dtype=np.int64)
