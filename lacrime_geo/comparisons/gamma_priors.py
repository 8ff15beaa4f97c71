"""How rates spread beyond chance: a gamma distribution found from them, and what it makes of each (empirical Bayes)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance, within
from ..rate_smoothing import between_areas

SMOOTHING = ("likelihood", "moments", "none")
# Logarithms of the shape between which it is looked for; at the upper end the rates are one.
SHAPES = (-6.0, 16.0)
AT_ONCE = 50_000


class Prior(NamedTuple):
    """Hold the gamma distribution of rates as multiples of the overall one; a shape without end is one rate for all."""

    shape: float
    rate: float

    @property
    def one_rate(self) -> bool:
        """Whether the rates differ by no more than chance."""
        return not np.isfinite(self.shape)

    @property
    def spread(self) -> float:
        """The coefficient of variation of the rates beyond chance."""
        return 0.0 if self.one_rate else float(self.shape**-0.5)

    def posterior(self, count: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return shape and rate of the gamma distribution of each place's multiple (n,)."""
        return count + self.shape, expected + self.rate


ONE_RATE = Prior(np.inf, np.inf)


def prior_of(count: np.ndarray, expected: np.ndarray, how: str, progress: Progress = None) -> Prior:
    """Return the gamma distribution of the places' rates.

    Parameters
    ----------
    count, expected : counts, and what the overall rate would give (n,).
    how : "likelihood" (maximum marginal likelihood) or "moments".

    >>> prior_of(np.array([9, 11, 10]), np.array([10.0, 10, 10]), "likelihood").one_rate
    True
    """
    if not count.any():
        return ONE_RATE
    return _by_moments(count, expected) if how == "moments" else _by_likelihood(count, expected, progress)


def _by_moments(count: np.ndarray, expected: np.ndarray) -> Prior:
    """Return the gamma distribution whose posterior means are the rates of Marshall 1991."""
    mean, beyond = between_areas(count, expected)
    return ONE_RATE if beyond <= 0 else Prior(mean**2 / beyond, mean / beyond)


def _by_likelihood(count: np.ndarray, expected: np.ndarray, progress: Progress) -> Prior:
    """Return the gamma distribution under which the counts, then negative binomial, are likeliest (Clayton & Kaldor 1987)."""
    # The slope of the likelihood where the rates are one: no spread makes them likelier.
    alike = expected * (count.sum() / expected.sum())
    if ((count - alike) ** 2 - count).sum() <= 0:
        return ONE_RATE
    from scipy.optimize import minimize

    kinds, number = np.unique(count, return_counts=True)
    advance(progress, 0.2)
    start = _by_moments(count, expected)
    begin = 0.0 if start.one_rate else float(np.clip(np.log(start.shape), -3.0, 8.0))

    def falling(at: np.ndarray) -> tuple[float, np.ndarray]:
        return _unlikely(at, count, expected, kinds, number, within(progress, 0.5, 0.5))

    exact = dict(ftol=1e-14, gtol=1e-9, maxiter=200)
    found = minimize(falling, [0.0, begin], jac=True, method="L-BFGS-B", bounds=[(-8.0, 8.0), SHAPES], options=exact).x
    if found[1] >= SHAPES[1] - 1e-6:
        return ONE_RATE
    return Prior(float(np.exp(found[1])), float(np.exp(found[1] - found[0])))


def _unlikely(
    at: np.ndarray,
    count: np.ndarray,
    expected: np.ndarray,
    kinds: np.ndarray,
    number: np.ndarray,
    progress: Progress,
) -> tuple[float, np.ndarray]:
    """Return the negative log likelihood of a place and its slope, at the logarithms of the mean and of the shape."""
    from scipy.special import gammaln, psi

    shape, rate, places = float(np.exp(at[1])), float(np.exp(at[1] - at[0])), count.size
    likely = places * shape * np.log(rate)
    by_shape, by_rate = places * np.log(rate), places * shape / rate
    for some in _blocks(kinds.size, progress):
        likely += (number[some] * (gammaln(kinds[some] + shape) - gammaln(shape))).sum()
        by_shape += (number[some] * (psi(kinds[some] + shape) - psi(shape))).sum()
    for some in _blocks(places, progress):
        whole, held = np.log(rate + expected[some]), shape + count[some]
        likely -= (held * whole).sum()
        by_shape -= whole.sum()
        by_rate -= (held / (rate + expected[some])).sum()
    slope = np.array([-rate * by_rate, shape * by_shape + rate * by_rate])
    return -likely / places, -slope / places


def _blocks(size: int, progress: Progress) -> Iterator[slice]:
    """Return slices of so many rows, and ask before each whether to go on."""
    for begin in range(0, size, AT_ONCE):
        advance(progress, begin / size)
        yield slice(begin, begin + AT_ONCE)


class Smoothed(NamedTuple):
    """Hold the means of multiples of the overall rate, and their intervals (n,)."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def smoothed(
    prior: Prior, count: np.ndarray, expected: np.ndarray, share: float, progress: Progress = None
) -> Smoothed:
    """Return each place's multiple of the overall rate, drawn towards the mean of all, with its credible interval."""
    from scipy.special import gammaincinv

    if prior.one_rate:
        ones = np.ones(count.size)
        return Smoothed(ones, ones, ones)
    shape, rate = prior.posterior(count, expected)
    limits = np.empty((2, count.size))
    for some in _blocks(count.size, progress):
        for side, tail in enumerate(((1 - share) / 2, (1 + share) / 2)):
            limits[side, some] = gammaincinv(shape[some], tail) / rate[some]
    return Smoothed(shape / rate, limits[0], limits[1])
