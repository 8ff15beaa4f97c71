"""Every predictor of classes, learned from the same reports, turned and given its rule by the same later ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..progress import Progress, advance, left_alone
from .class_calibration import Rule, Turned, rule_of, turned, unturned
from .class_labels import ClassLabels
from .learned_classes import LearnedPredictor, learned_predictors
from .parts_in_time import Parts
from .report_columns import PLACE, TIME, Reports
from .share_predictors import HOUR_OF_WEEK, PREVALENCE, share_predictors

PREDICTORS = {one.name: one for one in (*share_predictors(), *learned_predictors())}
# What others are held against, which always takes part.
BASELINES = (PREVALENCE, HOUR_OF_WEEK)


@dataclass(frozen=True, eq=False)
class Entrant:
    """Hold a predictor that has learned, how it is turned, its rule, and its log loss in the validation part."""

    name: str
    model: Any
    turned: Turned
    rule: Rule
    loss: float
    setting: Mapping[str, Any] = field(default_factory=dict)

    def probability(self, reports: Reports) -> np.ndarray:
        """Return calibrated probabilities of classes (n, k)."""
        return self.turned.probability(self.model.log_shares(reports))


@dataclass(frozen=True, eq=False)
class ClassContest:
    """Hold the entrants, and what they were made of: reports (n,), labels and parts."""

    entrants: tuple[Entrant, ...]
    reports: Reports
    labels: ClassLabels
    parts: Parts

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that tell, beside time and place."""
        return tuple(name for name in self.reports.parts if name not in (TIME, PLACE))

    @property
    def best(self) -> Entrant:
        """The entrant with the least log loss in the validation part: what is scored is not asked."""
        return min(self.entrants, key=lambda one: one.loss)


def predictors_asked(models: str | Sequence[str] | None, parameters: Parameters) -> list[Any]:
    """Return the predictors asked for, the baselines first; all by default, those without their package left out with a warning.

    Raises
    ------
    ValueError
        If one is not known.
    ImportError
        If one is asked for by name and scikit-learn is missing.
    """
    if models is None:
        return [one for one in PREDICTORS.values() if _is_there(one, parameters)]
    given = models.split(",") if isinstance(models, str) else models
    names = [str(name).strip() for name in given if str(name).strip()]
    for name in names:
        checks.option("models", name, tuple(PREDICTORS))
        if isinstance(PREDICTORS[name], LearnedPredictor):
            PREDICTORS[name].require()
    return [one for name, one in PREDICTORS.items() if name in (*BASELINES, *names)]


def _is_there(predictor: Any, parameters: Parameters) -> bool:
    if isinstance(predictor, LearnedPredictor):
        try:
            predictor.require()
        except ImportError as problem:
            parameters.warn(f"{predictor.name} is left out: {problem}")
            return False
    return True


def entrants_of(
    predictors: Sequence[Any], reports: Reports, labels: ClassLabels, parts: Parts, seed: int, progress: Progress
) -> tuple[Entrant, ...]:
    """Return all predictors, learned from the train part, turned and ruled by the validation part."""
    early, late = reports.take(parts.train), reports.take(parts.validation)
    learned, came = labels.code[parts.train], labels.code[parts.validation]
    found = []
    for number, predictor in enumerate(predictors):
        advance(progress, number / len(predictors))
        made = []
        for setting in predictor.grid if isinstance(predictor, LearnedPredictor) else ({},):
            model = left_alone(partial(predictor.fit, early, learned, labels.size, seed, setting), progress)
            made.append(left_alone(partial(_entrant, predictor, model, late, came, setting), progress))
        found.append(min(made, key=lambda one: one.loss))
    return tuple(found)


def _entrant(predictor: Any, model: Any, late: Reports, came: np.ndarray, setting: Mapping[str, Any]) -> Entrant:
    told = model.log_shares(late)
    how = turned(told, came) if predictor.calibrated else unturned(told.shape[1])
    probability = how.probability(told)
    return Entrant(predictor.name, model, how, rule_of(probability, came), log_loss(probability, came), setting)


def log_loss(probability: np.ndarray, label: np.ndarray) -> float:
    """Return the mean of minus the logarithm of the probability of what came.

    >>> round(log_loss(np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([0, 1])), 3)
    0.458
    """
    return float(losses(probability, label).mean())


def losses(probability: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Return of each (n,) minus the logarithm of the probability of what came."""
    return np.asarray(-np.log(np.maximum(probability[np.arange(label.size), label], 1e-12)))
