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
    _tell_long_silence(events.day[first:], parameters)
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


def _tell_long_silence(day: np.ndarray, parameters: Parameters) -> None:
    """Warn where most of the rising days have no incident in one piece: dates that stand for none make a history so long."""
    steps = np.diff(day).astype(np.int64)
    widest = int(steps.argmax()) if steps.size else 0
    if not steps.size or steps[widest] < max(LONE_DAYS, steps.sum() / 2):
        return
    parameters["longest_silence"] = silent = int(steps[widest]) - 1
    parameters.warn(
        f"No incident is of the {silent:,} days after {day[widest]}, most of all days: they count as days without any. If "
        f"{incidents_that(widest + 1, 'is', 'are')} wrongly dated, leave them out (since)."
    )


def first_day_predicted(day: np.ndarray, origin: Any, parameters: Parameters) -> tuple[np.datetime64, int]:
    """Return the first day that is predicted, and of how many days before it nothing is known.

    The day is the one that was asked for, or the one after the last of the rising days, but for a few long after all others.

    Raises
    ------
    ValueError
        If the day cannot be read, or the first incident is not before it.
    """
    late = _lone_at_the_begin(-day[::-1].astype(np.int64))
    usual = day[: day.size - late]
    if origin is not None:
        return _as_asked(usual, origin, parameters)
    if late:
        parameters["dated_long_after"] = late
        parameters.warn(
            f"{incidents_that(late, 'is', 'are')} dated {LONE_DAYS} days or more after {usual[-1]}, the last on {day[-1]}: taken "
            "for mistakes; name the origin if they are none."
        )
    found: np.datetime64 = usual[-1] + DAY
    parameters.choose("origin", str(found), f"the day after the last incident, of {usual[-1]}")
    parameters["gap"] = 0
    return found, 0


def _as_asked(day: np.ndarray, origin: Any, parameters: Parameters) -> tuple[np.datetime64, int]:
    """Return the origin that was asked for, and the days before it of which nothing is known: more than ever had no incident."""
    asked: np.datetime64 = selection.moment("origin", origin).astype("M8[D]")
    parameters.update(origin=str(asked), gap=0)
    if asked <= day[0]:
        raise ValueError(
            f"Nothing is known before the origin {asked}: the first incident is of {day[0]}; take a later origin."
        )
    since_last = int((asked - day[-1]) / DAY)
    if since_last <= max(np.diff(day).astype(np.int64).max(initial=0), 1):
        return asked, 0
    reason = f"the last incident is of {day[-1]}: the days from then to the origin are taken for unknown"
    return asked, int(parameters.choose("gap", since_last - 1, reason, " days"))


def _lone_at_the_begin(day: np.ndarray) -> int:
    """Return how many of the rising days are parted from all later ones and are few among them.

    >>> _lone_at_the_begin(np.array([0] + [30000] * 999)), _lone_at_the_begin(np.array([0, 30000, 30001]))
    (1, 0)
    """
    most = int(LONE_SHARE * day.size)
    steps = np.diff(day[: most + 1]).astype(np.int64)
    wide = np.flatnonzero(steps >= LONE_DAYS)
    return int(wide[-1]) + 1 if wide.size else 0
