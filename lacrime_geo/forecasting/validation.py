"""Which forecast would have been the best at past origins: errors of a grid of settings, computed once for all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .models import Panel
from .season_factors import shrunk_factors
from .shares_of_totals import groups_of, shares, totals_of
from .smoothing import first_steps, levels
from .step_lengths import relative_lengths
from .traced_models import TracedModel, spaced, traced_then

ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0)
SHARE_ALPHAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
SHRINKS = (0.25, 1.0, 2.0, 4.0, 8.0, float("inf"))
# Origins that are scored, at most, and those without which nothing is told.
MOST_ORIGINS, LEAST_ORIGINS = 24, 4
# How many origins in a row may share what surprised them and still count as one each.
OVERLAP = 3
# Forecasts held at once while models are scored, beyond which fewer steps ahead are: series × steps × steps ahead.
MOST_SCORED = 10_000_000


class Origins(NamedTuple):
    """Hold how many steps were known at each origin, how many are scored, and how many before these are not (a gap)."""

    known: tuple[int, ...]
    horizon: int
    gap: int = 0

    @property
    def counted(self) -> float:
        """How many origins these count as: fewer where more than three in a row share what surprised them."""
        overlap = (self.gap + self.horizon) / (self.known[1] - self.known[0]) if len(self.known) > 1 else 1.0
        return len(self.known) * min(OVERLAP / overlap, 1.0)


def validation_origins(panel: Panel, horizon: int, needed: int, gap: int = 0) -> Origins:
    """Return the last origins whose horizon ends within the history: at most 24, and none before some steps are known.

    Origins of months follow each other; of days and weeks they are a horizon apart, so that they see different times.
    """
    apart = 1 if panel.step == "month" else horizon
    known = range(panel.begin.size - gap - horizon, needed - 1, -apart)
    return Origins(tuple(reversed(known[:MOST_ORIGINS])), horizon, gap)


def scored_steps(panel: Panel, horizon: int, needed: int, gap: int, least: int) -> int:
    """Return how many steps ahead are scored: as many as asked for, as far as the history has four origins and memory is enough.

    >>> months = np.arange("2020-01", "2023-11", dtype="M8[M]")
    >>> [scored_steps(Panel(np.ones((1, 46)), months, "month"), horizon, 18, 0, 3) for horizon in (1, 12, 36)]
    [1, 12, 25]
    """
    room = panel.begin.size - gap - needed
    most = room - LEAST_ORIGINS + 1 if panel.step == "month" else room // LEAST_ORIGINS
    return min(horizon, max(min(most, MOST_SCORED // panel.values.size - gap), least))


def errors_of(model: TracedModel, panel: Panel, origins: Origins) -> np.ndarray:
    """Return the summed absolute errors of a model (origins,), whose parameters are estimated anew a few times on the way."""
    refits = spaced(origins.known[0], panel.begin.size)
    traced = traced_then(model, panel, origins.gap + origins.horizon, refits)[:, :, origins.gap :]
    missed = [
        traced[:, known - 1] - panel.values[:, known + origins.gap : known + origins.gap + origins.horizon]
        for known in origins.known
    ]
    return np.abs(np.array(missed)).sum(axis=(1, 2))


def errors_of_shares(panel: Panel, by: tuple[str, ...] | None, origins: Origins) -> np.ndarray:
    """Return the summed absolute errors of forecasts by shares (origins, alphas, shrinks, share alphas).

    By single series there is one share, 1, and one share alpha. The season is estimated anew as often as `errors_of` does.
    """
    group, known = groups_of(panel, by), np.array(origins.known)
    rates = panel.values / relative_lengths(panel, 0)
    alone = [np.ones(rates.shape)]
    part = np.stack(alone if by is None else [shares(rates, group, alpha) for alpha in SHARE_ALPHAS])
    refits = spaced(int(known[0]), panel.begin.size)
    of_refit = np.searchsorted(refits, known, side="right") - 1
    found = [
        _errors_of_block(panel, (group, part[:, :, block - 1], totals_of(rates, group)), refits[number], block, origins)
        for number in np.unique(of_refit).tolist()
        for block in [known[of_refit == number]]
    ]
    return np.concatenate(found)


def _errors_of_block(
    panel: Panel, split: tuple[np.ndarray, np.ndarray, np.ndarray], refit: int, known: np.ndarray, origins: Origins
) -> np.ndarray:
    """Return the errors (origins, alphas, shrinks, share alphas) at the origins of one estimate of the season."""
    group, part, totals = split
    later = known[:, None] + origins.gap + np.arange(origins.horizon)
    truth, length = panel.values[:, later], relative_lengths(panel, 0)[later]
    past = np.arange(totals.shape[1]) % panel.period
    errors = np.empty((known.size, len(ALPHAS), len(SHRINKS), part.shape[0]))
    for number, shrink in enumerate(SHRINKS):
        factors = shrunk_factors(totals[:, :refit], panel.period, shrink)
        for place, alpha in enumerate(ALPHAS):
            level = levels(totals / factors[:, past], alpha)[:, known - 1]
            ahead = (level[:, :, None] * factors[:, later % panel.period] * length)[group]
            errors[:, place, number] = np.abs(ahead * part[..., None] - truth).sum(axis=(1, 3)).T
    return errors


def relative(errors: np.ndarray) -> np.ndarray:
    """Return errors (models, origins) as shares of the mean of all models at the same origin.

    So an origin at which everything was missed decides no more than others.
    """
    mean = errors.mean(axis=0)
    return np.asarray(np.divide(errors, mean, out=np.ones_like(errors), where=mean > 0))


def errors_when_picked(errors: np.ndarray, origins: Origins) -> np.ndarray:
    """Return the errors (origins,) of what would have been picked then, of those of all settings (settings, origins).

    Picked is the least of the relative errors at the origins whose steps were past by then; before there is one, each counts
    alike. The least error of many at the same origins that judge it would be too good.

    >>> errors_when_picked(np.array([[1.0, 5.0, 5.0], [3.0, 2.0, 1.0]]), Origins((10, 11, 12), 1)).tolist()
    [2.0, 5.0, 5.0]
    """
    so_far, known = np.cumsum(relative(errors), axis=1), np.array(origins.known)
    past = np.searchsorted(known + origins.gap + origins.horizon, known, side="right")
    return np.array(
        [
            errors[np.argmin(so_far[:, seen - 1]), at] if seen else errors[:, at].mean()
            for at, seen in enumerate(past.tolist())
        ]
    )


def fewest_steps(panel: Panel) -> int:
    """Return how many steps an origin must know to be scored: a season and a half, as far as there are."""
    return max(2 * first_steps(panel.begin.size), min(3 * panel.period // 2, panel.begin.size // 2))
