"""What tells whether next year's rate will be high: three baselines, a logistic regression, and gradient boosting."""

from __future__ import annotations

from typing import Callable

import numpy as np

from ..scikit_learning import FITTING, estimator_named, on_one_thread
from .high_crime_rows import LAST, MEAN, AgencyYears

# A chance of high (n,) of rows.
Chances = Callable[[AgencyYears], np.ndarray]
BASELINES = ("last_year", "last_rate", "mean_5")
LEARNED = ("logistic_regression", "gradient_boosting")
REFERENCE = "last_year"
# Of the coefficients of columns of spread 1; that of a single column only keeps it finite.
RIDGE, SLIGHT = 1.0, 1e-3
STEPS, CLOSE = 50, 1e-9
# Small trees, few of them: there are some thousand agency-years.
BOOSTING = dict(max_iter=100, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=20, early_stopping=False)


def learned(name: str, rows: AgencyYears, high: np.ndarray, limit: float, seed: int) -> Chances:
    """Return what a model learned of rows and of which of them were high (n,), above a rate `limit`.

    Raises
    ------
    ImportError
        If it needs scikit-learn, which is missing.
    ValueError
        If all rows are high, or none.
    """
    if high.all() or not high.any():
        raise ValueError(
            f"{'All' if high.all() else 'None'} of the {high.size:,} agency-years to learn from {'are' if high.all() else 'is'} "
            "high, so that nothing can be learned; take more years or agencies."
        )
    if name == "last_year":
        return _by_label(rows, high, limit)
    if name in ("last_rate", "mean_5"):
        column = LAST if name == "last_rate" else MEAN
        return _logistic(rows, high, (column,), SLIGHT)
    if name == "logistic_regression":
        return _logistic(rows, high, rows.names, RIDGE)
    return _boosting(rows, high, seed)


def _by_label(rows: AgencyYears, high: np.ndarray, limit: float) -> Chances:
    """Return how often agencies were high after a year that was, and after one that was not (Laplace's rule)."""
    was = rows.last_rate > limit
    chance = [(1.0 + high[was == state].sum()) / (2.0 + (was == state).sum()) for state in (False, True)]
    return lambda asked: np.where(asked.last_rate > limit, chance[1], chance[0])


def _logistic(rows: AgencyYears, high: np.ndarray, names: tuple[str, ...], ridge: float) -> Chances:
    from scipy.special import expit

    columns = np.column_stack([rows.column(name) for name in names])
    middle, spread = columns.mean(axis=0), columns.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    beta = ridge_logistic((columns - middle) / spread, high, ridge)

    def chances(asked: AgencyYears) -> np.ndarray:
        values = (np.column_stack([asked.column(name) for name in names]) - middle) / spread
        return np.asarray(expit(beta[0] + values @ beta[1:]))

    return chances


def ridge_logistic(columns: np.ndarray, label: np.ndarray, ridge: float) -> np.ndarray:
    """Return intercept and coefficients (k + 1,) that minimise −log-likelihood + ridge/2 · Σ coefficient², by Newton's method."""
    from scipy.special import expit

    design = np.column_stack([np.ones(len(columns)), columns])
    penalty = np.diag([0.0] + [ridge] * columns.shape[1])
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(label.mean() / (1 - label.mean()))
    cost = _cost(design, label, beta, penalty)
    for _ in range(STEPS):
        chance = expit(design @ beta)
        slope = design.T @ (label - chance) - penalty @ beta
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature, slope)
        while _cost(design, label, beta + step, penalty) > cost + 1e-12 * abs(cost) and np.abs(step).max() > CLOSE:
            step = step / 2
        beta = beta + step
        cost = _cost(design, label, beta, penalty)
        if np.abs(step).max() <= CLOSE:
            break
    return beta


def _cost(design: np.ndarray, label: np.ndarray, beta: np.ndarray, penalty: np.ndarray) -> float:
    score = design @ beta
    return float(np.logaddexp(0.0, score).sum() - score[label].sum() + beta @ penalty @ beta / 2)


def _boosting(rows: AgencyYears, high: np.ndarray, seed: int) -> Chances:
    kind = boosting()
    estimator = kind(random_state=seed, **BOOSTING)
    with FITTING, on_one_thread():
        estimator.fit(rows.values, high)

    def chances(asked: AgencyYears) -> np.ndarray:
        with on_one_thread():
            return np.asarray(estimator.predict_proba(asked.values)[:, 1])

    return chances


def boosting() -> type:
    """Return scikit-learn's gradient boosting; raise with the remedy where it is missing."""
    without = '"logistic_regression" and the baselines'
    kind: type = estimator_named("ensemble", "HistGradientBoostingClassifier", "gradient_boosting", without)
    return kind
