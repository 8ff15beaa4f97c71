"""Times of day from text: 13:05, 1:05 PM, 1305 and what spreadsheets make of them."""

from __future__ import annotations

import re

import numpy as np

from .. import dates

CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(?:([AP])\.?M\.?)?", re.IGNORECASE)
DIGITS = re.compile(r"\d{1,4}(?:\.0+)?")
DAY = np.timedelta64(1, "D")


def seconds_of(texts: np.ndarray) -> np.ndarray:
    """Return seconds since midnight (n,), NaN where a text (None for blank) is no time of day.

    >>> seconds_of(np.array(["13:05", "1:05 PM", "1305", "1899-12-31 13:05:00", "25:00", None], dtype=object)).tolist()
    [47100.0, 47100.0, 47100.0, 47100.0, nan, nan]
    """
    return np.array([_one(text) for text in texts], dtype=float)


def _one(text: str | None) -> float:
    if text is None:
        return np.nan
    plain = text.strip()
    if DIGITS.fullmatch(plain):
        hour, minute = divmod(int(float(plain)), 100)
        return _valid(hour, minute, 0)
    found = CLOCK.fullmatch(plain)
    if found:
        hour, minute, second = (int(part or 0) for part in found.groups()[:3])
        return _valid(_of_half(hour, found[4]), minute, second)
    moment = dates.parse([plain])[0] if ":" in plain else np.datetime64("NaT", "s")
    return np.nan if np.isnat(moment) else float((moment - moment.astype("M8[D]")).astype(int))


def _of_half(hour: int, half: str | None) -> int:
    """Return the hour of 24 of an hour before or after noon; 99, which is none, where that cannot be."""
    if half is None:
        return hour
    return hour % 12 + (12 if half.upper() == "P" else 0) if 1 <= hour <= 12 else 99


def _valid(hour: int, minute: int, second: int) -> float:
    return 3600.0 * hour + 60 * minute + second if hour < 24 and minute < 60 and second < 60 else np.nan
