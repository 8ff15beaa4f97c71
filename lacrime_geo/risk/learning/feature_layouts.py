"""Which features of places a history can tell, chosen once, so that tables of several origins have the same columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..events import History
from ..predicting.plain_predictors import YEAR

WINDOWS = (7, 28, 90, YEAR)
# Other categories must be that frequent to tell anything, and more of them say little that is new.
FEWEST, MOST_CATEGORIES = 30, 6


@dataclass(frozen=True)
class FeatureLayout:
    """Hold which features a table has.

    Parameters
    ----------
    windows : days of the windows in which incidents are counted.
    categories : the other categories that are looked at.
    season : whether the time of year is told.
    dropped : features that the history cannot tell, with the reason.
    """

    windows: tuple[int, ...]
    categories: tuple[str, ...]
    season: bool
    dropped: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, history: History, first: np.datetime64 | None = None) -> FeatureLayout:
        """Return what a history can tell, and could already tell at an earlier, first origin.

        Windows longer than what was known then are left out. The time of year is told where the origins, or the history of a
        single one, span a year: a season that was seen but once is no season, but a shorter span has not seen all of it.
        """
        earliest = history.until(first) if first is not None else history
        # A learner sees the seasons of its origins only, one after the other.
        span = history.days if first is None else int((history.origin - first) / np.timedelta64(1, "D"))
        windows = tuple(days for days in WINDOWS if days <= earliest.days)
        dropped = [
            (f"counts in {days} days", f"only {earliest.days:,} days are known before {earliest.origin}")
            for days in WINDOWS
            if days not in windows
        ]
        if span < YEAR:
            dropped.append(("time of year", f"{span:,} days do not show a whole year"))
        return cls(windows, _large_categories(history), span >= YEAR, tuple(dropped))


def _large_categories(history: History) -> tuple[str, ...]:
    """Return the most frequent categories known that are not the predicted one, the largest first, ties by name."""
    events = history.events
    others = events.category[~events.target]
    count = np.bincount(others, minlength=events.names.size)
    ranked = sorted((-number, str(name)) for number, name in zip(count, events.names) if number >= FEWEST)
    return tuple(name for _, name in ranked[:MOST_CATEGORIES])
