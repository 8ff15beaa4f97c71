"""Negative-binomial regression on the calendar: weekdays, the year as waves, first days of months, and given columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..temporal.count_regression import Regression, fit
from .count_intervals import predicted
from .covariates import known_column
from .models import LEVELS, FittedMany, Model, Panel, Prediction, require
from .step_lengths import later_begins, relative_lengths

YEAR = 365.2425
WEEK = 7
# Pairs of sine and cosine that may be tried.
MOST_WAVES = 3
TREND_SPAN = 2.0  # years
# Incidents for each term of a regression: with fewer some terms have none, and run to infinity.
PER_TERM, LEVEL_ALONE = 5, -1


class HarmonicRegression(Model):
    """Forecast by a regression of counts with a log link: calendar, slow changes of level, and covariates.

    The terms are the weekday and the first of the month (of days), waves of the year (as many of 0 to 3 as have the least
    AICc, where the history has two years), a level that bends every two years or so and stays as it ended, and the columns
    of `covariates` (holidays), which must be known as far ahead as is forecast. Months are exposed for their days. A series
    with fewer than five incidents for each term has its mean alone.

    Parameters
    ----------
    waves : pairs of sine and cosine. Default: by AICc, series by series.
    """

    name = "harmonic regression"

    def __init__(self, waves: int | None = None) -> None:
        self.waves = None if waves is None else checks.whole("waves", waves, 0)

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 2 * season

    def fit_many(self, panel: Panel) -> RegressionFit:
        """Fit each of many series."""
        require(self, panel)
        years = panel.begin.size * {"day": 1, "week": WEEK, "month": YEAR / 12}[panel.step] / YEAR
        most = MOST_WAVES if years >= 2 else 0
        tried = range(most + 1) if self.waves is None else [self.waves]
        designs = [design_of(panel, panel.begin, waves, 0) for waves in tried]
        length = relative_lengths(panel, 0)
        alone = design_of(panel, panel.begin, LEVEL_ALONE, 0)
        fits, waves = [], []
        for values in panel.values:
            found = [_fitted(values, design, length) for design in designs]
            score = [np.inf if each is None else _corrected_aic(each, values.size) for each in found]
            best = int(np.argmin(score))
            known = np.isfinite(score[best])
            fits.append(found[best] if known else _fitted(values, alone, length))
            waves.append(tried[best] if known else LEVEL_ALONE)
        dispersion = np.array([0.0 if each is None else each.dispersion for each in fits])
        return RegressionFit(panel, fits, waves, {"waves": np.array(waves), "dispersion": dispersion})


@dataclass(frozen=True, eq=False)
class RegressionFit(FittedMany):
    """The regressions of many series; None for a series without any incident."""

    panel: Panel
    fits: list[Regression | None]
    waves: list[int]
    parameters: dict[str, Any]

    def predict(self, horizon: int, levels: Sequence[float] = LEVELS) -> Prediction:
        """Return means and intervals (series, horizon): of the negative binomial, and of what is uncertain in its mean."""
        checks.whole("horizon", horizon)
        begin = later_begins(self.panel, horizon)
        length = relative_lengths(self.panel, horizon)[self.panel.begin.size :]
        designs = {waves: design_of(self.panel, begin, waves, self.panel.begin.size) for waves in set(self.waves)}
        mean, variance = np.zeros((2, self.panel.size, horizon))
        for row, (regression, waves) in enumerate(zip(self.fits, self.waves)):
            if regression is not None:
                design = designs[waves]
                mean[row] = length * np.exp(design @ regression.beta)
                unsure = np.einsum("ij,jk,ik->i", design, regression.covariance, design)
                variance[row] = mean[row] + (regression.dispersion + unsure) * mean[row] ** 2
        return predicted(mean, variance, levels)


def design_of(panel: Panel, begin: np.ndarray, waves: int, first: int) -> np.ndarray:
    """Return the columns of the regression (steps, terms) of steps that begin on some days, the first being step `first`."""
    if waves == LEVEL_ALONE:
        return np.ones((begin.size, 1))
    day = begin.astype("M8[D]").astype(np.int64)
    middle = day + {"day": 0.0, "week": 3.0, "month": 15.0}[panel.step]
    columns = [np.ones(begin.size), *_bends(panel, begin)]
    for wave in range(1, waves + 1):
        columns += [np.sin(2 * np.pi * wave * middle / YEAR), np.cos(2 * np.pi * wave * middle / YEAR)]
    if panel.step == "day":
        # Day 0 of the epoch was a Thursday, here 3.
        columns += [((day + 3) % WEEK == weekday).astype(float) for weekday in range(1, WEEK)]
        columns.append((begin.astype("M8[M]").astype("M8[D]") == begin).astype(float))
    columns += [known_column(name, column, first, begin.size) for name, column in (panel.covariates or {}).items()]
    return _apart(np.stack(columns, axis=1), panel)


def _bends(panel: Panel, begin: np.ndarray) -> list[np.ndarray]:
    """Return straight lines that bend at even distances, and stay at their last value after the history."""
    start, end = panel.begin[0].astype(np.int64), panel.begin[-1].astype(np.int64)
    at = np.minimum((begin.astype("M8[D]").astype(np.int64) - start) / YEAR, (end - start) / YEAR)
    years = (end - start) / YEAR
    knots = np.arange(int(years / TREND_SPAN) + 1) * TREND_SPAN if years >= 1 else np.array([])
    return [np.maximum(at - knot, 0.0) for knot in knots if years - knot >= TREND_SPAN / 4]


def _apart(design: np.ndarray, panel: Panel) -> np.ndarray:
    """Leave out covariates that do not vary in the history: they can have no effect of their own."""
    if not panel.covariates:
        return design
    steps = panel.begin.size
    flat = [np.ptp(np.asarray(column, dtype=float)[:steps]) == 0 for column in panel.covariates.values()]
    return design[:, np.append(np.zeros(design.shape[1] - len(flat), dtype=bool), flat) == 0]


def _fitted(values: np.ndarray, design: np.ndarray, length: np.ndarray) -> Regression | None:
    """Return a fitted regression, None where there are too few incidents for its terms."""
    if values.sum() < (PER_TERM * design.shape[1] if design.shape[1] > 1 else 1):
        return None
    try:
        return fit(values, design, length)
    except np.linalg.LinAlgError:
        # A term without any incident runs to minus infinity.
        return None


def _corrected_aic(regression: Regression, steps: int) -> float:
    estimated = regression.beta.size + 1
    room = max(steps - estimated - 1, 1)
    return 2 * estimated - 2 * regression.log_likelihood + 2 * estimated * (estimated + 1) / room
