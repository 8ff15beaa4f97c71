"""How sure it is that counts are sums of columns: how unlikely counts are to fall on a straight line or plane by chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Of residuals, in shares of the counts: rounding.
_EXACT = 1e-7
# For each column, in a first look.
_FEW_ROWS = 4


class Sum(NamedTuple):
    """Tell which columns counts are a sum of, with factors, and how sure it is (a logarithm)."""

    columns: tuple[int, ...]
    evidence: float


def as_sum(counts: np.ndarray, values: np.ndarray) -> Sum | None:
    """Return the columns of which counts are a sum with any factors, to the last incident; None where they are none.

    Parameters
    ----------
    counts : whole numbers (n,), none negative.
    values : columns (n, k); rows with a missing value are left out.

    Notes
    -----
    Columns of rank r fix r of the counts; that a Poisson count of any rate is y has a chance of e⁻ʸ yʸ / y! at most, and those of
    the others multiply. The r counts whose chances are smallest are taken for the fixed ones, which leaves the most to chance.
    """
    known = np.isfinite(values).all(axis=1)
    design, target = _scaled(values[known]), counts[known].astype(float)
    # What is no sum on some of the rows is none on all.
    few = np.argsort(target == 0, kind="stable")[: _FEW_ROWS * design.shape[1]]
    if not target.any() or _fitted(design[few], target[few]) is None:
        return None
    fitted = _fitted(design, target)
    if fitted is None:
        return None
    factors, rank = fitted
    evidence = _evidence(target, rank)
    share = np.abs(factors[1:]) * np.abs(design[:, 1:]).max(axis=0, initial=0.0)
    used = np.flatnonzero(share > 1e-6 * max(share.max(initial=0.0), 1e-12))
    return Sum(tuple(used.tolist()), evidence)


def as_curve(counts: np.ndarray, values: np.ndarray) -> float:
    """Return how sure it is that counts are a curve of a column (n,): its exponential, square, root, or it rounded."""
    with np.errstate(over="ignore", invalid="ignore"):
        curves = [np.exp(values - values.max()), values**2, np.sqrt(np.abs(values)), np.rint(values)]
    found = [as_sum(counts, curve[:, None]) for curve in curves]
    return max((one.evidence for one in found if one is not None), default=0.0)


def _fitted(design: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, int] | None:
    """Return the factors of columns, and their rank, where they sum to the target; else None."""
    factors, _, rank, _ = np.linalg.lstsq(design, target, rcond=1e-10)
    off = np.abs(design @ factors - target).max(initial=0.0)
    return None if off > _EXACT * max(1.0, float(target.max(initial=0.0))) else (factors, int(rank))


def _scaled(values: np.ndarray) -> np.ndarray:
    """Return columns with a constant first, each of length 1."""
    columns = np.column_stack([np.ones(len(values)), values])
    return columns / np.maximum(np.sqrt((columns**2).sum(axis=0)), np.finfo(float).tiny)


def _evidence(counts: np.ndarray, rank: int) -> float:
    from scipy.special import gammaln

    at_most = counts - np.where(counts > 0, counts * np.log(np.maximum(counts, 1.0)), 0.0) + gammaln(counts + 1)
    return float(np.sort(at_most)[: max(counts.size - rank, 0)].sum())
