"""Negative-binomial regression of counts with a log link: coefficients and dispersion of the largest likelihood."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

STEPS, CLOSE = 100, 1e-9
# Of the dispersion, as a logarithm: below the least it is Poisson.
LEAST, MOST = -12.0, 4.0


class Regression(NamedTuple):
    """Hold coefficients (k,), their covariance (k, k), the dispersion α (0: Poisson), the means (n,), the log-likelihood."""

    beta: np.ndarray
    covariance: np.ndarray
    dispersion: float
    mean: np.ndarray
    log_likelihood: float

    def residuals(self, counts: np.ndarray) -> np.ndarray:
        """Return Pearson's residuals (n,)."""
        return (counts - self.mean) / np.sqrt(self.mean * (1 + self.dispersion * self.mean))


def fit(counts: np.ndarray, design: np.ndarray, length: np.ndarray) -> Regression:
    """Fit E y = length · exp(X β), Var y = μ + α μ², by turns: β by weighted least squares, then α of the largest likelihood.

    The covariance is the inverse of the expected information, (X′ W X)⁻¹ with W = μ / (1 + α μ): the estimates of β and α
    are asymptotically independent (Lawless 1987, section 3).
    """
    base = np.log(length)
    beta, dispersion = _beta(counts, design, base, 0.0, None), 0.0
    for _ in range(STEPS):
        before = beta, dispersion
        dispersion = _dispersion(counts, np.exp(base + design @ beta))
        beta = _beta(counts, design, base, dispersion, beta)
        if abs(dispersion - before[1]) <= CLOSE * (1 + dispersion) and np.allclose(beta, before[0], rtol=0, atol=CLOSE):
            break
    mean = np.exp(base + design @ beta)
    covariance = np.linalg.inv(_information(design, mean, dispersion))
    return Regression(beta, covariance, dispersion, mean, log_likelihood(counts, mean, dispersion))


def log_likelihood(counts: np.ndarray, mean: np.ndarray, dispersion: float) -> float:
    """Return the log-likelihood of counts of some means, Poisson where the dispersion is 0."""
    from scipy.special import gammaln, xlogy

    if dispersion == 0:
        return float((xlogy(counts, mean) - mean - gammaln(counts + 1)).sum())
    size = 1 / dispersion
    each = gammaln(counts + size) - gammaln(size) - gammaln(counts + 1) - size * np.log1p(dispersion * mean)
    return float((each + xlogy(counts, dispersion * mean / (1 + dispersion * mean))).sum())


def _information(design: np.ndarray, mean: np.ndarray, dispersion: float) -> np.ndarray:
    return (design * (mean / (1 + dispersion * mean))[:, None]).T @ design


def _beta(
    counts: np.ndarray, design: np.ndarray, base: np.ndarray, dispersion: float, start: np.ndarray | None
) -> np.ndarray:
    """Return the coefficients of a dispersion: Fisher's scoring, halving steps that would lower the likelihood."""
    if start is None:
        start, *_ = np.linalg.lstsq(design, np.log(counts + 0.5) - base, rcond=None)
    beta, height = start, log_likelihood(counts, np.exp(base + design @ start), dispersion)
    for _ in range(STEPS):
        mean = np.exp(base + design @ beta)
        score = design.T @ ((counts - mean) / (1 + dispersion * mean))
        step = np.linalg.solve(_information(design, mean, dispersion), score)
        tried = log_likelihood(counts, np.exp(base + design @ (beta + step)), dispersion)
        while not tried >= height - 1e-8 * (1 + abs(height)) and np.abs(step).max() > CLOSE:
            step = step / 2
            tried = log_likelihood(counts, np.exp(base + design @ (beta + step)), dispersion)
        beta, height = beta + step, tried
        if np.abs(step).max() <= CLOSE:
            break
    return beta


def _dispersion(counts: np.ndarray, mean: np.ndarray) -> float:
    """Return the dispersion of the largest likelihood, 0 where none fits better than Poisson."""
    from scipy.optimize import minimize_scalar

    def lacking(logarithm: float) -> float:
        return -log_likelihood(counts, mean, float(np.exp(logarithm)))

    found = minimize_scalar(lacking, bounds=(LEAST, MOST), method="bounded", options={"xatol": 1e-10})
    better = -found.fun > log_likelihood(counts, mean, 0.0)
    return float(np.exp(found.x)) if better and found.x > LEAST + 0.5 else 0.0
