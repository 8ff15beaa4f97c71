"""Whether the past is as it was: weeks that were whole in the last run, counted again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..dates import weekday_of
from ..summaries import counted, share_in_words
from .history_tables import Row
from .known_data import Known
from .monitors import Monitor

# Weeks of which 95 % are reported may gain what comes late, and lose nothing; these are limits, not tests.
MOST_LOST, MOST_GAINED = 0.01, 0.10
LOST, GAINED = "incidents that are gone from the past", "incidents that are new in the past"


def whole_weeks(known: Known) -> list[Row]:
    """Return the counts of weeks, Monday to Sunday, that are whole in this file."""
    return [{"week_begin": begin, "incidents": count} for begin, count in _counts(known, known.whole_until).items()]


def _counts(known: Known, until: np.datetime64) -> dict[str, int]:
    """Return how many incidents there are in each week that is over by a day."""
    occurred = known.occurred[~np.isnat(known.occurred)]
    first, last = _monday(known.first + 6), _monday(until + 1)
    number = max(int((last - first).astype(np.int64)) // 7, 0)
    at = np.floor_divide((occurred - first).astype(np.int64), 7)
    counts = np.bincount(at[(at >= 0) & (at < number)], minlength=number)
    return {str(first + 7 * week): int(count) for week, count in enumerate(counts)}


def past_changes(known: Known, before: Sequence[Row]) -> list[Monitor]:
    """Hold the weeks that were whole in the last run against the same weeks now, those that both files cover."""
    limits = {LOST: f"{share_in_words(MOST_LOST)} of them", GAINED: f"{share_in_words(MOST_GAINED)} of them"}
    # How far the file is taken for whole may go back by itself; what was counted before must be there all the same.
    now = _counts(known, known.known_until)
    first = str(known.first)
    pairs = [(row["incidents"], now.get(row["week_begin"], 0)) for row in before if row["week_begin"] >= first]
    total = sum(old for old, _ in pairs)
    if not total:
        return [
            Monitor.unknown(name, limit, "No earlier run has seen the same weeks") for name, limit in limits.items()
        ]
    lost, gained = (sum(max(sign * (new - old), 0) for old, new in pairs) / total for sign in (-1, 1))
    whole, then = (
        "The weeks that were whole in the last run have",
        f"incidents than then ({total:,} in {counted(len(pairs), 'week')})",
    )
    return [
        Monitor.told(LOST, lost, limits[LOST], lost > MOST_LOST, f"{whole} {share_in_words(lost)} fewer {then}"),
        Monitor.told(
            GAINED, gained, limits[GAINED], gained > MOST_GAINED, f"{whole} {share_in_words(gained)} more {then}"
        ),
    ]


def _monday(day: np.datetime64) -> np.datetime64:
    """Return the Monday of a day's week."""
    found: np.datetime64 = day - int(weekday_of(np.array([day]))[0])
    return found
