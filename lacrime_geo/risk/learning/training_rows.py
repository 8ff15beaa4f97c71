"""Rows to learn from: every place at earlier origins, what was known of it then, and what came, as far as is known now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from ...progress import Progress, left_alone
from ..events import DAY, History
from .feature_layouts import FeatureLayout
from .feature_tables import FeatureTable, Places, features_at

# At least a week must be known at the first origin; of more origins than ten the older ones tell of other times.
LEAST, MOST = 7, 10
# The last folds choose; earlier ones have fewer rows to learn from.
FOLDS = 3
# More rows than that tell little more, and fewer without incidents spare no time.
MOST_WITH_ANY, MOST_ZEROS, FEWEST_ZEROS = 10_000, 20_000, 5_000


class Fold(NamedTuple):
    """The numbers of the origins that train, and of the later one that validates."""

    trained: tuple[int, ...]
    validated: int


class Rows(NamedTuple):
    """Rows (r, k), what came (r,), for how many each stands (r,), and which shares were kept of those with any and of zeros."""

    values: np.ndarray
    came: np.ndarray
    weight: np.ndarray
    kept_with_any: float
    kept_zeros: float

    @property
    def any(self) -> np.ndarray:
        """Mark the rows (r,) with at least one incident."""
        return np.asarray(self.came > 0)


@dataclass(frozen=True, eq=False)
class PastOrigins:
    """Hold earlier origins, the first one first: a table of features (n, k) and what came in the horizon (n,) of each.

    Parameters
    ----------
    horizon : days that are predicted.
    origins : each a horizon after the one before; the last horizon ends where the history does.
    known : what was known at each.
    tables, came : of each.
    now : the table (n, k) at the origin that is predicted.
    names, groups : of the columns.
    dropped : features that the first origin could not tell, with the reason.
    """

    horizon: int
    origins: tuple[np.datetime64, ...]
    known: tuple[History, ...]
    tables: tuple[np.ndarray, ...]
    came: tuple[np.ndarray, ...]
    now: np.ndarray
    names: tuple[str, ...]
    groups: dict[str, str]
    dropped: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, history: History, horizon: int, places: Places | None = None, progress: Progress = None) -> PastOrigins:
        """Return the earlier origins of a history with the same features at each."""
        origins = origins_within(history, horizon)
        layout = FeatureLayout.of(history, origins[0])
        known = tuple(history.until(origin) for origin in origins)
        tables = []
        for number, each in enumerate((*known, history)):
            reached = number / (len(known) + 1)
            table: FeatureTable = left_alone(
                partial(features_at, each, places, layout), progress, partial(float, reached)
            )
            tables.append(table.values)
        came = tuple(history.events.later(origin, horizon) for origin in origins)
        *past, now = tables
        names, groups, dropped = table.names, table.groups, table.dropped
        return cls(horizon, tuple(origins), known, tuple(past), came, now, names, groups, dropped)

    def folds(self) -> list[Fold]:
        """Return the last folds: each origin validates what was learned of those whose horizon was known when it began.

        Folds are left out that have nothing to learn from, as no incident had come.
        """
        found = []
        for number in range(1, len(self.origins)):
            end = self.known[number].end - self.horizon * DAY
            trained = tuple(earlier for earlier in range(number) if self.origins[earlier] <= end)
            if any(self.came_by(number, earlier).any() for earlier in trained):
                found.append(Fold(trained, number))
        return found[-FOLDS:]

    def came_by(self, number: int, earlier: int) -> np.ndarray:
        """Return what had come (n,) after an origin, by what was known at a later one."""
        return self.known[number].events.later(self.origins[earlier], self.horizon)

    def rows_of(self, fold: Fold, zeros: int, seed: int) -> Rows:
        """Return the rows that a fold learns from."""
        came = [self.came_by(fold.validated, earlier) for earlier in fold.trained]
        return sampled([self.tables[earlier] for earlier in fold.trained], came, zeros, (seed, fold.validated))

    def rows(self, zeros: int, seed: int) -> Rows:
        """Return the rows of all origins."""
        return sampled(self.tables, self.came, zeros, (seed, len(self.origins)))


def days_needed(horizon: int, gap: int) -> int:
    """Return how many days of history tell of one origin, and of one to validate it by.

    >>> days_needed(7, 0), days_needed(7, 7)
    (21, 35)
    """
    between = -(-(horizon + gap) // horizon)
    return LEAST + gap + horizon * (1 + between)


def origins_within(history: History, horizon: int) -> list[np.datetime64]:
    """Return the last origins whose horizon is known, each a horizon after the one before."""
    many = (history.days - history.gap - LEAST) // horizon
    return [history.end - horizon * number * DAY for number in range(min(many, MOST), 0, -1)]


def sampled(tables: Sequence[np.ndarray], came: Sequence[np.ndarray], zeros: int, seed: tuple[int, ...]) -> Rows:
    """Return rows of several origins: those with incidents, and of those without so many times as many, drawn at random.

    Most rows have none, and say little each; each of those drawn stands for several (King & Zeng 2001, Political Analysis 9:
    137-163).

    Parameters
    ----------
    tables, came : of each origin (n, k) and (n,).
    zeros : rows without incidents for each with any.
    seed : of the draw.
    """
    counts = np.concatenate(came)
    draw = np.random.default_rng(seed)
    with_any, without = np.flatnonzero(counts > 0), np.flatnonzero(counts == 0)
    most = min(max(zeros * with_any.size, FEWEST_ZEROS), MOST_ZEROS)
    chosen_any, kept_any = _drawn(draw, with_any, MOST_WITH_ANY)
    chosen_zeros, kept_zeros = _drawn(draw, without, most)
    row = np.sort(np.concatenate([chosen_any, chosen_zeros]))
    weight = np.where(counts[row] > 0, 1 / kept_any, 1 / kept_zeros)
    return Rows(_gathered(tables, row), counts[row].astype(float), weight, kept_any, kept_zeros)


def _drawn(draw: np.random.Generator, rows: np.ndarray, most: int) -> tuple[np.ndarray, float]:
    """Return at most so many of some rows, and which share of them that is."""
    if rows.size <= most:
        return rows, 1.0
    return draw.choice(rows, most, replace=False), most / rows.size


def _gathered(tables: Sequence[np.ndarray], row: np.ndarray) -> np.ndarray:
    """Return rows of tables as if they stood in one, which would be large."""
    ends = np.cumsum([len(table) for table in tables])
    parts = np.split(row, np.searchsorted(row, ends[:-1]))
    return np.concatenate([table[part - (end - len(table))] for table, part, end in zip(tables, parts, ends)])
