"""The parts that models play when one of them is to be saved, and which of them is clearly the better one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from .backtest_results import Backtest
from .baselines import NAIVE, SMOOTHING
from .loss_differences import diebold_mariano
from .models import Model, Panel, fitted_to, set_for

CANDIDATE, INCUMBENT, BASELINE = "candidate", "incumbent", "baseline"
# How often one that is no better may be promoted, whatever the number of candidates, who share it (Bonferroni).
SIGNIFICANT = 0.05
# Differences that rounding alone makes.
SAME = 1e-9


class Contender(Model):
    """A model under the name of the part that it plays, so that the same model may play two."""

    def __init__(self, part: str, model: Any) -> None:
        self.part, self.model, self.name = part, model, f"{part}: {model.name}"

    def needs(self, season: int) -> int:
        """Return how many steps the shortest history must have."""
        return int(self.model.needs(season)) if hasattr(self.model, "needs") else 1

    def for_horizon(self, horizon: int, gap: int = 0) -> Contender:
        """Return the same part with its model set for some steps ahead."""
        return Contender(self.part, set_for(self.model, horizon, gap))

    def fit_many(self, panel: Panel) -> Any:
        """Fit each of many series."""
        return fitted_to(self.model, panel)


def scored_alone(scored: Backtest, contender: Contender) -> Backtest:
    """Return the scores of one model under its own name, with those of both baselines."""
    assert scored.made is not None
    names = {contender.name: contender.model.name, NAIVE: NAIVE, SMOOTHING: SMOOTHING}
    rows = [row for row, name in enumerate(scored["model"].tolist()) if name in names]
    columns = {name: column[rows] for name, column in scored.columns.items()}
    columns["model"] = np.array([names[name] for name in columns["model"].tolist()], dtype=object)
    forecasts = {names[name]: found for name, found in scored.made.forecasts.items() if name in names}
    return replace(scored, columns=columns, made=scored.made._replace(forecasts=forecasts))


class Beside(NamedTuple):
    """Hold a candidate's error as a share of a rival's, and the one-sided p of its being less by chance only."""

    share: float
    p: float


class Verdict(NamedTuple):
    """Hold the candidate that is promoted (None: none), and what is told.

    `shown` is the one promoted, or that of least error; `beside` how it did against each rival by the rival's part, `most_p` the
    greatest p with which one is promoted, and `least_lead` by how many standard deviations (of the differences between origins)
    it must lead for that; infinite where no lead would do.
    """

    best: Any
    shown: Any
    incumbent: str | None
    beside: Mapping[str, Beside]
    most_p: float
    least_lead: float


def verdict_of(contenders: Sequence[Contender], scored: Backtest) -> Verdict:
    """Return which candidate errs less than the incumbent and seasonal naive beyond chance, the one of least error, and why."""
    assert scored.made is not None
    errors = {
        name: np.abs(found.mean - scored.made.actual).mean(axis=(1, 2)) for name, found in scored.made.forecasts.items()
    }
    rivals = {each.part: errors[each.name] for each in contenders if each.part == INCUMBENT}
    rivals[BASELINE] = errors[NAIVE]
    candidates = sorted(
        (each for each in contenders if each.part == CANDIDATE), key=lambda each: float(errors[each.name].sum())
    )
    origins = scored.made.origins
    most_p = SIGNIFICANT / len(candidates)
    compared = [
        {part: beside(errors[each.name], other, origins.overlap) for part, other in rivals.items()}
        for each in candidates
    ]
    better = [row for row, found in enumerate(compared) if all(each.p <= most_p for each in found.values())]
    row = better[0] if better else 0
    kept = next((each.model.name for each in contenders if each.part == INCUMBENT), None)
    return Verdict(
        candidates[row] if better else None,
        candidates[row],
        kept,
        compared[row],
        most_p,
        least_lead(len(origins.known), origins.overlap, most_p),
    )


def beside(errors: np.ndarray, others: np.ndarray, overlap: int) -> Beside:
    """Return a model's errors at some origins as a share of another's, and the p of so great a lead if both were as good.

    p is one-sided, by the cautious `diebold_mariano`; 1 where origins are too few for any, 0 where the lead is the
    same at all.

    >>> beside(np.array([1.0, 2.0, 1.0, 2.0]), np.array([2.0, 3.5, 1.9, 3.0]), 1).p < 0.01
    True
    """
    found = diebold_mariano(errors, others, overlap=overlap, cautious=True)
    whole = float(others.sum())
    share = float(errors.sum()) / whole if whole > 0 else np.nan
    if np.isfinite(found.p):
        return Beside(share, found.p / 2 if found.difference < 0 else 1 - found.p / 2)
    leads = found.difference < -SAME * float(np.abs(others).max())
    return Beside(share, 0.0 if leads and 2 * overlap < found.origins else 1.0)


def least_lead(origins: int, overlap: int, p: float) -> float:
    """Return by how many standard deviations between origins the mean difference must be below 0 for p to be no more than this.

    That is so where the differences of origins in a row are not alike; where they are, the lead must be greater still.

    >>> [round(least_lead(number, 3, 0.05), 2) for number in (6, 8, 12, 24)]
    [inf, 1.37, 0.8, 0.43]
    """
    from scipy.special import stdtrit

    if origins < 3 or 2 * overlap >= origins:
        return float("inf")
    small = (origins + 1 - 2 * overlap + overlap * (overlap - 1) / origins) / origins
    return float(-stdtrit((origins - 1) / overlap, p) / np.sqrt(origins * small))
