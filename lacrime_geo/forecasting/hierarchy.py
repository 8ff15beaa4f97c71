"""Forecasts that add up: those of areas to that of the city, from the bottom up or by the least total variance (MinT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np


class Hierarchy(NamedTuple):
    """Hold the names of the nodes, the total first and the series last, and which series each one sums (nodes, series)."""

    names: tuple[str, ...]
    sums: np.ndarray


def hierarchy_of(keys: Mapping[str, Any], series: int) -> Hierarchy:
    """Return the hierarchy of series: all together, each value of each key that groups several, and the series themselves.

    Parameters
    ----------
    keys : columns by name (series,) that tell the series apart.
    series : how many there are.

    Examples
    --------
    >>> found = hierarchy_of({"area": ["a", "a", "b"], "kind": ["x", "y", "x"]}, 3)
    >>> found.names
    ('all', 'area a', 'area b', 'kind x', 'kind y', 'a x', 'a y', 'b x')
    >>> found.sums[:3].astype(int).tolist()
    [[1, 1, 1], [1, 1, 0], [0, 0, 1]]
    """
    columns = {name: np.asarray(column).astype(str) for name, column in keys.items()}
    names, rows = ["all"], [np.ones((1, series))]
    for name, column in columns.items():
        values, number = np.unique(column, return_inverse=True)
        if 1 < values.size < series:
            names += [f"{name} {value}" for value in values]
            rows.append((np.arange(values.size)[:, None] == number.ravel()).astype(float))
    each = [" ".join(column[row] for column in columns.values()) or f"series {row}" for row in range(series)]
    return Hierarchy((*names, *each), np.concatenate([*rows, np.eye(series)]))


def bottom_up(forecasts: Any, sums: Any) -> np.ndarray:
    """Return the forecasts of all nodes (nodes, horizon) as sums of those of the series (series, horizon).

    >>> bottom_up([[1.0, 2.0], [3.0, 4.0]], [[1, 1], [1, 0], [0, 1]]).tolist()
    [[4.0, 6.0], [1.0, 2.0], [3.0, 4.0]]
    """
    below, summing = np.asarray(forecasts, dtype=float), _checked_sums(sums)
    if below.ndim != 2 or below.shape[0] != summing.shape[1]:
        raise ValueError(
            f"The forecasts have the shape {below.shape} for {summing.shape[1]:,} series; give a row for each."
        )
    return np.asarray(summing @ below)


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
    told, summing = np.asarray(forecasts, dtype=float), _checked_sums(sums)
    if told.ndim != 2 or told.shape[0] != summing.shape[0] or not np.isfinite(told).all():
        raise ValueError(
            f"The forecasts have the shape {told.shape} for {summing.shape[0]:,} nodes, or some are missing; give all."
        )
    spread = shrunk_covariance(_complete(misses, summing.shape[0]))
    upper = summing.shape[0] - summing.shape[1]
    constraints = np.concatenate([np.eye(upper), -summing[:upper]], axis=1)
    gain = spread @ constraints.T
    # Series that never missed have no variance; least squares leaves them as they are.
    moved = np.linalg.lstsq(constraints @ gain, constraints @ told, rcond=None)[0]
    below = (told - gain @ moved)[upper:]
    return bottom_up(below if least is None else np.maximum(below, least), summing)


def shrunk_covariance(misses: np.ndarray) -> np.ndarray:
    """Return the covariance of misses (nodes, steps) about 0, its correlations drawn to none by how unsure they are."""
    steps = misses.shape[1]
    variance = np.square(misses).mean(axis=1)
    scale = np.sqrt(np.where(variance > 0, variance, 1.0))
    standard = misses / scale[:, None]
    correlation = standard @ standard.T / steps
    squares = np.square(standard)
    # Of each correlation, the variance of its estimate: of the products over steps.
    unsure = (squares @ squares.T / steps - np.square(correlation)) / (steps - 1)
    off = ~np.eye(misses.shape[0], dtype=bool)
    known = float(np.square(correlation[off]).sum())
    weight = min(max(float(unsure[off].sum()) / known, 0.0), 1.0) if known > 0 else 1.0
    shrunk = np.where(off, (1 - weight) * correlation, 1.0)
    root = np.sqrt(variance)
    return np.asarray(shrunk * root[:, None] * root)


def _complete(misses: Any, nodes: int) -> np.ndarray:
    given = np.asarray(misses, dtype=float)
    if given.ndim != 2 or given.shape[0] != nodes:
        raise ValueError(f"The misses have the shape {given.shape} for {nodes:,} nodes; give a row for each.")
    kept = given[:, np.isfinite(given).all(axis=0)]
    if kept.shape[1] < 3:
        raise ValueError(
            f"{kept.shape[1]} of {given.shape[1]:,} steps have the misses of all nodes; at least 3 are needed."
        )
    return kept


def _checked_sums(sums: Sequence[Any] | np.ndarray) -> np.ndarray:
    summing = np.asarray(sums, dtype=float)
    if (
        summing.ndim != 2
        or summing.shape[0] < summing.shape[1]
        or not (summing[summing.shape[0] - summing.shape[1] :] == np.eye(summing.shape[1])).all()
    ):
        raise ValueError(
            f"sums, of the shape {summing.shape}, must tell which series each node sums, the series themselves in the last rows."
        )
    return summing
