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

TRUSTED_SUM = 10.0
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

    `weights` are given where neighbours do not weigh alike; `held` is how many incidents a neighbourhood holds in the mean.
    """

    values: np.ndarray
    total: np.ndarray
    size: np.ndarray
    held: float
    weights: csr_matrix | None = None

    @classmethod
    def by(cls, others: csr_matrix, values: np.ndarray) -> Neighbourhoods:
        """Return those of weights without a diagonal."""
        size = np.diff(others.indptr)
        total = others.astype(bool).astype(float) @ values
        alike = bool((rows_alike(others) | (size == 0)).all())
        if alike and (values % 1 == 0).all():
            values, total = values.astype(np.int64), np.rint(total).astype(np.int64)
        return cls(values, total, size, float((total + values).mean()), None if alike else others)

    @property
    def are_counts(self) -> bool:
        """Whether exact tails exist: whole numbers from 0 on, of which each neighbour counts once."""
        return self.weights is None and self.values.dtype.kind in "iu" and bool((self.values >= 0).all())


def conditional_inference(
    z: np.ndarray,
    near: Neighbourhoods,
    asked: PermutationOptions,
    parameters: Parameters,
    progress: Progress = None,
    *,
    of_incidents: bool = False,
) -> np.ndarray:
    """Return the two-sided p of each feature, and keep which p it is and why.

    Where z is undefined, or its sign is not that of its neighbours' departure from expectation, p is 1; so it is without
    neighbours.
    """
    if asked.draws:
        parameters.update(permutations=asked.draws, seed=asked.seed)
    sparse = near.held < TRUSTED_SUM and (of_incidents or near.are_counts)
    held = f"neighbourhoods hold {near.held:.3g} {'incidents ' if of_incidents else ''}in the mean"
    if not (asked.draws or sparse):
        reason = held if of_incidents or near.are_counts else "no permutations were asked for"
        parameters.choose("inference", "analytic two-sided p", reason)
        return np.where(near.size > 0, significance.two_sided(z), 1.0)
    reason = f"{held}, too few for the normal approximation ({TRUSTED_SUM:g})" if sparse else "permutations asked for"
    tails = significance.affordable_tails(near.values, near.size) if near.are_counts else None
    if tails:
        p, side = _exact(near, tails, reason, parameters, progress)
    elif asked.draws:
        p, side = _drawn(near, asked, reason, parameters, progress)
    else:
        parameters.choose("inference", "analytic two-sided p", "fractional or widely differing weights have no exact p")
        parameters.warn(
            f"{reason}, and these weights have no exact p: take small p with caution, or ask for permutations."
        )
        return significance.two_sided(z)
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
            f"{features:,} features may leave without any significant one; {needed:,} are enough for a single feature, 0 "
            "asks for none."
        )
