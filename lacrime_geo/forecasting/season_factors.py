"""How much higher than the level of its time each step of the season is, drawn towards no season where little is known."""

from __future__ import annotations

import numpy as np

# Of a two-sided test at 90 %.
SIGNIFICANT = 1.645
# Seasons of which the lowest and highest value can be spared.
FEWEST_TRIMMED = 4


def shrunk_factors(values: np.ndarray, season: int, shrink: float) -> np.ndarray:
    """Return the factor of each step of the season (series, season), by which the level is multiplied.

    Parameters
    ----------
    values : counts (series, steps); the first step is step 0 of the season.
    season : steps of a season; 1 for none.
    shrink : seasons without any effect that are added to those seen: logarithms are divided by (seasons + shrink).

    Notes
    -----
    The logarithm of count / centred moving mean of a season (classical decomposition), averaged over the seasons: the mean of
    a normal prior about 0 whose variance is 1/shrink of that of one season's. The factors multiply to 1. Of four seasons or more
    the mean is trimmed, as a change of level makes the steps around it look like a season.
    """
    if season < 2 or values.shape[1] <= season or np.isinf(shrink):
        return np.ones((values.shape[0], season))
    trend = centred_mean(values, season)
    # Half a count keeps an empty step finite.
    ratio = np.log(values + 0.5) - np.log(trend + 0.5)
    log_factors = np.zeros((values.shape[0], season))
    for step in range(season):
        seen = ratio[:, step::season][:, np.isfinite(trend[0, step::season])]
        if seen.shape[1]:
            log_factors[:, step] = trimmed_mean(seen) * seen.shape[1] / (seen.shape[1] + shrink)
    return np.exp(log_factors - log_factors.mean(axis=1, keepdims=True))


def trimmed_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of each row without its lowest and highest tenth, at least one each where there are four or more.

    >>> trimmed_mean(np.array([[1.0, 2.0, 3.0, 90.0]])).tolist()
    [2.5]
    """
    number = values.shape[1]
    cut = max(number // 10, 1) if number >= FEWEST_TRIMMED else 0
    return np.asarray(np.sort(values, axis=1)[:, cut : number - cut].mean(axis=1))


def centred_mean(values: np.ndarray, season: int) -> np.ndarray:
    """Return the mean of the season about each step, the ends of an even season counting half; NaN near the ends.

    >>> centred_mean(np.arange(6.0)[None], 4).tolist()
    [[nan, nan, 2.0, 3.0, nan, nan]]
    """
    half = season // 2
    weight = np.full(2 * half + 1, 1.0 / season)
    if season % 2 == 0:
        weight[[0, -1]] /= 2
    mean = np.full(values.shape, np.nan)
    if values.shape[1] >= weight.size:
        windows = np.lib.stride_tricks.sliding_window_view(values, weight.size, axis=1)
        mean[:, half : values.shape[1] - half] = windows @ weight
    return mean


def seasonal(values: np.ndarray, season: int) -> np.ndarray:
    """Return which series have an autocorrelation at the season's lag that is significant at 90 % (Bartlett's formula)."""
    if season < 2 or values.shape[1] < 2 * season:
        return np.zeros(values.shape[0], dtype=bool)
    about = values - values.mean(axis=1, keepdims=True)
    total = np.square(about).sum(axis=1)
    correlation = np.array([(about[:, lag:] * about[:, :-lag]).sum(axis=1) for lag in range(1, season + 1)])
    correlation = np.divide(correlation, total, out=np.zeros_like(correlation), where=total > 0)
    limit = SIGNIFICANT * np.sqrt((1 + 2 * np.square(correlation[:-1]).sum(axis=0)) / values.shape[1])
    return np.asarray(np.abs(correlation[-1]) > limit)


def season_ratio(values: np.ndarray, season: int) -> np.ndarray:
    """Return the mean square between the steps of a season over that within them (series,), about the moving mean of a season.

    It is the F of an analysis of variance: about 1 where there is no season, huge where there is nothing else, and 0 where
    the history is shorter than two seasons and a half.
    """
    about = values - centred_mean(values, season)
    known = np.flatnonzero(np.isfinite(about[0]))
    if season < 2 or 2 * known.size < 3 * season:
        return np.zeros(values.shape[0])
    about = about[:, known] - about[:, known].mean(axis=1, keepdims=True)
    of_step = (known[:, None] % season == np.arange(season)).astype(float)
    explained = about @ of_step / of_step.sum(axis=0) @ of_step.T
    between = np.square(explained).sum(axis=1) / (season - 1)
    within = np.square(about - explained).sum(axis=1) / (known.size - season)
    return np.divide(between, within, out=np.where(between > 0, np.inf, 0.0), where=within > 0)
