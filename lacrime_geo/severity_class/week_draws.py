"""How sure scores are: the weeks of the incidents that are scored, drawn again, the same for all predictors; of few, days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..risk.scoring.block_bootstrap import percentiles

DRAWS, LEVEL = 1000, 95.0
# Of fewer an interval says little.
ENOUGH = 20
# Of fewer weeks than that, days are drawn.
FEWEST_WEEKS, WEEK = 8, 7
# Thresholds of a curve in draws; where values are more, neighbours are one.
MOST = 1000
BINS = 10


class WeekDraws(NamedTuple):
    """Hold the week or day of each incident (n,), and how often each is in each draw (1 + draws, spans): first all once.

    Each figure is an array (1 + draws,), its value first.
    """

    span: np.ndarray
    times: np.ndarray
    named: str

    @classmethod
    def of(cls, when: np.ndarray, seed: int) -> WeekDraws:
        """Return draws of the weeks, from the first day on, in which something occurred; of fewer than eight weeks, of days."""
        day = when.astype("M8[D]").astype(np.int64)
        since = day - day.min()
        weeks = bool(since.max() // WEEK + 1 >= FEWEST_WEEKS)
        span = np.unique(since // WEEK if weeks else since, return_inverse=True)[1]
        many = int(span.max()) + 1
        drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), DRAWS)
        times = np.vstack([np.ones(many, dtype=np.int64), drawn]).astype(float)
        return cls(span, times, "weeks" if weeks else "days")

    @property
    def spans(self) -> int:
        """How many weeks or days there are."""
        return self.times.shape[1]

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return sums of values (n,) in each draw."""
        return np.asarray(self.times @ np.bincount(self.span, values, self.spans))

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Return means of values (n,)."""
        return self.sums(values) / self.sums(np.ones(values.size))

    def macro_f1(self, told: np.ndarray, label: np.ndarray, classes: int) -> np.ndarray:
        """Return the mean of F1 over classes, of the class told (n,) and the one that came (n,)."""
        every = []
        for one in range(classes):
            mine, came = told == one, label == one
            either = self.sums(mine.astype(float)) + self.sums(came.astype(float))
            every.append(2 * self.sums((mine & came).astype(float)) / np.maximum(either, 1e-9))
        return np.mean(every, axis=0)

    def areas(self, probability: np.ndarray, came: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return ROC-AUC and average precision, of a probability (n,) and if the class came (n,)."""
        units, hits = self._by_cuts(probability, came)
        gained, units_gained = np.diff(hits, axis=1, prepend=0.0), np.diff(units, axis=1, prepend=0.0)
        without = units_gained - gained
        with np.errstate(invalid="ignore", divide="ignore"):
            roc = (without * (hits - gained / 2)).sum(axis=1) / (without.sum(axis=1) * hits[:, -1])
            precision = np.where(units > 0, hits / units, 0.0)
            return roc, (gained * precision).sum(axis=1) / hits[:, -1]

    def _by_cuts(self, probability: np.ndarray, came: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how many reach each threshold, from the highest on (draws, cuts), and of how many of them the class came."""
        group = np.unique(-probability, return_inverse=True)[1]
        many = int(group.max()) + 1
        if many > MOST:
            group = _binned(group, MOST)
            many = int(group.max()) + 1
        shape = self.spans, many
        flat = self.span * many + group
        every = np.bincount(flat, minlength=shape[0] * many).reshape(shape)
        hits = np.bincount(flat, came.astype(float), shape[0] * many).reshape(shape)
        return np.cumsum(self.times @ every, axis=1), np.cumsum(self.times @ hits, axis=1)

    def recalibrated(self, probability: np.ndarray, came: np.ndarray, slope: float, intercept: float) -> np.ndarray:
        """Return intercept and slope (2, 1 + draws) of the logistic recalibration, in draws by one step of Newton's from both.

        Parameters
        ----------
        probability : of the class (n,).
        came : if it came (n,).
        slope, intercept : found of all.
        """
        from scipy.special import expit, logit

        odds = logit(np.clip(probability, 1e-12, 1 - 1e-12))
        told = expit(intercept + slope * odds)
        over, steep = came - told, told * (1 - told)
        first, second = self.sums(over), self.sums(over * odds)
        a, b, c = self.sums(steep), self.sums(steep * odds), self.sums(steep * odds**2)
        with np.errstate(invalid="ignore", divide="ignore"):
            step = np.array([c * first - b * second, a * second - b * first]) / (a * c - b * b)
        step[:, 0] = 0.0
        return np.array([[intercept], [slope]]) + step

    def calibration_error(self, probability: np.ndarray, came: np.ndarray) -> np.ndarray:
        """Return the mean distance of what was told and what came, in ten bins of as many incidents (Naeini et al. 2015)."""
        group = _binned(probability, BINS)
        off = [np.abs(self.sums(np.where(group == one, came - probability, 0.0))) for one in range(group.max() + 1)]
        return np.sum(off, axis=0) / self.sums(np.ones(probability.size))


def _binned(values: np.ndarray, bins: int) -> np.ndarray:
    """Return the bin of each value (n,), from the lowest on: about as many in each, those tied together."""
    _, group, times = np.unique(values, return_inverse=True, return_counts=True)
    before = np.cumsum(times) - times
    return np.asarray(np.unique(before[group] * bins // group.size, return_inverse=True)[1])


def interval(figure: np.ndarray) -> tuple[float, float, float]:
    """Return the value of a figure (1 + draws,) and both ends of its 95 % interval."""
    return float(figure[0]), *percentiles(figure[1:], LEVEL)
