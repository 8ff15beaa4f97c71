"""Maps that tell of one category what others know: its own counts, all crime, and all crime by the region's mix."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..events import History
from ..spreading_counts import spread
from ..units import Units
from .plain_predictors import days_used

# In cells: from the place alone to a part of the town.
WIDTHS = (0.0, 0.6, 1.2, 2.4, 5.0, 10.0)
MIXED = (0.0, 0.6, 1.2)
# The mix of categories around a place, from wide to near: a wider one stands for one crime of what is nearer.
REGION, SURROUNDINGS = (10.0, 5.0), (10.0, 5.0, 2.4)
_AS_WIDER = 1.0

MAPS = (
    *(f"own counts, {width:g} cells" for width in WIDTHS),
    *(f"all crime, {width:g} cells" for width in WIDTHS),
    *(f"all crime by the region's mix, {width:g} cells" for width in MIXED),
    *(f"all crime by the mix around, {width:g} cells" for width in MIXED),
    "everywhere alike",
)
_WIDE = (*WIDTHS, *WIDTHS, *MIXED, *MIXED, np.inf)
# In per cent, in the same order: what told best of a month by the month before, of all large categories together, in West LA
# (2020-2021) and in Mission and Olympic (2023).
_BEFORE = (5, 0, 2, 0, 0, 4, 13, 1, 9, 17, 4, 3, 16, 2, 9, 9, 0, 4, 2)
BEFORE = np.array(_BEFORE) / sum(_BEFORE)
# A map of single cells is as much chance as truth after so many days; one that is spread, sooner.
_DAYS_OF_CHANCE = 30.0


class Borrowing(NamedTuple):
    """Counts of several targets and of all crime, last column: as they are, and spread by each width."""

    units: Units
    by_width: dict[float, np.ndarray]

    @classmethod
    def of(cls, history: History, targets: list[np.ndarray]) -> Borrowing:
        """Count and spread a history; each target is a mask of its events."""
        units, days = history.units, days_used(history)
        unit, age = history.events.unit, history.age()
        masks = [mask & (age <= days) for mask in [*targets, np.ones(age.size, dtype=bool)]]
        counts = np.column_stack([units.counts(unit[mask]) for mask in masks])
        # The column of one target is taken again and again: the numbers of a column lie together.
        return cls(units, {width: np.asfortranarray(spread(units, counts, width)) for width in WIDTHS})

    def maps(self, target: int) -> np.ndarray:
        """Return the maps of a target (len(MAPS), n), each 1 in sum; a map that holds nothing is everywhere alike."""
        own = [self.by_width[width][:, target] for width in WIDTHS]
        every = [self.by_width[width][:, -1] for width in WIDTHS]
        mixes = [self._mix(target, widths) for widths in (REGION, SURROUNDINGS)]
        mixed = [self.by_width[width][:, -1] * mix for mix in mixes for width in MIXED]
        alike = self.units.area
        held = [*own, *every, *mixed, alike]
        return np.array([(values if values.sum() > 0 else alike) / (values.sum() or alike.sum()) for values in held])

    def _mix(self, target: int, widths: tuple[float, ...]) -> np.ndarray:
        """Return which share of the crime around each unit (n,) is the target's; where there is little, of what is wider."""
        counts = self.by_width[0.0]
        mix = np.asarray(counts[:, target].sum() / max(counts[:, -1].sum(), 1.0))
        for width in widths:
            own, every = self.by_width[width][:, target], self.by_width[width][:, -1]
            mix = (own + _AS_WIDER * mix) / (every + _AS_WIDER)
        return mix


def with_more_days(weights: np.ndarray, chosen: float, days: float) -> np.ndarray:
    """Return weights of the maps (k,), chosen for a history of some days, for one of more days.

    Counts are the truer the more days they have, and that the more the fewer cells a map takes the mean of: a weight grows as
    days / (days + chance), as in the mean of gamma and Poisson, with chance = 30 days over the 4πw² cells of a Gaussian.
    """
    chance = _DAYS_OF_CHANCE / np.maximum(4 * np.pi * np.square(_WIDE), 1.0)
    grown = weights * (days / (days + chance)) / (chosen / (chosen + chance))
    return np.asarray(grown / grown.sum())
