"""Which window of the counts a column goes with, where that ends too late to be known when a step is forecast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

# A correlation that only rounding, to a few digits too, keeps from 1.
ALIKE = 1 - 1e-6
# Steps that two columns must share to be compared.
FEWEST = 8
# How often chance may bring columns together among all that is compared: as lines, and in their order only.
CHANCE, CHANCE_OF_ORDER = 1e-3, 1e-6
# Columns in the same order have such a correlation at least, and no trend or wave turns as often as counts do.
RELATED, TURNS = 0.5, 8
# Values nearer than that are the same but for rounding.
SAME = 1e-9


class Window(NamedTuple):
    """Tell which series it is of (its row), how many steps it has, and how many steps after the step itself it ends."""

    row: int
    steps: int
    later: int


def leaking_window(
    feature: np.ndarray, values: np.ndarray, windows: Sequence[int], latest: int, ahead: int
) -> Window | None:
    """Return the window of counts that a column goes with and that ends less than some steps before the step; None: none.

    Parameters
    ----------
    feature : column (steps,); NaN where it is missing.
    values : counts (series, steps).
    windows : lengths of the moving means that are looked for, the shortest first; 1 for the counts themselves.
    latest : how many steps after the step itself the counts themselves are looked for; of a longer window its own length.
    ahead : steps from the last known one to the last one that is forecast: windows that end as long before are known.

    Notes
    -----
    Columns go together in a line (correlation) or in their order (log, root or square of counts). What chance could bring about
    is let pass: the arrangements of the values of either column (n! / Π c!, of the steps compared) must be as many as the
    comparisons over the chance allowed, so series with an incident or two tell nothing.
    """
    counts = values - np.round(values.mean(axis=1, keepdims=True))
    compared = values.shape[0] * sum(min(window, latest) + ahead for window in windows)
    known = np.isfinite(feature)
    told = np.minimum([_arrangements(row[known]) for row in values], _arrangements(feature[known])) / feature.size
    for steps in windows:
        moving = _Moving(counts, steps)
        for later in range(1 - ahead, (latest if steps == 1 else steps) + 1):
            rows = np.flatnonzero(known[(span := moving.rows(later))]) + span.start
            if rows.size < FEWEST:
                continue
            ended = rows + later - steps + 1
            sure = told * rows.size - np.log(2 * compared)
            for row in _alike(feature[rows], moving.sums[:, ended], sure):
                return Window(row, steps, later)
    return None


class _Moving:
    """Sums of windows (series, windows), each under its first step."""

    def __init__(self, counts: np.ndarray, steps: int) -> None:
        total = np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0)))
        self.sums, self.steps, self.size = total[:, steps:] - total[:, :-steps], steps, counts.shape[1]

    def rows(self, later: int) -> slice:
        """Return the steps whose window, ending some steps later, lies within the counts."""
        first = max(self.steps - 1 - later, 0)
        return slice(first, max(min(self.size, self.size - later), first))


def _arrangements(values: np.ndarray) -> float:
    """Return the logarithm of how many orders the values (n,) can have."""
    from scipy.special import gammaln

    _, times = np.unique(values, return_counts=True)
    return float(gammaln(values.size + 1) - gammaln(times + 1).sum())


def _alike(feature: np.ndarray, sums: np.ndarray, sure: np.ndarray) -> Iterator[int]:
    """Yield the rows of sums (series, n) that a column (n,) goes with; `sure` (series,): how little chance explains it."""
    first, second = feature - feature.mean(), sums - sums.mean(axis=1, keepdims=True)
    size = np.sqrt((first @ first) * np.einsum("st,st->s", second, second))
    together = np.divide(np.abs(second @ first), size, out=np.zeros(size.size), where=size > 0)
    yield from np.flatnonzero((together >= ALIKE) & (sure > -np.log(CHANCE))).tolist()
    ordered = np.flatnonzero((together >= RELATED) & (sure > -np.log(CHANCE_OF_ORDER)))
    if ordered.size and _turns(feature) >= TURNS:
        yield from ordered[_in_order(feature, sums[ordered])].tolist()


def _turns(feature: np.ndarray) -> int:
    """Return how often a column turns from rising to falling or back."""
    way = np.sign(np.diff(feature))
    way = way[way != 0]
    return int((way[1:] != way[:-1]).sum())


def _in_order(feature: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return which rows of sums (series, n) rise, or fall, wherever a column (n,) rises."""
    order = np.argsort(feature, kind="stable")
    up, ways = _ways(feature[None, order]), _ways(sums[:, order])
    result: np.ndarray = (ways == up).all(axis=1) | (ways == -up).all(axis=1)
    return result


def _ways(values: np.ndarray) -> np.ndarray:
    """Return whether rows (rows, n) rise (1), fall (−1) or stay (0) from each value to the next, but for rounding."""
    change = np.diff(values, axis=1)
    change[np.abs(change) <= SAME * np.maximum(np.abs(values[:, 1:]), np.abs(values[:, :-1]))] = 0.0
    return np.sign(change)
