"""Forecasts of all nodes made to add up with the least total variance (MinT)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .hierarchy import bottom_up, checked_sums

# Whose covariances are held at once.
MOST_NODES = 5_000
# Below this share of the largest, a direction of the misses is none.
SINGULAR = 1e-10


def mint(forecasts: Any, sums: Any, misses: Any, *, least: float | None = 0.0) -> np.ndarray:
    """Return forecasts of all nodes that add up and have the least total variance (MinT with a shrunk covariance).

    Parameters
    ----------
    forecasts : of all nodes (nodes, horizon), made without regard to each other.
    sums : which series each node sums (nodes, series), the series themselves in the last rows.
    misses : one step ahead, count less forecast, of all nodes (nodes, steps); steps in which one is missing are left out.
    least : what no forecast of a series may be below: lower ones are set to it, and the sums follow. None: left as they are.

    Raises
    ------
    ValueError
        If shapes do not fit, fewer than three steps have all misses, or a forecast is missing.

    Notes
    -----
    With the constraints C (sums less parts, so that C y = 0) and the covariance W of the misses the forecasts are
    ŷ − W C′ (C W C′)⁻¹ C ŷ, the same as S (S′ W⁻¹ S)⁻¹ S′ W⁻¹ ŷ (Wickramasuriya, Athanasopoulos & Hyndman 2019, equation 9).
    W is drawn to its diagonal by the λ of Schäfer & Strimmer (2005). Forecasts that add up already stay as they are.

    References
    ----------
    Wickramasuriya, Athanasopoulos & Hyndman (2019), Journal of the American Statistical Association 114: 804-819. Schäfer &
    Strimmer (2005), Statistical Applications in Genetics and Molecular Biology 4: 32.

    Examples
    --------
    >>> misses = [[2.0, -2.0, 0.0, 1.0], [1.0, -1.0, 1.0, 0.0], [1.0, -1.0, -1.0, 1.0]]
    >>> found = mint([[12.0], [4.0], [6.0]], [[1, 1], [1, 0], [0, 1]], misses)
    >>> bool(abs(found[0] - found[1] - found[2]) < 1e-9)
    True
    """
    told, summing = np.asarray(forecasts, dtype=float), checked_sums(sums)
    if told.ndim != 2 or told.shape[0] != summing.shape[0] or not np.isfinite(told).all():
        raise ValueError(
            f"The forecasts have the shape {told.shape} for {summing.shape[0]:,} nodes, or some are missing; give all."
        )
    below = mint_weights(summing, misses) @ told
    return bottom_up(below if least is None else np.maximum(below, least), summing)


def mint_weights(sums: Any, misses: Any) -> np.ndarray:
    """Return the weights (series, nodes) by which MinT makes the forecasts of the series from those of all nodes.

    Parameters
    ----------
    sums, misses : as those of `mint`.

    Notes
    -----
    Of nodes that sum the same series only the last one counts: an area of one category is known by that series, not twice.
    """
    summing = checked_sums(sums)
    once = _once(summing)
    weights = np.zeros(summing.T.shape)
    weights[:, once] = _weights(summing[once], _complete(misses, summing.shape[0])[once])
    return weights


def _weights(sums: np.ndarray, misses: np.ndarray) -> np.ndarray:
    """Return the weights (series, nodes) by nodes that are all different."""
    upper = sums.shape[0] - sums.shape[1]
    constraints = np.concatenate([np.eye(upper), -sums[:upper]], axis=1)
    gain = shrunk_covariance(misses) @ constraints.T
    missed = constraints @ gain
    size = np.sqrt(np.where(np.diag(missed) > 0, np.diag(missed), 1.0))
    # Series that never missed have no variance; the pseudo-inverse leaves them as they are.
    inverse = np.linalg.pinv(missed / size[:, None] / size, rcond=SINGULAR, hermitian=True) / size[:, None] / size
    return np.asarray((np.eye(sums.shape[0]) - gain @ inverse @ constraints)[upper:])


def _once(sums: np.ndarray) -> np.ndarray:
    """Return of nodes that sum the same series the last one, in order."""
    return np.sort(sums.shape[0] - 1 - np.unique(sums[::-1], axis=0, return_index=True)[1])


def shrunk_covariance(misses: np.ndarray) -> np.ndarray:
    """Return the covariance of misses about 0, its correlations drawn to none by how unsure they are (see `shrinkage`)."""
    root = np.sqrt(np.square(misses).mean(axis=1))
    correlation = (1 - shrinkage(misses)) * _correlation(_standard(misses))
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation * root[:, None] * root)


def shrinkage(misses: np.ndarray) -> float:
    """Return how far correlations are drawn to none, 0 to 1: what they are unsure by as a share of their squares.

    >>> shrinkage(np.array([[1.0, -1.0, 1.0, -1.0], [2.0, -2.0, 2.0, -2.0]]))
    0.0
    """
    steps = misses.shape[1]
    standard = _standard(misses)
    correlation, squares = _correlation(standard), np.square(standard)
    # Of each correlation, the variance of its estimate: of the products over steps.
    unsure = (squares @ squares.T / steps - np.square(correlation)) / (steps - 1)
    off = ~np.eye(misses.shape[0], dtype=bool)
    known = float(np.square(correlation[off]).sum())
    return min(max(float(unsure[off].sum()) / known, 0.0), 1.0) if known > 0 else 1.0


def _standard(misses: np.ndarray) -> np.ndarray:
    """Return misses as multiples of their mean size; of those that never missed, none."""
    size = np.sqrt(np.square(misses).mean(axis=1))
    return misses / np.where(size > 0, size, 1.0)[:, None]


def _correlation(standard: np.ndarray) -> np.ndarray:
    return np.asarray(standard @ standard.T / standard.shape[1])


def _complete(misses: Any, nodes: int) -> np.ndarray:
    given = np.asarray(misses, dtype=float)
    if given.ndim != 2 or given.shape[0] != nodes:
        raise ValueError(f"The misses have the shape {given.shape} for {nodes:,} nodes; give a row for each.")
    if nodes > MOST_NODES:
        raise ValueError(
            f"MinT holds the covariances of all nodes, and {nodes:,} are too many (at most {MOST_NODES:,}); take bottom-up."
        )
    kept = given[:, np.isfinite(given).all(axis=0)]
    if kept.shape[1] < 3:
        raise ValueError(
            f"{kept.shape[1]} of {given.shape[1]:,} steps have the misses of all nodes; at least 3 are needed."
        )
    return kept
