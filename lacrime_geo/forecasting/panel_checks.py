"""Checks of what forecasting models are given: counts, steps without a gap, covariates."""

from __future__ import annotations

from typing import Any

import numpy as np


def checked_values(values: Any) -> np.ndarray:
    """Return counts (series, steps), 0 or more and none missing."""
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or not table.size:
        raise ValueError(f"values must be a table of series and steps that is not empty, got the shape {table.shape}.")
    bad = np.argwhere(~(np.isfinite(table) & (table >= 0)))
    if bad.size:
        row, at = bad[0]
        raise ValueError(
            f"{len(bad):,} of {table.size:,} counts are missing, infinite or negative, first in series {row}, step {at} "
            f"({table[row, at]:g}); mend them or leave these series out."
        )
    return table


def check_steps(begin: np.ndarray, steps: int, step: str) -> None:
    """Raise unless each step begins where the one before ends."""
    if begin.shape != (steps,):
        raise ValueError(f"begin has {begin.size:,} days for {steps:,} steps; give the first day of each.")
    at = begin.astype("M8[M]").astype(int) if step == "month" else begin.astype(int)
    apart = 7 if step == "week" else 1
    bad = np.flatnonzero(np.diff(at) != apart)
    if bad.size:
        raise ValueError(
            f"{bad.size:,} of {steps:,} steps are no {step} after the one before, first {begin[bad[0] + 1]} after "
            f"{begin[bad[0]]}; put the steps in order and give those without incidents the count 0."
        )


def check_covariate(name: str, column: Any, steps: int) -> None:
    """Raise unless a covariate is a finite number at each step at least."""
    values = np.asarray(column, dtype=float)
    if values.ndim != 1 or values.size < steps:
        raise ValueError(f"The covariate {name!r} has {values.size:,} values for {steps:,} steps; give one for each.")
    if not np.isfinite(values[:steps]).any():
        raise ValueError(f"The covariate {name!r} is missing in all {steps:,} steps; leave it out.")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(f"The covariate {name!r} is missing in {bad.size:,} steps, first in step {bad[0]}; fill them.")
