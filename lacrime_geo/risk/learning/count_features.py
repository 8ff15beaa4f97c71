"""Features of places that are counts of what was known: own, of all crime, around, near repeats, of other categories."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...counted_cells import QUEEN
from ...neighbours import neighbour_matrix
from ...parameters import Unsaid
from ..events import History
from ..predicting.borrowed_maps import MAPS, Borrowing
from ..predicting.kernel_predictors import KernelDensity, Prospective, decayed_counts
from ..predicting.plain_predictors import YEAR, days_used
from ..spreading_counts import spread
from ..unit_distances import near_units, width_of
from ..units import Units
from .feature_layouts import FeatureLayout
from .place_layers import in_name

HALF_LIVES = (7.0, 28.0)
# In cells: the eight around, a few streets, a neighbourhood, a part of the town.
WIDTHS, OTHERS_WIDTH = (0.6, 1.2, 2.4, 5.0), 1.2
_MIXES = ("all crime by the region's mix, 0 cells", "all crime by the region's mix, 0.6 cells")
# Longer windows of neighbours say what the spread counts do.
_RECENT = 28


class Feature(NamedTuple):
    """A column (n,) with its name and, in plain words, what it is of."""

    name: str
    group: str
    values: np.ndarray


def count_features(history: History, layout: FeatureLayout) -> Iterator[Feature]:
    """Yield the features that a history tells, each (n,): counts in windows, and means of a day of the last year."""
    of_all = not history.events.target.all()
    days = days_used(history)
    borrowing = Borrowing.of(history, [history.events.target])
    for every in (False, True)[: 1 + of_all]:
        yield from _windows(history, layout, every)
        which, column = ("all", -1) if every else ("own", 0)
        for width in WIDTHS:
            values = borrowing.by_width[width][:, column] / days
            yield Feature(f"{which}_spread_{_in_name(width)}_cells", f"{_of(every)} around", values)
    if of_all:
        maps, own = borrowing.maps(0), history.counts(days).sum() / days
        for name, width in zip(_MIXES, (0.0, 0.6)):
            values = maps[MAPS.index(name)] * own
            yield Feature(f"by_the_mix_{_in_name(width)}_cells", "all crime by the region's mix", values)
    yield from _neighbours(history, layout, days)
    yield Feature("kde", "kernel density", _density(history))
    yield Feature("near_repeats", "near repeats", Prospective().fit(history).rate)
    yield from _others(history, layout, days)


def _windows(history: History, layout: FeatureLayout, every: bool) -> Iterator[Feature]:
    which = "all" if every else "own"
    for days in layout.windows:
        yield Feature(f"{which}_{days}_days", _of(every), history.counts(days, every=every).astype(float))
    if YEAR not in layout.windows:
        days = days_used(history)
        yield Feature(f"{which}_per_day", _of(every), history.counts(days, every=every) / days)
    for half_life in HALF_LIVES:
        values = decayed_counts(history, half_life, every=every)
        yield Feature(f"{which}_decayed_{half_life:g}_days", _of(every), values)


def _neighbours(history: History, layout: FeatureLayout, days: int) -> Iterator[Feature]:
    """Yield the means of the places that touch each, 0 where none does."""
    source, around = _touching(history.units)
    several = np.maximum(np.bincount(source, minlength=history.units.size), 1)
    spans = {f"{window}_days": (window, 1) for window in layout.windows if window <= _RECENT}
    for label, (window, divisor) in {**spans, "per_day": (days, days)}.items():
        mean = np.bincount(source, history.counts(window)[around], history.units.size) / several
        yield Feature(f"neighbours_{label}", "neighbours", mean / divisor)


# A learner asks at many origins for what stands still.
@lru_cache(maxsize=4)
def _touching(units: Units) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of units that touch at a side or a corner, both ways round."""
    if units.polygons is not None:
        pairs = neighbour_matrix(units.polygons, "queen", None, None, Unsaid()).tocoo()
        return pairs.row, pairs.col
    near = near_units(units, QUEEN * width_of(units))
    other = near.source != near.other
    return near.source[other], near.other[other]


def _density(history: History) -> np.ndarray:
    """Return the kernel density's incidents a day (n,); of fewer than two places the density is everywhere alike."""
    events = history.events
    known = events.target & (events.unit >= 0) & (history.age() <= days_used(history))
    places = np.unique(np.column_stack([events.x[known], events.y[known]]), axis=0)
    if len(places) < 2:
        return history.units.area * (known.sum() / days_used(history) / history.units.area.sum())
    return KernelDensity().fit(history).rate


def _others(history: History, layout: FeatureLayout, days: int) -> Iterator[Feature]:
    """Yield what other categories had around each place, a day."""
    events, recent = history.events, history.age() <= days
    number = {str(name): index for index, name in enumerate(events.names)}
    masks = [events.category == number.get(name, -1) for name in layout.categories]
    if not masks:
        return
    counts = np.column_stack([events.units.counts(events.unit[mask & recent]) for mask in masks])
    around = spread(history.units, counts, OTHERS_WIDTH) / days
    for name, values in zip(_names(layout.categories), around.T):
        yield Feature(name, "other categories", values)


def _names(categories: tuple[str, ...]) -> list[str]:
    """Return a column's name for each category; a second of the same name gets a number."""
    found: dict[str, int] = {}
    names = []
    for plain in map(in_name, categories):
        found[plain] = found.get(plain, 0) + 1
        names.append(f"around_{plain}" + (f"_{found[plain]}" if found[plain] > 1 else ""))
    return names


def _of(every: bool) -> str:
    return "all crime" if every else "own counts"


def _in_name(width: float) -> str:
    return f"{width:g}".replace(".", "_")
