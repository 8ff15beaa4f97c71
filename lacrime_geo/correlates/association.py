"""How two attributes go together: chi-squared with the margins kept, Cramér's V with an interval, residuals of each cell."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance

# Equal sums whose terms were added in another order.
_TIES = 1e-9
# Of a cell in which fewer are expected, a residual has no normal law.
_FEWEST = 1.0


class Association(NamedTuple):
    """Hold chi-squared of a table, its p by permutation, Cramér's V with an interval, and the residuals (rows, columns)."""

    chi_squared: float
    p: float
    v: float
    low: float
    high: float
    residuals: np.ndarray


def association(
    count: np.ndarray, level: float, permutations: int, seed: int, progress: Progress = None
) -> Association:
    """Return how the rows and columns of a table of counts go together; those that are empty do not matter.

    Raises
    ------
    ValueError
        If fewer than two rows or columns have any counts.

    Notes
    -----
    V is corrected for its bias (Bergsma 2013, J. Korean Stat. Soc. 42, 323–328): φ² = max(0, χ²/n − (r−1)(c−1)/(n−1)), r′ = r −
    (r−1)²/(n−1), c′ alike, V = √(φ² / min(r′−1, c′−1)). Its interval has those noncentralities of χ² that leave half of the
    error on either side (Smithson 2003, Confidence intervals, chapter 4). Residuals are adjusted (Haberman 1973, Biometrics 29,
    205–220): standard normal where nothing goes together, and missing where fewer than one incident would be expected, which
    no normal law tells of. p is of tables with the same totals both ways.

    Examples
    --------
    >>> found = association(np.array([[30, 10], [10, 30]]), 95, 999, 0)
    >>> found.chi_squared, round(found.v, 3), found.p, found.residuals.round(3).tolist()
    (20.0, 0.49, 0.001, [[4.472, -4.472], [-4.472, 4.472]])
    """
    rows, columns = count.sum(axis=1) > 0, count.sum(axis=0) > 0
    if rows.sum() < 2 or columns.sum() < 2:
        raise ValueError(
            f"The table has {rows.sum()} rows and {columns.sum()} columns with incidents; to go together takes two of each."
        )
    table = count[np.ix_(rows, columns)]
    fit = chi_squared(table[None])[0]
    residuals = np.full(count.shape, np.nan)
    residuals[np.ix_(rows, columns)] = _residuals(table)
    return Association(
        float(fit), _permuted(table, fit, permutations, seed, progress), *_v(float(fit), table, level), residuals
    )


def chi_squared(tables: np.ndarray) -> np.ndarray:
    """Return Pearson's chi-squared of tables (m, rows, columns) without empty rows or columns."""
    total = tables.sum(axis=(1, 2), keepdims=True)
    expected = tables.sum(axis=2, keepdims=True) * tables.sum(axis=1, keepdims=True) / total
    return np.asarray(((tables - expected) ** 2 / expected).sum(axis=(1, 2)))


def _residuals(table: np.ndarray) -> np.ndarray:
    total = table.sum()
    rows, columns = table.sum(axis=1, keepdims=True) / total, table.sum(axis=0, keepdims=True) / total
    expected = total * rows * columns
    found = (table - expected) / np.sqrt(expected * (1 - rows) * (1 - columns))
    return np.where(expected < _FEWEST, np.nan, found)


def _v(fit: float, table: np.ndarray, level: float) -> tuple[float, float, float]:
    """Return V and the limits of its interval."""
    total = int(table.sum())
    (rows, columns), error = table.shape, 1 - level / 100
    freedom = (rows - 1) * (columns - 1)
    least = min(size - (size - 1) ** 2 / (total - 1) - 1 for size in (rows, columns))
    if least <= 0:
        return float("nan"), float("nan"), float("nan")
    found = math.sqrt(max(fit / total - freedom / (total - 1), 0.0) / least)
    ends = (_noncentrality(fit, freedom, 1 - error / 2), _noncentrality(fit, freedom, error / 2))
    low, high = (min(math.sqrt(end / total / least), 1.0) for end in ends)
    return min(found, 1.0), low, high


def _noncentrality(fit: float, freedom: int, probability: float) -> float:
    """Return the noncentrality at which a chi-squared is no larger than this with a probability; 0 where none is."""
    from scipy.special import chndtr

    if chndtr(fit, freedom, 0.0) <= probability:
        return 0.0
    low, high = 0.0, fit + 1.0
    while _below(fit, freedom, high) > probability:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _below(fit, freedom, middle) > probability else (low, middle)
    return (low + high) / 2


def _below(fit: float, freedom: int, noncentral: float) -> float:
    """Return the probability of a noncentral chi-squared below a value; of large ones by the normal limit of Sankaran 1963."""
    from scipy.special import chndtr, ndtr

    if noncentral + fit < 1e4:
        return float(chndtr(fit, freedom, noncentral))
    mean, spread = freedom + noncentral, freedom + 2 * noncentral
    power = 1 - 2 * mean * (freedom + 3 * noncentral) / (3 * spread**2)
    small = spread / mean**2
    curve = (power - 1) * (1 - 3 * power)
    centre = 1 + power * small * (power - 1 - 0.5 * (2 - power) * curve * small)
    width = power * math.sqrt(2 * small) * (1 + 0.5 * curve * small)
    return float(ndtr(((fit / mean) ** power - centre) / width))


def _permuted(table: np.ndarray, fit: float, permutations: int, seed: int, progress: Progress) -> float:
    """Return p of a table among those drawn with the same totals, itself counted."""
    random, rows = np.random.default_rng(seed), table.sum(axis=1)
    extreme = 1
    for draw in range(permutations):
        left, drawn = table.sum(axis=0), np.empty(table.shape, dtype=np.int64)
        for row, size in enumerate(rows[:-1]):
            drawn[row] = random.multivariate_hypergeometric(left, size, method="marginals")
            left = left - drawn[row]
        drawn[-1] = left
        extreme += bool(chi_squared(drawn[None])[0] >= fit * (1 - _TIES))
        advance(progress, (draw + 1) / permutations)
    return float(extreme / (permutations + 1))
