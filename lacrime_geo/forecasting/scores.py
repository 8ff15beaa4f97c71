"""How good forecasts are: errors, scaled errors, intervals, each of the last axis, without any state."""

from __future__ import annotations

from typing import Any

import numpy as np


def errors(actual: Any, forecast: Any) -> np.ndarray:
    """Return forecast less count (..., steps).

    Raises
    ------
    ValueError
        If the shapes differ, or there are no steps.
    """
    truth, told = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    if truth.shape != told.shape or not truth.size:
        raise ValueError(
            f"The counts have the shape {truth.shape} and the forecasts {told.shape}; give one forecast for each count."
        )
    return told - truth


def mae(actual: Any, forecast: Any) -> np.ndarray:
    """Return the mean absolute error.

    >>> float(mae([2, 4, 6], [3, 4, 4]))
    1.0
    """
    return np.asarray(np.abs(errors(actual, forecast)).mean(axis=-1))


def rmse(actual: Any, forecast: Any) -> np.ndarray:
    """Return the root of the mean squared error."""
    return np.asarray(np.sqrt(np.square(errors(actual, forecast)).mean(axis=-1)))


def bias(actual: Any, forecast: Any) -> np.ndarray:
    """Return the mean error: above 0 where forecasts are too high."""
    return np.asarray(errors(actual, forecast).mean(axis=-1))


def smape(actual: Any, forecast: Any) -> np.ndarray:
    """Return the symmetric mean absolute percentage error, the mean of 200 |y − f| / (|y| + |f|); 0 of 0 counts 0.

    >>> float(smape([0, 3], [0, 1]))
    50.0
    """
    missed = np.abs(errors(actual, forecast))
    size = np.abs(np.asarray(actual, dtype=float)) + np.abs(np.asarray(forecast, dtype=float))
    return np.asarray((200 * missed / np.where(size > 0, size, 1.0)).mean(axis=-1))


def mase(actual: Any, forecast: Any, history: Any, season: int) -> np.ndarray:
    """Return the mean absolute scaled error: by the mean absolute change from season to season of the history (..., past).

    It is NaN where that is 0 (a constant history) or the history is no longer than a season. Its scale is of the past, so
    that even seasonal naive may score far above 1: whether a forecast beats another one is told by the ratio of their errors.

    References
    ----------
    Hyndman & Koehler (2006), International Journal of Forecasting 22: 679-688.
    """
    return np.asarray(mae(actual, forecast) / _scale(history, season, 1))


def rmsse(actual: Any, forecast: Any, history: Any, season: int) -> np.ndarray:
    """Return the root mean squared scaled error; the scale is of squares, NaN as that of `mase`.

    References
    ----------
    Makridakis, Spiliotis & Assimakopoulos (2022), International Journal of Forecasting 38: 1346-1364, who take season 1.
    """
    return np.asarray(rmse(actual, forecast) / np.sqrt(_scale(history, season, 2)))


def _scale(history: Any, season: int, power: int) -> np.ndarray:
    past = np.asarray(history, dtype=float)
    if past.shape[-1] <= season:
        return np.full(past.shape[:-1], np.nan)
    mean = (np.abs(past[..., season:] - past[..., :-season]) ** power).mean(axis=-1)
    return np.where(mean > 0, mean, np.nan)


def pinball(actual: Any, quantile: Any, share: float) -> np.ndarray:
    """Return the mean pinball loss of forecasts of a quantile; share 0.5 gives half the mean absolute error.

    >>> float(pinball([10.0], [8.0], 0.9)), round(float(pinball([10.0], [12.0], 0.9)), 3)
    (1.8, 0.2)
    """
    over = errors(actual, quantile)
    return np.asarray(np.where(over > 0, (1 - share) * over, -share * over).mean(axis=-1))


def coverage(actual: Any, low: Any, high: Any) -> np.ndarray:
    """Return the share of counts within their interval, its ends included."""
    return np.asarray(((errors(actual, low) <= 0) & (errors(actual, high) >= 0)).mean(axis=-1))


def winkler(actual: Any, low: Any, high: Any, level: float) -> np.ndarray:
    """Return the mean Winkler score of intervals of a level in per cent: width, and 2/α times what a count lies outside.

    References
    ----------
    Winkler (1972), Journal of the American Statistical Association 67: 187-191.

    Examples
    --------
    >>> float(winkler([5.0, 12.0], [4.0, 4.0], [10.0, 10.0], 80))
    16.0
    """
    below, above = errors(actual, low), -errors(actual, high)
    outside = np.maximum(below, 0.0) + np.maximum(above, 0.0)
    width = np.asarray(high, dtype=float) - np.asarray(low, dtype=float)
    return np.asarray((width + 2 / (1 - level / 100) * outside).mean(axis=-1))
