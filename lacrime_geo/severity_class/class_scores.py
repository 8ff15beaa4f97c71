"""The scores of predictors of classes in the test part, with intervals of its weeks drawn again."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..progress import Progress, advance, left_alone
from ..risk.scoring.calibration import recalibration
from ..risk.scoring.label_scores import pr_auc
from .class_contests import ClassContest, Entrant, losses
from .report_columns import Reports
from .share_predictors import HOUR_OF_WEEK, PREVALENCE
from .week_draws import WeekDraws, interval

# Figures that are held against both baselines, and those that have an interval only.
COMPARED = ("macro_f1", "pr_auc", "log_loss")
OTHERS = ("accuracy", "roc_auc", "brier", "calibration_slope", "calibration_intercept")
# Distances are larger in draws than they are: their interval would not hold them.
BARE = "calibration_error"
FIGURES = (*COMPARED, *OTHERS)
AGAINST = {PREVALENCE: "above_prevalence", HOUR_OF_WEEK: "above_hours"}


def columns_of(contest: ClassContest, draws: WeekDraws, progress: Progress = None) -> dict[str, np.ndarray]:
    """Return the scores, a row for each predictor, of more than two classes for each of them and class.

    Parameters
    ----------
    contest : with entrants that have learned.
    draws : of the weeks of the test part.
    progress : function of a fraction, returning False to stop.
    """
    figures = {}
    for number, entrant in enumerate(contest.entrants):
        advance(progress, number / len(contest.entrants))
        figures[entrant.name] = left_alone(partial(_figures, contest, entrant, draws), progress)
    rows = [(name, one) for name in figures for one in classes_shown(contest.labels.size)]
    label = contest.labels.code[contest.parts.test]
    columns: dict[str, Any] = {
        "predictor": [name for name, _ in rows],
        "class": [contest.labels.names[one] for _, one in rows],
        "n_train": [int(contest.parts.train.sum())] * len(rows),
        "n_test": [label.size] * len(rows),
        "prevalence": [float((label == one).mean()) for _, one in rows],
    }
    for figure in FIGURES:
        _add(columns, figure, [figures[name][figure, one] for name, one in rows])
        for baseline, named in AGAINST.items() if figure in COMPARED else ():
            over = [figures[name][figure, one] - figures[baseline][figure, one] for name, one in rows]
            _add(columns, f"{figure}_{named}", over)
    columns[BARE] = [float(figures[name][BARE, one][0]) for name, one in rows]
    return {
        name: np.array(values, dtype=object if isinstance(values[0], str) else None) for name, values in columns.items()
    }


def classes_shown(classes: int) -> list[int]:
    """Return the classes that have rows: of two the graver one, as the other is its mirror."""
    return [1] if classes == 2 else list(range(classes))


def _figures(contest: ClassContest, entrant: Entrant, draws: WeekDraws) -> dict[tuple[str, int], np.ndarray]:
    """Return each figure of an entrant by its name and class, as an array of its value and its draws."""
    label = contest.labels.code[contest.parts.test]
    probability = entrant.probability(contest.reports.take(contest.parts.test))
    told = entrant.rule.told(probability)
    whole = {
        "macro_f1": draws.macro_f1(told, label, contest.labels.size),
        "accuracy": draws.mean((told == label).astype(float)),
        "log_loss": draws.mean(losses(probability, label)),
    }
    of_class = {one: _of_class(probability[:, one], label == one, draws) for one in classes_shown(contest.labels.size)}
    return {(figure, one): drawn for one, mine in of_class.items() for figure, drawn in {**whole, **mine}.items()}


def _of_class(probability: np.ndarray, came: np.ndarray, draws: WeekDraws) -> dict[str, np.ndarray]:
    """Return the figures of one class against all others."""
    roc, precision = draws.areas(probability, came)
    intercept, slope = _recalibration(probability, came, draws)
    return {
        "roc_auc": roc,
        "pr_auc": precision,
        "brier": draws.mean(np.square(probability - came)),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        BARE: draws.calibration_error(probability, came),
    }


def _recalibration(probability: np.ndarray, came: np.ndarray, draws: WeekDraws) -> np.ndarray:
    """Return intercept and slope of the logistic recalibration with their draws; NaN where all are told the same."""
    if np.ptp(probability) == 0:
        return np.full((2, draws.times.shape[0]), np.nan)
    found = recalibration(probability, came)
    return draws.recalibrated(probability, came, found.slope, found.intercept)


def _add(columns: dict[str, Any], name: str, drawn: list[np.ndarray]) -> None:
    found = np.array([interval(one) for one in drawn])
    for number, end in enumerate(("", "_low", "_high")):
        columns[f"{name}{end}"] = found[:, number].tolist()


def importance(contest: ClassContest, seed: int, progress: Progress = None) -> dict[str, float]:
    """Return by how much the PR-AUC of the gravest class falls once a part of what is known is that of other incidents.

    Parameters
    ----------
    contest : of whose best predictor it is told.
    seed : of the order in which they are mixed (Breiman 2001).
    progress : function of a fraction, returning False to stop.
    """
    reports = contest.reports.take(contest.parts.test)
    came = contest.labels.code[contest.parts.test] == contest.labels.size - 1
    order = np.random.default_rng(seed).permutation(came.size)

    def area(known: Reports) -> float:
        return pr_auc(contest.best.probability(known)[:, -1], came)

    whole = left_alone(partial(area, reports), progress)
    return {
        part: whole - left_alone(partial(area, reports.with_part_of(part, order)), progress) for part in reports.parts
    }
