"""The columns of Incidents as they are given and taken: coordinates, times, texts, and the table they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from . import dates

# What a frame or a layer keeps of the file from which fewer incidents were chosen: its last date, and up to when it is whole.
KNOWN_UNTIL, LAG_SAFE_END = "known_until", "lag_safe_end"
PERIOD = ("since", "until")


class FileDates(NamedTuple):
    """Hold the times, dates of report and categories (n,) of all incidents of a file, kept when fewer of them are chosen.

    `frequency` (n,) says how many incidents each row stands for, where it stands for those of a day, reported on a day.

    `lag_safe_end` is the last day of which enough is reported, where it was found by the reader that chose them from the
    file; `of_a_period` tells that it chose a period.
    """

    when: np.ndarray | None
    reported: np.ndarray | None
    category: np.ndarray | None
    lag_safe_end: np.datetime64 | None = None
    of_a_period: bool = False
    frequency: np.ndarray | None = None


class Gathered(NamedTuple):
    """Hold what is known of all incidents, with and without a place, of which collapsed ones are made.

    `rows` is how many they are, `extent` the first and the last moment (None without times), and `easting, northing` the places
    (m) of incidents evenly taken, every so manieth of those with a place in the order of the rows, of `of_all` of them.
    """

    rows: int
    extent: tuple[np.datetime64 | None, np.datetime64 | None]
    easting: np.ndarray
    northing: np.ndarray
    of_all: int


def coordinates(easting: Any, northing: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return both coordinates as float columns, missing ones NaN in both; refuse infinite ones."""
    x, y = np.atleast_1d(np.asarray(easting, dtype=float)), np.atleast_1d(np.asarray(northing, dtype=float))
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(
            f"easting has shape {x.shape} and northing {y.shape}; both must be one column of equal length."
        )
    # A finite sum has no missing and no infinite terms: one glance is enough for a million good rows.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(x.sum() + y.sum()):
            return x, y
    bad = np.flatnonzero(np.isinf(x) | np.isinf(y))
    if bad.size:
        raise ValueError(
            f"{bad.size:,} of {x.size:,} coordinates are infinite, first in row {bad[0]} ({x[bad[0]]}, {y[bad[0]]}); "
            "a projection has probably failed: check the CRS of the source."
        )
    half = np.isnan(x) | np.isnan(y)
    return np.where(half, np.nan, x), np.where(half, np.nan, y)


def column(name: str, values: Any, kind: Any, rows: int) -> np.ndarray | None:
    """Return values as a column of one kind (n,), None where none are given; raise when they are more or fewer."""
    if values is None:
        return None
    if getattr(getattr(values, "dtype", None), "tz", None) is not None:
        # A pandas column aware of its zone: the wall clock is kept, as everywhere.
        values = getattr(values, "dt", values).tz_localize(None)
    column = np.asarray(values).astype(kind).ravel()
    if column.size != rows:
        raise ValueError(f"{name} has {column.size:,} values for {rows:,} incidents; give one for each.")
    return column


def number_of(rows: np.ndarray, frequency: np.ndarray | None) -> int:
    """Return how many incidents some rows (mask) stand for: one each, or as many as their frequency says."""
    return int(np.count_nonzero(rows)) if frequency is None else int(frequency[rows].sum())


def latest(reported: np.ndarray | None, when: np.ndarray | None, given: Any) -> np.datetime64 | None:
    """Return the moment given, else the latest report, else the latest incident; None where there are no times."""
    if given is not None:
        return np.datetime64(given, "s")
    for times in (reported, when):
        if times is not None and times.size:
            # As a number a missing time is the least of all: one glance at a million rows.
            found: np.datetime64 = np.datetime64(int(times.view(np.int64).max()), "s")
            if not np.isnat(found):
                return found
    return None


def of_whole_file(
    kept: Mapping[str, Any], when: np.ndarray | None, reported: np.ndarray | None, category: np.ndarray | None
) -> tuple[np.datetime64 | None, FileDates]:
    """Return the last date of the file that incidents were chosen from, None if not kept, and the dates that the guard needs.

    What was kept of a file that ends before these incidents do is not of them, and left aside.
    """
    known, safe = dates.parse([str(kept.get(name) or "") for name in (KNOWN_UNTIL, LAG_SAFE_END)])
    own = latest(reported, when, None)
    if np.isnat(known) or (own is not None and own.astype("M8[D]") > known.astype("M8[D]")):
        return None, FileDates(when, reported, category)
    chosen = any(kept.get(name) is not None for name in PERIOD)
    return known, FileDates(when, reported, category, None if np.isnat(safe) else safe.astype("M8[D]"), chosen)


def weights_of_marks(marks: Any, incidents: Any) -> np.ndarray:
    """Return the column `weight` (n,) of marks on incidents; raise where they have none, or are of other incidents."""
    if "weight" not in marks.columns:
        raise ValueError(f"The marks {marks.label!r} have no column 'weight'; theirs are {', '.join(marks.columns)}.")
    theirs = marks.features
    same = theirs.size == incidents.size
    if same and theirs.crs == incidents.crs:
        pairs = ((incidents.easting, theirs.easting), (incidents.northing, theirs.northing))
        same = all(np.array_equal(mine, other, equal_nan=True) for mine, other in pairs)
    if not same:
        raise ValueError(
            f"The weights are of other incidents ({theirs.size:,} of {theirs.label!r}) than these ({incidents.size:,} of "
            f"{incidents.label!r}); make them of the same ones, of the same period and category."
        )
    return np.asarray(marks.columns["weight"])


def take_rows(source: Any, rows: np.ndarray) -> Any:
    """Return some rows (mask or indices) of the table that incidents came from."""
    if source is None:
        return None
    return (
        source.iloc[np.flatnonzero(rows) if rows.dtype == bool else rows]
        if hasattr(source, "iloc")
        else {name: np.asarray(column)[rows] for name, column in source.items()}
    )
