"""What a predictor would have said at past origins within a history, by what was known then, and what came after each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ...progress import Progress, advance, left_alone
from ..events import DAY, History
from ..predicting.predictors import Predictor

# Each takes as long as the map itself; and those that knew less than half as much would tell of another predictor.
MOST, LEAST_KNOWN = 4, 0.5


class PastPrediction(NamedTuple):
    """Hold a past origin, what was expected of each unit (n,), and what came within the horizon (n,)."""

    origin: np.datetime64
    risk: np.ndarray
    came: np.ndarray


def together(past: Sequence[PastPrediction]) -> tuple[np.ndarray, np.ndarray]:
    """Return what was expected and what came at all past origins, one after the other."""
    nothing = np.zeros(0)
    risks, counts = ([getattr(each, name) for each in past] for name in ("risk", "came"))
    return np.concatenate([nothing, *risks]), np.concatenate([nothing, *counts])


def past_origins(history: History, horizon: int, needs: int) -> list[np.datetime64]:
    """Return the last days at which a horizon began that is known, each after the one before it, the last one first.

    At most four, at which half of the days were known, and as many as the predictor needs.
    """
    least = max(LEAST_KNOWN * history.days, needs)
    days = [history.days - horizon * number - history.gap for number in range(1, MOST + 1)]
    return [history.begin + (known + history.gap) * DAY for known in days if known >= least]


def past_predictions(
    history: History, predictor: Predictor, horizon: int, progress: Progress = None
) -> list[PastPrediction]:
    """Return what a predictor said at past origins, fitted anew to what was known at each; it may have refused some."""
    origins = past_origins(history, horizon, predictor.needs())
    found: list[PastPrediction] = []
    for number, origin in enumerate(origins):
        reached = number / len(origins)
        advance(progress, reached)
        said = left_alone(partial(_said, history, predictor, origin, horizon), progress, partial(float, reached))
        found += [] if said is None else [said]
    return found


def _said(history: History, predictor: Predictor, origin: np.datetime64, horizon: int) -> PastPrediction | None:
    try:
        risk = predictor.fit(history.until(origin)).predict(horizon)
    except ValueError:
        # Too little was known: the map itself may be made all the same.
        return None
    return PastPrediction(origin, risk, history.events.later(origin, horizon))
