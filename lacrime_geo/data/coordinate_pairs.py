"""Pairs of columns that may say where incidents are: their numbers, and whether those can be degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..checks import listed
from .cleaning import numbers_of, texts
from .column_guesses import Guess, named_places, place_columns
from .own_mapping import how
from .places_in_text import column_of_places, places
from .tables import Column, Texts

# How many of the coordinates must be in the ranges of longitude and latitude to be taken for such.
IN_RANGE = 0.9


class Pair(NamedTuple):
    """Two columns of coordinates, their numbers (n,), and how they were found."""

    x_name: str
    y_name: str
    x: np.ndarray
    y: np.ndarray
    reason: str

    @property
    def are_degrees(self) -> bool:
        """Whether nearly all can be longitude and latitude."""
        known = np.isfinite(self.x) & np.isfinite(self.y)
        in_range = (np.abs(self.x[known]) <= 180) & (np.abs(self.y[known]) <= 90)
        return bool(known.any()) and float(np.mean(in_range)) >= IN_RANGE

    @property
    def given(self) -> np.ndarray:
        """A mask (n,) of the rows that have a place: both numbers, not both zero."""
        return np.isfinite(self.x) & np.isfinite(self.y) & ~((self.x == 0) & (self.y == 0))

    def __str__(self) -> str:
        """Return the names of the columns."""
        return f"{self.x_name!r} and {self.y_name!r}"


def pairs_of(free: dict[str, Column], columns: Mapping[str, Column], named: list[str | None], file: str) -> list[Pair]:
    """Return the pairs of columns that may say the place: the one named, else all that are called so."""
    x_name, y_name = named
    if x_name is not None and y_name is not None:
        guesses = [(Guess(x_name, ""), Guess(y_name, ""))]
    else:
        guesses = place_columns(free)
    if not guesses and named == [None, None] and (name := column_of_places(free)):
        return [_of_texts(name, texts(free[name]))]
    if not guesses:
        raise ValueError(_why_no_places(free, file))
    several = guesses if named == [None, None] else guesses[:1]
    return [_pair(x_name or x.column, y_name or y.column, columns, x.reason) for x, y in several]


def _of_texts(name: str, column: Texts) -> Pair:
    place = column.each(places)
    return Pair(name, name, place[:, 0], place[:, 1], "by its content: both coordinates stand in it")


def _pair(x_name: str, y_name: str, columns: Mapping[str, Column], reason: str) -> Pair:
    x, y = (
        column.each(numbers_of) if isinstance(column := columns[name], Texts) else np.asarray(column, dtype=float)
        for name in (x_name, y_name)
    )
    return Pair(x_name, y_name, x, y, reason)


def _why_no_places(columns: Mapping[str, Column], file: str) -> str:
    """Return why no columns of coordinates were found."""
    first = {name: next((text for text in column.tolist() if text), None) for name, column in columns.items()}
    if sum(not np.isnan(numbers_of(np.array([name], dtype=object))[0]) for name in columns) > len(columns) / 2:
        return f"{file} has no header: its first line is {listed(columns)}; write the names of the columns above it."
    if not any(first.values()):
        return f"{file} has no rows: only its header, {listed(columns)}."
    named = named_places(dict(columns))
    if named and all(isinstance(columns[name], Texts) and first[name] for name in named):
        return (
            f"The columns {named[0]!r} and {named[1]!r} of {file} hold no numbers: they begin with {first[named[0]]!r} and "
            f"{first[named[1]]!r}; write degrees such as 34.05, with a point, or name other columns as x and y {how('x', 'y')}."
        )
    return (
        f"No columns of {file} look like longitude and latitude, or x and y; name them as x and y {how('x', 'y')}. "
        f"The columns are {listed(columns)}."
    )
