"""Which setting of a model is best: each is learned from what was known by then, and scored on what came next."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, NamedTuple

import numpy as np

from ...progress import Progress, advance, left_alone
from ..scoring.label_scores import pr_auc
from ..scoring.scores import hit_rate
from .learners import Learner, Model, Setting
from .training_rows import Fold, PastOrigins

CHOSEN_BY = "the mean Poisson log-likelihood per incident: hit rates of single folds rest on few incidents"


class Search(NamedTuple):
    """What was tried: a table of scores, the setting chosen, and the model of it that the last fold learned."""

    tried: list[dict[str, Any]]
    chosen: Setting
    fold: Fold
    model: Model


def grid_search(learner: Learner, past: PastOrigins, budget: float, seed: int, progress: Progress = None) -> Search:
    """Score every setting on every forward fold, and choose the one with the highest log-likelihood; the first of equals.

    Parameters
    ----------
    learner : with its grid.
    past : earlier origins.
    budget : share of the area for the hit rate, which is told beside.
    seed : of the draws.
    progress : function of a fraction, returning False to stop.

    Raises
    ------
    ValueError
        If nothing came in the windows that train.
    """
    folds = past.folds()
    if not folds:
        raise ValueError(
            f"No incident of the category came in the horizons from {past.origins[0]} on that {learner.name!r} would learn "
            'from; take a longer history or "prior_counts".'
        )
    models: dict[tuple[int, int], Model] = {}
    scores: dict[tuple[int, int], dict[str, Any]] = {}
    for turn, fold in enumerate(folds):
        rows = past.rows_of(fold, learner.zeros, seed)
        for number, setting in enumerate(learner.grid):
            reached = (turn + number / len(learner.grid)) / len(folds)
            advance(progress, reached)
            models[number, turn] = fitted_aside(partial(learner.fit, rows, setting, seed, False), progress, reached)
            scores[number, turn] = _scores(models[number, turn], past, fold, budget)
    tried = [
        _summary(setting, [scores[number, turn] for turn in range(len(folds))])
        for number, setting in enumerate(learner.grid)
    ]
    best = int(np.argmax([each["log_likelihood"] for each in tried]))
    return Search(tried, learner.grid[best], folds[-1], models[best, len(folds) - 1])


def fitted_aside(work: Callable[[], Model], progress: Progress, reached: float) -> Model:
    """Return a model, learned while the caller may stop."""
    model: Model = left_alone(work, progress, lambda: reached)
    return model


def log_likelihood(expected: np.ndarray, came: np.ndarray) -> float:
    """Return Poisson's log-likelihood per incident, without what no model changes.

    >>> round(log_likelihood(np.array([1.0, 2.0]), np.array([1, 2])), 4)
    -0.5379
    """
    return float((came @ np.log(expected) - expected.sum()) / max(came.sum(), 1))


def _scores(model: Model, past: PastOrigins, fold: Fold, budget: float) -> dict[str, Any]:
    expected, came = model.expected(past.tables[fold.validated]), past.came[fold.validated]
    units = past.known[0].units
    caught = float(hit_rate(expected, came, budget, area=units.area))
    return {
        "validated": str(past.origins[fold.validated]),
        "trained": [str(past.origins[earlier]) for earlier in fold.trained],
        "log_likelihood": round(log_likelihood(expected, came), 5),
        "pr_auc": _rounded(pr_auc(expected, came)),
        "hit_rate": _rounded(caught),
    }


def _summary(setting: Setting, folds: list[dict[str, Any]]) -> dict[str, Any]:
    mean = float(np.mean([fold["log_likelihood"] for fold in folds]))
    return {"setting": dict(setting), "log_likelihood": round(mean, 5), "folds": folds}


def _rounded(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None
