"""What a predictor would have said at past origins within a history, by what was known then, and what came after each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ...progress import Progress, advance, left_alone
from ..events import DAY, History
from ..predicting.predictors import Predictor

# Each takes as long as the map itself: no more than are needed to tell of so many incidents.
FEWEST, MOST, ENOUGH = 4, 12, 400
# What is known of less than half of the days tells of another predictor.
LEAST_KNOWN = 0.5
HARDLY = 0.01


class PastPrediction(NamedTuple):
    """Hold a past origin, what was expected of each unit (n,), and what came within the horizon (n,).

    `there` marks the units (n,) that a map of then would have had; None for all.
    """

    origin: np.datetime64
    risk: np.ndarray
    came: np.ndarray
    there: np.ndarray | None = None

    def on_the_map(self, values: np.ndarray) -> np.ndarray:
        """Return values of units (n,) of those that a map of then would have had."""
        return values if self.there is None else values[self.there]


def together(past: Sequence[PastPrediction]) -> tuple[np.ndarray, np.ndarray]:
    """Return what was expected and what came at all past origins, one after the other."""
    nothing = np.zeros(0)
    risks, counts = ([each.on_the_map(getattr(each, name)) for each in past] for name in ("risk", "came"))
    return np.concatenate([nothing, *risks]), np.concatenate([nothing, *counts])


def hardly_any(risk: np.ndarray) -> float:
    """Return the expectation up to which a unit is one of those that hardly any incident is expected in: a hundredth of the mean.

    On a logarithmic scale these lie far from all others, and a single incident there would turn the whole scale.
    """
    return HARDLY * float(risk.mean()) if risk.size else 0.0


def past_origins(history: History, horizon: int, needs: int) -> list[np.datetime64]:
    """Return the last days at which a horizon began that is known, each after the one before it, the last one first.

    Four, or where fewer than 400 incidents came, up to twelve, at which half of the days were known, and as many as the
    predictor needs.
    """
    least = max(LEAST_KNOWN * history.days, needs)
    found: list[np.datetime64] = []
    came = 0
    while len(found) < FEWEST or (len(found) < MOST and came < ENOUGH):
        known = history.days - horizon * (len(found) + 1) - history.gap
        if known < least:
            break
        found.append(history.begin + (known + history.gap) * DAY)
        came += int(history.events.later(found[-1], horizon).sum())
    return found


def past_predictions(
    history: History, predictor: Predictor, horizon: int, reach: float | None, progress: Progress = None
) -> list[PastPrediction]:
    """Return what a predictor said at past origins, fitted anew to what was known at each; it may have refused some.

    `reach` (m) is by how much cells close gaps between incidents, where they are those around them: None where they are not.
    """
    origins = past_origins(history, horizon, predictor.needs())
    found: list[PastPrediction] = []
    for number, origin in enumerate(origins):
        reached = number / len(origins)
        advance(progress, reached)
        said = left_alone(partial(_said, history, predictor, origin, horizon, reach), progress, partial(float, reached))
        found += [] if said is None else [said]
    return found


def _said(
    history: History, predictor: Predictor, origin: np.datetime64, horizon: int, reach: float | None
) -> PastPrediction | None:
    try:
        risk = predictor.fit(history.until(origin)).predict(horizon)
    except ValueError:
        # Too little was known: the map itself may be made all the same.
        return None
    there = None if reach is None else _there(history.until(origin), reach)
    return PastPrediction(origin, risk, history.events.later(origin, horizon), there)


def _there(history: History, reach: float) -> np.ndarray:
    """Mark the cells (n,) that are around what was known: the others are on the map by what came later."""
    units = history.units
    assert units.grid is not None and units.cell is not None
    held = units.raster(history.counts(every=True)) > 0
    return np.asarray(units.grid.closed(held, reach).ravel()[units.cell])
