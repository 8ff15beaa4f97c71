"""ETS: level, damped trend and additive season smoothed together, for many series at once."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from .models import Panel
from .season_factors import centred_mean
from .traced_models import TracedModel

ALPHAS = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95)
BETAS = (0.0, 0.05, 0.2)  # as shares of alpha
DAMPINGS = (0.8, 0.9, 0.98)
GAMMAS = (0.0, 0.05, 0.2)
# Settings times series that are run together: what they need stays in the processor's cache.
ROWS_AT_ONCE = 4_096


class Settings(NamedTuple):
    """Hold the weights of level, trend and season, the damping (0: no trend), and how many are estimated, each (settings,)."""

    alpha: np.ndarray
    beta: np.ndarray
    damping: np.ndarray
    gamma: np.ndarray
    season: np.ndarray
    estimated: np.ndarray

    def take(self, numbers: np.ndarray) -> Settings:
        """Return some of the settings."""
        return Settings(*(each[numbers] for each in self))


class ExponentialStates(TracedModel):
    """Forecast by exponential smoothing with additive errors: ETS(A,N,N), (A,Ad,N), (A,N,A), (A,Ad,A).

    Form and weights are those of a grid with the least AICc of each series (Hyndman, Koehler, Ord & Snyder 2008, chapters 2
    and 7). A season needs a history of two; its first state is that of the classical decomposition.
    """

    name = "ETS"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 12

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return the setting of each series, and its AICc."""
        season = panel.period if 1 < panel.period <= panel.begin.size // 2 else 1
        every = settings(season)
        first = first_states(panel.values, season)
        squares = np.concatenate([_squares(panel.values, every, first, some) for some in _blocks(panel.size, every)])
        score = corrected_aic(squares, panel.begin.size, every.estimated[:, None])
        # Of equal ones the first, which has fewer terms.
        chosen = np.argmin(score, axis=0)
        return {"settings": every.take(chosen), "first": first, "aicc": score.min(axis=0)}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step."""
        traced = run(panel.values, found["settings"], found["first"], horizon)[1]
        traced[:, : self.needs(panel.period) // 2] = np.nan
        return traced


def settings(season: int) -> Settings:
    """Return the grid of settings; without those of a season where there is none."""
    rows = []
    trends = [(0.0, 0.0), *product(BETAS, DAMPINGS)]
    seasons = [(0.0, False)] + ([(gamma, True) for gamma in GAMMAS] if season > 1 else [])
    for alpha, (beta, damping), (gamma, seasonal) in product(ALPHAS, trends, seasons):
        # Weights, first states and the variance (Hyndman et al. 2008, section 7.1).
        estimated = 3 + (3 if damping else 0) + (season if seasonal else 0)
        rows.append((alpha, alpha * beta, damping, gamma * (1 - alpha), float(seasonal), float(estimated)))
    return Settings(*np.array(rows).T)


def first_states(values: np.ndarray, season: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the first level, trend (series,) and additive season (series, season)."""
    around = max(season, min(6, values.shape[1] // 2))
    level = values[:, :around].mean(axis=1)
    trend = (values[:, around : 2 * around].mean(axis=1) - level) / around
    if season == 1:
        return level, trend, np.zeros((values.shape[0], 1))
    apart = values - centred_mean(values, season)
    effects = np.stack([np.nanmean(apart[:, step::season], axis=1) for step in range(season)], axis=1)
    return level, trend, effects - effects.mean(axis=1, keepdims=True)


def _blocks(series: int, every: Settings) -> list[np.ndarray]:
    """Return the numbers of the settings in blocks, each of which is tried on all series at once."""
    together = max(ROWS_AT_ONCE // series, 1)
    return [np.arange(begin, min(begin + together, every.alpha.size)) for begin in range(0, every.alpha.size, together)]


def _squares(
    values: np.ndarray, every: Settings, first: tuple[np.ndarray, np.ndarray, np.ndarray], some: np.ndarray
) -> np.ndarray:
    """Return the mean squared miss one step ahead of some settings on all series (settings, series)."""
    series, steps = values.shape
    each = every.take(np.repeat(some, series))
    level, trend, effects = (np.tile(state, (some.size,) + (1,) * (state.ndim - 1)) for state in first)
    trend = np.where(each.damping > 0, trend, 0.0)
    # Steps of the season stand one beneath the other, so that each is in one piece.
    effects = np.ascontiguousarray((effects * each.season[:, None]).T)
    kept, gamma = each.damping, each.gamma * each.season
    summed = np.zeros((some.size, series))
    for step in range(steps):
        now = effects[step % effects.shape[0]]
        before = level + kept * trend
        missed = (values[:, step] - (before + now).reshape(summed.shape)).ravel()
        level = before + each.alpha * missed
        trend = kept * trend + each.beta * missed
        now += gamma * missed
        summed += np.square(missed).reshape(summed.shape)
    return summed / steps


def run(
    values: np.ndarray, each: Settings, first: tuple[np.ndarray, np.ndarray, np.ndarray], horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the forecast of each step by those before it (series, steps), and those made after each (series, steps, horizon)."""
    level = first[0].copy()
    trend = np.where(each.damping > 0, first[1], 0.0)
    effects = first[2] * each.season[:, None]
    season = effects.shape[1]
    damped = np.cumsum(each.damping[:, None] ** np.arange(1, horizon + 1), axis=1)
    forecast, traced = np.empty(values.shape), np.empty((*values.shape, horizon))
    for step in range(values.shape[1]):
        now = step % season
        before = level + each.damping * trend
        forecast[:, step] = before + effects[:, now]
        missed = values[:, step] - forecast[:, step]
        level = before + each.alpha * missed
        trend = each.damping * trend + each.beta * missed
        effects[:, now] += each.gamma * each.season * missed
        later = (step + 1 + np.arange(horizon)) % season
        traced[:, step] = level[:, None] + damped * trend[:, None] + effects[:, later]
    return forecast, traced


def corrected_aic(squares: np.ndarray, steps: int, estimated: np.ndarray) -> np.ndarray:
    """Return Akaike's criterion, corrected for small samples, of mean squared misses; infinite where too much is estimated."""
    room = steps - estimated - 1
    penalty = 2 * estimated + 2 * estimated * (estimated + 1) / np.maximum(room, 1)
    return np.where(room > 0, steps * np.log(np.maximum(squares, 1e-12)) + penalty, np.inf)
