"""Exact likelihood of a stationary ARMA process, for many series of the same parameters at once."""

from __future__ import annotations

from typing import Any

import numpy as np


def lagged(coefficients: Any, seasonal: Any, season: int) -> np.ndarray:
    """Return the coefficients (lags,) of a polynomial in the lag times one in the season's lag, the leading 1 left out.

    >>> lagged([0.5], [0.4], 4).tolist()
    [0.5, 0.0, 0.0, 0.4, 0.2]
    """
    plain = np.concatenate([[1.0], coefficients])
    sparse = np.zeros(1 + season * len(seasonal))
    sparse[0] = 1.0
    sparse[season::season] = seasonal
    return np.convolve(plain, sparse)[1:]


def coefficients_of(partial: Any) -> np.ndarray:
    """Return the coefficients φ (order,) of an autoregression by its partial autocorrelations, each between −1 and 1.

    All stationary ones, and no others, are found so (Barndorff-Nielsen & Schou 1973; Durbin's recursion).

    >>> coefficients_of([0.5, 0.2]).round(3).tolist()
    [0.4, 0.2]
    """
    found = np.zeros(0)
    for last in partial:
        found = np.append(found - last * found[::-1], last)
    return found


def whitened(columns: np.ndarray, ar: np.ndarray, ma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return columns as independent values of variance σ² if they are of an ARMA process, and the factors of its spread.

    Parameters
    ----------
    columns : series (steps, series) of mean 0.
    ar, ma : φ and θ of w(t) = Σ φ w(t − i) + e(t) + Σ θ e(t − j), e of variance σ²: stationary.

    Returns
    -------
    values (steps, series); the diagonal (steps,) of the Cholesky factor, whose logarithms add up to half that of the determinant
    of the covariance over σ².

    Notes
    -----
    After the first m = max(p, q) steps φ(B) w is taken in place of w, whose covariance is a band (Ansley 1979), so that time
    and memory grow with steps · m.
    """
    from scipy.linalg.lapack import dpbtrf, dtbtrs

    steps, first = len(columns), max(ar.size, ma.size)
    turned = columns.astype(float)
    for lag in np.flatnonzero(ar) + 1:
        turned[first:] -= ar[lag - 1] * columns[first - lag : steps - lag]
    factor = dpbtrf(_band(steps, ar, ma), lower=1)[0]
    return dtbtrs(factor, turned, uplo="L")[0], factor[0]


def _band(steps: int, ar: np.ndarray, ma: np.ndarray) -> np.ndarray:
    """Return the lower band (lags, steps) of the covariance, over σ², of w in the first steps and of φ(B) w thereafter."""
    first = max(ar.size, ma.size)
    weights = np.concatenate([[1.0], ma, np.zeros(first - ma.size)])
    ar = np.concatenate([ar, np.zeros(first - ar.size)])
    moving = np.correlate(weights, weights, "full")[first:]
    if not ar.any():
        return np.repeat(moving[:, None], steps, axis=1)
    mixed = np.correlate(weights, _responses(weights, ar), "full")[first:]
    lag, step = np.arange(first + 1)[:, None], np.arange(steps)
    later = np.where(step < first, mixed[:, None], moving[:, None])
    return np.where(lag + step < first, _autocovariances(mixed, ar)[:, None], later)


def _responses(weights: np.ndarray, ar: np.ndarray) -> np.ndarray:
    """Return ψ(0), ψ(1), …: what an e adds to w at its own step and after."""
    psi = weights.copy()
    for lag in range(1, psi.size):
        psi[lag] += ar[:lag] @ psi[lag - 1 :: -1]
    return psi


def _autocovariances(mixed: np.ndarray, ar: np.ndarray) -> np.ndarray:
    """Return γ(0), γ(1), … over σ² by γ(k) − Σ φ(i) γ(k − i) = Σ θ(j) ψ(j − k) (Brockwell & Davis 1991, equation 3.3.8)."""
    lag = np.arange(mixed.size)
    system = np.eye(mixed.size)
    for shift in np.flatnonzero(ar) + 1:
        system[lag, np.abs(lag - shift)] -= ar[shift - 1]
    return np.linalg.solve(system, mixed)
