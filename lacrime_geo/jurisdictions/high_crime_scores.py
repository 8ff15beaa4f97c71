"""How well high years were foretold: scores of each model, and by how much they are above last year's label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..progress import Progress, advance
from ..risk.scoring import label_scores
from ..risk.scoring.block_bootstrap import percentiles
from ..risk.scoring.calibration import recalibration
from .high_crime_models import REFERENCE
from .high_crime_splits import Told

DRAWS, LEVEL = 300, 95.0
# Recalibration takes longest: its intervals are of the first of the draws.
CALIBRATED = 60
SCORES = ("roc_auc", "pr_auc", "f1", "brier", "calibration_slope", "calibration_intercept")


def scores_of(chance: np.ndarray, high: np.ndarray, said: np.ndarray, calibrated: bool = True) -> list[float]:
    """Return all scores of chances (n,), of which rows were high (n,) and of which were said to be (n,), in their order.

    Those of calibration are NaN unless `calibrated`.
    """
    turned = recalibration(chance, high) if calibrated else None
    return [
        label_scores.roc_auc(chance, high),
        label_scores.pr_auc(chance, high),
        np.nan if np.isnan(said).any() else label_scores.f1(said, high, 0.5),
        label_scores.brier(chance, high),
        np.nan if turned is None else turned.slope,
        np.nan if turned is None else turned.intercept,
    ]


def score_rows(
    split: str, told: Told, models: Sequence[str], seed: int, progress: Progress = None
) -> list[dict[str, Any]]:
    """Return a row per model and score, with intervals from agencies drawn again, the same for all models."""
    value = _scored(told, np.arange(told.high.size))
    drawn = _drawn(told, seed, progress)
    reference = models.index(REFERENCE)
    rows = []
    for model, name in enumerate(models):
        for number, score in enumerate(SCORES):
            low, high = percentiles(drawn[:, model, number], LEVEL)
            # Calibration has an aim, not a better side.
            compared = model != reference and not score.startswith("calibration")
            difference = drawn[:, model, number] - drawn[:, reference, number]
            below, above = percentiles(difference, LEVEL) if compared else (np.nan, np.nan)
            rows.append(
                {
                    "split": split,
                    "model": name,
                    "score": score,
                    "value": value[model, number],
                    "low": low,
                    "high": high,
                    "difference": value[model, number] - value[reference, number] if compared else np.nan,
                    "difference_low": below,
                    "difference_high": above,
                    "agency_years": told.high.size,
                    "agencies": np.unique(told.rows.agency).size,
                    "prevalence": float(told.high.mean()),
                }
            )
    return rows


def _scored(told: Told, rows: np.ndarray, calibrated: bool = True) -> np.ndarray:
    """Return all scores (models, scores) of some rows, repeated ones among them."""
    high = told.high[rows]
    return np.array(
        [scores_of(chance[rows], high, said[rows], calibrated) for chance, said in zip(told.chance, told.said)]
    )


def _drawn(told: Told, seed: int, progress: Progress) -> np.ndarray:
    """Return the scores (draws, models, scores) where agencies are drawn again, each with all its years."""
    _, number = np.unique(told.rows.agency, return_inverse=True)
    order = np.argsort(number, kind="stable")
    of_each = np.split(order, np.cumsum(np.bincount(number))[:-1])
    random = np.random.default_rng(seed)
    found = []
    for draw in range(DRAWS):
        advance(progress, draw / DRAWS)
        chosen = random.integers(0, len(of_each), len(of_each))
        found.append(_scored(told, np.concatenate([of_each[one] for one in chosen]), draw < CALIBRATED))
    return np.array(found)
