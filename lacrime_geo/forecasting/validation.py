"""Which forecast would have been the best at past origins: errors of a grid of settings, computed once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .models import Model, Panel
from .season_factors import shrunk_factors
from .shares_of_totals import groups_of, shares, totals_of
from .smoothing import first_steps, levels
from .step_lengths import relative_lengths

ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0)
SHARE_ALPHAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
SHRINKS = (0.25, 1.0, 2.0, 4.0, 8.0, float("inf"))
MOST_ORIGINS = 24


class Origins(NamedTuple):
    """Hold how many steps were known at each origin, and how many steps ahead are scored."""

    known: tuple[int, ...]
    horizon: int


def validation_origins(panel: Panel, horizon: int, needed: int) -> Origins:
    """Return the last origins whose horizon ends within the history: at most 24, and none before some steps are known.

    Origins of months follow each other; of days and weeks they are a horizon apart, so that they see different times.
    """
    apart = 1 if panel.step == "month" else horizon
    known = range(panel.begin.size - horizon, needed - 1, -apart)
    return Origins(tuple(reversed(known[:MOST_ORIGINS])), horizon)


def errors_of(model: Model, panel: Panel, origins: Origins) -> np.ndarray:
    """Return the summed absolute errors of a model, fitted anew at each origin (origins,)."""
    found = []
    for known in origins.known:
        mean = model.fit_many(panel.until(known)).predict(origins.horizon, ()).mean
        found.append(np.abs(mean - panel.values[:, known : known + origins.horizon]).sum())
    return np.array(found)


def errors_of_shares(panel: Panel, by: tuple[str, ...] | None, origins: Origins) -> np.ndarray:
    """Return the summed absolute errors of forecasts by shares (origins, alphas, shrinks, share alphas).

    By single series there is one share, 1, and one share alpha.
    """
    group = groups_of(panel, by)
    return np.array([list(_errors_at(panel, group, by is None, known, origins.horizon)) for known in origins.known])


def _errors_at(panel: Panel, group: np.ndarray, alone: bool, known: int, horizon: int) -> Iterator[np.ndarray]:
    """Yield the errors (shrinks, share alphas) of each alpha at one origin."""
    length = relative_lengths(panel, horizon)[: known + horizon]
    rates = panel.values[:, :known] / length[:known]
    truth = panel.values[:, known : known + horizon]
    totals = totals_of(rates, group)
    later = np.arange(known, known + horizon) % panel.period
    seasons = [shrunk_factors(totals, panel.period, shrink) for shrink in SHRINKS]
    past = np.arange(known) % panel.period
    part = np.stack([np.ones(panel.size)] if alone else [shares(rates, group, alpha)[:, -1] for alpha in SHARE_ALPHAS])
    for alpha in ALPHAS:
        errors = np.empty((len(SHRINKS), part.shape[0]))
        for number, factors in enumerate(seasons):
            level = levels(totals / factors[:, past], alpha)[:, -1:]
            ahead = (level * factors[:, later] * length[known:])[group]
            errors[number] = np.abs(ahead * part[:, :, None] - truth).sum(axis=(1, 2))
        yield errors


def fewest_steps(panel: Panel) -> int:
    """Return how many steps an origin must know to be scored: a season and a half, as far as there are."""
    return max(2 * first_steps(panel.begin.size), min(3 * panel.period // 2, panel.begin.size // 2))
