"""Points of which at least k say the same: place and date coarsened step by step where fewer do, and the rest left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..places import collapse
from ..progress import Progress, advance

DAY, MONTH, YEAR, UNDATED = "D", "M", "Y", ""
LEFT_OUT = -1


class Step(NamedTuple):
    """How much is told: the place as it is (0) or the middle of a square of so many metres, and the date's unit, if any."""

    cell: float
    unit: str

    @property
    def said(self) -> str:
        """The step in words."""
        units = {DAY: "day", MONTH: "month", YEAR: "year", UNDATED: "no date"}
        return f"{f'squares of {self.cell:,g} m' if self.cell else 'place as given'}, {units[self.unit]}"


# Dates first: where is what maps are for.
STEPS = (
    Step(0, DAY),
    Step(0, MONTH),
    Step(0, YEAR),
    Step(500, MONTH),
    Step(500, YEAR),
    Step(1000, YEAR),
    Step(2000, YEAR),
    Step(4000, YEAR),
    Step(4000, UNDATED),
)


class Coarsened(NamedTuple):
    """The step (n,) at which each row is one of at least k that say the same, else `LEFT_OUT`; and how many these are."""

    step: np.ndarray
    size: np.ndarray


def coarsened(
    x: np.ndarray,
    y: np.ndarray,
    dates: Sequence[np.ndarray],
    others: Sequence[np.ndarray],
    k: int,
    steps: Sequence[Step],
    progress: Progress = None,
) -> Coarsened:
    """Return how far each row must be coarsened so that at least k rows say the same of place (n,), dates and other columns.

    Rows are taken as soon as they are many enough; only those left go on to the next step (local recoding).

    Notes
    -----
    k-anonymity: Samarati & Sweeney 1998; Sweeney 2002. All columns that leave are quasi-identifiers here.

    Examples
    --------
    >>> x = np.array([0.0, 0, 10, 20, 9000])
    >>> coarsened(x, x * 0, [], [], 2, (Step(0, DAY), Step(500, DAY))).step.tolist()
    [0, 0, 1, 1, -1]
    """
    step, size = np.full(x.size, LEFT_OUT), np.zeros(x.size, dtype=np.int64)
    left = np.arange(x.size)
    same = _together([ranks(column) for column in others], x.size)
    for number, one in enumerate(steps):
        advance(progress, number / len(steps))
        _, place = collapse(*place_of(x[left], y[left], one))
        told = [date[left].astype(f"M8[{one.unit}]").view(np.int64) for date in dates if one.unit != UNDATED]
        advance(progress, (number + 0.5) / len(steps))
        group = _together([same[left], place, *told], left.size)
        alike = np.bincount(group)[group] if left.size else group
        enough = alike >= k
        step[left[enough]], size[left[enough]] = number, alike[enough]
        left = left[~enough]
    advance(progress, 1.0)
    return Coarsened(step, size)


def _together(columns: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """Return one number for each combination of whole numbers (n,)."""
    group = np.zeros(rows, dtype=np.int64)
    for column in columns:
        number = np.unique(column, return_inverse=True)[1].ravel()
        group = np.unique(group * (int(number.max(initial=0)) + 1) + number, return_inverse=True)[1].ravel()
    return group


def place_of(x: np.ndarray, y: np.ndarray, step: Step) -> tuple[np.ndarray, np.ndarray]:
    """Return the places told at a step: as they are, or the middle of the square of a lattice that no data have chosen."""
    if not step.cell:
        return x, y
    return (np.floor(x / step.cell) + 0.5) * step.cell, (np.floor(y / step.cell) + 0.5) * step.cell


def date_of(dates: np.ndarray, step: Step) -> np.ndarray:
    """Return the dates told at a step as text; nothing for none."""
    text = np.full(dates.size, "", dtype=object)
    if step.unit != UNDATED:
        known = ~np.isnat(dates)
        text[known] = dates[known].astype(f"M8[{step.unit}]").astype(str)
    return text


def ranks(column: np.ndarray) -> np.ndarray:
    """Return the rank of each value among the different ones, by how they print: missing ones are alike.

    >>> ranks(np.array(["b", "a", "b", None], dtype=object)).tolist()
    [2, 1, 2, 0]
    """
    seen: dict[str, int] = {}
    number = np.fromiter((seen.setdefault(str(value), len(seen)) for value in column.tolist()), np.int64, column.size)
    rank = np.empty(len(seen), dtype=np.int64)
    rank[[seen[text] for text in sorted(seen)]] = np.arange(len(seen))
    return rank[number]
