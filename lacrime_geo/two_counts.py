"""Whether two counts come from one rate: the E-test and the conditional test, for many pairs at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks
from .significance import tails_at

ALTERNATIVES = ("two-sided", "greater", "less")
# Of larger counts all that weigh would not fit into the memory.
MOST = 1_000_000_000
# Counts farther from their mean, in standard deviations and beyond that, have no weight in float64.
_DEVIATIONS, _BEYOND = 9.0, 25.0


def e_test(a: Any, b: Any, *, exposure: Any = (1.0, 1.0), alternative: str = "two-sided") -> Any:
    """Return the p that two counts come from one rate (E-test).

    Parameters
    ----------
    a, b : counts, or arrays of them.
    exposure : what a and what b was counted in, two numbers or arrays in one unit: days, residents, days times residents.
    alternative : what p is held against: "two-sided" (the rates differ), "greater" (the rate of a is the higher one) or "less".

    Returns
    -------
    float or array
        Of the shape of all four broadcast together. 1 where both counts are 0.

    Raises
    ------
    ValueError
        If a count is no whole number from 0 to 1,000,000,000, an exposure is not above 0 or not one of two, the shapes do
        not fit, or the alternative is another.

    Notes
    -----
    Krishnamoorthy & Thomson 2004, of the hypothesis that both rates are equal: λ = (k₁ + k₂)/(n₁ + n₂) is taken for the rate,
    and p is the probability of all pairs of Poisson counts with means n₁λ and n₂λ whose T is at least as far from 0, where
    T = (x₁/n₁ − x₂/n₂)/√(x₁/n₁² + x₂/n₂²); one-sided, whose T is at least as high, or as low. It finds more than the
    conditional (binomial) test, which is exact but cautious; the share of p ≤ α is at most α, or above it by a hair. Values
    below 1e-14 mean no more than that.

    Examples
    --------
    >>> round(e_test(6, 2), 4), e_test(0, 0), round(e_test(6, 2, alternative="greater"), 4)
    (0.1749, 1.0, 0.0874)
    >>> e_test([30, 30], [12, 12], exposure=([30, 60], 30)).round(4).tolist()
    [0.0051, 0.5047]
    """
    checks.option("alternative", alternative, ALTERNATIVES)
    counts = [_counts(name, values) for name, values in (("a", a), ("b", b))]
    exposures = _exposures(exposure)
    shapes = [column.shape for column in (*counts, *exposures)]
    try:
        first, second, n1, n2 = np.broadcast_arrays(*counts, *exposures)
    except ValueError:
        raise ValueError(
            f"Counts and exposures have shapes {', '.join(map(str, shapes))}, which do not fit; give as many of each, or one."
        ) from None
    p = e_test_p(first.ravel(), second.ravel(), (n2 / (n1 + n2)).ravel(), alternative).reshape(first.shape)
    return float(p) if p.ndim == 0 else p


def _exposures(exposure: Any) -> list[np.ndarray]:
    if not isinstance(exposure, (tuple, list, np.ndarray)) or len(exposure) != 2:
        raise ValueError(f"exposure must be two, what a and what b was counted in, got {exposure!r}.")
    return [exposure_of(f"the exposure of {name}", values) for name, values in zip("ab", exposure)]


def _counts(name: str, values: Any) -> np.ndarray:
    column = checks.numbers(name, values, np.size(values))
    bad = np.flatnonzero((column < 0) | (column > MOST) | (column % 1 != 0))
    if bad.size:
        raise ValueError(
            f"{name} must be whole numbers from 0 to {MOST:,}; {bad.size:,} of {column.size:,} are not, the first is "
            f"{column[bad[0]]:g}."
        )
    return column.astype(np.int64).reshape(np.shape(values))


def exposure_of(name: str, values: Any) -> np.ndarray:
    """Return exposures as floats above 0, in the shape they were given."""
    column = checks.numbers(name, values, np.size(values))
    bad = np.flatnonzero(column <= 0)
    if bad.size:
        raise ValueError(
            f"{name} must be above 0; {bad.size:,} of {column.size:,} are not, the first is {column[bad[0]]:g}."
        )
    return column.reshape(np.shape(values))


def e_test_p(before: np.ndarray, after: np.ndarray, after_share: Any, alternative: str = "two-sided") -> np.ndarray:
    """Return the p of the E-test of pairs of counts (n,), the second of which has a share (n,) or one of the exposure.

    >>> e_test_p(np.array([6, 0]), np.array([2, 0]), 0.5).round(4).tolist()
    [0.1749, 1.0]
    """
    share = np.broadcast_to(np.asarray(after_share, dtype=float), before.shape)
    if alternative == "less":
        return e_test_p(after, before, 1 - share, "greater")
    kinds, where = np.unique(np.c_[before, after, share], axis=0, return_inverse=True)
    k1, k2, n2 = kinds.T
    n1 = 1 - n2
    with np.errstate(invalid="ignore"):
        apart = (k1 / n1 - k2 / n2) / np.sqrt(k1 / n1**2 + k2 / n2**2)
    p = np.ones(len(kinds))
    # Rates that are equal but for rounding are equal.
    apart[np.abs(apart) <= 1e-9] = 0.0
    told = np.flatnonzero((k1 + k2 > 0) & ((apart != 0) | (alternative == "greater")))
    if told.size:
        p[told] = _as_far_apart(apart[told], (k1 + k2)[told], n1[told], n2[told], alternative == "greater")
    return p[where.ravel()]


def _as_far_apart(apart: np.ndarray, total: np.ndarray, n1: np.ndarray, n2: np.ndarray, greater: bool) -> np.ndarray:
    """Return for each pair the probability of all pairs whose T² is at least as large, or whose T is as `greater`."""
    from scipy.special import gammaln, pdtr, pdtrc

    mean = total * n1
    reach = _DEVIATIONS * np.sqrt(mean)
    first = np.floor(np.maximum(mean - reach - _BEYOND, 0))
    number = (np.ceil(mean + reach + _BEYOND) - first).astype(np.int64) + 1
    # One row for each first count of each pair.
    pair = np.repeat(np.arange(total.size), number)
    x1 = first[pair] + np.arange(pair.size) - np.repeat(np.cumsum(number) - number, number)
    of_second = (total * n2)[pair]
    if greater:
        most = _most_of_second(x1, apart[pair], (n2 / n1)[pair])
        beyond = np.where(most < 0, 0.0, pdtr(np.maximum(most, 0), of_second))
    else:
        low, high = _limits(x1, apart[pair] ** 2, (n2 / n1)[pair])
        beyond = pdtrc(high - 1, of_second) + np.where(low < 0, 0.0, pdtr(np.maximum(low, 0), of_second))
    weight = np.exp(x1 * np.log(mean[pair]) - mean[pair] - gammaln(x1 + 1))
    return np.minimum(np.bincount(pair, weight * beyond), 1.0)


def _limits(x1: np.ndarray, squared: np.ndarray, ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return up to and from which second count T² is at least as large, for a first one; −1 where none is low enough.

    T² as a function of the second count falls and then rises: the limits are the roots of a quadratic equation.
    """
    middle, half, slack = _roots(x1, squared, ratio)
    low, high = np.floor(middle - half + slack), np.ceil(middle + half - slack)
    # No incidents at all are no difference.
    return np.where((x1 == 0) | (low < 0), -1.0, low), np.maximum(high, 1.0)


def _most_of_second(x1: np.ndarray, apart: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Return up to which second count T, which falls with it, is at least as great, for a first one; −1 where none is."""
    middle, half, slack = _roots(x1, apart**2, ratio)
    most = np.floor(middle - np.sign(apart) * half + slack)
    return np.where((x1 == 0) & (apart > 0), -1.0, most)


def _roots(x1: np.ndarray, squared: np.ndarray, ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the middle between the second counts at which T² is as large, half their distance, and what is rounding."""
    equal, spread = ratio * x1, ratio**2 * x1
    middle = equal + squared / 2
    half = np.sqrt(squared * (squared / 4 + equal + spread))
    # A count as far apart as the one seen belongs to them, however its root is rounded.
    return middle, half, 1e-9 * (1 + middle)


def conditional_p(before: np.ndarray, after: np.ndarray, after_share: Any) -> np.ndarray:
    """Return the exact two-sided p that pairs of counts (n,) come from one rate, given their sum.

    Parameters
    ----------
    before, after : counts of two periods.
    after_share : the later period's share of the exposure of both, one or (n,).

    >>> conditional_p(np.array([6, 0]), np.array([0, 0]), 0.5).round(5).tolist()
    [0.03125, 1.0]
    """
    share = np.broadcast_to(np.asarray(after_share, dtype=float), before.shape)
    kinds, where = np.unique(np.c_[before + after, share], axis=0, return_inverse=True)
    order = np.argsort(where.ravel(), kind="stable")
    ends = np.searchsorted(where.ravel()[order], np.arange(len(kinds) + 1))
    p = np.ones(before.size)
    for number, (n, of_after) in enumerate(kinds):
        rows = order[ends[number] : ends[number + 1]]
        p[rows] = np.minimum(tails_at(_binomial(int(n), of_after), after[rows]), 1.0)
    return p


def _binomial(n: int, share: float) -> np.ndarray:
    """Return the probabilities of 0…n."""
    from scipy.special import gammaln

    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(ways + k * np.log(share) + (n - k) * np.log1p(-share)))


TESTS = {"e": e_test_p, "conditional": conditional_p}


def smallest_p(total: np.ndarray, after_share: Any, test: str = "conditional") -> np.ndarray:
    """Return the smallest p that totals (n,) of both periods could have: with all incidents in one of them.

    >>> smallest_p(np.array([4, 5]), 0.5).round(5).tolist()
    [0.125, 0.0625]
    """
    nothing = np.zeros_like(total)
    return np.minimum(*(TESTS[test](*pair, after_share) for pair in ((nothing, total), (total, nothing))))
