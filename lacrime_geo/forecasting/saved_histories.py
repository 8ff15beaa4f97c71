"""The counts that a model was fitted to as JSON values, and read again with every check."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from .models import STEPS, Panel

# Ten years of days: no season is longer, and what is kept of it would fill the memory.
LONGEST_SEASON = 3660
# Of sums of weights alone.
WEIGHT = "weight"
PARTS = ("step", "season", "first", "keys", "values", "covariates")


def written_history(panel: Panel) -> dict[str, Any]:
    """Return counts as JSON values: whole ones as whole numbers, all exact."""
    weight = {} if panel.weight is None else {WEIGHT: np.asarray(panel.weight, dtype=float).tolist()}
    return {
        **weight,
        "step": panel.step,
        "season": panel.period,
        "first": str(panel.begin[0]),
        "keys": {name: _key(column) for name, column in (panel.keys or {}).items()},
        "values": [[int(value) if value == int(value) else value for value in row] for row in panel.values.tolist()],
        "covariates": {
            name: np.asarray(column, dtype=float).tolist() for name, column in (panel.covariates or {}).items()
        },
    }


def read_history(history: Any) -> Panel:
    """Return the counts of JSON values.

    Raises
    ------
    ValueError
        If a part is missing or unknown, rows differ in length, or what a `Panel` refuses.

    Examples
    --------
    >>> months = np.arange("2022-01", "2022-03", dtype="M8[M]")
    >>> panel = Panel(np.array([[3.0, 4.0]]), months, "month", keys={"area": np.array(["a"])})
    >>> read_history(written_history(panel)).values.tolist()
    [[3.0, 4.0]]
    """
    if not isinstance(history, dict) or set(history) - {WEIGHT} != set(PARTS):
        raise ValueError(f"The counts of a saved model have the parts {', '.join(PARTS)}.")
    step = checks.option("step", history["step"], STEPS)
    values = _table(history["values"])
    keys = {name: _read_key(name, column) for name, column in _named("keys", history["keys"]).items()}
    covariates = {name: _row(name, column) for name, column in _named("covariates", history["covariates"]).items()}
    begin = _begins(history["first"], step, values.shape[1])
    season = checks.whole("season", history["season"])
    if season > LONGEST_SEASON:
        raise ValueError(f"season must be at most {LONGEST_SEASON:,} steps, got {season}.")
    weight = _row(WEIGHT, history[WEIGHT]) if WEIGHT in history else None
    if weight is not None and not (weight > 0).all():
        raise ValueError("The weights of a saved model are numbers above 0.")
    return Panel(values, begin, step, season, keys, covariates or None, weight)


def _key(column: Any) -> list[Any]:
    values = np.asarray(column)
    # Whole numbers stay, as groups are in the order of their texts either way; whatever else is text.
    return values.tolist() if values.dtype.kind in "iu" else [str(value) for value in values.tolist()]


def _read_key(name: str, column: Any) -> np.ndarray:
    if not isinstance(column, list) or not all(type(value) in (str, int) for value in column):
        raise ValueError(f"The key {name!r} must be a list of texts or whole numbers.")
    return np.array(column, dtype=object) if any(isinstance(value, str) for value in column) else np.array(column)


def _named(what: str, columns: Any) -> dict[str, Any]:
    if not isinstance(columns, dict):
        raise ValueError(f"The {what} of a saved model are columns by name.")
    return columns


def _table(rows: Any) -> np.ndarray:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise ValueError("The counts of a saved model are a list of series, each a list of numbers.")
    uneven = [number for number, row in enumerate(rows) if len(row) != len(rows[0])]
    if uneven:
        raise ValueError(
            f"{len(uneven):,} of {len(rows):,} series have not as many counts as the first one, first series {uneven[0]}: "
            f"{len(rows[uneven[0]]):,} for {len(rows[0]):,}."
        )
    return np.stack([_row("counts", row) for row in rows])


def _row(name: str, row: Any) -> np.ndarray:
    if not isinstance(row, list) or not all(type(value) in (int, float) for value in row):
        raise ValueError(f"{name} must be numbers in a list.")
    return np.array(row, dtype=float)


def _begins(first: Any, step: str, steps: int) -> np.ndarray:
    try:
        day = np.datetime64(first, "D") if isinstance(first, str) and len(first) == len("2020-01-01") else None
    except ValueError:
        day = None
    if day is None or np.isnat(day):
        raise ValueError(f"The first day of the counts must be a date such as '2020-01-01', got {first!r}.")
    if step == "month":
        return np.asarray((day.astype("M8[M]") + np.arange(steps)).astype("M8[D]"))
    return np.asarray(day + np.arange(steps) * (7 if step == "week" else 1))
