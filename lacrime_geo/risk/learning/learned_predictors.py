"""Predictors that learn at earlier origins which features of places tell of what comes, and say how they were chosen."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import checks
from ...progress import Progress, within
from ..events import History
from ..guards.feature_guard import refuse_leaky_features
from ..predicting.predictors import Fitted, Predictor
from . import contributions
from .feature_tables import Places
from .learners import Boosting, Forest, Learner, Logistic, Model, Poisson
from .training_rows import PastOrigins, Rows, days_needed
from .tuning import CHOSEN_BY, Search, fitted_aside, grid_search

BUDGET = 0.02
# Of the time a fit takes.
_TABLES, _SEARCHED = 0.3, 0.8


class LearnedRates(Fitted):
    """Hold a model that was learned, and the features of the places at the origin.

    `model.estimator` is scikit-learn's; `names` are those of its columns, `values` (n, k) their values at the origin.
    """

    parameters: dict[str, Any]

    def __init__(self, model: Model, past: PastOrigins, search: Search, seed: int, parameters: dict[str, Any]) -> None:
        self.model, self.values, self.names = model, past.now, past.names
        self.horizon, self.seed, self.parameters = past.horizon, seed, parameters
        self.columns = contributions.columns_of(past.names, past.groups)
        self._searched = search.model
        self._validation = past.tables[search.fold.validated], past.came[search.fold.validated]

    @property
    def estimator(self) -> Any:
        """The estimator of scikit-learn's."""
        return self.model.estimator

    def predict(self, horizon: int) -> np.ndarray:
        """Return the incidents expected in each unit (n,) within the days it was made for.

        Raises
        ------
        ValueError
            If it was made for other days.
        """
        self._require(horizon)
        return self.model.expected(self.values)

    def reasons(self, horizon: int) -> dict[str, np.ndarray]:
        """Return how many of the incidents expected in each unit (n,) each group of features adds or, below 0, takes away.

        They sum to what is expected, but for what is alike in all units: what a place of average (linear models) or median
        (trees) features has.
        """
        self._require(horizon)
        explain = contributions.of_linear if self.model.scales is not None else contributions.by_occlusion
        return explain(self.model, self.values, self.columns)

    def importance(self, progress: Progress = None) -> dict[str, float]:
        """Return each group's share of how far the log-likelihood of the last fold falls where it is shuffled, most first.

        A group without which it does not fall has 0. The falls themselves are kept in `parameters["falls"]`.
        """
        values, came = self._validation
        falls = contributions.fall_without(self._searched, values, came, self.columns, self.seed, progress)
        self.parameters["falls"] = {group: round(fall, 5) for group, fall in falls.items()}
        whole = sum(max(fall, 0.0) for fall in falls.values()) or 1.0
        return {group: max(fall, 0.0) / whole for group, fall in sorted(falls.items(), key=lambda entry: -entry[1])}

    def _require(self, horizon: int) -> None:
        if horizon != self.horizon:
            raise ValueError(
                f"This predictor learned what comes in {self.horizon:,} days, and {horizon:,} are asked for; make one with "
                f"horizon={horizon}."
            )


class LearnedPredictor(Predictor):
    """What all predictors that learn have in common.

    Parameters
    ----------
    horizon : days that are predicted. Default 7.
    seed : of the rows that are drawn, and of trees.
    places : layers of places, points or polygons in the CRS of the units, by their names: distances to them are features.
    budget : share of the area by which the hit rates of the folds are told.
    """

    learner: Learner

    def __init__(
        self, horizon: int = 7, *, seed: int = 0, places: Places | None = None, budget: float = BUDGET
    ) -> None:
        self.horizon = checks.whole("horizon", horizon)
        self.seed = checks.whole("seed", seed, minimum=0)
        self.places, self.budget = dict(places or {}), checks.share("budget", budget)
        self.name = self.learner.name

    def needs(self) -> int:
        """Return how many days of history it needs at least: a week, a horizon that trains and one that validates.

        With a gap more are needed, see `require`.
        """
        return days_needed(self.horizon, 0)

    def require(self, history: History) -> None:
        """Raise where a history is too short.

        Raises
        ------
        ValueError
            If no origin trains and no later one validates.
        """
        needed = days_needed(self.horizon, history.gap)
        if history.days < needed:
            gap = f" and a gap of {history.gap:,}" if history.gap else ""
            raise ValueError(
                f"{self.name!r} needs {needed:,} days of history for a horizon of {self.horizon:,}{gap}, and {history.days:,} "
                f"are known before {history.origin}; take a later origin or a shorter horizon."
            )

    def fit(self, history: History, progress: Progress = None) -> LearnedRates:
        """Learn at earlier origins within the history, with the setting that did best on forward folds of them.

        Parameters
        ----------
        history : what is known.
        progress : function of a fraction, returning False to stop.

        Raises
        ------
        ValueError
            If too few days are known, nothing came in the horizons to learn from, or what came is a function of places given.
        ImportError
            If scikit-learn is missing.
        """
        self.require(history)
        past = PastOrigins.of(history, self.horizon, self.places, within(progress, 0.0, _TABLES))
        self._refuse_leaks(past)
        search = grid_search(self.learner, past, self.budget, self.seed, within(progress, _TABLES, _SEARCHED))
        rows = past.rows(self.learner.zeros, self.seed)
        model = fitted_aside(lambda: self.learner.fit(rows, search.chosen, self.seed), progress, _SEARCHED)
        return LearnedRates(model, past, search, self.seed, self._told(past, search, rows, model))

    def _refuse_leaks(self, past: PastOrigins) -> None:
        """Refuse layers of places that what came is made of; counts are of what was known, however well they tell."""
        groups = {f"distance to {name}" for name in self.places}
        columns = dict(zip(past.names, past.tables[-1].T))
        given = {name: values for name, values in columns.items() if past.groups[name] in groups}
        if given:
            refuse_leaky_features(given, past.came[-1])

    def _told(self, past: PastOrigins, search: Search, rows: Rows, model: Model) -> dict[str, Any]:
        """Return how it was learned, as JSON values."""
        last = past.known[-1]
        return {
            "days": int(last.days + last.gap + past.horizon),
            "horizon": past.horizon,
            "origins": [str(origin) for origin in past.origins],
            "features": list(past.names),
            "features_dropped": {name: reason for name, reason in past.dropped},
            "rows_with_any": int(rows.any.sum()),
            "rows_without": int((~rows.any).sum()),
            "kept_with_any": round(rows.kept_with_any, 6),
            "kept_without": round(rows.kept_zeros, 6),
            "imbalance": _imbalance(self.learner, rows),
            "grid": search.tried,
            "chosen": dict(search.chosen),
            "chosen_by": CHOSEN_BY,
            "budget": self.budget,
            "level": round(model.link.level, 5),
            "seed": self.seed,
        }


def _imbalance(learner: Learner, rows: Rows) -> str:
    """Say how rows without incidents, which are most, were treated."""
    if rows.kept_zeros == rows.kept_with_any == 1:
        return "all rows are learned from, without weights"
    kept = (
        f"{rows.kept_zeros:.3g} of the rows without incidents and {rows.kept_with_any:.3g} of those with any are kept"
    )
    corrected = (
        "the odds are multiplied by the ratio" if learner.odds else "numbers are corrected for the zeros left out"
    )
    how = "each counts for those that it stands for" if learner.weighted else corrected
    return f"{kept}, drawn at random; {how}"


class LogisticRegression(LearnedPredictor):
    """Expect λ = −log(1 − p) incidents, p by a logistic regression on the features of places, on a log scale.

    Examples
    --------
    >>> LogisticRegression(14).name, LogisticRegression(14).needs()
    ('logistic_regression', 35)
    """

    learner = Logistic()


class PoissonRegression(LearnedPredictor):
    """Expect what a Poisson regression gives on the features of places, on a log scale."""

    learner = Poisson()


class RandomForest(LearnedPredictor):
    """Expect λ = −log(1 − p) incidents, p by a random forest on the features of places."""

    learner = Forest()


class GradientBoosting(LearnedPredictor):
    """Expect what gradient boosting with Poisson's likelihood gives on the features of places."""

    learner = Boosting()
