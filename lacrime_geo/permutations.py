"""Conditional permutation: how often neighbours drawn by chance from all others have a sum as far out as the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .progress import Progress, advance

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_DRAWN_AT_ONCE = 4_000_000


def conditional_p(
    weights: csr_matrix, x: np.ndarray, permutations: int, seed: int, progress: Progress = None
) -> np.ndarray:
    """Return the two-sided p of each feature's weighted sum of neighbours, its own value held fast.

    Parameters
    ----------
    weights : (n, n) without a diagonal.
    x : values (n,).
    permutations : how many random draws, without replacement from the others; the smallest p is 2 / (permutations + 1).

    Returns
    -------
    p : twice the smaller tail, at most 1. A draw that ties with the real sum counts in both tails, so that a
        neighbourhood of zeros among zeros is not significant. Features without neighbours have p 1.

    Notes
    -----
    Anselin 1995; all features share the draws. Where a feature's neighbours weigh alike only their number matters:
    `equal_weights_p` then looks all such features up in one sorted list per number.
    """
    count = np.diff(weights.indptr)
    alike = rows_alike(weights)
    p = np.ones(x.size)
    if alike.any():
        binary = weights.astype(bool).astype(float)
        p = equal_weights_p(x, binary @ x, np.where(alike, count, 0), permutations, seed, progress)
    rest = np.flatnonzero(~alike & (count > 0))
    draws = _draws(np.random.default_rng(seed), x.size - 1, int(count[rest].max(initial=0)), permutations)
    for number, row in enumerate(rest):
        own = slice(weights.indptr[row], weights.indptr[row + 1])
        others = draws[:, : count[row]]
        drawn = x[others + (others >= row)] @ weights.data[own]
        observed = weights.data[own] @ x[weights.indices[own]]
        slack = _slack(np.abs(weights.data[own]).sum(), x)
        p[row] = _doubled((drawn >= observed - slack).sum(), (drawn <= observed + slack).sum(), permutations)
        if number % 256 == 0:
            advance(progress, number / rest.size)
    return p


def rows_alike(weights: csr_matrix) -> np.ndarray:
    """Mark the features (n,) whose neighbours all weigh the same."""
    count = np.diff(weights.indptr)
    if not weights.nnz:
        return np.zeros(count.size, dtype=bool)
    filled = np.flatnonzero(count)
    alike = np.zeros(count.size, dtype=bool)
    least, most = (edge.reduceat(weights.data, weights.indptr[filled]) for edge in (np.minimum, np.maximum))
    alike[filled] = (least > 0) & (most - least <= 1e-12 * most)
    return alike


def equal_weights_p(
    x: np.ndarray, total: np.ndarray, size: np.ndarray, permutations: int, seed: int, progress: Progress = None
) -> np.ndarray:
    """Return the same where neighbours weigh alike: `total` (n,) is the plain sum of each feature's `size` (n,) neighbours.

    Notes
    -----
    A draw is an ordered sample of one value more than there are neighbours. A feature that comes up in its own draw is
    replaced by the value to spare, which leaves an even draw from all others; so a list of draws, sorted once for each
    number of neighbours, serves all features, and only those few draws are counted anew.
    """
    higher, lower = np.zeros(x.size, dtype=np.int64), np.zeros(x.size, dtype=np.int64)
    slack = _slack(size, x)
    random, largest = np.random.default_rng(seed), int(size.max(initial=0))
    at_once = max(_DRAWN_AT_ONCE // (largest + 1), 1)
    for begin in range(0, permutations if largest else 0, at_once):
        draws = _draws(random, x.size, largest + 1, min(at_once, permutations - begin))
        drawn = x[draws]
        sums = np.cumsum(drawn, axis=1)
        for number in np.unique(size[size > 0]):
            rows = np.flatnonzero(size == number)
            up, down = _tails(sums[:, number - 1], total[rows], slack[rows])
            higher[rows], lower[rows] = higher[rows] + up, lower[rows] + down
            _without_themselves(draws[:, : number + 1], drawn, sums[:, number - 1], total, size, slack, higher, lower)
            advance(progress, begin / permutations)
    return np.where(size > 0, _doubled(higher, lower, permutations), 1.0)


def _tails(sums: np.ndarray, total: np.ndarray, slack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many sums are at least, and at most, each total."""
    ordered = np.sort(sums)
    at_least = ordered.size - np.searchsorted(ordered, total - slack, side="left")
    return at_least, np.searchsorted(ordered, total + slack, side="right")


def _without_themselves(
    draws: np.ndarray,
    drawn: np.ndarray,
    sums: np.ndarray,
    total: np.ndarray,
    size: np.ndarray,
    slack: np.ndarray,
    higher: np.ndarray,
    lower: np.ndarray,
) -> None:
    """Count anew the draws in which a feature came up among its own neighbours, with the value to spare in its place."""
    number = draws.shape[1] - 1
    row, place = np.nonzero(size[draws[:, :-1]] == number)
    feature = draws[row, place]
    before = sums[row]
    after = before - drawn[row, place] + drawn[row, number]
    for tail, side in ((higher, 1), (lower, -1)):
        bound = side * total[feature] - slack[feature]
        change = (side * after >= bound).astype(np.int64) - (side * before >= bound)
        np.add.at(tail, feature, change)


def _doubled(higher: np.ndarray, lower: np.ndarray, permutations: int) -> np.ndarray:
    return np.minimum(2 * (np.minimum(higher, lower) + 1) / (permutations + 1), 1.0)


def _slack(weight: Any, x: np.ndarray) -> Any:
    """Return by how much equal sums of unequal order may differ in their last digits, for the weight of each sum."""
    return 1e-12 * weight * max(float(np.abs(x).max(initial=0.0)), 1e-300)


def _draws(random: np.random.Generator, others: int, number: int, permutations: int) -> np.ndarray:
    """Return (permutations, number) places in a list, none twice in a row."""
    if number**2 > others:
        found = np.empty((permutations, number), dtype=np.int64)
        for row in found:
            row[:] = random.choice(others, number, replace=False)
        return found
    # Few of many seldom come twice: drawn again are only the rows in which one did.
    found = random.integers(0, others, (permutations, number))
    again = np.arange(permutations)
    while again.size:
        ordered = np.sort(found[again], axis=1)
        again = again[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
        found[again] = random.integers(0, others, (again.size, number))
    return found
