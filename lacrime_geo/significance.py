"""From z to p to confidence: two-sided p, exact tails for counts, false discovery rate, confidence bins."""

from __future__ import annotations

import numpy as np

from . import checks
from .progress import Progress, advance
from .sample_totals import Population

CORRECTIONS = ("fdr", "bonferroni", "none")
FEW = 16  # outcomes: for so many a look at all probabilities each is quicker than sorting them
LEVELS = (0.10, 0.05, 0.01)
SMALLEST = 1e-10  # below this an exact tail is the rounding of its transform, and no smaller p is claimed


def two_sided(z: np.ndarray) -> np.ndarray:
    """Return the two-sided p of z under the normal distribution; 1 where z is undefined.

    >>> two_sided(np.array([1.959964, np.nan])).round(6).tolist()
    [0.05, 1.0]
    """
    from scipy.special import ndtr

    return np.where(np.isnan(z), 1.0, 2.0 * ndtr(-np.abs(z)))


def adjust(p: np.ndarray, correction: str, tests: int | None = None) -> np.ndarray:
    """Return p adjusted for the number of tests, comparable with a level as p itself is.

    Parameters
    ----------
    p : (n,) two-sided p-values.
    correction : "fdr" (Benjamini & Hochberg 1995, step-up), "bonferroni" or "none".
    tests : how many there are, where p are only those up to a level, to be compared with no higher one. Default: n.

    >>> adjust(np.array([0.01, 0.04, 0.03, 0.5]), "fdr").round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    checks.option("correction", correction, CORRECTIONS)
    if correction == "none" or p.size == 0:
        return p.copy()
    tests = p.size if tests is None else tests
    if correction == "bonferroni":
        return np.minimum(p * tests, 1.0)
    order = np.argsort(p)  # equal p get equal adjusted p, in whatever order
    stepped = p[order] * tests / np.arange(1, p.size + 1)
    adjusted = np.empty_like(p)
    # p · n / n may round to less than p.
    adjusted[order] = np.clip(np.minimum.accumulate(stepped[::-1])[::-1], p[order], 1.0)
    return adjusted


def confidence_bins(z: np.ndarray, p_adjusted: np.ndarray) -> np.ndarray:
    """Return −3…3: cold or hot at 99, 95 or 90 % confidence; 0 is not significant.

    >>> confidence_bins(np.array([4.0, -2.0, 0.3]), np.array([0.001, 0.07, 0.8])).tolist()
    [3, -1, 0]
    """
    steps = sum((p_adjusted <= level).astype(np.int8) for level in LEVELS)
    return np.asarray(np.where(np.isnan(z), 0, np.sign(np.nan_to_num(z)) * steps).astype(np.int8))


def exact_tails(
    values: np.ndarray, total: np.ndarray, size: np.ndarray, progress: Progress = None, *, compound: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact conditional permutation p of neighbourhood totals of counts, and on which side they lie.

    With the count of a cell held in place, its neighbours' total is the sum of a random sample, without replacement,
    of all the other cells' counts. p is the probability of all totals no likelier than the one seen, as in an exact
    binomial test. It depends only on (number of neighbours, count at the cell), so each such pair is tabulated once.

    Parameters
    ----------
    values : (n,) non-negative whole counts of all cells.
    total, size : (n,) total and number of each cell's neighbours, the cell itself left out.
    compound : sample with replacement instead: far cheaper for many neighbours, and never smaller than the exact p by
        more than the finite population makes the totals vary less.

    Returns
    -------
    p : (n,) two-sided exact p.
    side : (n,) −1, 0 or 1: the total is below, at or above its expectation.
    """
    population, kind = Population.of(values)
    key = size.astype(np.int64) * population.kinds.size + kind
    # Keys of 16 bits are sorted without comparing.
    order = np.argsort(key.astype(np.min_scalar_type(int(key.max(initial=0)))), kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(key[order]) > 0])
    pairs, ends = key[order[starts]], np.append(starts[1:], key.size)
    p = np.ones(values.size)
    probabilities = population.totals(*np.divmod(pairs, population.kinds.size), compound=compound)
    for number, probability in enumerate(probabilities):
        rows = order[starts[number] : ends[number]]
        p[rows] = np.maximum(tails_at(probability, np.minimum(total[rows], probability.size - 1)), SMALLEST)
        advance(progress, (number + 1) / pairs.size)
    expected = size * (values.sum() - values) / max(values.size - 1, 1)
    return p, np.sign(total - expected)


def affordable_tails(values: np.ndarray, size: np.ndarray, share: float = 1.0) -> str | None:
    """Return "exact" where exact tails take a few seconds, or a share of that, else "compound" where those do, or None."""
    population, _ = Population.of(values)
    return population.affordable(*np.unique(size, return_counts=True), share)


def tails_at(probability: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return for each outcome seen the probability of all outcomes no likelier than it."""
    # Outcomes of equal probability differ by rounding; a relative 1e-7 counts as equal, as in R's exact tests.
    bounds = probability[seen] * (1 + 1e-7)
    if bounds.size <= FEW:
        return np.array([min(probability[probability <= bound].sum(), 1.0) for bound in bounds])
    ordered = np.sort(probability)
    cumulative = np.cumsum(ordered)
    return np.minimum(cumulative[np.searchsorted(ordered, bounds, side="right") - 1], 1.0)
