"""Forecasts made at past origins by what was known then, model by model, at once on the machine's processors."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..progress import Progress
from ..shared_out import shared_out
from .models import Panel, Prediction, checked_prediction, fitted_to, set_for


class Origins(NamedTuple):
    """Hold how many steps are known at each origin, how many follow unscored, and how many are scored then."""

    known: tuple[int, ...]
    gap: int
    horizon: int

    @property
    def overlap(self) -> int:
        """How many origins in a row share what surprised them: the steps from the last known one to the last scored one."""
        return -(-(self.gap + self.horizon) // (self.known[1] - self.known[0]))

    def scored(self, values: np.ndarray) -> np.ndarray:
        """Return the counts that are forecast (origins, series, horizon) of those of all steps (series, steps)."""
        first = [known + self.gap for known in self.known]
        return np.stack([values[:, at : at + self.horizon] for at in first])


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Hold a model's forecasts of all origins, each (origins, series, horizon), and the seconds that they took."""

    mean: np.ndarray
    low: Mapping[float, np.ndarray]
    high: Mapping[float, np.ndarray]
    seconds: float


def forecast_at(
    models: Sequence[Any], panel: Panel, origins: Origins, levels: Sequence[float], progress: Progress = None
) -> list[Forecasts]:
    """Return the forecasts of models, each fitted anew at each origin to a copy of what is known there.

    Models and origins are shared out among threads; the result does not depend on how.
    """
    tasks = {
        (model, known): partial(_timed, models[model], _known(panel, known), origins, levels)
        for model in range(len(models))
        for known in origins.known
    }
    found = shared_out(tasks, progress)
    return [_together([found[model, known] for known in origins.known], levels) for model in range(len(models))]


def _known(panel: Panel, known: int) -> Panel:
    """Return a copy of the first steps: a view would lead back to the later ones."""
    part = panel.until(known)
    return replace(part, values=part.values.copy(), begin=part.begin.copy())


def _timed(model: Any, panel: Panel, origins: Origins, levels: Sequence[float]) -> tuple[Prediction, float]:
    began = time.perf_counter()
    model = set_for(model, origins.horizon, origins.gap)
    told = predicted_by(model, panel, origins.gap + origins.horizon, levels)
    kept = slice(origins.gap, None)
    low, high = ({level: np.asarray(side[level])[:, kept] for level in levels} for side in (told.low, told.high))
    return Prediction(np.asarray(told.mean)[:, kept], low, high), time.perf_counter() - began


def predicted_by(model: Any, panel: Panel, horizon: int, levels: Sequence[float]) -> Prediction:
    """Return the forecasts (series, horizon) of a model that takes many series, or one at a time."""
    told = fitted_to(model, panel).predict(horizon, levels)
    return checked_prediction(model.name, told, panel.size, horizon, levels)


def _together(parts: Sequence[tuple[Prediction, float]], levels: Sequence[float]) -> Forecasts:
    low, high = (
        {level: np.stack([getattr(told, side)[level] for told, _ in parts]) for level in levels}
        for side in ("low", "high")
    )
    return Forecasts(np.stack([told.mean for told, _ in parts]), low, high, sum(seconds for _, seconds in parts))
