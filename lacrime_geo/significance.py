"""From z to p to confidence: two-sided p, exact tails for counts, false discovery rate, confidence bins."""

from __future__ import annotations

import math

import numpy as np

from . import checks
from .progress import Progress, advance

CORRECTIONS = ("fdr", "bonferroni", "none")
LEVELS = (0.10, 0.05, 0.01)
AFFORDABLE = 2e8  # complex multiplications: a few seconds
SMALLEST = 1e-10  # below this an exact tail is the rounding of its transform, and no smaller p is claimed


def two_sided(z: np.ndarray) -> np.ndarray:
    """Return the two-sided p of z under the normal distribution; 1 where z is undefined.

    >>> two_sided(np.array([1.959964, np.nan])).round(6).tolist()
    [0.05, 1.0]
    """
    from scipy.special import ndtr

    return np.where(np.isnan(z), 1.0, 2.0 * ndtr(-np.abs(z)))


def adjust(p: np.ndarray, correction: str) -> np.ndarray:
    """Return p adjusted for the number of tests, comparable with a level as p itself is.

    Parameters
    ----------
    p : (n,) two-sided p-values.
    correction : "fdr" (Benjamini & Hochberg 1995, step-up), "bonferroni" or "none".

    >>> adjust(np.array([0.01, 0.04, 0.03, 0.5]), "fdr").round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    checks.option("correction", correction, CORRECTIONS)
    if correction == "none" or p.size == 0:
        return p.copy()
    if correction == "bonferroni":
        return np.minimum(p * p.size, 1.0)
    order = np.argsort(p)  # equal p get equal adjusted p, in whatever order
    stepped = p[order] * p.size / np.arange(1, p.size + 1)
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
    kinds, multiplicity = np.unique(values, return_counts=True)
    pairs, which = np.unique(np.column_stack([size, values]), axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.searchsorted(which.ravel()[order], np.arange(len(pairs) + 1))
    p = np.ones(values.size)
    make, sampler = (CompoundTotals if compound else SampleTotals), None
    for number, (draws, value) in enumerate(pairs):
        if sampler is None or sampler.draws != draws:
            sampler = make(kinds, multiplicity, int(draws), values.size - 1)
        rows = order[ends[number] : ends[number + 1]]
        tail = _no_likelier(sampler.without(int(value)))
        p[rows] = np.maximum(tail[np.minimum(total[rows], tail.size - 1)], SMALLEST)
        advance(progress, (number + 1) / len(pairs))
    expected = size * (values.sum() - values) / max(values.size - 1, 1)
    return p, np.sign(total - expected)


def affordable_tails(values: np.ndarray, size: np.ndarray) -> str | None:
    """Return "exact" where exact tails take a few seconds at most, else "compound" where those do, else None.

    What they take is measured in complex multiplications; weights that differ widely make both too long.
    """
    kinds, multiplicity = np.unique(values, return_counts=True)
    draws, cells = np.unique(size, return_counts=True)
    lengths = np.array([_length(kinds, multiplicity, int(d)) / 2 for d in draws])
    tables = np.minimum(kinds.size, cells)
    if np.dot(lengths * [_turns(int(d)) for d in draws], kinds.size + tables) <= AFFORDABLE:
        return "exact"
    largest = lengths.max() * kinds.size
    return (
        "compound" if np.dot(lengths, kinds.size * (1 + tables)) <= AFFORDABLE and largest <= AFFORDABLE / 10 else None
    )


def _turns(draws: int) -> int:
    """Return how many frequencies keep the number taken from wrapping around onto `draws`: some eight SD of it."""
    return 12 * math.isqrt(draws) + 32


def _length(kinds: np.ndarray, multiplicity: np.ndarray, draws: int) -> int:
    """Return a power of two above all totals but the 1e-12 least likely, by Bernstein's inequality.

    It holds for samples without replacement as well (Hoeffding 1963).
    """
    mean = float(np.dot(kinds, multiplicity) / multiplicity.sum())
    variance = float(np.dot((kinds - mean) ** 2, multiplicity) / multiplicity.sum())
    third, wanted = float(kinds.max()) / 3, -math.log(1e-12)
    beyond = wanted * third + math.sqrt((wanted * third) ** 2 + 2 * wanted * draws * variance)
    top = min(math.ceil(draws * mean + beyond), int(kinds.max()) * draws)
    return 1 << max(top.bit_length(), 1)


def _no_likelier(probability: np.ndarray) -> np.ndarray:
    """Return for each outcome the probability of all outcomes no likelier than it."""
    order = np.argsort(probability, kind="stable")
    ordered = probability[order]
    cumulative = np.cumsum(ordered)
    # Outcomes of equal probability differ by rounding; a relative 1e-7 counts as equal, as in R's exact tests.
    last = np.searchsorted(ordered, ordered * (1 + 1e-7), side="right") - 1
    tail = np.empty_like(probability)
    tail[order] = np.minimum(cumulative[last], 1.0)
    return tail


class SampleTotals:
    """The distribution of the total of `draws` counts sampled without replacement from a population.

    Every count is taken independently with probability f = draws / n; the joint distribution of (how many, total) is
    a product over the distinct counts, found through its Fourier transform, and cut where exactly `draws` are taken
    (the conditioning of Hájek 1964). Exact but for rounding of about 1e-13.

    Parameters
    ----------
    kinds, multiplicity : the distinct counts and how many cells hold each.
    draws : how many are sampled.
    population : from how many: all cells, or one fewer when `without` takes one out.

    >>> SampleTotals(np.array([0, 1]), np.array([2, 3]), 2, 4).without(1).round(6).tolist()
    [0.166667, 0.666667, 0.166667, 0.0]
    """

    def __init__(self, kinds: np.ndarray, multiplicity: np.ndarray, draws: int, population: int) -> None:
        self.kinds, self.multiplicity, self.draws = kinds, multiplicity, draws
        self.share = draws / population if population else 0.0
        self.length = _length(kinds, multiplicity, draws)
        turns = _turns(draws)
        angle = 2j * np.pi * np.arange(turns) / turns
        self.taken = np.exp(-angle)[:, None]
        self.cut = np.exp(angle * draws) / turns
        self.counted = -2j * np.pi * np.arange(self.length // 2 + 1) / self.length
        self.joint = self._product(multiplicity) if self._divisible else np.empty(0)

    @property
    def _divisible(self) -> bool:
        # Below a share of a quarter no factor comes near zero, so that one may be divided out.
        return self.share < 0.25

    def _factor(self, kind: int) -> np.ndarray:
        return 1 - self.share + self.share * self.taken * np.exp(self.counted * kind)

    def _product(self, multiplicity: np.ndarray) -> np.ndarray:
        product = np.ones((self.taken.size, self.counted.size), dtype=complex)
        for kind, times in zip(self.kinds, multiplicity):
            product *= self._factor(int(kind)) ** int(times)
        return product

    def without(self, value: int) -> np.ndarray:
        """Return P(total = 0, 1, …) when one cell with this count is left out of the population."""
        others = self.multiplicity - (self.kinds == value)
        if self.draws in (0, int(others.sum())):
            certain = int((self.kinds * others).sum()) if self.draws else 0
            return np.eye(1, certain + 2, certain)[0]
        joint = self.joint / self._factor(value) if self._divisible else self._product(others)
        probability = np.maximum(np.fft.irfft(self.cut @ joint, self.length), 0.0)
        return np.asarray(probability / probability.sum())


class CompoundTotals:
    """The distribution of the total of `draws` counts sampled with replacement: a power of one Fourier transform."""

    def __init__(self, kinds: np.ndarray, multiplicity: np.ndarray, draws: int, population: int) -> None:
        self.kinds, self.multiplicity, self.draws = kinds, multiplicity, draws
        self.length = _length(kinds, multiplicity, draws)
        frequency = np.arange(self.length // 2 + 1) / self.length
        self.waves = np.exp(-2j * np.pi * frequency[:, None] * kinds)

    def without(self, value: int) -> np.ndarray:
        """Return P(total = 0, 1, …) when one cell with this count is left out of the population."""
        others = self.multiplicity - (self.kinds == value)
        spectrum = (self.waves @ (others / others.sum())) ** self.draws
        probability = np.maximum(np.fft.irfft(spectrum, self.length), 0.0)
        return np.asarray(probability / probability.sum())
