"""Where a row belongs: its day, then its place along a curve that passes near places one after the other."""

from __future__ import annotations

import numpy as np

from ...places import collapse

# Bits of a coordinate along the curve: cells of 40 m at most, and beyond them x and y order the places.
BITS = 20
WITHOUT_PLACE = 1 << (2 * BITS)
DAY_BITS = 22
UNDATED = (1 << DAY_BITS) - 1
# So that the first day of the calendar of dates with times is 0.
FIRST_DAY = np.datetime64("0000-01-01", "D").astype(np.int64)
SHIFT = 2 * BITS + 1


def along_curve(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return how far along the Hilbert curve over the world the places (n,) lie, in degrees (Hilbert 1891; Skilling 2004).

    >>> along_curve(np.array([-180.0, -180.0, 180.0]), np.array([-90.0, 90.0, -90.0])) / 4.0**BITS
    array([0.        , 0.33333333, 1.        ])
    """
    cells = (1 << BITS) - 1
    x = np.clip((longitude + 180.0) / 360.0 * cells, 0, cells).astype(np.int64)
    y = np.clip((latitude + 90.0) / 180.0 * cells, 0, cells).astype(np.int64)
    way = np.zeros(x.size, dtype=np.int64)
    for bit in range(BITS - 1, -1, -1):
        right, up = (x >> bit) & 1, (y >> bit) & 1
        way = (way << 2) | ((3 * right) ^ up)
        # The quarters below are turned so that the curve goes on where it left the one before.
        turned, mirrored = up == 0, (up == 0) & (right == 1)
        x, y = np.where(mirrored, cells - x, x), np.where(mirrored, cells - y, y)
        x, y = np.where(turned, y, x), np.where(turned, x, y)
    return way


def keys(when: np.ndarray | None, x: np.ndarray, y: np.ndarray, first_row: int) -> np.ndarray:
    """Return by what rows (n,) are sorted into parts: the day, then the curve; undated ones last, of a day those without place.

    Those have nothing to be ordered by, and are by their number, so that any number of them can be parted.
    """
    days = np.full(x.size, UNDATED, dtype=np.int64)
    if when is not None:
        dated = ~np.isnat(when)
        days[dated] = np.clip(when[dated].astype("M8[D]").astype(np.int64) - FIRST_DAY, 0, UNDATED - 1)
    placed = np.isfinite(x) & np.isfinite(y)
    way = WITHOUT_PLACE + (np.arange(first_row, first_row + x.size) & (WITHOUT_PLACE - 1))
    first, place = collapse(x[placed], y[placed])
    way[placed] = along_curve(x[placed][first], y[placed][first])[place]
    return (days << SHIFT) + way


def first_of_day(key: int) -> int:
    """Return the least key of the same day."""
    return key >> SHIFT << SHIFT


def rows_in_order(x: np.ndarray, y: np.ndarray, when: np.ndarray | None, number: np.ndarray) -> np.ndarray:
    """Return the order (indices) of the rows of a part: by place along the curve, of a place by time, then as in the sources."""
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    first, place = collapse(x[placed], y[placed])
    px, py = x[placed][first], y[placed][first]
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.lexsort((py, px, along_curve(px, py)))] = np.arange(first.size)
    ranks = np.full(x.size, first.size, dtype=np.int64)
    ranks[placed] = rank[place]
    # As a number a missing time is the least of all; here it comes last.
    times = np.zeros(x.size, dtype=np.int64) if when is None else when.astype("M8[s]").view(np.int64)
    missing = times == np.iinfo(np.int64).min
    times = times - times.min(initial=np.iinfo(np.int64).max, where=~missing)
    times[missing] = times.max(initial=0, where=~missing) + 1
    return _by(ranks * (times.max(initial=0) + 1) + times, number)


def _by(key: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the order (indices) of rows by a key, of equal ones by their number; few are equal."""
    order = np.argsort(key)
    ordered = key[order]
    same = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1, append=ordered[-1:] + 1)[:-1] == 0)
    equal = np.unique(np.concatenate([same - 1, same]))
    rows = order[equal]
    order[equal] = rows[np.lexsort((number[rows], key[rows]))]
    return order
