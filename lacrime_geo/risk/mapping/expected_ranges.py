"""How far true rates stray from what was predicted: a gamma around each prediction, fitted to what came at past origins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .past_predictions import PastPrediction, hardly_any, together

LEVEL = 90
# Of fewer incidents a variance beyond Poisson's cannot be told.
FEWEST = 100
# A gamma of a lower shape has its upper quantiles nearer to 0 again, though it varies more.
LEAST_SHAPE = 0.12
MOST_STEPS, ENOUGH = 50, 1e-9


class RateSpread(NamedTuple):
    """Hold how true rates λ lie around predictions r: in the mean e^level · r^power = m, with Var λ = linear · m + square · m².

    Parameters
    ----------
    level, power : 0 and 1 where predictions were right in the mean, both where little and where much was expected.
    linear : what is not known of a rate because little was counted.
    square : what changes, as a share of the rate.
    least : the expectation up to which hardly any is expected.
    unforeseen : how many incidents came on average there, and `unforeseen_variance` of their rates.
    """

    level: float
    power: float
    linear: float
    square: float
    least: float
    unforeseen: float
    unforeseen_variance: float

    @classmethod
    def of(cls, past: Sequence[PastPrediction]) -> RateSpread | None:
        """Return the spread that past origins tell; None where too few incidents came."""
        risk, came = together(past)
        if came.sum() < FEWEST:
            return None
        least = hardly_any(risk)
        some = risk > least
        level, power = _power_law(np.log(risk[some]), came[some])
        linear, square = _variance_terms(np.exp(level) * risk[some] ** power, came[some])
        return cls(level, power, linear, square, least, *_of_hardly_any(came[~some]))

    def interval(self, risk: np.ndarray, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
        """Return both ends of the interval of the true rate (n,); a prediction that lies beyond one is the end itself."""
        some = risk > self.least
        mean = np.where(some, np.exp(self.level) * risk**self.power, self.unforeseen)
        variance = np.where(some, self.linear * mean + self.square * mean**2, self.unforeseen_variance)
        low = _gamma_quantile(mean, variance, 0.5 - level / 200)
        high = _gamma_quantile(mean, np.minimum(variance, mean**2 / LEAST_SHAPE), 0.5 + level / 200)
        return np.minimum(low, risk), np.maximum(high, risk)


def _power_law(log_risk: np.ndarray, came: np.ndarray) -> tuple[float, float]:
    """Return level and power of the mean count by Poisson regression on log r; 0 and 1 where it finds none that rises."""
    if not came.any():
        return 0.0, 1.0
    middle = float(np.average(log_risk, weights=np.exp(log_risk)))
    columns = np.column_stack([np.ones(log_risk.size), log_risk - middle])
    found = np.array([middle + np.log(came.sum() / np.exp(log_risk).sum()), 1.0])
    for _ in range(MOST_STEPS):
        mean = np.exp(np.clip(columns @ found, -700.0, 700.0))
        curvature = (columns.T * mean) @ columns
        step = np.linalg.lstsq(curvature, columns.T @ (came - mean), rcond=None)[0]
        found = found + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() <= ENOUGH:
            break
    else:
        return 0.0, 1.0
    return (float(found[0] - found[1] * middle), float(found[1])) if found[1] > 0 else (0.0, 1.0)


def _variance_terms(mean: np.ndarray, came: np.ndarray) -> tuple[float, float]:
    """Return the terms of the variance by weighted least squares, neither below 0, and both larger by one standard error.

    The mean of (n − m)² − n is Var λ, as a Poisson count has its own mean as variance; its own variance is about m + 2m². Of
    few incidents the estimate is as often too low as too high, and one that is too low says that more is known than is.
    """
    from scipy.optimize import nnls

    weight = 1 / (mean + 2 * mean**2)
    excess = (came - mean) ** 2 - came
    columns = np.column_stack([mean, mean**2])
    linear, square = nnls(columns * np.sqrt(weight)[:, None], excess * np.sqrt(weight))[0]
    found = np.array([linear, square]) if linear + square > 0 else np.array([1.0, 0.0])
    variance = columns @ found
    whole = float((weight * variance**2).sum())
    times = float((weight * variance * excess).sum()) / whole
    error = np.sqrt(float(np.square(weight * variance * (excess - times * variance)).sum())) / whole
    return tuple((found * (max(times, 0.0) + error)).tolist())


def _of_hardly_any(came: np.ndarray) -> tuple[float, float]:
    """Return mean and variance of the rates where hardly any was expected: E n and E n(n − 1) − (E n)²."""
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
