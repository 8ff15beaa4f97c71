"""The forecast that weighs models for itself, for the whole table at once, by errors at past origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from .. import checks
from .combined_models import Weighted
from .models import LEVELS, FittedMany, Model, Panel, Prediction, require
from .raked_totals import RakedTotals
from .shares_of_totals import SharesOfTotals
from .simple_models import Drift, SeasonalNaive
from .smoothing import Smoothing, Theta
from .traced_models import TracedFit, TracedModel
from .validation import (
    ALPHAS,
    LEAST_ORIGINS,
    SHARE_ALPHAS,
    SHRINKS,
    Origins,
    errors_of,
    errors_of_shares,
    errors_when_picked,
    fewest_steps,
    relative,
    scored_steps,
    validation_origins,
)

# The horizon by which is weighed unless one is asked for: a quarter, a month, a week.
HORIZONS = {"month": 3, "week": 4, "day": 7}
# Origins that smoothing counts for beside those seen, and the weight below which a model is left out.
KEPT, LEAST_WEIGHT = 10.0, 0.01
# Series whose errors at an origin are worth half of what they would be of very many: those of few are mostly chance.
FEW = 3.0
Tried = tuple[TracedModel, np.ndarray]


class Automatic(Model):
    """Weigh models by their errors at the last origins of the history, together over all series of a table.

    A choice series by series follows chance, and even that for the whole table is less sure than a mean. Weighed are smoothing,
    Theta, drift, seasonal naive, and totals with a season drawn towards none, shared out by each set of keys or raked together.

    Parameters
    ----------
    horizon : steps ahead by which is weighed, whatever is asked for. Default: those that are forecast (see `for_horizon`), by
        itself 3 months, 4 weeks or 7 days.
    most_keys : how many keys make a group together. Default 2.

    Notes
    -----
    Errors are counted as shares of the mean of all models at the same origin. Of n origins, weights are as the mean errors to
    the power of −2n, n in all; smoothing has 10 more, times the power of n/4 of the least error by its own. So it keeps a part
    where little is known, and none where it is clearly worse. What weighs less than 1 % is left out. Origins of s series count
    as s / (s + 3), and less where more than three in a row overlap: what one series tells of models is mostly chance.

    Every origin is scored by what was known then, with the settings that were the best at origins before, and its horizon ends
    within the history: nothing after the last step is seen. With fewer than four such origins fewer steps ahead are scored, as
    far as down to the default; if they are still too few the forecast is by smoothing, and `parameters` says so.

    References
    ----------
    Bates & Granger (1969), Operational Research Quarterly 20: 451-468, weigh forecasts by their past errors.
    """

    name = "auto"

    def __init__(self, horizon: int | None = None, most_keys: int = 2) -> None:
        self.horizon = None if horizon is None else checks.whole("horizon", horizon)
        self.most_keys = most_keys
        self._asked: tuple[int | None, int] = (self.horizon, 0)

    def for_horizon(self, horizon: int, gap: int = 0) -> Automatic:
        """Return the model that weighs by as many steps ahead, after a gap, unless it was made with a horizon of its own."""
        if self.horizon is not None:
            return self
        found = Automatic(None, self.most_keys)
        found._asked = (checks.whole("horizon", horizon), checks.whole("gap", gap, minimum=0))
        return found

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return Smoothing().needs(season)

    def fit_many(self, panel: Panel) -> Chosen:
        """Weigh the models, and fit those that count to the whole history."""
        require(self, panel)
        origins = self._origins(panel)
        if len(origins.known) < LEAST_ORIGINS:
            told = {"chosen": Smoothing.name, "why": f"only {len(origins.known)} past origins could be scored"}
            return Chosen(Smoothing().fit_many(panel), told)
        model, told = self._weigh(panel, origins)
        return Chosen(model.fit_many(panel), told)

    def _origins(self, panel: Panel) -> Origins:
        (horizon, gap), needed, usual = self._asked, fewest_steps(panel), HORIZONS[panel.step]
        ahead = scored_steps(panel, horizon or usual, needed, gap, usual)
        return validation_origins(panel, ahead, needed, gap)

    def _weigh(self, panel: Panel, origins: Origins) -> tuple[TracedModel, dict[str, Any]]:
        known = origins.known[0]
        plain: list[TracedModel] = [Smoothing(), Theta(), Drift(), SeasonalNaive()]
        tried = [(model, errors_of(model, panel, origins)) for model in plain if model.needs(panel.period) <= known]
        tried += [best_shares(panel, by, origins) for by in self._groupings(panel)]
        tried += best_raked(panel, tried, origins)
        errors = np.array([found for _, found in tried])
        weights = weights_by(evened(errors), origins.counted * panel.size / (panel.size + FEW), KEPT)
        kept = [(model, weight) for (model, _), weight in zip(tried, weights.tolist()) if weight >= LEAST_WEIGHT]
        models, shares = [model for model, _ in kept], [weight for _, weight in kept]
        chosen = models[0] if len(models) == 1 else Weighted(models, shares)
        total = errors.sum(axis=1)
        ratios = np.divide(total, total[0], out=np.full(total.size, np.nan), where=total[0] > 0)
        return chosen, {
            "chosen": chosen.name,
            "why": f"errors at {len(origins.known)} past origins",
            "weighed_steps": origins.horizon,
            "weighed_gap": origins.gap,
            "errors_to_smoothing": {model.name: ratio for (model, _), ratio in zip(tried, ratios.tolist())},
            "weights": {model.name: weight / sum(shares) for model, weight in kept},
            "settings": {model.name: settings_of(model) for model in models},
        }

    def _groupings(self, panel: Panel) -> list[tuple[str, ...] | None]:
        """Return the sets of keys whose groups have several series, all series together, and each by itself."""
        found: list[tuple[str, ...] | None] = [None]
        if panel.size == 1:
            return found
        found.append(())
        keys = {name: np.asarray(key).astype(str) for name, key in (panel.keys or {}).items()}
        for number in range(1, min(self.most_keys, len(keys)) + 1):
            for names in combinations(keys, number):
                groups = len(set(zip(*(keys[name].tolist() for name in names))))
                if 1 < groups < panel.size:
                    found.append(names)
        return found


@dataclass(frozen=True, eq=False)
class Chosen(FittedMany):
    """The model that was found, fitted; `parameters` tells of what it consists, and how each part and the others did."""

    fitted: TracedFit
    parameters: Mapping[str, Any]

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon) of the steps after the last one."""
        return self.fitted.predict(horizon, levels)

    def trace(self, horizon: int) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each step, by the chosen model of the whole history."""
        return self.fitted.trace(horizon)

    def past(self, horizon: int) -> tuple[np.ndarray, int]:
        """Return the forecasts made after each step, and from which step on their levels and seasons knew nothing later.

        Weights and settings are those of the whole history, which saw what followed: intervals are as of a model that had been
        chosen before.
        """
        return self.fitted.past(horizon)


def best_shares(panel: Panel, by: tuple[str, ...] | None, origins: Origins) -> Tried:
    """Return the totals of groups with the settings of the least errors, and the errors (origins,) of those picked before."""
    errors = errors_of_shares(panel, by, origins)
    flat = errors.reshape(errors.shape[0], -1).T
    alpha, shrink, share = np.unravel_index(int(np.argmin(evened(flat))), errors.shape[1:])
    model = SharesOfTotals(by, ALPHAS[alpha], SHARE_ALPHAS[share], SHRINKS[shrink])
    return model, errors_when_picked(flat, origins)


def best_raked(panel: Panel, tried: Sequence[Tried], origins: Origins) -> list[Tried]:
    """Return the single keys' totals raked together, the best one's first; nothing where there are fewer than two keys."""
    single = [
        (model, errors)
        for model, errors in tried
        if isinstance(model, SharesOfTotals) and model.by is not None and len(model.by) == 1
    ]
    if len(single) < 2:
        return []
    order = np.argsort(evened(np.array([errors for _, errors in single])), kind="stable")
    models = [RakedTotals([single[number][0] for number in order.tolist()], alpha) for alpha in SHARE_ALPHAS]
    errors = np.array([errors_of(model, panel, origins) for model in models])
    return [(models[int(np.argmin(evened(errors)))], errors_when_picked(errors, origins))]


def evened(errors: np.ndarray) -> np.ndarray:
    """Return the mean over origins of errors (models, origins) as shares of the mean of all models at the origin (models,).

    >>> evened(np.array([[1.0, 300.0], [3.0, 300.0]])).tolist()
    [0.75, 1.25]
    """
    return np.asarray(relative(errors).mean(axis=1))


def weights_by(errors: np.ndarray, origins: float, kept: float) -> np.ndarray:
    """Return the weights (models,) by the mean errors at some origins; smoothing, the first, has some origins more.

    >>> weights_by(np.array([1.0, 1.0]), 10, 10.0).tolist()
    [0.75, 0.25]
    """
    behind = np.log(np.maximum(errors, 1e-9))
    behind = behind - behind.min()
    weights = np.exp(-2 * origins * behind)
    weights *= origins / weights.sum()
    weights[0] += kept * np.exp(-origins / 4 * behind[0])
    return np.asarray(weights / weights.sum())


def settings_of(model: Model) -> dict[str, Any]:
    """Return the settings of a chosen model, for the record."""
    if isinstance(model, RakedTotals):
        return {"series_alpha": model.series_alpha, "groupings": [settings_of(each) for each in model.groupings]}
    if isinstance(model, SharesOfTotals):
        names = {"by": model.by, "alpha": model.alpha, "shrink": model.shrink}
        return {**names, "share_alpha": model.share_alpha}
    return {}
