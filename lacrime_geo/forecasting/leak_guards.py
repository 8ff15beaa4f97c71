"""Guards against leaks: what a forecast must not know, as functions that raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .models import Panel

# Known only when the incidents themselves are: parts, results and means of the counts that are forecast.
OUTCOMES = ("arrests", "cleared", "clearances", "crimes", "daily_avg", "violent")
LONGEST_WINDOW = 60
# A correlation that rounding alone keeps from 1.
ALIKE = 1 - 1e-9
FEWEST = 8


def refuse_outcomes(names: Iterable[str]) -> None:
    """Raise where columns are outcomes of the same steps, which nobody knows when forecasting.

    Raises
    ------
    ValueError
        If a name is one of `OUTCOMES`.
    """
    found = [name for name in names if str(name).lower() in OUTCOMES]
    if found:
        raise ValueError(
            f"The column {found[0]!r} tells what came of the incidents of the same step, and is not known when they are "
            "forecast: leave it out, or shift it by the horizon and name it so."
        )


def refuse_leaks(target: Any, features: Mapping[str, Any], *, longest: int = LONGEST_WINDOW) -> None:
    """Raise where a feature is missing throughout, an outcome, the target itself or a window that reaches into it.

    Parameters
    ----------
    target : counts (steps,) that are forecast.
    features : columns by name (steps,), in the row of the step that they shall foretell.
    longest : steps of the longest moving window that is looked for.

    Raises
    ------
    ValueError
        If a feature has no value, is named as an outcome, or goes exactly with the target of the same or a later step, or with
        a moving mean or sum that includes it.

    Examples
    --------
    >>> refuse_leaks([3, 1, 4, 1, 5, 9, 2, 6, 5], {"last": [0, 3, 1, 4, 1, 5, 9, 2, 6]})
    """
    values = np.asarray(target, dtype=float)
    refuse_outcomes(features)
    for name, column in features.items():
        feature = np.asarray(column, dtype=float)
        if feature.shape != values.shape:
            raise ValueError(
                f"The feature {name!r} has {feature.size:,} values for {values.size:,} steps; give one each."
            )
        if not np.isfinite(feature).any():
            raise ValueError(f"The feature {name!r} is missing in all {feature.size:,} steps; leave it out.")
        _refuse_window(name, feature, values, min(longest, values.size - FEWEST))


def _refuse_window(name: str, feature: np.ndarray, values: np.ndarray, longest: int) -> None:
    """Raise where a feature is a moving mean or sum of the target that reaches to the step itself or beyond."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    for window in range(1, longest + 1):
        moving = sums[window:] - sums[:-window]
        # The window of a step ends 0, 1, … steps after it; a centred one ends half of it later.
        for later in range(window):
            rows = np.arange(max(window - 1 - later, 0), values.size - later)
            ended = moving[rows + later - window + 1]
            if _go_together(feature[rows], ended):
                what = (
                    "the target itself"
                    if window == 1
                    else f"a moving mean of {window} steps that includes the step itself"
                )
                raise ValueError(
                    f"The feature {name!r} is {what}: it is not known when the step is forecast. Shift it by the horizon."
                )
    if values.size > FEWEST and _go_together(feature[:-1], values[1:]):
        raise ValueError(f"The feature {name!r} is the target of the next step: it is not known yet. Shift it.")


def _go_together(feature: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether one column is the other one, stretched and moved."""
    known = np.isfinite(feature)
    if known.sum() < FEWEST:
        return False
    first, second = feature[known] - feature[known].mean(), other[known] - other[known].mean()
    size = np.sqrt((first @ first) * (second @ second))
    return bool(size > 0 and abs(first @ second) >= ALIKE * size)


def refuse_random_split(train: Any, test: Any) -> None:
    """Raise where steps to learn from are not all before those to be scored.

    Parameters
    ----------
    train, test : the days of each (rows,).

    Raises
    ------
    ValueError
        If a day to learn from is that of the first one to be scored, or later.
    """
    learned, scored = np.asarray(train, dtype="M8[D]"), np.asarray(test, dtype="M8[D]")
    late = learned >= scored.min()
    if late.any():
        raise ValueError(
            f"{int(late.sum()):,} of {learned.size:,} steps to learn from are not before the first one to be scored, "
            f"{scored.min()}: a random split lets a forecast know the future. Split at a day."
        )


def refuse_horizon(horizon: int, known: int, step: str) -> None:
    """Raise where more steps are to be forecast than half of those known: the history holds no such forecast to learn from.

    Raises
    ------
    ValueError
        If the horizon is longer than half of the history.
    """
    if horizon > known // 2:
        raise ValueError(
            f"A horizon of {horizon:,} {step}s is more than half of the {known:,} {step}s known, so no past forecast of that "
            f"length could be checked; forecast {known // 2:,} at most, or give a longer history."
        )


def require_no_leak(forecast: Callable[[Panel, int], Any], panel: Panel, known: int) -> None:
    """Raise where a forecast changes with what comes after its origin.

    Parameters
    ----------
    forecast : a function of the whole panel and of how many steps are known, which returns the means (series, horizon):
        everything that is done to the counts must be within it, features too.
    panel : counts, the later ones of which are altered.
    known : steps known at the origin.

    Raises
    ------
    ValueError
        If a forecast differs once the counts after the origin are others.
    """
    later = panel.values.copy()
    # Far from what was there, and in another order.
    later[:, known:] = 3 * later[:, known:][:, ::-1] + 17
    before, after = (np.asarray(forecast(each, known)) for each in (panel, replace(panel, values=later)))
    changed = np.argwhere(~np.isclose(before, after, rtol=1e-9, atol=0, equal_nan=True))
    if changed.size:
        row, ahead = changed[0][0], changed[0][-1]
        raise ValueError(
            f"{len(changed):,} of {before.size:,} forecasts made on {panel.begin[known - 1]} change with what comes after, "
            f"first that of series {row}, {ahead + 1} steps ahead: the future leaks into them."
        )
