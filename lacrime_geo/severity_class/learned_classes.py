"""Classes told by models that learn: logistic regression and gradient boosting of scikit-learn's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..scikit_learning import FITTING, estimator_named, on_one_thread
from .report_columns import Reports
from .share_predictors import HOUR_OF_WEEK, PLACE_AND_PREMISE, normalised

LOGISTIC, BOOSTING = "logistic_regression", "gradient_boosting"
DAY, YEAR = 24.0, 12.0
# More groups no column of scikit-learn's trees may have: the rarest, which come last, are one.
MOST_GROUPS = 255
# A tree whose leaf had one class alone is not that sure.
DOUBT = 1e-3


class LearnedPredictor:
    """What both do: try settings, and tell classes. `grid` holds the settings that are tried on the validation part."""

    name: str
    grid: tuple[Mapping[str, Any], ...]
    calibrated = True

    def columns(self, reports: Reports) -> Any:
        """Return what it learns from (n, columns)."""
        raise NotImplementedError

    def estimator(self, setting: Mapping[str, Any], reports: Reports, seed: int) -> Any:
        """Return scikit-learn's estimator, not yet fitted."""
        raise NotImplementedError

    def require(self) -> None:
        """Raise where scikit-learn is missing."""
        estimator_named("base", "BaseEstimator", self.name, _WITHOUT)

    def fit(
        self, reports: Reports, label: np.ndarray, classes: int, seed: int, setting: Mapping[str, Any]
    ) -> LearnedClasses:
        """Learn with a setting from reports and their classes (n,), all of which there are."""
        estimator = self.estimator(setting, reports, seed)
        with FITTING, on_one_thread():
            estimator.fit(self.columns(reports), label)
        return LearnedClasses(self, estimator)


_WITHOUT = f'"{HOUR_OF_WEEK}" and "{PLACE_AND_PREMISE}"'


@dataclass(frozen=True, eq=False)
class LearnedClasses:
    """Hold a model that has learned."""

    predictor: LearnedPredictor
    estimator: Any

    def log_shares(self, reports: Reports) -> np.ndarray:
        """Return logarithms of the probabilities of classes (n, k)."""
        with on_one_thread():
            told = self.estimator.predict_proba(self.predictor.columns(reports))
        return normalised(np.log((1 - DOUBT) * told + DOUBT / told.shape[1]))


class Logistic(LearnedPredictor):
    """Log odds are a sum: of waves of the day and the year, weekdays, and the groups of place and columns, by a ridge."""

    name = LOGISTIC
    grid = tuple({"C": strength} for strength in (0.03, 0.3, 3.0))

    def columns(self, reports: Reports) -> Any:
        """Return a sparse matrix: most groups are of other reports."""
        from scipy.sparse import csr_matrix, hstack

        unknown = np.isnan(reports.hour)
        of_day = [np.where(unknown, 0.0, wave) for wave in _waves(reports.hour, DAY, 2)]
        of_year = _waves(reports.month - 1.0, YEAR, 1)
        times = np.column_stack([*of_day, *of_year, reports.weekday >= 5, unknown])
        blocks = [csr_matrix(times.astype(float)), _one_of(reports.weekday, 7)]
        blocks += [_one_of(code, reports.groups[name]) for name, code in reports.group.items()]
        return hstack(blocks, format="csr")

    def estimator(self, setting: Mapping[str, Any], reports: Reports, seed: int) -> Any:
        """Return it with a ridge penalty."""
        return estimator_named("linear_model", "LogisticRegression", self.name, _WITHOUT)(max_iter=500, **setting)


class Boosting(LearnedPredictor):
    """Small trees one after the other, of hour, weekday, month, coordinates, and groups of place and columns."""

    name = BOOSTING
    grid = tuple({"max_iter": steps, "max_leaf_nodes": leaves} for leaves in (4, 12) for steps in (60, 180))

    def columns(self, reports: Reports) -> Any:
        """Return a table, hours and places missing where they are not known."""
        numbers = (reports.hour, reports.weekday, reports.month, reports.easting, reports.northing)
        return np.column_stack([*numbers, *(np.minimum(code, MOST_GROUPS - 1) for code in reports.group.values())])

    def estimator(self, setting: Mapping[str, Any], reports: Reports, seed: int) -> Any:
        """Return it with all steps; none is held back to stop early, as rows are not alike in time."""
        kind = estimator_named("ensemble", "HistGradientBoostingClassifier", self.name, _WITHOUT)
        grouped = list(range(5, 5 + len(reports.group)))
        fixed = dict(learning_rate=0.08, min_samples_leaf=40, early_stopping=False, random_state=seed)
        return kind(categorical_features=grouped, **fixed, **setting)


def _waves(values: np.ndarray, period: float, many: int) -> list[np.ndarray]:
    """Return sines and cosines of values (n,) that come round after a period, and of its parts."""
    turn = 2 * np.pi * np.nan_to_num(values) / period
    return [wave(number * turn) for number in range(1, many + 1) for wave in (np.sin, np.cos)]


def _one_of(code: np.ndarray, many: int) -> Any:
    from scipy.sparse import csr_matrix

    rows = np.arange(code.size)
    return csr_matrix((np.ones(code.size), (rows, code)), shape=(code.size, many))


def learned_predictors() -> tuple[LearnedPredictor, ...]:
    """Return one of each kind."""
    return Logistic(), Boosting()
