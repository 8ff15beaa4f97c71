"""Every check of what a caller hands in, and its sentence: the value, how many rows, the first, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

# Sums of weights must stay within the float32 of a raster, and their squares within float64.
LARGEST_WEIGHT = 1e30
# How many names a sentence lists, and how much of each.
MOST_LISTED, LONGEST_LISTED = 40, 40
# Beyond these squares of ratios leave float64.
SHORTEST, LONGEST = 1e-6, 1e15


def positive(name: str, value: Any, unit: str = "metres") -> float:
    """Return value as a float above zero."""
    try:
        if isinstance(value, (bool, np.ndarray, list, tuple)):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number of {unit}, got {value!r}.") from None
    if not (np.isfinite(number) and number > 0):
        raise ValueError(f"{name} must be above 0 {unit}, got {value!r}.")
    if unit == "metres" and not SHORTEST <= number <= LONGEST:
        raise ValueError(f"{name} must be between {SHORTEST:g} and {LONGEST:g} metres, got {value!r}.")
    return number


def share(name: str, value: Any) -> float:
    """Return value as a float between 0 and 1, both excluded."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a share between 0 and 1, got {value!r}.") from None
    if not 0 < number < 1:
        per_cent = f"; {number:g} % is {number / 100:g}" if 1 < number < 100 else ""
        raise ValueError(f"{name} must be a share between 0 and 1, got {value!r}{per_cent}.")
    return number


def per_cent(name: str, value: Any) -> float:
    """Return value, the level of an interval, as per cent above 1 and below 100; a share, such as 0.95, is refused."""
    number = positive(name, value, "per cent")
    if number <= 1:
        raise ValueError(f"{name} is in per cent: {100 * number:g}, not {value!r}.")
    if not number < 100:
        raise ValueError(f"{name} must be above 1 and below 100 per cent, such as 95, got {value!r}.")
    return number


def whole(name: str, value: Any, minimum: int = 1) -> int:
    """Return value as an int of at least minimum."""
    try:
        number = minimum - 1 if isinstance(value, bool) else int(value)
        fits = number >= minimum and number == float(value)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        raise ValueError(f"{name} must be a whole number of at least {minimum}, got {value!r}.")
    return number


def option(name: str, value: Any, options: Sequence[str]) -> str:
    """Return value when it is one of the options."""
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}.")
    return str(value)


def numbers(name: str, values: Any, rows: int) -> np.ndarray:
    """Return values as a float column of the right length; refuse text and missing numbers."""
    try:
        column = np.asarray(values, dtype=float).ravel()
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must be numbers; the first value is {np.asarray(values, object).ravel()[0]!r}."
        ) from None
    if column.size != rows:
        raise ValueError(f"{name} has {column.size:,} values for {rows:,} rows; give one for each row.")
    bad = np.flatnonzero(~np.isfinite(column))
    if bad.size:
        raise ValueError(
            f"{name} is missing or infinite in {bad.size:,} of {rows:,} rows, first in row {bad[0]} "
            f"({column[bad[0]]}); fill these rows or leave them out first."
        )
    return column


def several(name: str, text: str) -> list[float]:
    """Return the numbers between the commas of a text.

    >>> several("levels", "25, 50, 75")
    [25.0, 50.0, 75.0]
    """
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise ValueError(f"{name} must be numbers separated by commas, such as 25, 50, 75, got {text!r}.") from None


def column_of_weights(weight: Any) -> str | None:
    """Return the name of the column that weighs the incidents of a scan, None for none; raise for anything else."""
    if weight is None or isinstance(weight, str):
        return weight
    raise TypeError(f"weight of a scan must be the name of a column, got {type(weight).__name__}.")


def weights(values: Any, rows: int, name: str = "weight", *, some: bool = True) -> np.ndarray:
    """Return values as a column of weights: finite, none negative, not all zero where there must be `some`."""
    column = numbers(name, values, rows)
    bad = np.flatnonzero(column < 0)
    if bad.size:
        raise ValueError(
            f"{name} is negative in {bad.size:,} of {rows:,} rows, first in row {bad[0]} ({column[bad[0]]}); "
            "weights must be 0 or more."
        )
    if some:
        some_weight(column, name)
    if rows and column.max() > LARGEST_WEIGHT / rows:
        raise ValueError(f"{name} reaches {column.max():g}, too large to add up and square; use a larger unit.")
    return column


def some_weight(weight: np.ndarray | None, name: str = "weight") -> None:
    """Raise when weights (n,) are all 0."""
    if weight is not None and weight.size and not weight.any():
        raise ValueError(f"{name} is 0 in all {weight.size:,} rows, so there is nothing to map.")


def column(source: Any, name: str) -> Any:
    """Return a named column of a table, or say which columns there are."""
    if source is None:
        raise ValueError(f"{name!r} names a column, but this input has no columns; give an array instead.")
    keys = list(source.columns if hasattr(source, "columns") else source)
    named = [key for key in keys if str(key) == name]
    if not named:
        raise ValueError(f"There is no column {name!r}; the columns are {listed(keys)}.")
    if len(named) > 1:
        raise ValueError(f"{len(named)} columns are called {name!r}; give each a name of its own.")
    return source[named[0]]


def listed(names: Iterable[Any], most: int = MOST_LISTED) -> str:
    """Return names as a list in a sentence: the first few of very many, long ones cut short, without line breaks.

    >>> listed(["x", "y  of it", "z"], most=2)
    'x, y of it and 1 more'
    """
    words = [" ".join(str(name).split()) for name in names]
    shown = [word if len(word) <= LONGEST_LISTED else f"{word[:LONGEST_LISTED]}…" for word in words[:most]]
    return ", ".join(shown) + (f" and {len(words) - most:,} more" if len(words) > most else "")


def column_values(values: Any, rows: int, name: str = "The column") -> np.ndarray:
    """Return a column of any table as an array of the right length, missing numbers as NaN."""
    array = np.asarray(values.to_numpy(dtype=float, na_value=np.nan) if _is_numeric(values) else values).ravel()
    if array.size != rows:
        raise ValueError(
            f"{name} has {array.size:,} values for {rows:,} rows; give one for each row, or name a column."
        )
    return array


def _is_numeric(values: Any) -> bool:
    return hasattr(values, "to_numpy") and getattr(getattr(values, "dtype", None), "kind", "O") in "iufb"
