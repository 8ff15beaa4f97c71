"""The improved Farrington algorithm (Noufaily et al. 2012): a week against the same season of earlier years."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

YEAR = 365.25 / 7
MOST_YEARS, FEWEST_YEARS = 5, 3
HALF_WINDOW, LEVELS, LEFT_OUT = 3, 10, 26
HIGH_RESIDUAL, TREND_P = 2.58, 0.05
# A week is judged where so many incidents are of the last weeks.
ENOUGH, OF_WEEKS = 5, 4
ROUNDS, CLOSE = 50, 1e-10


class Fit(NamedTuple):
    """Hold a quasi-Poisson fit of several series: coefficients (areas, terms), fitted (areas, weeks), and how sure both are."""

    coefficients: np.ndarray
    fitted: np.ndarray
    weights: np.ndarray
    inverse: np.ndarray
    leverage: np.ndarray
    dispersion: np.ndarray


class Expected(NamedTuple):
    """Hold what is expected of a week (areas,): the mean, its dispersion, whether a trend was kept, and what was judged."""

    mean: np.ndarray
    dispersion: np.ndarray
    trend: np.ndarray
    judged: np.ndarray


def years_of(week: int, year: float = YEAR) -> int:
    """Return how many earlier years, five at most, are whole before a week (its number in the series)."""
    return next((b for b in range(MOST_YEARS, 0, -1) if week - _weeks_back(b, year) - HALF_WINDOW >= 0), 0)


def first_week(year: float = YEAR) -> int:
    """Return the first week of a series that can be judged."""
    return _weeks_back(FEWEST_YEARS, year) + HALF_WINDOW


def _weeks_back(years: int, year: float) -> int:
    return round(years * year)


def season_levels(week: int, years: int, year: float = YEAR) -> np.ndarray:
    """Return the level of the season of each week before one (week,): 0 near its own season, 1…9 between, −1 not used.

    >>> season_levels(170, 3)[[9, 10, 16, 17, 143, 144]].tolist()
    [-1, 0, 0, 1, 5, -1]
    """
    level = np.full(week + 1, -1)
    at = [week - _weeks_back(back, year) for back in range(years + 1)]
    for near in at:
        level[max(near - HALF_WINDOW, 0) : near + HALF_WINDOW + 1] = 0
    for later, earlier in zip(at, at[1:]):
        between = np.arange(earlier + HALF_WINDOW + 1, later - HALF_WINDOW)
        # As equal as whole weeks allow, the longer ones first.
        sizes = [part.size for part in np.array_split(between, LEVELS - 1)]
        level[between] = np.repeat(np.arange(1, LEVELS), sizes)
    level[week - LEFT_OUT :] = -1
    return level[:week]


def expected_of(count: np.ndarray, week: int, year: float = YEAR) -> Expected:
    """Return what is expected of one week by the weeks before it, of counts (areas, weeks)."""
    level = season_levels(week, years_of(week, year), year)
    used = np.flatnonzero(level >= 0)
    past = count[:, used].astype(float)
    season = (level[used][:, np.newaxis] == np.arange(LEVELS)[np.newaxis]).astype(float)
    # Centred on the week that is judged, so that the first coefficient alone tells of it.
    time = (used - week) / year
    with_trend = np.column_stack([season, time])
    judged = count[:, max(week - OF_WEEKS + 1, 0) : week + 1].sum(axis=1) >= ENOUGH
    mean, dispersion = np.full(count.shape[0], np.nan), np.full(count.shape[0], np.nan)
    kept = np.zeros(count.shape[0], dtype=bool)
    rows = np.flatnonzero(judged & (past[:, level[used] == 0].sum(axis=1) > 0))
    if rows.size:
        trending, flat = fit(past[rows], with_trend), fit(past[rows], season)
        foretold = np.exp(np.minimum(trending.coefficients[:, 0], 50.0))
        keep = (trend_p(trending) < TREND_P) & (foretold <= past[rows].max(axis=1)) & np.isfinite(foretold)
        mean[rows] = np.where(keep, foretold, np.exp(flat.coefficients[:, 0]))
        dispersion[rows] = np.where(keep, trending.dispersion, flat.dispersion)
        kept[rows] = keep
    judged &= np.isfinite(mean)
    return Expected(mean, dispersion, kept, judged)


def fit(past: np.ndarray, design: np.ndarray) -> Fit:
    """Fit a quasi-Poisson regression, then once more with weeks far above it weighing less; (areas, weeks), (weeks, terms)."""
    first = quasi_poisson(past, design, np.ones(past.shape))
    return quasi_poisson(past, design, outbreak_weights(anscombe(past, first)))


def quasi_poisson(past: np.ndarray, design: np.ndarray, weights: np.ndarray) -> Fit:
    """Fit log-linear regressions of one design (weeks, terms) to many series (areas, weeks) by iterated least squares."""
    terms = design.shape[1]
    squares = (design[:, :, np.newaxis] * design[:, np.newaxis, :]).reshape(design.shape[0], terms * terms)
    mean = past + 0.1
    linear = np.log(mean)
    deviance = np.full(past.shape[0], np.inf)
    for _ in range(ROUNDS):
        working = weights * mean
        inverse = _inverses((working @ squares).reshape(-1, terms, terms))
        right = (working * (linear + (past - mean) / mean)) @ design
        coefficients = np.einsum("apq,aq->ap", inverse, right)
        # A level of the season without any incident has no finite coefficient.
        linear = np.clip(coefficients @ design.T, -30.0, 30.0)
        mean = np.exp(linear)
        before, deviance = deviance, _deviance(past, mean, weights)
        if (np.abs(deviance - before) < CLOSE * (np.abs(deviance) + 0.1)).all():
            break
    working = weights * mean
    leverage = working * ((design @ inverse) * design).sum(axis=2)
    freedom = design.shape[0] - terms
    pearson = (weights * (past - mean) ** 2 / mean).sum(axis=1)
    return Fit(coefficients, mean, weights, inverse, leverage, np.maximum(pearson / freedom, 1.0))


def _inverses(information: np.ndarray) -> np.ndarray:
    """Return the inverse of each information matrix; a term that nothing is known of is left where it is."""
    terms = information.shape[1]
    size = np.trace(information, axis1=1, axis2=2)[:, np.newaxis, np.newaxis]
    return np.linalg.inv(information + 1e-13 * (size + 1e-300) * np.eye(terms))


def _deviance(past: np.ndarray, mean: np.ndarray, weights: np.ndarray) -> np.ndarray:
    from scipy.special import xlogy

    return np.asarray(2.0 * (weights * (xlogy(past, past / mean) - (past - mean))).sum(axis=1))


def anscombe(past: np.ndarray, found: Fit) -> np.ndarray:
    """Return standardised Anscombe residuals 3/2 (y^⅔ μ^−⅙ − μ^½) / √(φ (1 − h)) of counts (areas, weeks)."""
    mean = found.fitted
    raw = 1.5 * (past ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean))
    return np.asarray(raw / np.sqrt(found.dispersion[:, np.newaxis] * np.maximum(1.0 - found.leverage, 1e-12)))


def outbreak_weights(residuals: np.ndarray) -> np.ndarray:
    """Return weights γ s⁻² of residuals s above 2.58 and γ of the others, which sum to their number (areas, weeks).

    >>> outbreak_weights(np.array([[0.0, 0.0, 4.0]])).round(4).tolist()
    [[1.4545, 1.4545, 0.0909]]
    """
    high = residuals > HIGH_RESIDUAL
    raw = np.where(high, 1.0 / np.where(high, residuals, 1.0) ** 2, 1.0)
    return np.asarray(raw * residuals.shape[1] / raw.sum(axis=1, keepdims=True))


def trend_p(found: Fit) -> np.ndarray:
    """Return the two-sided p of the last term, the trend, by Student's t (areas,)."""
    from scipy.special import stdtr

    freedom = found.fitted.shape[1] - found.coefficients.shape[1]
    error = np.sqrt(found.dispersion * found.inverse[:, -1, -1])
    return np.asarray(2.0 * stdtr(freedom, -np.abs(found.coefficients[:, -1] / error)))


def p_of_week(count: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """Return the probability of counts (areas,) as high or higher: negative binomial, Poisson where the dispersion is 1.

    >>> p_of_week(np.array([0.0, 4.0]), np.array([2.0, 2.0]), np.array([1.0, 1.0])).round(4).tolist()
    [1.0, 0.1429]
    """
    from scipy.special import betainc, gammainc

    at_least = np.maximum(count, 1.0)
    scattered = dispersion > 1.0
    size = mean / np.where(scattered, dispersion - 1.0, 1.0)
    by_binomial = betainc(at_least, np.where(scattered, size, 1.0), 1.0 - 1.0 / np.where(scattered, dispersion, 2.0))
    p = np.where(scattered, by_binomial, gammainc(at_least, mean))
    return np.where(count > 0, p, 1.0)


def bound(mean: np.ndarray, dispersion: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return the highest counts (areas,) that are no alarm: the 1 − α quantile of the negative binomial.

    >>> bound(np.array([10.0]), np.array([1.0]), np.array([0.05])).tolist()
    [15.0]
    """
    low = np.full(mean.shape, -1.0)
    high = np.ceil(mean + 20.0 * np.sqrt(dispersion * mean) + 50.0 * dispersion)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2.0)
        enough = p_of_week(middle + 1.0, mean, dispersion) <= alpha
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
