"""Yearly changes in per cent: of the segments of a trend, and on average over its last years."""

from __future__ import annotations

import numpy as np

from .joinpoint_fits import Fit

CHANGES = ("change", "low", "high")
Change = tuple[float, float, float]


def segment_changes(fit: Fit, level: float) -> list[Change]:
    """Return the yearly change of each segment with its interval, by Student's t with the fit's degrees of freedom."""
    slope, covariance = fit.slopes()
    return [_change(value, float(spread), fit, level) for value, spread in zip(slope, np.sqrt(np.diag(covariance)))]


def average_change(fit: Fit, year: np.ndarray, last: int, level: float) -> Change:
    """Return the average yearly change over the last years (Clegg et al. 2009): slopes weighted by their time in them."""
    first = max(year[0], year[-1] - (last - 1))
    ends = np.concatenate([[year[0]], fit.joinpoint, [year[-1]]])
    inside = np.maximum(ends[1:] - np.maximum(ends[:-1], first), 0.0)
    weight = inside / inside.sum()
    slope, covariance = fit.slopes()
    return _change(float(weight @ slope), float(np.sqrt(weight @ covariance @ weight)), fit, level)


def _change(slope: float, spread: float, fit: Fit, level: float) -> Change:
    from scipy.special import stdtrit

    reach = float(stdtrit(fit.freedom, 0.5 + level / 200)) * spread if fit.freedom > 0 else np.nan
    # Of series that begin with zeros a slope may have no end.
    low, high = np.clip([slope - reach, slope + reach], -50.0, 50.0)
    return tuple(float(100 * np.expm1(value)) for value in (np.clip(slope, -50.0, 50.0), low, high))  # type: ignore[return-value]
