"""Whether incidents come as often as a probability says: in bins, and by logistic recalibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import checks
from .label_scores import labels, probabilities

BINS = 10
Z95 = 1.959964
# Logistic likelihoods are concave: with halved steps Newton's method is at the top long before.
MOST_STEPS = 200
# A step, in standard deviations of the log odds, after which there is no other.
ENOUGH = 1e-9


@dataclass(frozen=True)
class Recalibration:
    """Hold how odds must be turned to fit: logit q = intercept + slope · logit p.

    Parameters
    ----------
    intercept, slope : of the regression (Cox 1958); 0 and 1 of a calibrated probability. A slope below 1 tells that risks
        are too far apart. NaN where they have no finite estimate.
    shift : the intercept where the slope is held at 1: above 0 where too few were told (calibration in the large).
    left_out : how many units have the probability 0 or 1, which no recalibration changes and no regression can hold.
    misses : how many of these were wrong for certain: told 0 with an incident, or 1 without.
    """

    intercept: float
    slope: float
    shift: float
    left_out: int
    misses: int

    def apply(self, probability: Any) -> np.ndarray:
        """Return probabilities (n,) with their odds so turned; 0 and 1 stay."""
        from scipy.special import expit, logit

        told = probabilities(probability, np.size(probability)).copy()
        inside = (told > 0) & (told < 1)
        told[inside] = expit(self.intercept + self.slope * logit(told[inside]))
        return told


def recalibration(probability: Any, counts: Any) -> Recalibration:
    """Return how the odds of having any incident must be turned so that they fit the counts.

    Parameters
    ----------
    probability : of at least one incident in each unit (n,).
    counts : that came in each (n,).

    Raises
    ------
    ValueError
        If a probability is missing or outside 0 to 1.

    References
    ----------
    Cox (1958), Biometrika 45: 562-565. Van Calster et al. (2019), BMC Medicine 17: 230.

    Examples
    --------
    Twice as likely odds were told as came:

    >>> found = recalibration([0.5] * 6 + [0.8] * 6, [1, 1, 0, 0, 0, 0] + [1, 1, 1, 1, 0, 0])
    >>> round(found.intercept, 3), round(found.slope, 3)
    (-0.693, 1.0)
    """
    from scipy.special import logit

    label = labels(counts)
    told = probabilities(probability, label.size)
    inside = (told > 0) & (told < 1)
    misses = int((np.round(told[~inside]) != label[~inside]).sum())
    odds, had = logit(told[inside]), label[inside].astype(float)
    intercept, slope = _logistic(odds, had)
    return Recalibration(intercept, slope, _shift(odds, had), int((~inside).sum()), misses)


def calibration_bins(probability: Any, counts: Any, *, bins: int = BINS, by: str = "expected") -> dict[str, np.ndarray]:
    """Return what was told and what came in bins of units of a like probability.

    Parameters
    ----------
    probability : of at least one incident in each unit (n,).
    counts : that came in each (n,).
    bins : how many at most; those tied stay together, and bins without units are left out. Default 10.
    by : "expected": quantiles at which each bin is told as many units with incidents, so that all are equally sure though
        most units have hardly any risk; "units": at which each has as many units.

    Returns
    -------
    dict
        Columns from the lowest probability on: `units`, `predicted` (mean probability), `observed` (share of units with any
        incident) with `low` and `high` (95 % by Wilson 1927).
    """
    checks.whole("bins", bins)
    checks.option("by", by, ("expected", "units"))
    label = labels(counts)
    told = probabilities(probability, label.size)
    values, group = np.unique(told, return_inverse=True)
    units = np.bincount(group, minlength=values.size)
    mass = units * values if by == "expected" else units.astype(float)
    # Where the middle of those tied lies among all.
    middle = (np.cumsum(mass) - mass / 2) / (mass.sum() or 1.0)
    number = np.unique(np.minimum((middle * bins).astype(np.int64), bins - 1), return_inverse=True)[1][group]
    size = np.bincount(number)
    observed = np.bincount(number, label) / size
    low, high = _wilson(observed, size)
    predicted = np.bincount(number, told) / size
    return {"units": size, "predicted": predicted, "observed": observed, "low": low, "high": high}


def _wilson(share: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre = share + Z95**2 / (2 * size)
    half = Z95 * np.sqrt(share * (1 - share) / size + Z95**2 / (4 * size**2))
    whole = 1 + Z95**2 / size
    return np.maximum((centre - half) / whole, 0.0), np.minimum((centre + half) / whole, 1.0)


def _logistic(x: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Return intercept and slope of the logistic regression on one column; NaN where they are not finite.

    They are finite just where the columns of both labels overlap (Albert & Anderson 1984).
    """
    with_any, without = x[label > 0], x[label == 0]
    if not with_any.size or not without.size:
        return np.nan, np.nan
    if with_any.max() <= without.min() or without.max() <= with_any.min():
        return np.nan, np.nan
    middle, spread = x.mean(), x.std()
    level, tilt = _newton((x - middle) / spread, label)
    return float(level - tilt * middle / spread), float(tilt / spread)


def _newton(x: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Return both coefficients by iteratively reweighted least squares, a step halved until the likelihood rises."""
    from scipy.special import expit

    columns = np.column_stack([np.ones(x.size), x])
    found = np.array([np.log(label.mean() / (1 - label.mean())), 0.0])
    best = _likelihood(columns @ found, label)
    for _ in range(MOST_STEPS):
        told = expit(columns @ found)
        step = np.linalg.solve((columns.T * (told * (1 - told))) @ columns, columns.T @ (label - told))
        while _likelihood(columns @ (found + step), label) < best and np.abs(step).max() > ENOUGH:
            step /= 2
        found = found + step
        best = _likelihood(columns @ found, label)
        if np.abs(step).max() <= ENOUGH:
            return found
    return np.full(2, np.nan)


def _likelihood(score: np.ndarray, label: np.ndarray) -> float:
    return float((label * score - np.logaddexp(0.0, score)).sum())


def _shift(odds: np.ndarray, label: np.ndarray) -> float:
    """Return what must be added to all log odds so that as many are expected as came."""
    from scipy.optimize import brentq
    from scipy.special import expit

    if not 0 < label.sum() < label.size:
        return np.nan
    # At 40 below the highest or above the lowest, hardly one or nearly all are expected.
    return float(brentq(lambda shift: expit(odds + shift).sum() - label.sum(), -odds.max() - 40, 40 - odds.min()))
