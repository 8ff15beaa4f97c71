"""How well a risk tells units with at least one incident from those with none: ROC, precision, F1, Brier."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ... import checks
from .hit_curves import counted, tied


def labels(counts: Any) -> np.ndarray:
    """Return which units (n,) had at least one incident."""
    return counted(counts, np.size(counts)) > 0


def probability_of_any(expected: Any) -> np.ndarray:
    """Return the probability of at least one incident where so many are expected, 1 − exp(−λ), as Poisson's.

    Raises
    ------
    ValueError
        If an expectation is missing or below 0.

    Examples
    --------
    >>> probability_of_any([0.0, 1.0]).round(3).tolist()
    [0.0, 0.632]
    """
    return -np.expm1(-counted(expected, np.size(expected), "expected"))


def prevalence(counts: Any) -> float:
    """Return the share of units with at least one incident: what precision a risk without any knowledge has."""
    label = labels(counts)
    return float(label.mean()) if label.size else np.nan


def roc_auc(risk: Any, counts: Any) -> float:
    """Return the chance that a unit with incidents has a higher risk than one without; ties count half.

    NaN where no unit, or every unit, had any.

    References
    ----------
    Hanley & McNeil (1982), Radiology 143: 29-36.

    Examples
    --------
    >>> roc_auc([3.0, 2.0, 2.0, 1.0], [2, 1, 0, 0])
    0.875
    """
    cuts = _cuts(risk, counts)
    with_any = np.diff(cuts.hits, prepend=0.0)
    without = np.diff(cuts.units, prepend=0.0) - with_any
    pairs = with_any.sum() * without.sum()
    return float((without * (cuts.hits - with_any / 2)).sum() / pairs) if pairs else np.nan


def pr_auc(risk: Any, counts: Any) -> float:
    """Return the area under precision and recall as average precision, Σ (Rₖ − Rₖ₋₁) Pₖ; units tied are one threshold.

    Read it beside the `prevalence`, which is what a risk without any knowledge has. NaN where no unit had any.

    Examples
    --------
    >>> round(pr_auc([3.0, 2.0, 2.0, 1.0], [2, 1, 0, 0]), 3)
    0.833
    """
    cuts = _cuts(risk, counts)
    if not cuts.hits.size or not cuts.hits[-1]:
        return np.nan
    recalled = np.diff(cuts.hits, prepend=0.0) / cuts.hits[-1]
    return float((recalled * cuts.hits / cuts.units).sum())


def best_threshold(risk: Any, counts: Any) -> float:
    """Return the risk from which on units are told to have incidents, so that F1 is highest: of training data only.

    The highest such threshold where several are as good; NaN where no unit had any. Risks and counts of several origins go
    in one after the other.

    Examples
    --------
    >>> best_threshold([3.0, 2.0, 2.0, 1.0], [2, 1, 0, 0])
    2.0
    """
    cuts = _cuts(risk, counts)
    if not cuts.hits.size or not cuts.hits[-1]:
        return np.nan
    return float(cuts.risk[np.argmax(2 * cuts.hits / (cuts.units + cuts.hits[-1]))])


def f1(risk: Any, counts: Any, threshold: float) -> float:
    """Return F1, the harmonic mean of precision and recall, of telling incidents where the risk reaches a threshold.

    NaN where no unit had any, or the threshold is NaN.

    Parameters
    ----------
    risk : of each unit (n,).
    counts : that came in each unit (n,).
    threshold : found before on other data, by `best_threshold`.
    """
    label = labels(counts)
    told = checks.numbers("risk", risk, label.size) >= threshold
    if np.isnan(threshold) or not label.any():
        return np.nan
    return float(2 * (told & label).sum() / (told.sum() + label.sum()))


def brier(probability: Any, counts: Any) -> float:
    """Return the mean squared difference of the probability of any incident and whether there was one.

    References
    ----------
    Brier (1950), Monthly Weather Review 78: 1-3, in the half of its scale that is usual for two classes.
    """
    label = labels(counts)
    told = probabilities(probability, label.size)
    return float(np.square(told - label).mean()) if label.size else np.nan


def probabilities(values: Any, rows: int) -> np.ndarray:
    """Return values as a column of probabilities."""
    column = checks.numbers("probability", values, rows)
    bad = np.flatnonzero((column < 0) | (column > 1))
    if bad.size:
        raise ValueError(
            f"probability is outside 0 to 1 in {bad.size:,} of {rows:,} units, first in unit {bad[0]} ({column[bad[0]]}); "
            "turn expected incidents into one by 1 − exp(−expected)."
        )
    return column


class _Cuts(NamedTuple):
    """Hold thresholds from the highest risk on, how many units reach each, and how many of these had incidents."""

    risk: np.ndarray
    units: np.ndarray
    hits: np.ndarray


def _cuts(risk: Any, counts: Any) -> _Cuts:
    label = labels(counts)
    values = checks.numbers("risk", risk, label.size)
    group = tied(values)
    units = np.cumsum(np.bincount(group), dtype=float)
    lowest = np.full(units.size, np.inf)
    np.minimum.at(lowest, group, values)
    return _Cuts(lowest, units, np.cumsum(np.bincount(group, label)))
