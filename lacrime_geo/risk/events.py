"""Incidents as what is known of them at an origin, and as what comes after it: never both at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..incidents import Incidents
from .units import Units

DAY = np.timedelta64(1, "D")
# Where fewer of the reports have dates, these do not tell what was known by a day.
ENOUGH_DATED = 0.9
NO_CATEGORY = "without a category"


@dataclass(frozen=True, eq=False)
class Events:
    """Hold incidents with a place and a date (incidents,), ordered by their day.

    Parameters
    ----------
    units : the places.
    unit : the number of each one's unit, −1 for none.
    x, y : where (m).
    day : when, datetime64[D].
    reported : when it was reported, datetime64[D]; NaT where that is not told, None where it is told of none.
    target : which are of the category that is predicted (mask).
    category : the number of each one's category, and their names.
    names : the categories.
    """

    units: Units
    unit: np.ndarray
    x: np.ndarray
    y: np.ndarray
    day: np.ndarray
    reported: np.ndarray | None
    target: np.ndarray
    category: np.ndarray
    names: np.ndarray

    @classmethod
    def of(cls, incidents: Incidents, units: Units, category: str | None = None) -> Events:
        """Return the incidents that have a place and a date; `category` is the one that is predicted, None for all.

        Raises
        ------
        ValueError
            If none has both, or none is of the category.
        TypeError
            If the category is no text.
        """
        rows = dated_rows(incidents)
        names, number = _categories(incidents, rows)
        target = (
            np.ones(rows.size, dtype=bool) if category is None else _of_category(incidents, names, category)[number]
        )
        x, y = incidents.easting[rows], incidents.northing[rows]
        reported = None if incidents.reported is None else incidents.reported[rows].astype("M8[D]")
        day = np.asarray(incidents.when)[rows].astype("M8[D]")
        return cls(units, units.locate(x, y), x, y, day, reported, target, number, names)

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.day.size)

    def take(self, rows: np.ndarray) -> Events:
        """Return copies of some of them: a view would lead back to the others."""
        columns = ("unit", "x", "y", "day", "target", "category")
        taken = {name: getattr(self, name)[rows].copy() for name in columns}
        reported = None if self.reported is None else self.reported[rows].copy()
        return replace(self, reported=reported, **taken)

    def known_rows(self, origin: np.datetime64, gap: int = 0) -> np.ndarray:
        """Return a mask (events,) of what was known when an origin began: see `known`."""
        return known_before(self.day, self.reported, origin, gap)

    def known(self, origin: np.datetime64, gap: int = 0) -> History:
        """Return what was known when an origin began: what had occurred `gap` days before it, and been reported before it.

        Where the date of a report is not told, the gap alone stands for it.
        """
        known = self.take(self.known_rows(origin, gap))
        # The first day of what was known by then: one that came to light later makes no longer history.
        return History(known, origin.astype("M8[D]"), gap, (known if known.size else self).day[0])

    def later(self, origin: np.datetime64, horizon: int) -> np.ndarray:
        """Return how many of the predicted category each unit has (n,) in the days from the origin on, whenever reported."""
        return self.units.counts(self.unit[self.coming(origin, horizon)])

    def coming(self, origin: np.datetime64, horizon: int) -> np.ndarray:
        """Return a mask (events,) of those of the predicted category in the days from the origin on."""
        return self.target & (self.day >= origin) & (self.day < origin + horizon * DAY)


@dataclass(frozen=True, eq=False)
class History:
    """Hold what is known at an origin.

    Parameters
    ----------
    events : known, ordered by their day.
    origin : the first day that is predicted.
    gap : days before it of which nothing is known.
    begin : the first day of the file.
    """

    events: Events
    origin: np.datetime64
    gap: int
    begin: np.datetime64

    @property
    def units(self) -> Units:
        """The places."""
        return self.events.units

    @property
    def end(self) -> np.datetime64:
        """The day after the last one of which something is known."""
        last: np.datetime64 = self.origin - self.gap * DAY
        return last

    @property
    def days(self) -> int:
        """How many days are known."""
        return int((self.end - self.begin) / DAY)

    def age(self) -> np.ndarray:
        """Return how many days before the end each event was (events,), 1 for the last one known."""
        return (self.end - self.events.day).astype(np.int64)

    def counts(self, days: int | None = None, *, every: bool = False) -> np.ndarray:
        """Return how many each unit had (n,) in the last days known, of the predicted category or of every one."""
        chosen = np.ones(self.events.size, dtype=bool) if every else self.events.target.copy()
        if days is not None:
            chosen &= self.age() <= days
        return self.units.counts(self.events.unit[chosen])

    def until(self, origin: np.datetime64) -> History:
        """Return what had been known at an earlier origin, with the same gap: for choosing within the history."""
        return replace(self.events.known(origin, self.gap), begin=self.begin)


def dated_rows(incidents: Incidents) -> np.ndarray:
    """Return the rows that have a place and a date, in the order of their dates: those of the events made of them.

    Raises
    ------
    ValueError
        If none has both.
    """
    when = incidents.when
    dated = np.zeros(incidents.size, dtype=bool) if when is None else ~np.isnat(when)
    rows = np.flatnonzero(incidents.placed & dated)
    if not rows.size:
        raise ValueError(
            f"None of the {incidents.size:,} incidents of {incidents.label!r} has both a place and a date; name their time "
            "column (time_column)."
        )
    return rows[np.argsort(np.asarray(when)[rows], kind="stable")]


def known_before(when: np.ndarray, reported: np.ndarray | None, origin: np.datetime64, gap: int = 0) -> np.ndarray:
    """Mark the incidents (n,) that had occurred `gap` days before an origin and been reported before it."""
    known = np.asarray(when < origin - gap * DAY)
    return known if reported is None else known & (np.isnat(reported) | (reported < origin))


def few_dated(reported: np.ndarray | None) -> str | None:
    """Say how few reports (n,) have dates, where these do not tell what was known by a day; None where they do.

    >>> few_dated(np.array(["2023-01-01", "NaT"], dtype="M8[D]")), few_dated(None)
    ('Only 50 % of the reports have dates', 'Reports have no dates')
    """
    share = 0.0 if reported is None or not reported.size else float((~np.isnat(reported)).mean())
    if share >= ENOUGH_DATED:
        return None
    return f"Only {100 * share:.2g} % of the reports have dates" if share else "Reports have no dates"


def _of_category(incidents: Incidents, names: np.ndarray, category: str) -> np.ndarray:
    """Mark which of the names (names,) is the category that is predicted."""
    if not isinstance(category, str):
        raise TypeError(f"category must be the text of one category, got {category!r}.")
    if incidents.category is None:
        raise ValueError(
            f"The category {category!r} was asked for, but the incidents have none; name their category column "
            "(category_column)."
        )
    wanted = np.asarray(names == category)
    if not wanted.any():
        raise ValueError(f"No incident is of the category {category!r}; there are {', '.join(map(repr, names[:12]))}.")
    return wanted


def _categories(incidents: Incidents, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the names of the categories, and each row's number among them; one where there are none."""
    if incidents.category is None:
        return np.array(["all"], dtype=object), np.zeros(rows.size, dtype=np.int64)
    texts = [_text(value) for value in incidents.category[rows].tolist()]
    names = sorted(set(texts))
    number_of = {name: number for number, name in enumerate(names)}
    return np.array(names, dtype=object), np.fromiter(map(number_of.__getitem__, texts), np.int64, len(texts))


def _text(value: object) -> str:
    """Return a category as text, also one that is missing: None, NaN, NaT or NA, which tables hold in turn."""
    missing = value is None or (not isinstance(value, str) and str(value) in ("nan", "NaT", "<NA>"))
    return NO_CATEGORY if missing else str(value)
