"""Models that learned, kept with what is around their estimator: as JSON values, and predicting on features of a newer day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ... import checks
from ...json_values import json_values
from ..events import History
from ..learning import contributions
from ..learning.column_scales import Scales
from ..learning.feature_layouts import FeatureLayout
from ..learning.feature_tables import FeatureTable, Places, features_at
from ..learning.learned_predictors import LearnedPredictor, LearnedRates
from ..learning.learners import Model
from ..learning.links import Link
from ..learning.training_rows import origins_within
from .estimator_files import read_estimator, written_estimator
from .predictor_recipes import LARGEST
from .trainings import Training

JUDGED = (
    "what it had learned, where that was before a past origin; else its kind, which learned anew of what was known then"
)
PARTS = ("estimator", "scales", "link", "layout", "names", "importance", "told")


class KeptRates(LearnedRates):
    """Hold a model that learned before, and the features of the places at a newer origin."""

    def __init__(self, kept: KeptModel, table: FeatureTable, horizon: int, parameters: Mapping[str, Any]) -> None:
        self.model, self.values, self.names = kept.model, table.values, table.names
        self.horizon, self.parameters = horizon, dict(parameters)
        self.columns = contributions.columns_of(table.names, table.groups)
        self._importance = dict(kept.importance)

    def importance(self, progress: Any = None) -> dict[str, float]:
        """Return how much the prediction rested on each thing known when it learned."""
        return self._importance


class KeptModel(NamedTuple):
    """Hold a model that learned, the features it looks at, how much it rests on them, and what was told of its learning."""

    model: Model
    layout: FeatureLayout
    names: tuple[str, ...]
    importance: Mapping[str, float]
    told: Mapping[str, Any]

    @classmethod
    def of(cls, fitted: LearnedRates, history: History, importance: Mapping[str, float]) -> KeptModel:
        """Return what a predictor learned of a history."""
        if isinstance(fitted, KeptRates):
            raise TypeError("This map was made by a saved predictor, which is kept in its file already; copy the file.")
        layout = FeatureLayout.of(history, origins_within(history, fitted.horizon)[0])
        return cls(fitted.model, layout, fitted.names, dict(importance), dict(fitted.parameters))

    def fit(self, history: History, places: Places, training: Training, name: str) -> KeptRates:
        """Return what it expects at the origin of a newer history, in whose features nothing may be lacking.

        Raises
        ------
        ValueError
            If the history is too short for a window, lacks a category that is looked at, or other places are given.
        """
        longest = max(self.layout.windows, default=1)
        if history.days < longest:
            raise ValueError(
                f"The saved {name!r} looks at the last {longest:,} days, and {history.days:,} are known before "
                f"{history.origin}; give a longer history."
            )
        known = {str(category) for category in history.events.names}
        lacking = [category for category in self.layout.categories if category not in known]
        if lacking:
            raise ValueError(
                f"The saved {name!r} looks at {checks.listed(lacking)}, of which these incidents have none; give incidents of "
                "all categories, named as then."
            )
        table = features_at(history, places, self.layout)
        if table.names != self.names:
            other = sorted(set(table.names) ^ set(self.names)) or ["the order"]
            raise ValueError(
                f"The saved {name!r} learned {len(self.names)} features, and these have {len(table.names)}: "
                f"{checks.listed(other)} differ; give the same layers of places (places)."
            )
        told = {**self.told, "trained_until": training.until, "past_origins_judge": JUDGED}
        return KeptRates(self, table, training.horizon, told)

    def values(self) -> dict[str, Any]:
        """Return it as JSON values."""
        model, scales = self.model, self.model.scales
        return {
            "estimator": written_estimator(model.estimator),
            "scales": None if scales is None else {name: part.tolist() for name, part in scales._asdict().items()},
            "link": {name: kind(getattr(model.link, name)) for name, kind in _LINK.items()},
            "layout": {
                "windows": list(self.layout.windows),
                "categories": list(self.layout.categories),
                "season": bool(self.layout.season),
            },
            "names": list(self.names),
            "importance": {name: float(share) for name, share in self.importance.items()},
            "told": json_values(self.told),
        }

    @classmethod
    def read(cls, values: Any, predictor: LearnedPredictor) -> KeptModel:
        """Return the model of JSON values, which a predictor of that kind learned.

        Raises
        ------
        ValueError
            If a part is missing, unknown or not of its kind, or the estimator is none of ours.
        """
        if not isinstance(values, dict) or set(values) != set(PARTS):
            raise ValueError(f"What a saved predictor learned has the parts {', '.join(PARTS)}.")
        names = tuple(_texts("names", values["names"]))
        link = Link(**_numbers("link", values["link"], _LINK))
        if not (link.kept > 0 and link.level >= 0):
            raise ValueError(f"kept and level in link of a saved predictor are {link.kept!r} and {link.level!r}.")
        estimator = read_estimator(values["estimator"], len(names))
        learner = predictor.learner
        if type(estimator).__name__ not in _ESTIMATORS.get(learner.name, ()) or link.odds is not learner.odds:
            raise ValueError(f"its estimator, a {type(estimator).__name__}, is none of {learner.name!r}.")
        model = Model(learner, estimator, _scales(values["scales"], learner.scaled, len(names)), link)
        shares = values["importance"]
        known = _numbers("importance", shares, dict.fromkeys(shares, float) if isinstance(shares, dict) else {})
        told = values["told"] if isinstance(values["told"], dict) else {}
        return cls(model, _layout(values["layout"]), names, known, told)


_ESTIMATORS = {
    "logistic_regression": ("LogisticRegression",),
    "poisson_regression": ("PoissonRegressor",),
    "random_forest": ("RandomForestClassifier",),
    "gradient_boosting": ("HistGradientBoostingRegressor",),
}


_LINK: dict[str, type] = {"odds": bool, "kept": float, "level": float}


def _layout(values: Any) -> FeatureLayout:
    wanted = {"windows", "categories", "season"}
    if not isinstance(values, dict) or set(values) != wanted or type(values["season"]) is not bool:
        raise ValueError(f"The features of a saved predictor are told by {', '.join(sorted(wanted))}.")
    windows = values["windows"]
    if not isinstance(windows, list) or not all(type(days) is int and 1 <= days <= 3660 for days in windows):
        raise ValueError(f"windows must be whole numbers of days up to 3,660, got {str(windows)[:40]!r}.")
    return FeatureLayout(tuple(windows), tuple(_texts("categories", values["categories"])), values["season"])


def _scales(values: Any, scaled: bool, features: int) -> Scales | None:
    if values is None and not scaled:
        return None
    if not scaled or not isinstance(values, dict) or set(values) != set(Scales._fields):
        raise ValueError(f"scales must be {', '.join(Scales._fields)}, and only of what is scaled.")
    return Scales(**{name: _column(name, values[name], features) for name in Scales._fields})


def _column(name: str, values: Any, rows: int) -> np.ndarray:
    if not isinstance(values, list) or len(values) != rows or not all(type(value) in (int, float) for value in values):
        raise ValueError(f"{name} must be {rows:,} numbers in a list.")
    return np.array(values, dtype=float)


def _numbers(what: str, values: Any, wanted: Mapping[str, type]) -> dict[str, Any]:
    if not isinstance(values, dict) or set(values) != set(wanted):
        raise ValueError(f"{what} of a saved predictor must be {', '.join(wanted) or 'numbers by name'}.")
    wrong = [
        name
        for name, kind in wanted.items()
        if type(values[name]) not in ((kind, int) if kind is float else (kind,)) or not abs(values[name]) <= LARGEST
    ]
    if wrong:
        raise ValueError(f"{wrong[0]} in {what} of a saved predictor is {str(values[wrong[0]])[:40]!r}.")
    return dict(values)


def _texts(what: str, values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(text, str) for text in values) or len(values) > 10_000:
        raise ValueError(f"{what} of a saved predictor must be texts in a list.")
    return values
