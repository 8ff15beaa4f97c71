"""The axes of charts: numbers, shares or days, with ticks that are round, or where days, weeks, months and years begin."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .dates import MONTHS
from .parameters import in_words

NUMBER, COUNT, SHARE, DAY = "number", "count", "share", "day"
MOST_TICKS = 8
# Days between ticks, then months.
DAYS, MONTHS_APART = (1, 2, 7, 14), (1, 2, 3, 6, 12, 24, 60, 120)


class Axis(NamedTuple):
    """Hold the first and the last value of an axis, its ticks, and what its numbers are."""

    first: float
    last: float
    ticks: np.ndarray
    kind: str

    def along(self, values: np.ndarray) -> np.ndarray:
        """Return how far along the axis values are, from 0 to 1."""
        return (np.asarray(values) - self.first) / (self.last - self.first)

    def words(self, tick: float) -> str:
        """Write a tick's value."""
        if self.kind == SHARE:
            return f"{100 * tick:.0f} %"
        if self.kind == DAY:
            return _day_in_words(tick, bool(np.diff(self.ticks[:2]).min(initial=99.0) < 28))
        return in_words(tick)


def axis_of(values: np.ndarray, kind: str) -> Axis:
    """Return an axis that holds values: numbers, counts from 0 on, shares from 0 to 1, or days since 1970."""
    if kind == SHARE:
        return Axis(0.0, 1.0, np.linspace(0, 1, 6), kind)
    if kind == DAY:
        low, high = float(values.min()), float(values.max())
        high = max(high, low + 1)
        return Axis(low, high, day_ticks(low, high), kind)
    ticks = number_ticks(np.append(values, 0.0) if kind == COUNT else values)
    return Axis(float(ticks[0]), float(ticks[-1]), ticks, kind)


def number_ticks(values: np.ndarray) -> np.ndarray:
    """Return some five to ten round numbers around values, 0 among them where it is near.

    >>> number_ticks(np.array([97.0, 482.0])).tolist()
    [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        # A single number stands in the middle.
        low, high = low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2
    low = min(low, 0.0) if low < 0.5 * high else low
    raw = max(high - low, 1e-12) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
    return np.arange(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1) * step


def day_ticks(low: float, high: float, most: int = MOST_TICKS) -> np.ndarray:
    """Return at most so many days from low to high (days since 1970), evenly apart or where months begin.

    >>> day_ticks(0.0, 200.0).astype("M8[D]").astype(str).tolist()[:3]
    ['1970-01-01', '1970-02-01', '1970-03-01']
    """
    for days in DAYS:
        found = np.arange(math.ceil(low), high + 1e-9, days)
        if found.size <= most:
            return found
    first, last = (np.datetime64(int(value), "D").astype("M8[M]") for value in (low, high))
    months = np.arange(first, last + 1)
    begins = [months[months.astype(int) % apart == 0].astype("M8[D]").astype(float) for apart in MONTHS_APART]
    inside = [found[(found >= low) & (found <= high)] for found in begins]
    return next((found for found in inside if 0 < found.size <= most), np.array([low, high]))


def _day_in_words(day: float, with_day: bool) -> str:
    moment = np.datetime64(int(day), "D").astype(object)
    month = MONTHS[moment.month - 1]
    return f"{moment.day} {month}" if with_day else f"{month} {moment.year}"
