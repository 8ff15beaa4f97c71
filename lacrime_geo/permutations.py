"""Conditional permutation: how often neighbours drawn by chance from all others have a sum as far out as the real ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from . import checks, significance
from .parameters import Parameters
from .progress import Progress, advance

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def conditional_inference(
    z: np.ndarray,
    weights: csr_matrix,
    x: np.ndarray,
    permutations: int,
    seed: int,
    correction: str,
    parameters: Parameters,
    progress: Progress = None,
) -> np.ndarray:
    """Return the two-sided p of each feature: of z under the normal distribution, or by permutation; say which.

    Where z is undefined p is 1.
    """
    permutations = checks.whole("permutations", permutations, minimum=0)
    if not permutations:
        parameters["inference"] = "analytic two-sided p"
        return significance.two_sided(z)
    seed = checks.whole("seed", seed, minimum=0)
    parameters.update(permutations=permutations, seed=seed, inference="two-sided p by conditional permutation")
    _warn_of_few(permutations, x.size, correction, parameters)
    return np.where(np.isnan(z), 1.0, conditional_p(weights, x, permutations, seed, progress))


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
    Anselin 1995; all features share the draws, as places in the list of the others.
    """
    random = np.random.default_rng(seed)
    count = np.diff(weights.indptr)
    draws = _draws(random, x.size - 1, int(count.max(initial=0)), permutations)
    # Equal sums of unequal order differ in their last digits.
    total = np.asarray(np.abs(weights).sum(axis=1)).ravel()
    slack = 1e-12 * total * max(float(np.abs(x).max(initial=0.0)), 1e-300)
    p = np.ones(x.size)
    for row in range(x.size):
        own = slice(weights.indptr[row], weights.indptr[row + 1])
        if count[row]:
            observed = weights.data[own] @ x[weights.indices[own]]
            others = draws[:, : count[row]]
            drawn = x[others + (others >= row)] @ weights.data[own]
            tails = (drawn >= observed - slack[row]).sum(), (drawn <= observed + slack[row]).sum()
            p[row] = min(2 * (min(tails) + 1) / (permutations + 1), 1.0)
        if row % 256 == 0:
            advance(progress, row / x.size)
    return p


def _warn_of_few(permutations: int, features: int, correction: str, parameters: Parameters) -> None:
    """Say when so few draws cannot give a p small enough to stand after the correction for many features."""
    needed = math.ceil(2 * features / 0.05) - 1
    if correction != "none" and permutations < needed:
        parameters.warn(
            f"{permutations:,} permutations give no p below {2 / (permutations + 1):.2g}, which the correction for {features:,} "
            f"features may leave without any significant one; {needed:,} are enough for a single feature, 0 takes the normal p."
        )


def _draws(random: np.random.Generator, others: int, number: int, permutations: int) -> np.ndarray:
    """Return (permutations, number) places in a list, none twice in a row."""
    found = np.empty((permutations, number), dtype=np.int64)
    for row in found:
        row[:] = random.choice(others, number, replace=False)
    return found
