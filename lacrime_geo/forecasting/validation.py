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


def errors_of(model: TracedModel, panel: Panel, origins: Origins) -> np.ndarray:
    """Return the summed absolute errors of a model (origins,), whose parameters are estimated anew a few times on the way."""
    refits = spaced(origins.known[0], panel.begin.size)
    traced = traced_then(model, panel, origins.horizon, refits)
    missed = [traced[:, known - 1] - panel.values[:, known : known + origins.horizon] for known in origins.known]
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
    later = known[:, None] + np.arange(origins.horizon)
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


def fewest_steps(panel: Panel) -> int:
    """Return how many steps an origin must know to be scored: a season and a half, as far as there are."""
    return max(2 * first_steps(panel.begin.size), min(3 * panel.period // 2, panel.begin.size // 2))
