"""Probabilities turned so that they would have been right before, and the rule that tells one class: both of validation data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .share_predictors import normalised

# Powers of the shares of classes by which their probabilities are divided before the largest is taken.
POWERS = np.linspace(0.0, 1.2, 13)
# As many thresholds at most are tried.
MOST = 400
# How far logarithms of odds may be turned.
BOUND = 20.0


@dataclass(frozen=True, eq=False)
class Turned:
    """Hold how logarithms of probabilities (n, k) are turned: slope times them, plus an intercept of each class (k,).

    Of two classes that is Platt's calibration (1999), of more temperature scaling with a bias for each class (Alexandari, Kundaje
    & Shrikumar 2020).
    """

    slope: float
    intercept: np.ndarray

    def probability(self, log_shares: np.ndarray) -> np.ndarray:
        """Return probabilities of classes (n, k)."""
        return np.exp(normalised(self.slope * log_shares + self.intercept))


def unturned(classes: int) -> Turned:
    """Return what leaves all as it is."""
    return Turned(1.0, np.zeros(classes))


def turned(log_shares: np.ndarray, label: np.ndarray) -> Turned:
    """Return the slope and intercepts by which the classes (n,) that came are most likely.

    A slope below 0 would turn the order round: then it is 0, and the shares of the classes stand for all.

    Examples
    --------
    Odds of 4 where 2 came:

    >>> found = turned(np.log([[0.2, 0.8]] * 3 + [[0.8, 0.2]] * 3), np.array([1, 1, 0, 0, 0, 1]))
    >>> found.probability(np.log([[0.2, 0.8]])).round(2).tolist()
    [[0.33, 0.67]]
    """
    from scipy.optimize import minimize

    rows, classes = log_shares.shape
    came = np.eye(classes)[label]

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        intercept = np.append(0.0, values[1:])
        told = normalised(values[0] * log_shares + intercept)
        over = np.exp(told) - came
        slopes = (over * log_shares).sum()
        return -float(told[came > 0].sum()) / rows, np.append(slopes, over.sum(axis=0)[1:]) / rows

    begin = np.append(1.0, np.zeros(classes - 1))
    bounds = [(0.0, BOUND), *[(-BOUND, BOUND)] * (classes - 1)]
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=dict(ftol=1e-14, gtol=1e-9)).x
    return Turned(float(found[0]), np.append(0.0, found[1:]))


@dataclass(frozen=True, eq=False)
class Rule:
    """Hold by what the probability of each class (k,) is multiplied before the largest is told."""

    factor: np.ndarray

    def told(self, probability: np.ndarray) -> np.ndarray:
        """Return the class told of each (n,) of probabilities (n, k)."""
        return np.argmax(probability * self.factor, axis=1)


def rule_of(probability: np.ndarray, label: np.ndarray) -> Rule:
    """Return the rule with the highest macro-F1: of two classes a threshold, of more powers of the shares of classes.

    Parameters
    ----------
    probability : of classes (n, k), in the validation part.
    label : the classes that came (n,).
    """
    classes = probability.shape[1]
    if classes == 2:
        values = np.unique(probability[:, 1])
        cuts = np.append((values[1:] + values[:-1]) / 2, [0.0, 1.0])
        if cuts.size > MOST:
            cuts = np.unique(np.quantile(cuts, np.linspace(0, 1, MOST)))
        rules = [Rule(np.array([cut, 1 - cut])) for cut in cuts]
    else:
        share = np.maximum(np.bincount(label, minlength=classes) / label.size, 1e-9)
        rules = [Rule(share**-power) for power in POWERS]
    return max(rules, key=lambda rule: macro_f1(rule.told(probability), label, classes))


def macro_f1(told: np.ndarray, label: np.ndarray, classes: int) -> float:
    """Return the mean over classes of F1, the harmonic mean of precision and recall; of a class never told it is 0.

    >>> macro_f1(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2)
    0.7333333333333334
    """
    right = np.bincount(label[told == label], minlength=classes)
    either = np.bincount(told, minlength=classes) + np.bincount(label, minlength=classes)
    return float((2 * right / np.maximum(either, 1)).mean())
