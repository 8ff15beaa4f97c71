"""The trend of a series, or of very many: Mann-Kendall, with ties."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import significance
from ..progress import Progress, advance

LEAST_VALUES = 3
_VALUES_AT_ONCE = 100_000  # that stay in the processor's cache


class MannKendall(NamedTuple):
    """Hold the trend of one series, or of many as arrays.

    `S` is the number of pairs that rise less those that fall, `var` its variance without a trend, `z` and the two-sided `p`
    follow the normal distribution, `ties` is the number of pairs of equal values.
    """

    S: Any
    var: Any
    z: Any
    p: Any
    ties: Any


def mann_kendall(values: Any, *, axis: int = -1, progress: Progress = None) -> MannKendall:
    """Test series for a trend, up or down, of whatever shape (Mann-Kendall).

    Parameters
    ----------
    values : numbers in order of time: (n,) one series, or an array of many of equal length.
    axis : the axis of time; of a table with a series in each row the last, the default.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    MannKendall
        `S`, `var`, `z`, `p`, `ties`: numbers for one series, else arrays (m,) in the order of the series.

    Raises
    ------
    ValueError
        If a series has fewer than 3 values, or a value is missing.

    Notes
    -----
    S = Σ sign(xⱼ − xᵢ) over all pairs i < j (Mann 1945, Kendall 1975), var = [n(n − 1)(2n + 5) − Σ t(t − 1)(2t + 5)] / 18
    with a group of t equal values each, z = (S ∓ 1)/√var, 0 where S is 0. Values of a series that depend on those before
    make trends look surer than they are.

    Examples
    --------
    >>> rising = mann_kendall(range(10))
    >>> rising.S, rising.var, round(rising.z, 3)
    (45, 125.0, 3.935)
    """
    table = _numbers(values)
    if not -table.ndim <= axis < max(table.ndim, 1):
        raise ValueError(f"axis must be one of the {table.ndim} axes of the values, got {axis!r}.")
    if table.ndim == 0 or table.shape[axis] < LEAST_VALUES:
        length = 1 if table.ndim == 0 else table.shape[axis]
        raise ValueError(f"A trend needs at least {LEAST_VALUES} values in order of time, got {length}.")
    single = table.ndim == 1
    series = np.moveaxis(table, axis, 0).reshape(table.shape[axis], -1)
    missing = int(np.isnan(series).any(axis=0).sum()) if series.dtype.kind == "f" else 0
    if missing:
        raise ValueError(
            f"{missing:,} of {series.shape[1]:,} series have missing values; leave these steps out, or fill them, first."
        )
    score, tied, excess = _pairs(series, progress)
    n = len(series)
    variance = (n * (n - 1) * (2 * n + 5) - excess) / 18.0
    spread = np.sqrt(variance)
    z = np.divide(score - np.sign(score), spread, out=np.zeros(spread.shape), where=spread > 0)
    found = MannKendall(score, variance, z, significance.two_sided(z), tied)
    return MannKendall(*(column[0].item() for column in found)) if single else found


def _numbers(values: Any) -> np.ndarray:
    """Return values as an array of numbers; raise where they are none."""
    table = np.asarray(values)
    if table.dtype.kind in "iufb":
        return table
    try:
        if table.dtype.kind == "c":
            raise TypeError
        return table.astype(float)
    except (TypeError, ValueError):
        raise TypeError(f"values must be numbers in order of time; the first is {table.ravel()[0]!r}.") from None


def _pairs(series: np.ndarray, progress: Progress) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of series (n, m): S, the number of tied pairs, and Σ t(t − 1)(2t + 5) over the groups of equal values."""
    n, m = series.shape
    score, tied, excess = (np.zeros(m, dtype=np.int64) for _ in range(3))
    at_once = max(_VALUES_AT_ONCE // n, 1)
    for begin in range(0, m, at_once):
        some = slice(begin, begin + at_once)
        block = np.ascontiguousarray(series[:, some])
        up, down = _rises(block)
        score[some], tied[some] = up - down, n * (n - 1) // 2 - up - down
        with_ties = np.flatnonzero(tied[some])
        excess[begin + with_ties] = _excess(block[:, with_ties])
        advance(progress, min(begin + at_once, m) / m)
    return score, tied, excess


def _rises(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many pairs of each series rise and fall: all series at once, one lag after the other."""
    n = len(block)
    # At most n − 1 pairs begin at a value: so narrow numbers are added up fastest.
    narrow = np.int8 if n <= np.iinfo(np.int8).max else np.int32
    up, down = np.zeros(block.shape, narrow), np.zeros(block.shape, narrow)
    told = np.empty(block.shape, dtype=bool)
    for lag in range(1, n):
        later, earlier, at = block[lag:], block[:-lag], told[lag:]
        for counted, compare in ((up, np.greater), (down, np.less)):
            compare(later, earlier, out=at)
            counted[lag:] += at.view(np.int8)
    return up.sum(axis=0, dtype=np.int64), down.sum(axis=0, dtype=np.int64)


def _excess(block: np.ndarray) -> np.ndarray:
    """Return Σ t(t − 1)(2t + 5) over the runs of equal values in each sorted series: by how much ties narrow S."""
    n, m = block.shape
    if not m:
        return np.zeros(0, dtype=np.int64)
    ordered = np.sort(block.T, axis=1)
    begins = np.ones((m, n), dtype=bool)
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    start = np.flatnonzero(begins)
    t = np.diff(start, append=m * n)
    return np.asarray(np.add.reduceat(t * (t - 1) * (2 * t + 5), np.flatnonzero(start % n == 0)))
