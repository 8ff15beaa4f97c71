"""Seasonal ARIMA with regressors: differences, the exact likelihood, its maximum by series, and the forecast that follows."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from .arima_orders import Order
from .arma_whitening import whitened

# Partial autocorrelations that are tried before the likelihood is climbed, and how near to ±1 it may lead.
TRIED = (-0.8, -0.5, -0.2, 0.1, 0.4, 0.7)
LIMIT = 0.99
# More parameters than this are tried at two places each.
MOST_TRIED = 4
LEAST_VARIANCE = 1e-12


class Estimate(NamedTuple):
    """Hold what is estimated of one series; `effects` are those of the regressors."""

    order: Order
    partial: np.ndarray
    effects: np.ndarray
    variance: float
    aicc: float


def differenced(columns: np.ndarray, order: Order) -> np.ndarray:
    """Return columns (steps, columns) with their differences taken, without the steps that have none."""
    for lag in order.lags:
        columns = columns[lag:] - columns[:-lag]
    return columns


def likelihoods(
    counts: np.ndarray, regressors: np.ndarray, order: Order, partial: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return −2 log L of series that share weights, the variance at its maximum, and the effects of the regressors.

    Parameters
    ----------
    counts, regressors : differenced (steps, series) and (steps, regressors).
    """
    series = counts.shape[1]
    values, diagonal = whitened(np.hstack([counts, regressors]), *order.process(partial))
    left, known = values[:, :series], values[:, series:]
    effects = np.linalg.lstsq(known, left, rcond=None)[0] if known.shape[1] else np.zeros((0, series))
    variance = np.maximum(np.square(left - known @ effects).mean(axis=0), LEAST_VARIANCE)
    deviance = len(left) * (np.log(2 * np.pi * variance) + 1) + 2 * np.log(diagonal).sum()
    return deviance, variance, effects


def tried(counts: np.ndarray, regressors: np.ndarray, order: Order) -> tuple[np.ndarray, np.ndarray]:
    """Return for each of many series the best of some weights (series, weights), and its AICc (series,)."""
    best = np.full(counts.shape[1], np.inf)
    chosen = np.zeros((counts.shape[1], order.weights))
    places = TRIED if order.weights <= MOST_TRIED else TRIED[1::3]
    for partial in product(places, repeat=order.weights):
        deviance = likelihoods(counts, regressors, order, np.array(partial))[0]
        better = deviance < best
        best[better], chosen[better] = deviance[better], partial
    return chosen, best + penalty(len(counts), order.weights + regressors.shape[1] + 1)


def estimated(counts: np.ndarray, regressors: np.ndarray, order: Order, start: np.ndarray) -> Estimate:
    """Return the weights of one series (steps,) with the greatest likelihood near to some."""
    from scipy.optimize import minimize

    series = counts[:, None]
    partial = np.zeros(0)
    if order.weights:
        found = minimize(
            lambda at: likelihoods(series, regressors, order, at)[0][0],
            start,
            method="SLSQP",
            bounds=[(-LIMIT, LIMIT)] * order.weights,
        )
        partial = found.x
    deviance, variance, effects = likelihoods(series, regressors, order, partial)
    terms = order.weights + regressors.shape[1]
    # That of Student's t with as many degrees of freedom as are left: that of the greatest likelihood is too small.
    wider = counts.size / max(counts.size - terms - 2, 1)
    aicc = float(deviance[0]) + penalty(counts.size, terms + 1)
    return Estimate(order, partial, effects[:, 0], float(variance[0]) * wider, aicc)


def penalty(steps: int, estimated: int) -> float:
    """Return what the corrected criterion of Akaike adds to −2 log L; infinite where too much is estimated."""
    room = steps - estimated - 1
    return 2 * estimated * steps / room if room > 0 else np.inf


def ahead(
    counts: np.ndarray, regressors: np.ndarray, estimate: Estimate, horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and variances (horizon,) of the steps after the last one, the weights taken as known.

    Parameters
    ----------
    counts : the series (steps,), not differenced.
    regressors : (steps + horizon, regressors), not differenced.
    """
    order = estimate.order
    effect = differenced(regressors, order) @ estimate.effects
    left = differenced(counts[:, None], order)[:, 0] - effect[: effect.size - horizon]
    mean, root = _process_ahead(left, order.process(estimate.partial), horizon)
    mean = _summed(mean[:, None] + effect[-horizon:, None], counts[:, None], order)[:, 0]
    root = _summed(root, np.zeros((counts.size, horizon)), order)
    return mean, estimate.variance * np.square(root).sum(axis=1)


def _summed(values: np.ndarray, before: np.ndarray, order: Order) -> np.ndarray:
    """Return the columns whose differences are some values, and which follow others."""
    by = order.differences
    lags = by.size - 1
    found = np.concatenate([before[len(before) - lags :], values])
    for step in range(lags, len(found)):
        found[step] -= by[:0:-1] @ found[step - lags : step]
    return found[lags:]


def _process_ahead(
    left: np.ndarray, process: tuple[np.ndarray, np.ndarray], horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean (horizon,) of an ARMA process after its last step, and a square root (horizon, horizon) of its covariance.

    Whitened, the steps to come are of mean 0: with zeros and with unit steps in their place that makes a triangular system.
    """
    from scipy.linalg import solve_triangular

    units = np.eye(left.size + horizon)[:, -horizon:]
    values = whitened(np.column_stack([np.append(left, np.zeros(horizon)), units]), *process)[0][-horizon:]
    root = solve_triangular(values[:, 1:], np.eye(horizon), lower=True)
    return -root @ values[:, 0], root
