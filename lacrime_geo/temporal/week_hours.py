"""The 168 hours of the week, Monday 0:00 first: which are asked for, how spans of time share them, how many a period has."""

from __future__ import annotations

import re

import numpy as np

from .. import selection
from ..dates import WEEKDAYS

HOUR, DAY_HOURS, WEEK_HOURS = 3600, 24, 168
WEEK = WEEK_HOURS * HOUR
EXAMPLES = {"hours": "18-22", "weekdays": "Sat-Sun"}
# 1 January 1970, from which seconds are counted, was a Thursday.
MONDAY = 3 * DAY_HOURS * HOUR


def seconds_of_week(moments: np.ndarray) -> np.ndarray:
    """Return the seconds since Monday 0:00 of known moments (n,), by the wall clock.

    >>> seconds_of_week(np.array(["2023-10-02T00:00", "2023-10-08T23:00"], dtype="M8[s]")).tolist()
    [0, 601200]
    """
    return np.asarray((moments.astype("M8[s]").astype(np.int64) + MONDAY) % WEEK)


def asked_hours(hours: str | None, weekdays: str | None) -> np.ndarray:
    """Return a mask (168,) of the hours of the week that are of some hours of the day and of some weekdays.

    >>> np.flatnonzero(asked_hours("22-1", "Sun")).tolist()
    [144, 166, 167]
    """
    for name, text in (("hours", hours), ("weekdays", weekdays)):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} must be a text such as {EXAMPLES[name]!r}, got {text!r}.")
    of_day = range(DAY_HOURS) if hours is None else sorted(selection.hours_of(hours))
    of_week = range(7) if weekdays is None else sorted(weekdays_of(weekdays))
    wanted = np.zeros((7, DAY_HOURS), dtype=bool)
    wanted[np.ix_(list(of_week), list(of_day))] = True
    return wanted.ravel()


def weekdays_of(text: str) -> set[int]:
    """Return the weekdays that a text names, Monday 0, from the first to the last of a range, over Sunday too.

    >>> sorted(weekdays_of("Fri-Sun, Wed")), sorted(weekdays_of("Sat – Mon"))
    ([2, 4, 5, 6], [0, 5, 6])
    """
    found: set[int] = set()
    for part in text.split(","):
        ends = [_weekday(name) for name in re.split(r"\s*[-–]\s*", part.strip())]
        if not 1 <= len(ends) <= 2 or None in ends:
            raise ValueError(f"weekdays must be such as Sat-Sun, or Mon, Wed-Fri, got {text!r}.")
        first, last = int(ends[0] or 0), int(ends[-1] or 0)
        found |= {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    return found


def _weekday(name: str) -> int | None:
    """Return the number of a weekday by its name, or by three letters of it or more."""
    plain = name.lower().rstrip(".")
    matching = [number for number, day in enumerate(WEEKDAYS) if len(plain) >= 3 and day.lower().startswith(plain)]
    return matching[0] if matching else None


def share_within(start: np.ndarray, seconds: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return which share (n,) of each span lies in the wanted hours (168,); a span of no length lies in its start hour.

    A span begins at `start` (seconds of the week) and lasts for `seconds`, a week at most; it goes on over the end of the week.

    >>> share_within(np.array([6 * HOUR, 160 * HOUR]), np.array([4 * HOUR, 16 * HOUR]), np.arange(168) < 9).tolist()
    [0.75, 0.5]
    """
    edges = np.arange(2 * WEEK_HOURS + 1) * HOUR
    before = np.append(0, np.cumsum(np.tile(wanted, 2) * HOUR))
    overlap = np.interp(start + seconds, edges, before) - np.interp(start, edges, before)
    return np.where(seconds > 0, overlap / np.maximum(seconds, 1), wanted[start // HOUR].astype(float))


def shares_in_turn(start: np.ndarray, seconds: np.ndarray, unit: int) -> np.ndarray:
    """Return which share of each span, none of no length, lies in the part in which it starts and in those that follow (n, m).

    `unit` is the length of a part in seconds, such as that of an hour or a day; they begin at whole multiples of it.

    >>> shares_in_turn(np.array([1800, 3600]), np.array([7200, 3600]), HOUR).tolist()
    [[0.25, 0.5, 0.25], [1.0, 0.0, 0.0]]
    """
    within = start % unit
    end = within + seconds
    overlap = np.clip(end[:, None] - np.arange(0, int(end.max()), unit), 0, unit)
    overlap[:, 0] -= within
    return np.asarray(overlap / seconds[:, None])


def hours_between(begin: np.datetime64, end: np.datetime64) -> np.ndarray:
    """Return how many of each hour of the week (168,) lie between two moments, parts of hours included.

    >>> hours_between(np.datetime64("2023-10-02"), np.datetime64("2023-10-09T01:30"))[:3].tolist()
    [2.0, 1.5, 1.0]
    """
    seconds = int((end - begin) / np.timedelta64(1, "s"))
    weeks, rest = divmod(seconds, WEEK)
    found = np.full(WEEK_HOURS, float(weeks))
    if rest:
        start = seconds_of_week(np.array([begin]))
        shares = shares_in_turn(start, np.array([rest]), HOUR)[0]
        hour = (start[0] // HOUR + np.arange(shares.size)) % WEEK_HOURS
        found += np.bincount(hour, shares * rest / HOUR, WEEK_HOURS)
    return found
