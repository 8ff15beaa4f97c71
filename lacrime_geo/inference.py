"""Which p a neighbourhood sum gets: that of the normal distribution, an exact permutation tail, or drawn permutations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import checks, significance
from .parameters import Parameters
from .permutations import conditional_p, equal_weights_p, rows_alike
from .progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Sums of neighbours as skewed as those of so many evenly spread incidents are near enough to normal: after the correction
# for many cells only the far tail counts. With 10 to 70 a seventh to a quarter of maps of 900 cells without any pattern show a
# hot or cold cell by the normal p, where a tenth may.
TRUSTED_SUM = 100.0
# From here on the normal p is taken where exact tails say no more: large counts of few features have totals with gaps between.
TOLERABLE_SUM = 10.0
# Whole numbers beyond leave float64.
LARGEST_TOTAL = 2.0**53
EXACT_WORDS = {"exact": "", "compound": "; drawn with replacement, as the exact tail takes long for so many neighbours"}


@dataclass(frozen=True)
class PermutationOptions:
    """How p is asked for: by how many draws (0: none), from which seed, and how p is corrected afterwards."""

    draws: int
    seed: int
    correction: str

    @classmethod
    def checked(cls, permutations: int, seed: int, correction: str) -> PermutationOptions:
        """Return them from what a caller gave."""
        checks.option("correction", correction, significance.CORRECTIONS)
        draws = checks.whole("permutations", permutations, minimum=0)
        return cls(draws, checks.whole("seed", seed, minimum=0), correction)


@dataclass(frozen=True)
class Neighbourhoods:
    """The values (n,) of features, and the sum and number of each one's neighbours, itself left out.

    `weights` are given where neighbours do not weigh alike.
    """

    values: np.ndarray
    total: np.ndarray
    size: np.ndarray
    weights: csr_matrix | None = None

    @classmethod
    def by(cls, others: csr_matrix, values: np.ndarray) -> Neighbourhoods:
        """Return those of weights without a diagonal."""
        size = np.diff(others.indptr)
        total = others.astype(bool).astype(float) @ values
        alike = bool((rows_alike(others) | (size == 0)).all())
        if alike and (values % 1 == 0).all() and np.abs(values).sum() < LARGEST_TOTAL:
            values, total = values.astype(np.int64), np.rint(total).astype(np.int64)
        return cls(values, total, size, None if alike else others)

    @property
    def evenly_spread(self) -> float:
        """How many evenly spread incidents a neighbourhood would hold whose sum is as skewed as those here.

        The sum of k values of skewness g has skewness g/√k, and a Poisson count of mean m has 1/√m.
        """
        deviation = self.values - self.values.mean()
        spread = float(np.abs(deviation).max(initial=0.0))
        if spread == 0:
            return np.inf
        deviation /= spread
        squared = deviation * deviation
        skewness = float((squared @ deviation) / deviation.size / squared.mean() ** 1.5)
        return float((self.size + 1).mean()) / skewness**2 if abs(skewness) > 1e-9 else np.inf

    @property
    def are_counts(self) -> bool:
        """Whether exact tails exist: whole numbers from 0 on, of which each neighbour counts once."""
        return self.weights is None and self.values.dtype.kind in "iu" and bool((self.values >= 0).all())

    @property
    def trusted_sum(self) -> float:
        """From how many evenly spread incidents on the normal p is trusted: fewer where counts are as large as their number."""
        dense = self.are_counts and self.values.max(initial=0) < self.values.size
        return TRUSTED_SUM if dense else TOLERABLE_SUM


TOO_FEW = "{}, too few for the normal approximation ({:g})"
NO_EXACT = "only whole numbers from 0 on, of which each neighbour counts once, have an exact p"


def conditional_inference(
    z: np.ndarray,
    near: Neighbourhoods,
    asked: PermutationOptions,
    parameters: Parameters,
    progress: Progress = None,
    *,
    share: float = 1.0,
) -> np.ndarray:
    """Return the two-sided p of each feature, and keep which p it is and why.

    The normal p is trusted where sums of neighbours are little skewed: for counts of many cells spread evenly that is from 100
    in the mean on; where they crowd on few places it takes more. Where z is undefined, or its sign is not that of its neighbours'
    departure from expectation, p is 1; so it is without neighbours. `share` is how much of the few seconds that exact tails may
    take is this one's, of several.
    """
    if asked.draws:
        parameters.update(permutations=asked.draws, seed=asked.seed)
    evenly_spread = near.evenly_spread
    skewed = evenly_spread < near.trusted_sum
    held = f"sums of neighbours are as skewed as those of {evenly_spread:.3g} evenly spread incidents"
    if not (asked.draws or skewed):
        parameters.choose("inference", "analytic two-sided p", held)
        return np.where(near.size > 0, significance.two_sided(z), 1.0)
    reason = TOO_FEW.format(held, near.trusted_sum) if skewed else "permutations asked for"
    tails = significance.affordable_tails(near.values, near.size, share) if near.are_counts else None
    if tails:
        p, side = _exact(near, tails, reason, parameters, progress)
    elif asked.draws:
        p, side = _drawn(near, asked, reason, parameters, progress)
    else:
        _warn_of_skewed(near, evenly_spread, held, parameters)
        return np.where(near.size > 0, significance.two_sided(z), 1.0)
    return np.where(np.isnan(z) | (np.sign(z) != side), 1.0, p)


def _exact(
    near: Neighbourhoods, tails: str, reason: str, parameters: Parameters, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    parameters.choose("inference", f"{tails} conditional permutation tail", reason + EXACT_WORDS[tails])
    return significance.exact_tails(near.values, near.total, near.size, progress, compound=tails == "compound")


def _drawn(
    near: Neighbourhoods, asked: PermutationOptions, reason: str, parameters: Parameters, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    parameters.choose("inference", "two-sided p by conditional permutation", reason)
    _warn_of_few(asked, near.values.size, parameters)
    how = asked.draws, asked.seed, progress
    x = near.values.astype(float)
    if near.weights is not None:
        weight = np.asarray(near.weights.sum(axis=1)).ravel()
        return conditional_p(near.weights, x, *how), _side(near.weights @ x, weight, x)
    return equal_weights_p(x, near.total, near.size, *how), _side(near.total, near.size, x)


def _warn_of_skewed(near: Neighbourhoods, evenly_spread: float, held: str, parameters: Parameters) -> None:
    """Keep that the normal p is given though sums are skewed, and warn where it is far too small in its tail."""
    if evenly_spread >= TOLERABLE_SUM:
        parameters.choose("inference", "analytic two-sided p", held)
        return
    why = "an exact p of so widely differing counts takes too long" if near.are_counts else NO_EXACT
    parameters.choose("inference", "analytic two-sided p", why)
    reason = TOO_FEW.format(held, near.trusted_sum)
    parameters.warn(f"{reason}, and no exact p is to be had here: take small p with caution, or ask for permutations.")


def _side(total: np.ndarray, weight: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return −1, 0 or 1: the total is below, at or above what draws from all others would have in the mean."""
    expected = weight * (x.sum() - x) / max(x.size - 1, 1)
    slack = 1e-12 * np.abs(weight) * np.abs(x).max(initial=0.0)
    return np.where(np.abs(total - expected) <= slack, 0.0, np.sign(total - expected))


def _warn_of_few(asked: PermutationOptions, features: int, parameters: Parameters) -> None:
    """Say when so few draws cannot give a p small enough to stand after the correction for many features."""
    needed = math.ceil(2 * features / 0.05) - 1
    if asked.correction != "none" and asked.draws < needed:
        parameters.warn(
            f"{asked.draws:,} permutations give no p below {2 / (asked.draws + 1):.2g}, which the correction for "
            f"{features:,} tests may leave without any significant one; {needed:,} are enough for a single one, 0 "
            "asks for none."
        )
