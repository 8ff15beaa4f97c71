"""Guards against leaks: what a forecast must not know, as functions that raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .leaking_windows import FEWEST, Window, leaking_window
from .models import Panel

# Known only when the incidents themselves are: parts, results and means of the counts that are forecast.
OUTCOMES = ("arrests", "cleared", "clearances", "crimes", "daily_avg", "violent")
LONGEST_WINDOW = 60
# Of more counts than that only usual windows are looked for, as all would take minutes.
FEW_COUNTS, USUAL_WINDOWS = 3000, (*range(1, 13), 14, 28, 30, 52)


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


def refuse_leaks(target: Any, features: Mapping[str, Any], *, ahead: int = 1, longest: int = LONGEST_WINDOW) -> None:
    """Raise where a feature is missing throughout, an outcome, or made of counts that are not known when a step is forecast.

    Parameters
    ----------
    target : counts (steps,) that are forecast, or of several series (series, steps).
    features : columns by name (steps,), in the row of the step that they shall foretell.
    ahead : steps from the last known one to the last one that is forecast: the gap and the horizon. Default: 1, the next step.
    longest : steps of the longest moving window that is looked for, and how many steps later the target itself is.

    Raises
    ------
    ValueError
        If a feature has no value, is named as an outcome, or goes with the target of a step less than `ahead` steps before, of
        the same or of a later one, or with a moving mean or sum that ends there: in a line, or in the order of its values.

    Notes
    -----
    A moving window is looked for up to its own length after the step; of more than 3,000 counts in all those of 2 to 12 steps and
    of 14, 28, 30 and 52. Fewer than 8 steps, and series with too few incidents to be told from chance, tell nothing.

    Examples
    --------
    >>> refuse_leaks([3, 1, 4, 1, 5, 9, 2, 6, 5], {"last": [0, 3, 1, 4, 1, 5, 9, 2, 6]})
    """
    values = np.atleast_2d(np.asarray(target, dtype=float))
    refuse_outcomes(features)
    for name, column in features.items():
        feature = np.asarray(column, dtype=float)
        if feature.shape != values.shape[1:]:
            raise ValueError(
                f"The feature {name!r} has {feature.size:,} values for {values.shape[1]:,} steps; give one each."
            )
        if not np.isfinite(feature).any():
            raise ValueError(f"The feature {name!r} is missing in all {feature.size:,} steps; leave it out.")
        windows = _windows(values, longest)
        found = leaking_window(feature, values, windows, min(longest, values.shape[1] - FEWEST), ahead)
        if found is not None:
            raise ValueError(
                f"The feature {name!r} goes with {_in_words(found, len(values))}, which is not known when a step is "
                f"forecast {_steps(ahead)} ahead. Shift it by {_steps(ahead + found.later)}, or leave it out."
            )


def _windows(values: np.ndarray, longest: int) -> list[int]:
    """Return the lengths of windows to look for: all, and of many series the usual ones."""
    most = min(longest, values.shape[1] - FEWEST)
    return [steps for steps in range(1, most + 1) if values.size <= FEW_COUNTS or steps in USUAL_WINDOWS]


def _in_words(window: Window, series: int) -> str:
    """Say what a feature goes with."""
    of = "the target" if series == 1 else f"the counts of series {window.row}"
    before, after = _steps(-window.later), _steps(window.later)
    if window.steps == 1:
        if window.later == 0:
            return f"{of} itself" if series == 1 else f"{of} themselves"
        return f"{of} {before} before" if window.later < 0 else f"{of} {after} later"
    end = (
        "with the step itself" if window.later == 0 else f"{before} before" if window.later < 0 else f"{after} after it"
    )
    return f"a moving mean of {_steps(window.steps)} of {of} that ends {end}"


def _steps(number: int) -> str:
    return f"{number:,} step{'s' * (number != 1)}"


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
