"""What predictors of the severity class came to, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .share_predictors import HOUR_OF_WEEK, PREVALENCE

if TYPE_CHECKING:
    from .severity_scores import SeverityScores

CALLED = {
    PREVALENCE: "the shares of all",
    HOUR_OF_WEEK: "the hour of the week",
    "place_and_premise": "place and premise",
    "logistic_regression": "logistic regression",
    "gradient_boosting": "gradient boosting",
}


def row_of(scores: SeverityScores, predictor: str) -> int:
    """Return the row of a predictor and the gravest class."""
    assert scores.contest is not None
    mine = (scores["predictor"] == predictor) & (scores["class"] == scores.contest.labels.gravest)
    return int(np.flatnonzero(mine)[0])


def with_interval(scores: SeverityScores, figure: str, row: int) -> str:
    """Return a figure with its interval.

    It is written with two digits, as scores of some thousand incidents have no more.
    """
    value, low, high = (float(scores[f"{figure}{end}"][row]) for end in ("", "_low", "_high"))
    return f"{_two(value)} ({_two(low)} to {_two(high)})" if np.isfinite(value) else _two(value)


def _two(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.2f}".replace("-", "−")


def found_in_words(scores: SeverityScores) -> str:
    """Return the one sentence of what was found: by the best predictor, beside knowing nothing."""
    assert scores.contest is not None
    best, labels = scores.contest.best.name, scores.contest.labels
    row = row_of(scores, best)
    share = 100 * float(scores["prevalence"][row])
    if best == PREVALENCE:
        return (
            f"nothing told {labels.gravest} better than its share: {share:.0f} % of {_tested(scores)}, in the validation part no "
            "predictor had a smaller log loss than the shares of all"
        )
    named = f"{CALLED[best]} told {labels.gravest} with a PR-AUC of {with_interval(scores, 'pr_auc', row)}"
    return (
        f"{named} where {share:.0f} % of {_tested(scores)} are of it (which is the PR-AUC of knowing nothing), and a macro-F1 of "
        f"{with_interval(scores, 'macro_f1', row)}"
    )


def _tested(scores: SeverityScores) -> str:
    return f"{int(scores['n_test'][0]):,} incidents from {scores.parameters['test_since']} on"


def sentence_of(scores: SeverityScores, predictor: str) -> str:
    """Return what a predictor came to beside the baselines."""
    row = row_of(scores, predictor)
    head = f"{predictor}: PR-AUC {with_interval(scores, 'pr_auc', row)}"
    if predictor == PREVALENCE:
        return f"{head}, as it tells all alike: the baseline."
    over = [f"{_signed(scores, 'pr_auc_above_prevalence', row)} than knowing nothing"]
    if predictor != HOUR_OF_WEEK:
        over.append(f"{_signed(scores, 'pr_auc_above_hours', row)} than the hour of the week")
    return f"{head}, {' and '.join(over)}."


def _signed(scores: SeverityScores, figure: str, row: int) -> str:
    value, low, high = (float(scores[f"{figure}{end}"][row]) for end in ("", "_low", "_high"))
    side = "more" if value >= 0 else "less"
    ends = sorted((abs(low), abs(high))) if low * high > 0 else None
    sure = f"{_two(ends[0])} to {_two(ends[1])}" if ends else f"{_two(low)} to {_two(high)}: no sure difference"
    return f"{_two(abs(value))} {side} ({sure})"
