"""How unlikely so many cases in a cylinder are: the likelihood ratio of a scan, and p from the maxima of random ones."""

from __future__ import annotations

import math

import numpy as np

# The likelihood ratio of a case number is looked up between so many expected ones, evenly spaced on a logarithmic scale.
_LOOKED_UP, _LEAST_EXPECTED = 20_000, 1e-7
_HALVINGS = 60
FEWEST_CASES = 2  # a single incident breaks out nowhere
EULER = 0.5772156649015329


def log_likelihood_ratio(cases: np.ndarray, expected: np.ndarray, total: int) -> np.ndarray:
    """Return the logarithm of Kulldorff's likelihood ratio (n,), 0 where there are no more cases than expected.

    Parameters
    ----------
    cases, expected : incidents in cylinders (n,), and how many would be there by chance.
    total : all incidents.

    Notes
    -----
    Kulldorff et al. 2005: c log(c/μ) + (N − c) log((N − c)/(N − μ)) for c > μ.

    >>> log_likelihood_ratio(np.array([10, 3]), np.array([4.0, 4.0]), 100).round(4).tolist()
    [3.3544, 0.0]
    """
    from scipy.special import xlogy

    cases = np.asarray(cases, dtype=float)
    inside = xlogy(cases, cases / expected)
    outside = xlogy(total - cases, (total - cases) / np.maximum(total - expected, 1e-300))
    return np.asarray(np.where(cases > expected, inside + outside, 0.0))


class FewestCases:
    """How many cases a cylinder must have, at its expected number, for its likelihood ratio to reach a value."""

    def __init__(self, least: float, total: int) -> None:
        self.least, self.total = least, total
        self._expected = np.geomspace(_LEAST_EXPECTED, total, _LOOKED_UP)
        self._cases = self._solved()

    def _solved(self) -> np.ndarray:
        """Return the cases at which the ratio is reached, at each expected number that is looked up, by halving."""
        low, high = self._expected.copy(), np.full(_LOOKED_UP, float(self.total))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            short = log_likelihood_ratio(middle, self._expected, self.total) < self.least
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return low

    def of(self, expected: np.ndarray) -> np.ndarray:
        """Return a number (n,) that cylinders with fewer cases cannot reach the value by; some that have it may not either.

        The ratio is convex in cases and expected number together, so that the curve along which it has one value is concave
        and lies above the straight lines between points of it.
        """
        if self.least <= 0:
            least = np.floor(expected) + 1
        else:
            least = np.ceil(np.interp(expected, self._expected, self._cases, left=0.0) - 1e-6)
        return np.maximum(least, FEWEST_CASES)


def p_by_rank(ratios: np.ndarray, maxima: np.ndarray) -> np.ndarray:
    """Return (k + 1) / (R + 1) for each ratio (n,): k of the maxima (R,) of random scans are at least as large.

    >>> p_by_rank(np.array([5.0, 2.0]), np.array([1.0, 2.0, 3.0])).tolist()
    [0.25, 0.75]
    """
    # The same ratio, computed from other numbers, may differ by rounding.
    below = np.searchsorted(np.sort(maxima), ratios * (1 - 1e-9) - 1e-12, side="left")
    return np.asarray((maxima.size - below + 1) / (maxima.size + 1))


def p_by_gumbel(ratios: np.ndarray, maxima: np.ndarray) -> np.ndarray:
    """Return the tail of the Gumbel distribution fitted to the maxima of random scans by their mean and standard deviation.

    Notes
    -----
    Abrams, Kleinman & Kulldorff 2010: 1 − exp(−exp(−(x − μ)/β)), β = s √6/π and μ = mean − γ β.
    """
    scale = max(float(maxima.std(ddof=1)) * math.sqrt(6) / math.pi, 1e-12)
    mode = float(maxima.mean()) - EULER * scale
    return np.asarray(-np.expm1(-np.exp(-(ratios - mode) / scale)))


P_OF = {"rank": p_by_rank, "gumbel": p_by_gumbel}
