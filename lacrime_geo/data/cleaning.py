"""From the columns of a file to typed ones, each telling what could not be read: what every agency's reader does alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Callable

import numpy as np

from .. import dates
from . import rules
from .arrow_texts import ArrowTexts
from .tables import Column, Texts

RUN_OF_SPACES = re.compile(" {2,}")


def noted(audit: list[rules.Finding], outcome: tuple[Any, Any]) -> Any:
    """Return what a rule made of a column; its finding, or several, join the audit."""
    made, found = outcome
    audit.extend(found if isinstance(found, list) else [found])
    return made


def texts(column: Column) -> Texts:
    """Return any column as texts."""
    return column if isinstance(column, Texts) else Texts.of(column.tolist())


def moments(column: Column, name: str, source: str | None = rules.LAPD) -> tuple[np.ndarray, list[rules.Finding]]:
    """Return dates and times (n,) by the first format that fits each; a column of dates is kept."""
    if not isinstance(column, Texts) and column.dtype.kind == "M":
        return column.astype("datetime64[s]"), []
    bare = stripped(texts(column))
    found = bare.each(dates.parse)
    return found, [rules.parsed(name, bare, found, blank(bare), np.isnat, source)]


def numbers(
    column: Column, name: str, *, whole: bool = False, source: str | None = rules.LAPD
) -> tuple[np.ndarray, list[rules.Finding]]:
    """Return floats (n,), NaN where blank or unreadable, and where a whole number was asked for and it is none."""
    if not isinstance(column, Texts) and column.dtype.kind in "iuf":
        given = column.astype(float)
        unusable = np.isinf(given) | (given != np.floor(given)) if whole else np.isinf(given)
        found = np.where(unusable, np.nan, given) if unusable.any() else given
        return found, [rules.parsed(name, given, found, np.isnan(given), np.isnan, source)]
    bare = stripped(texts(column))
    found = bare.each(lambda distinct: numbers_of(distinct, whole))
    return found, [rules.parsed(name, bare, found, blank(bare), np.isnan, source)]


def numbers_of(distinct: np.ndarray, whole: bool = False) -> np.ndarray:
    """Return the numbers that texts (None for blank) are, NaN where they are none."""
    found, filled = np.full(distinct.size, np.nan), np.array([text is not None for text in distinct], dtype=bool)
    try:
        _require_plain("".join(distinct[filled]))
        found[filled] = distinct[filled].astype(float)
    except ValueError:  # not all are numbers: one by one
        found[filled] = [_number(text) for text in distinct[filled]]
    found[~np.isfinite(found) | (whole & (np.nan_to_num(found) % 1 != 0))] = np.nan
    return found


def each_text(column: Texts, function: Callable[[str], str | None]) -> Texts:
    """Return a column of what a function makes of every text, None where blank; it is called with the distinct ones."""
    return Texts(_distinct([text if text is None else function(text) for text in column.distinct]), column.code)


def stripped(column: Texts) -> Texts:
    """Return a column without spaces around its texts, None where nothing is left."""
    return each_text(column, lambda text: text.strip() or None)


def blank(column: Texts) -> np.ndarray:
    """Return a mask (n,) of the rows without a text."""
    return column.each(lambda distinct: [text is None for text in distinct])


def single_spaced(columns: Mapping[str, Column]) -> tuple[dict[str, Column], rules.Finding]:
    """Return text columns without runs of spaces, None where blank, and in how many rows that changed anything."""
    rows = next((column.code.size if isinstance(column, Texts) else len(column) for column in columns.values()), 0)
    spaced: dict[str, Column] = {}
    changed, changes = np.zeros(rows, dtype=bool), []
    for name, column in columns.items():
        if isinstance(column, ArrowTexts) and column.plainly_spaced():
            spaced[name] = column
            continue
        old = texts(column)
        new = _distinct(
            [text if text is None else RUN_OF_SPACES.sub(" ", text.strip()) or None for text in old.distinct]
        )
        differs = new != old.distinct
        spaced[name] = Texts(new, old.code) if differs.any() else old
        if differs.any():
            here = differs[old.code]
            changed |= here
            changes.append((here, old))
    # Of each row the first column that changed is shown; a few rows are enough.
    example, tried = np.empty(rows, dtype=object), np.flatnonzero(changed)[: rules.TRIED]
    for here, old in reversed(changes):
        shown = tried[here[tried]]
        example[shown] = old.where(shown).values
    return spaced, rules.finding("spaces", changed, example, "runs of spaces made one")


def _distinct(found: list[Any]) -> np.ndarray:
    values = np.empty(len(found), dtype=object)
    values[:] = found
    return values


def _number(text: str) -> float:
    try:
        _require_plain(text)
        return float(text)
    except ValueError:
        return np.nan


def _require_plain(text: str) -> None:
    # Python takes 1_000 and digits of other scripts for numbers; in an agency's file they are none.
    if "_" in text or not text.isascii():
        raise ValueError(text)
