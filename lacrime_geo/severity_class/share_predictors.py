"""Classes told by shares of what was before, in numpy alone: overall, by hour of the week, and by place and premise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .report_columns import Reports

PREVALENCE, HOUR_OF_WEEK, PLACE_AND_PREMISE = "prevalence", "hour_of_week", "place_and_premise"
# Incidents that the shares of all are worth beside a group's own.
STRENGTHS = np.geomspace(1.0, 10_000.0, 25)
UNKNOWN_HOUR = 24


class SharePredictor:
    """What every predictor by shares does: learn how classes go with groups, and add up what groups tell.

    `calibrated` tells that its probabilities are turned by what came in the validation part.
    """

    name: str
    calibrated = True

    def groups(self, reports: Reports) -> list[tuple[np.ndarray, int]]:
        """Return the number of the group of each report (n,), and how many groups there are, of each kind that tells."""
        raise NotImplementedError

    def fit(
        self, reports: Reports, label: np.ndarray, classes: int, seed: int = 0, setting: Mapping[str, Any] | None = None
    ) -> Shares:
        """Learn from reports and their classes (n,); nothing is drawn, and there is no setting."""
        whole = _shares_of_all(label, classes)
        tables = []
        for group, many in self.groups(reports):
            counts = np.bincount(group * classes + label, minlength=many * classes).reshape(many, classes)
            tables.append(np.log(_smoothed(counts.astype(float), whole)) - np.log(whole))
        return Shares(self, np.log(whole), tables)


class Prevalence(SharePredictor):
    """The shares of all incidents to learn from, for every report alike."""

    name, calibrated = PREVALENCE, False

    def groups(self, reports: Reports) -> list[tuple[np.ndarray, int]]:
        """Return no group."""
        return []


class HourOfWeek(SharePredictor):
    """The shares by hour and weekday; where the hour is not known, by weekday."""

    name = HOUR_OF_WEEK

    def groups(self, reports: Reports) -> list[tuple[np.ndarray, int]]:
        """Return the hour of the week."""
        hour = np.where(np.isnan(reports.hour), UNKNOWN_HOUR, np.nan_to_num(reports.hour)).astype(np.int64)
        return [(reports.weekday * (UNKNOWN_HOUR + 1) + hour, 7 * (UNKNOWN_HOUR + 1))]


class PlaceAndPremise(SharePredictor):
    """The shares by place and those by each further column, as if each told by itself."""

    name = PLACE_AND_PREMISE

    def groups(self, reports: Reports) -> list[tuple[np.ndarray, int]]:
        """Return the cell, and each column."""
        return [(code, reports.groups[name]) for name, code in reports.group.items()]


@dataclass(frozen=True, eq=False)
class Shares:
    """Hold the logarithm of the shares of all (k,), and what each group adds to it (groups, k), for each kind of group."""

    predictor: SharePredictor
    whole: np.ndarray
    added: list[np.ndarray]

    def log_shares(self, reports: Reports) -> np.ndarray:
        """Return logarithms of the probabilities of classes (n, k)."""
        score = np.tile(self.whole, (reports.size, 1))
        for table, (group, _) in zip(self.added, self.predictor.groups(reports)):
            score += table[group]
        return normalised(score)


def normalised(score: np.ndarray) -> np.ndarray:
    """Return scores (n, k) as logarithms of probabilities that add up to 1."""
    from scipy.special import logsumexp

    return np.asarray(score - logsumexp(score, axis=1, keepdims=True))


def _shares_of_all(label: np.ndarray, classes: int) -> np.ndarray:
    return np.bincount(label, minlength=classes) / label.size


def _smoothed(counts: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return shares of groups (groups, k), drawn to those of all as makes what was counted most likely.

    The strength is that of a Dirichlet prior with the highest marginal likelihood (Good 1965), of those tried.
    """
    total = counts.sum(axis=1, keepdims=True)
    evidence = [_evidence(counts, total, strength * whole) for strength in STRENGTHS]
    prior = STRENGTHS[int(np.argmax(evidence))] * whole
    return np.asarray((counts + prior) / (total + prior.sum()))


def _evidence(counts: np.ndarray, total: np.ndarray, prior: np.ndarray) -> float:
    from scipy.special import gammaln

    of_groups = gammaln(prior.sum()) - gammaln(total + prior.sum())
    return float(of_groups.sum() + (gammaln(counts + prior) - gammaln(prior)).sum())


def share_predictors() -> tuple[Any, ...]:
    """Return one of each kind."""
    return Prevalence(), HourOfWeek(), PlaceAndPremise()
