"""Segmented negative-binomial regression: counts of steps before and after a start, their trend, season, level and slope."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..temporal.count_regression import Regression, fit

# Slopes are told for as many days.
SLOPE_DAYS = 30
YEAR = 365.25
LEAST_STEPS = 2


class Steps(NamedTuple):
    """Hold the counts of steps (groups, n), the treated group first, the middle of each (days from the start), its days.

    `harmonics` are how many waves a year has.
    """

    counts: np.ndarray
    middle: np.ndarray
    length: np.ndarray
    harmonics: int = 0

    def before(self, day: float) -> Steps:
        """Return the steps before a day."""
        rows = self.middle < day
        return self._replace(counts=self.counts[:, rows], middle=self.middle[rows], length=self.length[rows])


class Segmented(NamedTuple):
    """Hold a fit: coefficients, their covariance, degrees of freedom, the designs with and without the effect (n, k).

    The rows are those of the treated group; `effect` are the numbers of the columns of level and slope.
    """

    beta: np.ndarray
    covariance: np.ndarray
    freedom: int
    fitted: np.ndarray
    without: np.ndarray
    length: np.ndarray
    effect: tuple[int, int]
    dispersion: float
    correlation: float

    def ratio(self, which: int) -> tuple[float, float]:
        """Return the logarithm of the ratio of level (0) or slope (1), and its standard error."""
        column = self.effect[which]
        return float(self.beta[column]), float(np.sqrt(self.covariance[column, column]))

    def means(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the means (n,) with and without the effect, and the standard error of the logarithm of the latter."""
        error = np.sqrt(np.einsum("ij,jk,ik->i", self.without, self.covariance, self.without))
        with_it, without = (self.length * np.exp(design @ self.beta) for design in (self.fitted, self.without))
        return with_it, without, error

    def whole(self, after: np.ndarray) -> tuple[float, float, float]:
        """Return of the steps after: the mean sum less that without the effect, log ratio of both, error of the latter."""
        with_it, without, _ = self.means()
        sums = float(with_it[after].sum()), float(without[after].sum())
        gradient = (with_it[after] @ self.fitted[after]) / sums[0] - (without[after] @ self.without[after]) / sums[1]
        error = float(np.sqrt(max(gradient @ self.covariance @ gradient, 0.0)))
        return sums[0] - sums[1], float(np.log(sums[0] / sums[1])), error


def tellable(steps: Steps, start: float) -> bool:
    """Tell whether every group has incidents in two steps or more on either side of a day, as a slope needs."""
    some = steps.counts > 0
    after = steps.middle >= start
    return bool(min(some[:, side].sum(axis=1).min() for side in (after, ~after)) >= LEAST_STEPS)


def segmented(steps: Steps, start: float = 0.0) -> Segmented:
    """Fit counts of steps with a change of level and slope at a day, in the treated group; the others change with it too.

    log mean = log length + group + group × time + season + after + after × time, and of the treated group × both of these
    where there is a control (Wagner et al. 2002; Lopez Bernal et al. 2018). The covariance is the larger, coefficient by
    coefficient, of that of the regression, its spread no less than the residuals', and of Newey & West's (1987), which allows
    for residuals that go together from step to step.
    """
    groups, n = steps.counts.shape
    time = (steps.middle - start) / SLOPE_DAYS
    after = (steps.middle >= start).astype(float)
    changed = np.column_stack([after, after * time])
    season = _season(steps)
    own = np.column_stack([np.ones(n), time])
    blocks, without = [], []
    for group in range(groups):
        parts = [own if other == group else np.zeros_like(own) for other in range(groups)]
        # With a control both change together, and the treated group beside.
        common = [changed] * (groups > 1)
        blocks.append(np.hstack([*parts, season, *common, changed * (group == 0)]))
        without.append(np.hstack([*parts, season, *common, np.zeros_like(changed)]))
    design, counts = np.vstack(blocks), steps.counts.ravel().astype(float)
    found = fit(counts, design, np.tile(steps.length, groups))
    residual = found.residuals(counts)
    freedom = design.shape[0] - design.shape[1]
    covariance = _widest(found, counts, design, groups, residual, freedom)
    effect = design.shape[1] - 2, design.shape[1] - 1
    own_residual = residual[:n]
    whole = float(own_residual @ own_residual)
    correlation = float(own_residual[1:] @ own_residual[:-1]) / whole if whole > 0 else 0.0
    return Segmented(
        found.beta, covariance, freedom, blocks[0], without[0], steps.length, effect, found.dispersion, correlation
    )


def _season(steps: Steps) -> np.ndarray:
    """Return sines and cosines of the year (n, 2 · harmonics)."""
    turn = 2 * np.pi * steps.middle / YEAR
    waves = [wave((k + 1) * turn) for k in range(steps.harmonics) for wave in (np.sin, np.cos)]
    return np.column_stack(waves) if waves else np.empty((steps.middle.size, 0))


def _widest(
    found: Regression, counts: np.ndarray, design: np.ndarray, groups: int, residual: np.ndarray, freedom: int
) -> np.ndarray:
    """Return the covariance of either kind, each coefficient's errors stretched to the larger of both."""
    model = found.covariance * max(1.0, float(residual @ residual) / freedom)
    score = design * ((counts - found.mean) / (1 + found.dispersion * found.mean))[:, None]
    # Groups of one step go together: their scores are added.
    by_step = score.reshape(groups, -1, design.shape[1]).sum(axis=0)
    robust = found.covariance @ newey_west(by_step) @ found.covariance * len(counts) / freedom
    wide = np.sqrt(np.maximum(np.diag(robust) / np.diag(model), 1.0))
    return np.asarray(model * np.multiply.outer(wide, wide))


def newey_west(score: np.ndarray) -> np.ndarray:
    """Return the long-run covariance (k, k) of scores (n, k): Bartlett's weights up to a lag of 4 (n/100)^(2/9).

    >>> newey_west(np.array([[1.0], [1.0], [-1.0]])).tolist()
    [[3.0]]
    """
    lags = int(4 * (len(score) / 100) ** (2 / 9))
    total = score.T @ score
    for lag in range(1, lags + 1):
        across = score[lag:].T @ score[:-lag]
        total = total + (1 - lag / (lags + 1)) * (across + across.T)
    return np.asarray(total)
