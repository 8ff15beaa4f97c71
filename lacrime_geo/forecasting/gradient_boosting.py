"""Forecasts by gradient boosting: one set of trees for all series of a table, by scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import checks
from ..scikit_learning import FITTING, estimator_named, on_one_thread
from .boosted_features import Features, features_of
from .models import Panel
from .traced_models import TracedModel, recent_steps

# Forecasts that trees are grown by; of more an even part is taken.
MOST_ROWS = 40_000
# Trees at most, the share of steps by which their number is chosen, and what each may ask.
MOST_TREES, JUDGED = 120, 0.2
LEAVES, RATE, LEAST_ROWS, RIDGE = 8, 0.06, 60, 5.0
# Classes of each feature, of about as many forecasts each.
CLASSES = 32
SEED = 1
GOLDEN = (np.sqrt(5) - 1) / 2


class GradientBoosting(TracedModel):
    """Forecast by small trees, each of what those before left unexplained, learned from all series of the table together.

    They are told of the counts of late, of those of the same time of earlier seasons, of all series together, each beside the
    level of its own series; of the steps ahead, the weekday, the month, the keys and the series. Learned is by how much the
    count is above the level, by Poisson's likelihood; so one set of trees serves small series and large ones. Needs the package
    scikit-learn.

    Parameters
    ----------
    seed : of what scikit-learn draws.

    Notes
    -----
    HistGradientBoostingRegressor (Friedman 2001, Annals of Statistics 29: 1189-1232; Ke et al. 2017). How many trees there are,
    and whether any, is told by the last fifth of the history, of which none of those judged had seen a count. At most 40,000
    forecasts are learned from, spread evenly. Intervals are by the misses of refits on earlier parts of the history, as those of
    the other models are.

    Raises
    ------
    ImportError
        If scikit-learn is not installed; nothing else is taken in its place.
    """

    name = "gradient boosting"

    def __init__(self, seed: int = SEED) -> None:
        self.seed = checks.whole("seed", seed, 0)

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return 2 * season

    def estimate(self, panel: Panel) -> Mapping[str, Any]:
        """Return what grows the trees when it is known how far ahead is forecast."""
        _kind()
        return {"trees": Trees(self.seed, panel)}

    def trace(self, panel: Panel, horizon: int, found: Mapping[str, Any]) -> np.ndarray:
        """Return the forecasts (series, steps, horizon) made after each of the last steps, those that make intervals."""
        grown = found["trees"].grown(horizon)
        features = features_of(panel, horizon)
        traced = np.full((*panel.values.shape, horizon), np.nan)
        recent = recent_steps(panel.size * horizon)
        series, step = _pairs(panel, panel.begin.size, panel.begin.size - recent)
        for ahead in range(1, horizon + 1):
            expected = features.expected(series, step, ahead)
            if grown is not None:
                expected = expected * grown.predict(features.rows(series, step, ahead))
            traced[series, step, ahead - 1] = expected
        return traced


@dataclass(frozen=True, eq=False)
class Trees:
    """Grow trees on a history for so many steps ahead as are asked for, once each."""

    seed: int
    panel: Panel
    _grown: dict[int, Any] = field(default_factory=dict)

    def grown(self, horizon: int) -> _Grown | None:
        """Return the fitted trees, None where none is better than the level."""
        if horizon not in self._grown:
            self._grown[horizon] = _grown(self.panel, horizon, self.seed)
        return self._grown[horizon]


@dataclass(frozen=True, eq=False)
class _Rows:
    """Hold forecasts to learn from: features, the count over its level and that level (rows,), and the step of the count."""

    features: np.ndarray
    ratio: np.ndarray
    expected: np.ndarray
    at: np.ndarray

    def among(self, rows: np.ndarray) -> _Rows:
        """Return some of them."""
        return _Rows(self.features[rows], self.ratio[rows], self.expected[rows], self.at[rows])


def _grown(panel: Panel, horizon: int, seed: int) -> _Grown | None:
    features = features_of(panel, horizon)
    rows = _rows_of(features, horizon)
    cut = panel.begin.size - max(int(JUDGED * panel.begin.size), 1)
    learned, judged = rows.among(rows.at < cut), rows.among(rows.at >= cut)
    if not learned.ratio.any() or not judged.ratio.size:
        return None
    trees = _best_number(_fitted(learned, MOST_TREES, features.categories, seed), judged)
    return _fitted(rows, trees, features.categories, seed) if trees else None


def _rows_of(features: Features, horizon: int) -> _Rows:
    """Return the forecasts of steps of the history, or an even part of them."""
    panel = features.panel
    steps = panel.begin.size
    share = min(MOST_ROWS / max(panel.size * (steps - panel.period) * horizon, 1), 1.0)
    parts = []
    for ahead in range(1, horizon + 1):
        series, step = _pairs(panel, steps - ahead)
        kept = (np.arange(series.size) * GOLDEN + ahead * GOLDEN**2) % 1 < share
        series, step = series[kept], step[kept]
        expected = features.expected(series, step, ahead)
        ratio = panel.values[series, step + ahead] / expected
        parts.append((features.rows(series, step, ahead), ratio, expected, step + ahead))
    return _Rows(*(np.concatenate(column) for column in zip(*parts)))


def _pairs(panel: Panel, steps: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the series and of the steps after which a season is known, from one on up to some steps."""
    known = np.arange(max(first, min(panel.period, steps) - 1, 0), steps)
    return np.repeat(np.arange(panel.size), known.size), np.tile(known, panel.size)


@dataclass(frozen=True, eq=False)
class _Grown:
    """Hold fitted trees, and the edges by which each feature is put into classes before (None: a category, kept as it is)."""

    estimator: Any
    edges: Sequence[np.ndarray | None]

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return by how much the counts are expected above their level (rows,)."""
        with on_one_thread():
            return np.asarray(self.estimator.predict(_classes(features, self.edges)))

    def by_number(self, features: np.ndarray) -> Iterator[np.ndarray]:
        """Return the same by the first tree, the first two, …."""
        with on_one_thread():
            yield from self.estimator.staged_predict(_classes(features, self.edges))


def _classes(features: np.ndarray, edges: Sequence[np.ndarray | None]) -> np.ndarray:
    """Return features in classes. Scikit-learn would find them by weighted quantiles, which takes longer than the trees."""
    columns = [
        column if own is None else np.searchsorted(own, column, side="right") for column, own in zip(features.T, edges)
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _fitted(rows: _Rows, trees: int, categories: np.ndarray, seed: int) -> _Grown:
    shares = np.arange(1, CLASSES) / CLASSES
    edges = [
        None if own else np.unique(np.quantile(column, shares)) for column, own in zip(rows.features.T, categories)
    ]
    estimator = _kind()(
        loss="poisson",
        max_iter=trees,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_ROWS,
        l2_regularization=RIDGE,
        categorical_features=categories,
        early_stopping=False,
        random_state=seed,
    )
    with FITTING, on_one_thread():
        estimator.fit(_classes(rows.features, edges), rows.ratio, sample_weight=rows.expected)
    return _Grown(estimator, edges)


def _best_number(grown: _Grown, judged: _Rows) -> int:
    """Return how many trees foretell best what they have not seen, 0 where none do better than the level."""
    losses = [_loss(judged, np.ones(judged.ratio.size))]
    losses += [_loss(judged, told) for told in grown.by_number(judged.features)]
    return int(np.argmin(losses))


def _loss(rows: _Rows, told: np.ndarray) -> float:
    """Return the mean of minus the log likelihood of Poisson counts, without what is the same for all."""
    return float((rows.expected * (told - rows.ratio * np.log(np.maximum(told, 1e-9)))).mean())


def _kind() -> Any:
    return estimator_named("ensemble", "HistGradientBoostingRegressor", GradientBoosting.name, '"smoothing" and "auto"')
