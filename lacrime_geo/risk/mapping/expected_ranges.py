"""How far true rates stray from what was predicted: a gamma around each prediction, fitted to what came at past origins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .past_predictions import PastPrediction

LEVEL = 0.9
# Of fewer incidents a variance beyond Poisson's cannot be told.
FEWEST = 100


class RateSpread(NamedTuple):
    """Hold by how much true rates λ vary around predictions r: Var λ = linear · r + square · r².

    Parameters
    ----------
    linear : what is not known of a rate because little was counted.
    square : what changes, as a share of the rate.
    unforeseen : how many incidents came on average where none was expected, and `unforeseen_variance` of their rates.
    """

    linear: float
    square: float
    unforeseen: float
    unforeseen_variance: float

    @classmethod
    def of(cls, past: Sequence[PastPrediction]) -> RateSpread | None:
        """Return the spread that past origins tell; None where too few incidents came."""
        risk, came = (np.concatenate([values, np.zeros(0)]) for values in _together(past))
        if came.sum() < FEWEST:
            return None
        some = risk > 0
        linear, square = _moments(risk[some], came[some])
        mean, variance = _of_none_expected(came[~some])
        return cls(linear, square, mean, variance)

    def interval(self, risk: np.ndarray, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
        """Return both ends of the interval of the true rate (n,), which is never above or below the prediction itself."""
        some = risk > 0
        mean = np.where(some, risk, self.unforeseen)
        variance = np.where(some, self.linear * risk + self.square * risk**2, self.unforeseen_variance)
        low, high = (_gamma_quantile(mean, variance, share) for share in ((1 - level) / 2, (1 + level) / 2))
        return np.minimum(low, risk), np.maximum(high, risk)


def _together(past: Sequence[PastPrediction]) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions and counts of all past origins, one after the other."""
    nothing = np.zeros(0)
    return (
        np.concatenate([nothing, *(each.risk for each in past)]),
        np.concatenate([nothing, *(each.came for each in past)]),
    )


def _moments(risk: np.ndarray, came: np.ndarray) -> tuple[float, float]:
    """Return the terms of the variance, neither below 0, by weighted least squares.

    The mean of (n − r)² − n is Var λ, as a Poisson count has its own mean as variance; its own variance is about r + 2r².
    """
    from scipy.optimize import nnls

    weight = 1 / np.sqrt(risk + 2 * risk**2)
    columns = np.column_stack([risk, risk**2]) * weight[:, None]
    excess = ((came - risk) ** 2 - came) * weight
    # The normal equations say all: two columns of however many rows.
    gram = columns.T @ columns
    root = np.linalg.cholesky(gram + 1e-12 * np.trace(gram) * np.eye(2)).T
    linear, square = nnls(root, np.linalg.solve(root.T, columns.T @ excess))[0]
    return float(linear), float(square)


def _of_none_expected(came: np.ndarray) -> tuple[float, float]:
    """Return mean and variance of the rates where none was expected: E n and E n(n − 1) − (E n)²."""
    if not came.size:
        return 0.0, 0.0
    mean = float(came.mean())
    return mean, max(float((came * (came - 1)).mean()) - mean**2, 0.0)


def _gamma_quantile(mean: np.ndarray, variance: np.ndarray, share: float) -> np.ndarray:
    """Return quantiles of gammas (n,) by mean and variance; the mean where there is no variance."""
    from scipy.special import gammaincinv

    sure = (variance <= 0) | (mean <= 0)
    scale = np.where(sure, 1.0, variance) / np.where(sure, 1.0, mean)
    return np.where(sure, mean, scale * gammaincinv(np.where(sure, 1.0, mean) / scale, share))
