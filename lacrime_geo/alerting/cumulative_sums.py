"""Cumulative sums: small rises that last add up, until they pass a limit."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..results import Table
from .baselines import Judgement, mean_before


def cusum(x: Any, mean: float, k: float, h: float) -> Table:
    """Add up what counts are above a reference value, and tell where the sum passes a limit (upper CUSUM).

    Parameters
    ----------
    x : counts (n,), in the order of time.
    mean : the count expected of a step.
    k : allowance, in counts: what a count may be above the mean without raising the sum.
    h : limit of the sum, in counts.

    Returns
    -------
    Table
        A row per step: `x`, `cusum` (C⁺) and `alarm` (C⁺ above h). The sum is not set back after an alarm.

    Raises
    ------
    ValueError
        If a count is missing, the mean or k is negative, or h is not above 0.

    Notes
    -----
    C⁺ = max(0, x − (μ + k) + C⁺ of the step before), 0 before the first (Page 1954). With k half of the rise to be found and h
    four to five standard deviations it is the customary chart; `alerts` finds h by simulation.

    Examples
    --------
    >>> found = cusum([4, 5, 9, 9, 3], mean=5, k=1, h=4)
    >>> found["cusum"].tolist(), found["alarm"].tolist()
    ([0.0, 0.0, 3.0, 6.0, 3.0], [False, False, False, True, False])
    """
    counts = checks.numbers("x", x, np.size(x))
    for name, value in (("mean", mean), ("k", k)):
        _refuse_below_0(name, value)
    limit = checks.positive("h", h, "counts")
    sums = upper_sums(counts[np.newaxis] - (float(mean) + float(k)))[0]
    parameters = Parameters(mean=float(mean), k=float(k), h=limit)
    return Table({"x": counts, "cusum": sums, "alarm": sums > limit}, parameters, label="CUSUM")


def _refuse_below_0(name: str, value: Any) -> None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number of counts, got {value!r}.") from None
    if not (np.isfinite(number) and number >= 0):
        raise ValueError(f"{name} must be a number of counts of at least 0, got {value!r}.")


def upper_sums(above: np.ndarray) -> np.ndarray:
    """Return C⁺ of what counts are above their reference value (areas, steps); a step without one (NaN) begins anew."""
    sums = np.empty(above.shape)
    last = np.zeros(above.shape[0])
    for step in range(above.shape[1]):
        sums[:, step] = np.maximum(last + above[:, step], 0.0)
        last = np.where(np.isnan(sums[:, step]), 0.0, sums[:, step])
    return sums


def reference_of(mean: np.ndarray) -> np.ndarray:
    """Return μ + k, best to find a doubling of a Poisson mean μ, or a rise of one standard deviation where that is less.

    (μ₁ − μ) / ln(μ₁ / μ) of the raised mean μ₁ (Lucas 1985).

    >>> reference_of(np.array([0.0, 1.0, 100.0])).round(3).tolist()
    [0.0, 1.443, 104.921]
    """
    rise = np.minimum(mean, np.sqrt(mean))
    known = mean > 0
    ratio = np.where(known, rise / np.where(known, mean, 1.0), 1.0)
    return np.asarray(rise / np.log1p(ratio))


def moving_cusum(count: np.ndarray, steps: int) -> Judgement:
    """Judge counts (areas, steps) by C⁺ with the mean of so many steps before each, and k as `reference_of` has it."""
    mean = mean_before(count, steps)
    reference = reference_of(mean)
    sums = upper_sums(count - reference)
    last = np.zeros(count.shape)
    last[:, 1:] = np.nan_to_num(sums[:, :-1])
    return Judgement(mean, sums, lambda limit: np.maximum(limit - last + reference, 0.0))
