"""Small counts withheld, and as many others as it takes that no total gives them back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Withheld(NamedTuple):
    """Which counts (n,) are withheld as small, which others with them, and the groups whose total would give one back."""

    small: np.ndarray
    others: np.ndarray
    open_groups: np.ndarray

    @property
    def all(self) -> np.ndarray:
        """All that are withheld."""
        return self.small | self.others


def withheld(
    count: np.ndarray, k: int, group: np.ndarray, random: np.random.Generator, *, zeros: bool = False
) -> Withheld:
    """Tell which counts (n,) to withhold so that none from 1 to k − 1 (or 0) is known, with the total of each group known.

    In a group (numbers from 0) the smallest other counts are withheld as well, empty ones last, equal ones by chance, while
    what is withheld can be told from its sum. A group that has no others left is `open`: its total must not be published.
    Of a table whose totals are known both ways, `group` has two rows (2, n), with numbers of their own.

    Notes
    -----
    Primary and complementary suppression (Hundepool et al. 2012, chapter 4). Of m counts withheld as small, whose sum is
    known, each is known when m = 1 or when all must be the least or the most that is withheld. Who also knows this
    rule must not be able to undo it: that is why equal counts are taken by chance.

    Examples
    --------
    >>> found = withheld(np.array([0, 9, 3, 12]), 5, np.zeros(4, int), np.random.default_rng(0))
    >>> found.small.tolist(), found.others.tolist()
    ([False, False, True, False], [False, True, False, False])
    """
    small = (count < k) & ((count > 0) | zeros)
    others, open_groups = np.zeros(count.size, dtype=bool), set()
    ways, before = np.atleast_2d(group), -1
    while before < others.sum():
        before = int(others.sum())
        for way in ways:
            open_groups |= _with_others(count, small, others, way, random, (k, zeros))
        if len(ways) == 1:  # of several ways each may undo what another hides
            break
    return Withheld(small, others, np.array(sorted(open_groups), dtype=np.int64))


def _with_others(
    count: np.ndarray,
    small: np.ndarray,
    others: np.ndarray,
    group: np.ndarray,
    random: np.random.Generator,
    rule: tuple[int, bool],
) -> set[int]:
    """Withhold others (marked here) in each group where the sum tells a small count; return the groups left open."""
    found = set()
    by_group = np.argsort(group, kind="stable")
    for number in np.unique(group[small | others]):
        first, last = np.searchsorted(group[by_group], [number, number + 1])
        rows = by_group[first:last]
        # Empty ones last; the draw puts equal ones into an order that nobody knows.
        order = rows[np.lexsort((random.random(rows.size), count[rows], count[rows] == 0))]
        spare = list(order[~(small | others)[order]])
        while _told(count[rows], small[rows], others[rows], *rule):
            if not spare:
                found.add(int(number))
                break
            others[spare.pop(0)] = True
    return found


def _told(count: np.ndarray, small: np.ndarray, others: np.ndarray, k: int, zeros: bool) -> bool:
    """Tell whether the sum of what is withheld of a group gives a small count away."""
    number = int(small.sum()) + int(others.sum())
    if number == 1:
        return True
    if others.any():
        return False
    least, most, total = (0 if zeros else 1), k - 1, int(count[small].sum())
    return total in (number * least, number * most)
