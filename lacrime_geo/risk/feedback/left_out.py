"""What becomes of a prediction when some of the incidents it rests on are left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ...progress import Progress, left_alone
from ..events import History
from ..predicting.predictors import Predictor
from ..scoring.hit_curves import Ranking


class Prediction(NamedTuple):
    """Hold the expected incidents of units (n,), and how far each is within a budget of the area (n,), 0 to 1."""

    expected: np.ndarray
    chosen: np.ndarray

    @classmethod
    def of(cls, history: History, predictor: Predictor, horizon: int, budget: float, progress: Progress) -> Prediction:
        """Fit a predictor to a history; where nothing of the category is left in it, nothing is expected or chosen."""
        if not (history.events.target & (history.events.unit >= 0)).any():
            nothing = np.zeros(history.units.size)
            return cls(nothing, nothing)
        expected = left_alone(lambda: predictor.fit(history).predict(horizon), progress)
        return cls(expected, Ranking.of(expected, history.units.area).chosen(budget))


@dataclass(frozen=True, eq=False)
class Difference:
    """Hold two predictions of the same units, of all incidents and without some.

    Parameters
    ----------
    whole, without : the predictions.
    area : of each unit (n,), m².
    """

    whole: Prediction
    without: Prediction
    area: np.ndarray

    @property
    def driven(self) -> np.ndarray:
        """How far each unit (n,) is within the budget only by what was left out, 0 to 1."""
        return np.maximum(self.whole.chosen - self.without.chosen, 0.0)

    def area_driven(self) -> float:
        """Return the share of the budget's area that is in it only by what was left out; NaN where it holds none."""
        return _over(self.driven @ self.area, self.whole.chosen @ self.area)

    def expected_within(self) -> float:
        """Return the share of the incidents expected within the budget's area that what was left out adds there."""
        added = (self.whole.expected - self.without.expected) @ self.whole.chosen
        return _over(added, self.whole.expected @ self.whole.chosen)

    def expected_moved(self) -> float:
        """Return the share of all expected incidents that are elsewhere without what was left out, each map taken as shares."""
        before, after = (each.expected / (each.expected.sum() or 1.0) for each in (self.whole, self.without))
        return float(np.maximum(before - after, 0.0).sum())


def without(history: History, left_out: np.ndarray) -> History:
    """Return a history that never knew some of its events (mask); the days it spans stay."""
    return replace(history, events=history.events.take(~left_out))


def others_at_random(left_out: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return a mask of as many other events, drawn at random: what leaving out any changes; all others where they are fewer.

    >>> others_at_random(np.array([True, False]), np.random.default_rng(0)).tolist()
    [False, True]
    """
    others = np.flatnonzero(~left_out)
    chosen = np.zeros(left_out.size, dtype=bool)
    chosen[draw.permutation(others)[: int(left_out.sum())]] = True
    return chosen


def _over(above: float, below: float) -> float:
    return float(above / below) if below > 0 else float("nan")
