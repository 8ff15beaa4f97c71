"""The first and last day that a file tells of: a typing mistake of a century moves neither."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import selection
from ...parameters import Parameters, incidents_that
from ..events import DAY, Events

# Incidents are dated wrongly for certain where so many days part them from all others, of which they are so small a share.
LONE_DAYS, LONE_SHARE = 60, 0.005


def without_lone_first(events: Events, parameters: Parameters) -> Events:
    """Return events without a few dated long before all others, by which a history would be long and empty; say so."""
    first = _lone_at_the_begin(events.day)
    if not first:
        return events
    began, day = events.day[first], events.day[0]
    told = incidents_that(first, "is", "are")
    parameters["dated_long_before"] = first
    parameters.warn(
        f"{told} dated {LONE_DAYS} days or more before {began}, the first on {day}: taken for mistakes and left out; name "
        "since to keep them."
    )
    return events.take(np.arange(first, events.size))


def first_day_predicted(events: Events, origin: Any, parameters: Parameters) -> np.datetime64:
    """Return the day that was asked for, or the one after the last incident, but for a few dated long after all others.

    Raises
    ------
    ValueError
        If the day cannot be read, or the first incident is not before it.
    """
    if origin is not None:
        day = selection.moment("origin", origin).astype("M8[D]")
        parameters["origin"] = str(day)
        if day <= events.day[0]:
            raise ValueError(
                f"Nothing is known before the origin {day}: the first incident is of {events.day[0]}; take a later origin."
            )
        return np.datetime64(day, "D")
    late = _lone_at_the_begin(-events.day[::-1].astype(np.int64))
    last = events.day[events.size - 1 - late]
    if late:
        parameters["dated_long_after"] = late
        parameters.warn(
            f"{incidents_that(late, 'is', 'are')} dated {LONE_DAYS} days or more after {last}, the last on {events.day[-1]}: "
            "taken for mistakes; name the origin if they are none."
        )
    found: np.datetime64 = last + DAY
    parameters.choose("origin", str(found), f"the day after the last incident, of {last}")
    return found


def _lone_at_the_begin(day: np.ndarray) -> int:
    """Return how many of the rising days are parted from all later ones and are few among them.

    >>> _lone_at_the_begin(np.array([0] + [30000] * 999)), _lone_at_the_begin(np.array([0, 30000, 30001]))
    (1, 0)
    """
    most = int(LONE_SHARE * day.size)
    steps = np.diff(day[: most + 1]).astype(np.int64)
    wide = np.flatnonzero(steps >= LONE_DAYS)
    return int(wide[-1]) + 1 if wide.size else 0
