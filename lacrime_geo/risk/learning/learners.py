"""The kinds of model that learn, each with the settings that are tried; scikit-learn does the learning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...scikit_learning import FITTING, estimator_named, on_one_thread
from .column_scales import Scales
from .links import Link
from .training_rows import Rows

Setting = Mapping[str, Any]
# A tree whose leaf had incidents in all of its rows, or in none, is not that sure: the mean of all has this share.
_DOUBT = 0.01
# Trees that tell which setting is better, and that predict in the end; rows that each is grown of.
_TREES_TRIED, _TREES, _ROWS_OF_A_TREE = 30, 150, 5_000
_PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Learner:
    """What every kind of model can: learn of rows with a setting, and score places.

    `grid` holds the settings that are tried, `zeros` how many rows without incidents it learns from for each with any;
    `odds` tells whether it learns if there was any incident, else how many; `weighted` whether a row counts for those that it
    stands for, else the link corrects for them; `scaled` whether columns are scaled for it.
    """

    name: str
    grid: tuple[Setting, ...]
    zeros = 10
    odds = False
    weighted = False
    scaled = False

    def estimator(self, setting: Setting, rows: Rows, seed: int, final: bool) -> Any:
        """Return scikit-learn's estimator, not yet fitted."""
        raise NotImplementedError

    def score(self, estimator: Any, columns: np.ndarray) -> np.ndarray:
        """Return log odds of any incident, or the logarithm of how many are expected (n,)."""
        raise NotImplementedError

    def fit(self, rows: Rows, setting: Setting, seed: int, final: bool = True) -> Model:
        """Learn from rows; the level is such that they are expected to have what they had.

        Raises
        ------
        ValueError
            If it learns of any incident, and all rows had some.
        """
        if self.odds and rows.any.all():
            raise ValueError(
                f"Every place had an incident in all of the {rows.came.size:,} rows to learn from, so that nothing tells where "
                f'there is none, as {self.name!r} would learn; take "poisson_regression" or "gradient_boosting", which learn '
                "how many, or smaller units."
            )
        scales = Scales.of(rows.values, rows.weight) if self.scaled else None
        columns = rows.values if scales is None else scales.apply(rows.values)
        estimator = self.estimator(setting, rows, seed, final)
        weight = {"sample_weight": rows.weight} if self.weighted else {}
        with FITTING, on_one_thread():
            estimator.fit(columns, rows.any.astype(int) if self.odds else rows.came, **weight)
        kept = 1.0 if self.weighted else rows.kept_zeros / rows.kept_with_any
        model = Model(self, estimator, scales, Link(self.odds, kept))
        expected = model.expected(rows.values) @ rows.weight
        return replace(model, link=replace(model.link, level=float(rows.came @ rows.weight / expected)))


@dataclass(frozen=True, eq=False)
class Model:
    """Hold an estimator of scikit-learn's that was fitted, and what is around it.

    Parameters
    ----------
    learner : of what kind it is.
    estimator : fitted.
    scales : of the columns; None where it takes them as they are.
    link : from its score to expected incidents.
    """

    learner: Learner
    estimator: Any
    scales: Scales | None
    link: Link

    def columns(self, values: np.ndarray) -> np.ndarray:
        """Return the columns as the estimator takes them."""
        return values if self.scales is None else self.scales.apply(values)

    def score(self, values: np.ndarray) -> np.ndarray:
        """Return the score (n,) of features (n, k)."""
        with on_one_thread():
            return self.learner.score(self.estimator, self.columns(values))

    def expected(self, values: np.ndarray) -> np.ndarray:
        """Return the incidents expected (n,) by features (n, k)."""
        return self.link.expected(self.score(values))


class Logistic(Learner):
    """Logistic regression: log odds of any incident are a sum of the columns, on a log scale."""

    name, odds, scaled = "logistic_regression", True, True
    grid = tuple({"penalty": penalty} for penalty in _PENALTIES)

    def estimator(self, setting: Setting, rows: Rows, seed: int, final: bool) -> Any:
        """Return it with a ridge penalty, in parts of what the rows tell of a column by itself."""
        share = rows.any.mean()
        told = rows.came.size * share * (1 - share)
        kind = _of_scikit("linear_model", "LogisticRegression", self.name)
        return kind(C=1 / (setting["penalty"] * told), solver="newton-cholesky", max_iter=100)

    def score(self, estimator: Any, columns: np.ndarray) -> np.ndarray:
        """Return log odds (n,)."""
        return np.asarray(estimator.decision_function(columns))


class Poisson(Learner):
    """Poisson regression: the logarithm of expected incidents is a sum of the columns, on a log scale."""

    name, weighted, scaled = "poisson_regression", True, True
    grid = tuple({"penalty": penalty} for penalty in _PENALTIES)

    def estimator(self, setting: Setting, rows: Rows, seed: int, final: bool) -> Any:
        """Return it with a ridge penalty, in parts of what the rows tell of a column by itself."""
        mean = float(np.average(rows.came, weights=rows.weight))
        kind = _of_scikit("linear_model", "PoissonRegressor", self.name)
        return kind(alpha=setting["penalty"] * mean, solver="newton-cholesky", max_iter=100)

    def score(self, estimator: Any, columns: np.ndarray) -> np.ndarray:
        """Return logarithms of what is expected (n,)."""
        return np.asarray(columns @ estimator.coef_ + estimator.intercept_)


class Forest(Learner):
    """Random forest: the mean of many trees, each grown of some rows and columns, of the chance of any incident."""

    name, odds, zeros = "random_forest", True, 4
    grid = tuple({"min_samples_leaf": least} for least in (10, 40, 160))

    def estimator(self, setting: Setting, rows: Rows, seed: int, final: bool) -> Any:
        """Return it with fewer trees where settings are compared."""
        kind = _of_scikit("ensemble", "RandomForestClassifier", self.name)
        drawn = min(_ROWS_OF_A_TREE, rows.came.size)
        return kind(_TREES if final else _TREES_TRIED, max_samples=drawn, random_state=seed, n_jobs=1, **setting)

    def score(self, estimator: Any, columns: np.ndarray) -> np.ndarray:
        """Return log odds (n,), never without doubt."""
        # The trees one by one, as the forest would set filters of warnings aside here too.
        narrow, trees = columns.astype(np.float32), estimator.estimators_
        whole = sum(tree.predict_proba(narrow, check_input=False)[:, 1] for tree in trees)
        chance = (1 - _DOUBT) * whole / len(trees) + _DOUBT / 2
        return np.asarray(np.log(chance) - np.log1p(-chance))


class Boosting(Learner):
    """Gradient boosting: small trees one after the other, each of what those before left unexplained, of how many come.

    It learns numbers by Poisson's likelihood rather than if there was any: so places that have several differ from those that
    have one, and units that always have some can be told apart.
    """

    name = "gradient_boosting"
    grid = tuple({"max_leaf_nodes": leaves, "max_iter": steps} for leaves in (3, 8) for steps in (20, 50, 120))

    def estimator(self, setting: Setting, rows: Rows, seed: int, final: bool) -> Any:
        """Return it with all steps; none is held back to stop early, as rows are not alike in time."""
        kind = _of_scikit("ensemble", "HistGradientBoostingRegressor", self.name)
        return kind(loss="poisson", early_stopping=False, min_samples_leaf=50, random_state=seed, **setting)

    def score(self, estimator: Any, columns: np.ndarray) -> np.ndarray:
        """Return logarithms of what is expected (n,)."""
        return np.log(estimator.predict(columns))


def _of_scikit(module: str, kind: str, asked: str) -> Any:
    return estimator_named(module, kind, asked, '"prior_counts" and "borrowed_strength"')
