"""Texts that all are numbers, or all are dates, as such: the columns of an agency's table that no rule knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Callable

import numpy as np

from ..progress import Progress, advance
from . import date_orders
from .cleaning import numbers_of
from .tables import Column, Texts

# An identifier, which a number would shorten.
LEADING_ZERO = re.compile(r"^\s*-?0\d", re.MULTILINE)


def typed(
    columns: Mapping[str, Column], orders: Mapping[str, str | None], progress: Progress
) -> tuple[dict[str, Column], frozenset[str]]:
    """Return texts that all are numbers or all are dates as such, and the names of the columns of whole numbers.

    `orders` says of columns of dates in digits alone whether the month or the day comes first; None leaves them texts.
    """
    found, whole = dict(columns), set()
    for number, (name, column) in enumerate(columns.items()):
        advance(progress, number / len(columns))
        if isinstance(column, Texts):
            values = _all_of(column, numbers_of, np.isnan)
            if values is not None and not _lose_digits(column, values):
                found[name] = values
                whole |= {name} if (values[~np.isnan(values)] % 1 == 0).all() else set()
            elif values is None and orders.get(name, "") is not None:
                moment = _all_of(column, partial(date_orders.parse, order=orders.get(name)), np.isnat)
                found[name] = column if moment is None else moment
    return found, frozenset(whole)


def _all_of(
    column: Texts, read: Callable[[np.ndarray], np.ndarray], is_missing: Callable[..., Any]
) -> np.ndarray | None:
    """Return what a column's texts are when every one can be read, None when one cannot or there is none."""
    distinct = column.distinct
    filled = np.array([text is not None for text in distinct], dtype=bool)
    # The first few nearly always tell, and reading what cannot be read takes longest.
    if not filled.any() or is_missing(read(distinct[filled][:20])).any():
        return None
    values = read(distinct)
    return None if is_missing(values[filled]).any() else values[column.code]


def _lose_digits(column: Texts, values: np.ndarray) -> bool:
    """Tell whether numbers would hold less than the texts: leading zeros, or more digits than a float has."""
    lines = "\n".join(text for text in column.distinct if text)
    return LEADING_ZERO.search(lines) is not None or bool((np.abs(values) > 2**53).any())
