"""The parts that models play when one of them is to be saved, and which of them is clearly the better one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .backtest_results import Backtest
from .baselines import NAIVE
from .models import Model, Panel, fitted_to

CANDIDATE, INCUMBENT, BASELINE = "candidate", "incumbent", "baseline"


class Contender(Model):
    """A model under the name of the part that it plays, so that the same model may play two."""

    def __init__(self, part: str, model: Any) -> None:
        self.part, self.model, self.name = part, model, f"{part}: {model.name}"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return int(self.model.needs(season)) if hasattr(self.model, "needs") else 1

    def fit_many(self, panel: Panel) -> Any:
        """Fit each of many series."""
        return fitted_to(self.model, panel)


class Verdict(NamedTuple):
    """Hold the candidate that is promoted (None: none), and what is told: the best one, the saved model, shares of errors."""

    best: Any
    shown: Any
    incumbent: str | None
    shares: Mapping[str, float]


def verdict_of(contenders: Sequence[Contender], scored: Backtest) -> Verdict:
    """Return which candidate errs clearly less than the incumbent and seasonal naive, the one of least error, and why."""
    assert scored.made is not None
    errors = {
        name: np.abs(found.mean - scored.made.actual).mean(axis=(1, 2)) for name, found in scored.made.forecasts.items()
    }
    rivals = {each.part: errors[each.name] for each in contenders if each.part == INCUMBENT}
    rivals[BASELINE] = errors[NAIVE]
    candidates = sorted(
        (each for each in contenders if each.part == CANDIDATE), key=lambda each: float(errors[each.name].sum())
    )
    better = [each for each in candidates if all(clearly_less(errors[each.name], other) for other in rivals.values())]
    shown = better[0] if better else candidates[0]
    shares = {part: _ratio(errors[shown.name], other) for part, other in rivals.items()}
    kept = next((each.model.name for each in contenders if each.part == INCUMBENT), None)
    return Verdict(better[0] if better else None, shown, kept, shares)


def clearly_less(errors: np.ndarray, others: np.ndarray) -> bool:
    """Return whether errors at some origins are smaller by more than a standard error of the mean difference.

    >>> clearly_less(np.array([1.0, 2.0, 1.0]), np.array([2.0, 3.0, 1.9])), clearly_less(np.ones(3), np.ones(3))
    (True, False)
    """
    less = others - errors
    return bool(less.mean() > less.std(ddof=1) / np.sqrt(less.size))


def _ratio(errors: np.ndarray, others: np.ndarray) -> float:
    whole = float(others.sum())
    return float(errors.sum()) / whole if whole > 0 else np.nan
