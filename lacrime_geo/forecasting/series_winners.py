"""Which model errs least where: series by series and by a key, and the series in which nothing beats seasonal naive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .baselines import NAIVE, SMOOTHING

if TYPE_CHECKING:
    from .backtest_results import Made


def errors_of(made: Made) -> np.ndarray:
    """Return the mean absolute error of each model in each series (models, series)."""
    return np.stack([np.abs(found.mean - made.actual).mean(axis=(0, 2)) for found in made.forecasts.values()])


def winners_of(made: Made) -> dict[str, np.ndarray]:
    """Return a row for each series: its keys, the model of least error, and whether any beats seasonal naive."""
    names, errors = list(made.forecasts), errors_of(made)
    naive, smooth = (errors[names.index(name)] for name in (NAIVE, SMOOTHING))
    best = _least(names, errors)
    least = errors[best, np.arange(errors.shape[1])]
    better = (errors < naive).sum(axis=0)
    keys = {key: np.asarray(column) for key, column in (made.panel.keys or {}).items()}
    return {
        **keys,
        "model": np.array(names, dtype=object)[best],
        "mae": least,
        "to_seasonal_naive": _shares(least, naive),
        "to_smoothing": _shares(least, smooth),
        "models_better": better,
        "beats_naive": better > 0,
    }


def winners_by_key(made: Made, key: str) -> dict[str, np.ndarray]:
    """Return a row for each value of a key: the model of least error in its series together, least share first."""
    keys = made.panel.keys or {}
    if key not in keys:
        known = ", ".join(map(repr, keys)) or "none"
        raise ValueError(f"The series are not told apart by {key!r}; their keys are {known}.")
    values, group = np.unique(np.asarray(keys[key]).astype(str), return_inverse=True)
    names, errors = list(made.forecasts), errors_of(made)
    pooled = np.stack([np.bincount(group.ravel(), error, values.size) for error in errors])
    best = _least(names, pooled)
    naive = errors[names.index(NAIVE)]
    own = errors[best[group], np.arange(group.size)]
    rows: Mapping[str, np.ndarray] = {
        key: values.astype(object),
        "series": np.bincount(group),
        "model": np.array(names, dtype=object)[best],
        "to_seasonal_naive": _shares(pooled[best, np.arange(values.size)], pooled[names.index(NAIVE)]),
        "series_better": np.bincount(group, own < naive).astype(np.int64),
        "series_unbeaten": np.bincount(group, ~(errors < naive).any(axis=0)).astype(np.int64),
    }
    order = np.argsort(rows["to_seasonal_naive"], kind="stable")
    return {name: column[order] for name, column in rows.items()}


def _least(names: list[str], errors: np.ndarray) -> np.ndarray:
    """Return which model has the least error (series,); where several are alike the plainer one: a baseline, then the first."""
    order = sorted(range(len(names)), key=lambda at: (names[at] != NAIVE, names[at] != SMOOTHING, at))
    return np.asarray(np.array(order)[errors[order].argmin(axis=0)])


def _shares(errors: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.asarray(errors / np.where(others > 0, others, np.nan))
