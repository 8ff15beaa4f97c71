"""Dates of digits alone, 05/12/2024: whether the month or the day comes first, told by those above 12."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import dates

MONTH_FIRST, DAY_FIRST = "month/day", "day/month"
ORDERS = (MONTH_FIRST, DAY_FIRST)
# With slashes, or with a clock of twelve hours.
YEAR_FIRST = re.compile(
    r"\s*(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?!\d)((?<=/\d\d).*|(?<=/\d).*|.*[AaPp]\.?[Mm]\.?\s*)", re.DOTALL
)
IN_DIGITS = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.DOTALL)


def is_told_by(texts: Iterable[Any]) -> bool:
    """Tell whether any text is a date of digits alone that begins with no year, whose order so must be known."""
    return any(text and IN_DIGITS.fullmatch(text) for text in texts)


def order_of(texts: Iterable[Any]) -> str | None:
    """Return "month/day" or "day/month" by the numbers above 12, None where either would fit.

    Where both orders are needed the one that more texts need is returned. Dates with dots begin with the day everywhere.

    >>> order_of(["05/12/2024", "05/13/2024"]), order_of(["13/05/2024 10:30", None]), order_of(["05/12/2024"])
    ('month/day', 'day/month', None)
    >>> order_of(["05.12.2024"])
    'day/month'
    """
    found = [match for text in texts if text and (match := IN_DIGITS.fullmatch(text))]
    day_first = sum(int(match[1]) > 12 for match in found)
    month_first = sum(int(match[3]) > 12 for match in found)
    if day_first == month_first:
        return DAY_FIRST if found and all(match[2] == "." for match in found) else None
    return DAY_FIRST if day_first > month_first else MONTH_FIRST


def parse(texts: Iterable[Any], order: str | None = None) -> np.ndarray:
    """Return datetime64[s] of texts as `dates.parse` does, those of digits alone in the order given (None: month/day).

    >>> parse(["13/05/2024", "2024-05-13", "13.5.2024 10:30", "2024/05/13 10:30:00 PM"], "day/month").astype(str).tolist()
    ['2024-05-13T00:00:00', '2024-05-13T00:00:00', '2024-05-13T10:30:00', '2024-05-13T22:30:00']
    """
    swap = order == DAY_FIRST
    return dates.parse([text and _month_first(text, swap) for text in texts])


def _month_first(text: str, swap: bool) -> str:
    if begins_with_year := YEAR_FIRST.fullmatch(text):
        year, month, day, rest = begins_with_year.groups()
        return f"{month}/{day}/{year}{rest}"
    match = IN_DIGITS.fullmatch(text)
    if match is None:
        return text
    first, _, second, year, rest = match.groups()
    return f"{second if swap else first}/{first if swap else second}/{year}{rest}"
