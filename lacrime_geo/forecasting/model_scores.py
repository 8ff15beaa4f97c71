"""The scores of one model over origins, series and steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import scores
from .loss_differences import diebold_mariano
from .models import Panel
from .past_origins import Forecasts, Origins

# Fewer levels tell too little of a distribution to score it as a whole.
LEVELS_OF_CRPS = 4


def row_of(
    name: str,
    forecasts: Forecasts,
    beside: tuple[Forecasts, Forecasts],
    actual: np.ndarray,
    panel: Panel,
    origins: Origins,
    overlap: int,
) -> dict[str, np.ndarray]:
    """Return the scores of one model, over all origins, series and steps, beside the forecasts of both baselines."""
    missed, naive, smooth = (np.abs(one.mean - actual) for one in (forecasts, *beside))
    flat, mean = actual.ravel(), forecasts.mean.ravel()
    of_series = naive.mean(axis=(0, 2))
    tested = diebold_mariano(missed, naive, overlap=overlap)
    row: dict[str, Any] = {
        "mae": scores.mae(flat, mean),
        "rmse": scores.rmse(flat, mean),
        "bias": scores.bias(flat, mean),
        "smape": scores.smape(flat, mean),
        "r2": scores.r2(flat, mean),
        "r2_within": scores.r2(flat, mean, _own_means(actual)),
        "mase": _known_mean(scaled(scores.mase, actual, forecasts.mean, panel, origins)),
        "rmsse": _known_mean(scaled(scores.rmsse, actual, forecasts.mean, panel, origins)),
        **_interval_scores(forecasts, actual),
        "to_seasonal_naive": _ratio(missed.mean(), naive.mean()),
        "to_smoothing": _ratio(missed.mean(), smooth.mean()),
        "median_to_seasonal_naive": _known_median(missed.mean(axis=(0, 2)), of_series),
        "dm": tested.statistic,
        "dm_p": tested.p,
    }
    return {"model": np.array([name], dtype=object), **{key: np.array([float(value)]) for key, value in row.items()}}


def _interval_scores(forecasts: Forecasts, actual: np.ndarray) -> dict[str, Any]:
    found: dict[str, Any] = {}
    losses, flat = [], actual.ravel()
    for level, low in forecasts.low.items():
        ends = low.ravel(), forecasts.high[level].ravel()
        found[f"coverage{level:g}"] = scores.coverage(flat, *ends)
        found[f"winkler{level:g}"] = scores.winkler(flat, *ends, level)
        tail = (1 - level / 100) / 2
        losses += [scores.pinball(flat, end, share) for end, share in zip(ends, (tail, 1 - tail))]
    ranked = {"crps": crps_by_origin(forecasts, actual).mean()} if len(forecasts.low) >= LEVELS_OF_CRPS else {}
    return {"pinball": np.mean(losses) if losses else np.nan, **ranked, **found}


def crps_by_origin(forecasts: Forecasts, actual: np.ndarray) -> np.ndarray:
    """Return the score at each origin, by the ends of all intervals and the mean, which stands in for the median (origins,)."""
    tails = {level: (1 - level / 100) / 2 for level in sorted(forecasts.low)}
    above = [(1 - tail, forecasts.high[level]) for level, tail in tails.items()]
    below = [(tail, forecasts.low[level]) for level, tail in reversed(tails.items())]
    shares, quantiles = zip(*below, (0.5, forecasts.mean), *above)
    every = (np.array([ends[at].ravel() for ends in quantiles]) for at in range(len(actual)))
    return np.array([scores.crps(truth.ravel(), ends, shares) for truth, ends in zip(actual, every)])


def _own_means(actual: np.ndarray) -> np.ndarray:
    """Return of each scored count the mean of those of its series, as counts are flattened."""
    return np.broadcast_to(actual.mean(axis=(0, 2), keepdims=True), actual.shape).ravel()


def scaled(score: Any, actual: np.ndarray, mean: np.ndarray, panel: Panel, origins: Origins) -> np.ndarray:
    """Return a scaled score (origins, series), by the history known at each origin."""
    return np.stack(
        [
            score(actual[number], mean[number], panel.values[:, :known], panel.period)
            for number, known in enumerate(origins.known)
        ]
    )


def _known_mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else np.nan


def _known_median(errors: np.ndarray, others: np.ndarray) -> float:
    """Return the median ratio of errors of series, without those that the other one forecast without any."""
    known = others > 0
    return float(np.median(errors[known] / others[known])) if known.any() else np.nan


def _ratio(error: float, other: float) -> float:
    return error / other if other > 0 else np.nan
