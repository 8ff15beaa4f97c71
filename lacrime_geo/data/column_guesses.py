"""Which column of any agency's table holds what, places, times, category: by its name, proved by its content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Callable, NamedTuple

import numpy as np

from . import date_orders
from .cleaning import numbers_of
from .clocks import seconds_of
from .column_words import NAMES, PLACES, is_of_something_else, plain_name
from .tables import LATITUDE, LONGITUDE, Column, Texts

# How many of a column's distinct texts are tried, and how many of those must be what the name says.
TRIED, MOST = 2_000, 0.9
# A category stands in many rows; ids and addresses are nearly as many as rows.
FEW_CATEGORIES = 50
BY_NAME, BY_CONTENT = "by its name", "by its content: no column has a usual name"
BY_GEOMETRY = "as the points of the layer"


class Guess(NamedTuple):
    """A column, and how it was found."""

    column: str
    reason: str


def place_columns(columns: dict[str, Column]) -> list[tuple[Guess, Guess]]:
    """Return the pairs of columns of numbers that are called like x and y; else the only one of degrees by its content."""
    columns = {name: column for name, column in columns.items() if not is_of_something_else(name)}
    known, found = _by_plain_name(columns), dict[tuple[str, str], None]()
    for pair in PLACES:
        x, y = (_named(word, known) for word in pair)
        if x is not None and y is not None and all(_mostly(_are_numbers, columns[name]) for name in (x, y)):
            found[x, y] = None
    reasons = {(LONGITUDE, LATITUDE): BY_GEOMETRY}
    named = [(Guess(x, reason), Guess(y, reason)) for x, y in found for reason in [reasons.get((x, y), BY_NAME)]]
    return named or [pair for pair in [_degrees(columns)] if pair]


def column_for(role: str, columns: dict[str, Column], taken: Sequence[str]) -> Guess | None:
    """Return the column of a role of NAMES among those not taken, None where none fits."""
    free = {name: column for name, column in columns.items() if name not in taken}
    if role not in ("category_column", "id"):
        free = {name: column for name, column in free.items() if not is_of_something_else(name)}
    fits = FITS[role]
    for name in _in_order(NAMES[role], free):
        if fits(free[name]):
            return Guess(name, BY_NAME)
    by_content = (name for name, column in free.items() if role == "date" and fits(column))
    return next((Guess(name, BY_CONTENT) for name in by_content), None)


def named_places(columns: dict[str, Column]) -> tuple[str, str] | None:
    """Return the first two columns that are called like x and y, whatever they hold."""
    known = _by_plain_name({name: column for name, column in columns.items() if not is_of_something_else(name)})
    for pair in PLACES:
        x, y = (_named(word, known) for word in pair)
        if x is not None and y is not None:
            return x, y
    return None


def called_date(columns: dict[str, Column]) -> str | None:
    """Return the first column that is called like a date, whatever it holds."""
    return next(_in_order(NAMES["date"], columns), None)


def is_date_column(column: Column) -> bool:
    """Tell whether a column holds dates already."""
    return not isinstance(column, Texts) and column.dtype.kind == "M"


def are_dates(column: Column) -> bool:
    """Tell whether a column holds dates, or texts that nearly all are dates."""
    # What is no date is tried in many formats, and the first few texts show it.
    return is_date_column(column) or (_mostly(_can_be_dates, column, 20) and _mostly(_can_be_dates, column))


def _are_ids(column: Column) -> bool:
    """Tell whether nearly every row has an identifier of its own."""
    if is_date_column(column):
        return False
    found = column if isinstance(column, Texts) else Texts.of(column.tolist())
    return bool(found.code.size) and found.distinct.size - 1 >= MOST * found.code.size


def _are_clocks(column: Column) -> bool:
    return not is_date_column(column) and _mostly(_can_be_clocks, column) and not _may_be_hours(column)


def _may_be_hours(column: Column) -> bool:
    """Tell whether 13 may be an hour, as nothing is above 23: among times such as 1305 it is 00:13."""
    tried = numbers_of(_some(column, TRIED))
    return tried.size > 1 and bool((tried < 24).all())


def _are_categories(column: Column) -> bool:
    number = column.distinct.size - 1 if isinstance(column, Texts) else len(set(column.tolist()))
    rows = column.code.size if isinstance(column, Texts) else column.size
    return 0 < number <= max(FEW_CATEGORIES, rows / 2)


FITS: dict[str, Callable[[Column], bool]] = {
    "date": are_dates,
    "time": _are_clocks,
    "end": are_dates,
    "end_time": _are_clocks,
    "reported": are_dates,
    "category_column": _are_categories,
    "id": _are_ids,
}


def _are_numbers(tried: np.ndarray) -> np.ndarray:
    return np.isfinite(numbers_of(tried))


def _can_be_dates(tried: np.ndarray) -> np.ndarray:
    return ~np.isnat(date_orders.parse(tried, date_orders.order_of(tried)))


def _can_be_clocks(tried: np.ndarray) -> np.ndarray:
    return np.isfinite(seconds_of(tried))


def _mostly(read: Callable[[np.ndarray], np.ndarray], column: Column, number: int = TRIED) -> bool:
    """Tell whether nearly all of a column's first distinct texts can be read; a column without any is nothing."""
    tried = _some(column, number)
    return bool(tried.size) and float(np.mean(read(tried))) >= MOST


def _some(column: Column, number: int) -> np.ndarray:
    found = column if isinstance(column, Texts) else Texts.of(column[: 10 * number].tolist())
    return found.distinct[1 : number + 1]


def _in_order(words: Sequence[str], columns: dict[str, Column]) -> Iterator[str]:
    """Yield the columns that are called so, then those whose names end so."""
    known = _by_plain_name(columns)
    yield from (known[word] for word in words if word in known)
    for word in words:
        yield from (name for plain, name in known.items() if len(word) > 3 and plain != word and plain.endswith(word))


def _named(word: str, known: dict[str, str]) -> str | None:
    """Return the column of that name, else the first whose name ends so; short words stand for themselves only."""
    endings = (name for plain, name in known.items() if len(word) > 3 and plain.endswith(word))
    return known.get(word) or next(endings, None)


def _by_plain_name(columns: dict[str, Column]) -> dict[str, str]:
    """Return the columns by their plain names, the first of those that are alike."""
    return {plain_name(name): name for name in reversed(list(columns))}


def _degrees(columns: dict[str, Column]) -> tuple[Guess, Guess] | None:
    """Return the only two columns of fractions that can be longitude, beyond ±90, and latitude."""
    largest = {name: _largest_fraction(column) for name, column in columns.items()}
    longitude = [name for name, most in largest.items() if 90 < most <= 180]
    latitude = [name for name, most in largest.items() if 0 < most <= 90]
    if len(longitude) != 1 or len(latitude) != 1:
        return None
    return Guess(longitude[0], BY_CONTENT), Guess(latitude[0], BY_CONTENT)


def _largest_fraction(column: Column) -> float:
    """Return the largest absolute value of a column of numbers nearly none of which is whole, else 0."""
    found = np.empty(0) if is_date_column(column) else numbers_of(_some(column, TRIED))
    known = found[np.isfinite(found)]
    fractions = known.size and known.size >= MOST * found.size and np.mean(known % 1 != 0) >= MOST
    return float(np.abs(known).max()) if fractions else 0.0
