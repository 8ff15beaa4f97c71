"""Dates from text, alike on every road: agencies' formats, spreadsheets' and ISO; naive local time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np

FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%y %H:%M",
    "%m/%d/%Y",
    "%Y %b %d %I:%M:%S %p",
)
# A clock's offset from UTC is dropped, not applied: the wall clock is what was written down.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OFFICIAL_DAY = re.compile(r"\d\d/\d\d/[12]\d{3} 12:00:00 AM", re.ASCII)
OFFSET = re.compile(r"(?<=\d)\s*(Z|[+-]\d\d:?\d\d)$")


def parse(texts: Iterable[Any]) -> np.ndarray:
    """Return datetime64[s] of texts (None and "" are NaT), NaT where no format fits; each distinct text is read once.

    >>> parse(["01/31/2023 12:00:00 AM", "2023-01-31T08:30:00Z", "11/6/2022 0:00", "11/6/2022 1:05 PM"]).astype(str).tolist()
    ['2023-01-31T00:00:00', '2023-01-31T08:30:00', '2022-11-06T00:00:00', '2022-11-06T13:05:00']
    >>> parse(["2023/01/31 08:30:00", "2023/01/31"]).astype(str).tolist()  # as in shapefiles
    ['2023-01-31T08:30:00', '2023-01-31T00:00:00']
    >>> parse(["", "soon"]).astype(str).tolist()
    ['NaT', 'NaT']
    """
    texts = list(texts)
    official = _official_days(texts)
    if official is not None:
        return official
    seen: dict[str, np.datetime64] = {}
    moments = []
    for value in texts:
        text = "" if value is None else str(value)
        if text not in seen:
            seen[text] = _one(text.strip())
        moments.append(seen[text])
    return np.array(moments, dtype="datetime64[s]")


def weekday_of(day: np.ndarray) -> np.ndarray:
    """Return the weekday of each day, 0 for Monday to 6 for Sunday.

    >>> weekday_of(np.array(["2023-10-02", "2023-10-08"], dtype="M8[D]")).tolist()
    [0, 6]
    """
    return np.asarray((day.astype("M8[D]").astype(np.int64) + 3) % 7)  # 1970 began on a Thursday


def period_words(first: np.datetime64, last: np.datetime64) -> str:
    """Return a period as a map's title names it: by days within a month, else by months.

    >>> period_words(np.datetime64("2023-09-01"), np.datetime64("2023-10-31"))
    'Sep–Oct 2023'
    >>> period_words(np.datetime64("2023-10-05"), np.datetime64("2023-10-11"))
    '5–11 Oct 2023'
    """
    begin, end = (moment.astype("M8[D]").astype(object) for moment in (first, last))
    months = [MONTHS[day.month - 1] for day in (begin, end)]
    if begin.year != end.year:
        return f"{months[0]} {begin.year} – {months[1]} {end.year}"
    if begin.month != end.month:
        return f"{months[0]}–{months[1]} {end.year}"
    days = f"{begin.day}" if begin == end else f"{begin.day}–{end.day}"
    return f"{days} {months[0]} {end.year}"


def in_digits(moment: np.datetime64) -> str:
    """Return a moment as users write it: a date alone at midnight.

    >>> in_digits(np.datetime64("2023-09-01T00:00:00")), in_digits(np.datetime64("2023-09-01T18:30:00"))
    ('2023-09-01', '2023-09-01T18:30:00')
    """
    return str(moment).removesuffix("T00:00:00")


def days_in_words(first: np.datetime64, last: np.datetime64) -> str:
    """Return a period as a sentence names it, both days told.

    >>> days_in_words(np.datetime64("2023-09-01"), np.datetime64("2023-10-31"))
    'from 1 Sep to 31 Oct 2023'
    >>> days_in_words(np.datetime64("2023-10-05T08"), np.datetime64("2023-10-05T20"))
    'on 5 Oct 2023'
    """
    begin, end = (moment.astype("M8[D]").astype(object) for moment in (first, last))
    day, month, year = (f"{begin.day}", f" {MONTHS[begin.month - 1]}", f" {begin.year}")
    until = f"{end.day} {MONTHS[end.month - 1]} {end.year}"
    if begin == end:
        return f"on {until}"
    if begin.year == end.year:
        year, month = "", "" if begin.month == end.month else month
    return f"from {day}{month}{year} to {until}"


def _official_days(texts: list[Any]) -> np.ndarray | None:
    """Return the days of texts that all, blank ones apart, are days in the LAPD's own format, else None."""
    filled = [text for text in texts if text]
    if not all(type(text) is str and OFFICIAL_DAY.fullmatch(text) for text in filled):
        return None
    days = [f"{text[6:10]}-{text[:2]}-{text[3:5]}" if text else "NaT" for text in texts]
    try:
        return np.array(days, dtype="M8[D]").astype("M8[s]")
    except ValueError:  # such as 31 February
        return None


# A file's two columns of dates hold the same days.
@lru_cache(maxsize=1 << 16)
def _one(text: str) -> np.datetime64:
    plain = OFFSET.sub("", text)
    for pattern in FORMATS:
        try:
            return np.datetime64(datetime.strptime(plain, pattern), "s")
        except ValueError:
            continue
    return np.datetime64("NaT", "s")
