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


def r2(actual: Any, forecast: Any, about: Any = None) -> np.ndarray:
    """Return the share of the squares explained: 1 less those of the errors over those of the counts about a mean.

    Parameters
    ----------
    actual, forecast : counts and their forecasts (..., steps).
    about : the mean. Default: that of the counts themselves; above 0 is then better than knowing it beforehand.

    Notes
    -----
    It is NaN where the counts do not vary. Of series of different sizes pooled, most of it is of which series is the larger.

    Examples
    --------
    >>> float(r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])), float(r2([2.0, 2.0], [2.0, 2.0]))
    (0.5, nan)
    """
    truth = np.asarray(actual, dtype=float)
    mean = truth.mean(axis=-1, keepdims=True) if about is None else np.asarray(about, dtype=float)
    squares = np.square(truth - mean).sum(axis=-1)
    missed = np.square(errors(truth, forecast)).sum(axis=-1)
    return np.asarray(1 - np.divide(missed, squares, out=np.full(missed.shape, np.nan), where=squares > 0))


def crps(actual: Any, quantiles: Any, shares: Any) -> np.ndarray:
    """Return the mean continuous ranked probability score of a forecast told by some of its quantiles.

    Parameters
    ----------
    actual : counts (steps,).
    quantiles : of the forecast (shares, steps).
    shares : the probability up to each quantile (shares,), in order, between 0 and 1.

    Returns
    -------
    numpy.ndarray
        Twice the integral of the pinball loss over the shares (trapezoids, 0 at both ends), in the unit of the counts: the mean
        absolute error of a forecast that is a single number. The fewer the quantiles, the less sure it is.

    References
    ----------
    Laio & Tamea (2007), Hydrology and Earth System Sciences 11: 1267-1277, equation 11; Gneiting & Raftery (2007), Journal of the
    American Statistical Association 102: 359-378, section 4.2.

    Examples
    --------
    >>> shares = np.arange(1, 400) / 400
    >>> round(float(crps([3.0], np.full((399, 1), 5.0), shares)), 1)
    2.0
    """
    at = np.concatenate([[0.0], np.asarray(shares, dtype=float), [1.0]])
    losses = [0.0, *(float(pinball(actual, end, share)) for end, share in zip(quantiles, at[1:-1])), 0.0]
    widths = np.diff(at)
    return np.asarray((widths * (np.array(losses[1:]) + np.array(losses[:-1]))).sum())
