"""What a ranking by raw totals would have said, and how much of it stays when rates are compared."""

from __future__ import annotations

import numpy as np

from .counted_places import CountedPlaces, ranks_of

# So many of the first are looked at, or a third of all where there are few.
FIRST = 10


def of_totals(places: CountedPlaces, rank: np.ndarray, by: str = "by rate") -> str:
    """Say which place has the most incidents, and how many of the first by totals are among the first by another rank.

    Parameters
    ----------
    places : with their counts.
    rank : of each place (n,), 1 the first, NaN where it is not ranked.
    by : what it is a rank by.
    """
    by_total = ranks_of(places.count)
    first = int(np.nanargmin(by_total))
    most = max(min(FIRST, places.known.size // 3), 1)
    both = int(np.sum((by_total <= most) & (rank <= most)))
    number = 1 + int(np.sum(rank < rank[first]))
    where = f"number {number:,} {by}" if np.isfinite(rank[first]) else "not among those ranked"
    said = f"by raw totals {_first(places, first)} first ({places.count[first]:,.0f} incidents; {where})"
    if most == 1:
        return said
    return (
        f"{said}, and {both} of the {most} first by totals {'is' if both == 1 else 'are'} among the {most} first {by}"
    )


def _first(places: CountedPlaces, first: int) -> str:
    """Name the place with the most incidents, and how many others have as many."""
    others = int(np.sum(places.count == places.count[first])) - 1
    name = places.names[first]
    return f"{name} and {others:,} other{'s' * (others != 1)} are" if others else f"{name} is"
