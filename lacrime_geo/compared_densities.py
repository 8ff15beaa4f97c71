"""Two densities by one kernel on one grid: the logarithm of their ratio, and its p."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from . import spreading
from .grid import Grid
from .kernels import Kernel
from .places import Places
from .progress import Progress, advance, within

# numpy's limit for drawing without replacement.
MIXED_AT_MOST = 999_999_999


class Both(NamedTuple):
    """The places of either kind, and how many cases and how much of the population stand on each."""

    x: np.ndarray
    y: np.ndarray
    cases: np.ndarray
    population: np.ndarray


@dataclass
class ComparedDensities:
    """Two densities by one kernel on one grid; `known` tells that the population is no sample."""

    grid: Grid
    both: Both
    kernel: Kernel
    bandwidth: float
    known: bool

    def density(self, weight: np.ndarray, progress: Progress = None) -> np.ndarray:
        """Return the density of weights on the places, per m²."""
        places = Places(self.both.x, self.both.y, weight)
        return spreading.density(self.grid, places, self.kernel, self.bandwidth, progress)

    @cached_property
    def all(self) -> np.ndarray:
        """The density of the population where it is known, else of cases and controls together."""
        return self.density(self.both.population if self.known else self.both.cases + self.both.population)

    @property
    def half_an_incident(self) -> float:
        """The share, per m², that half an effective incident of the smaller group makes."""
        smaller = self.both.cases.sum() if self.known else min(self.both.cases.sum(), self.both.population.sum())
        return float(self.kernel.roughness / self.bandwidth**2 / (2 * smaller))

    def ratio(self, cases: np.ndarray) -> np.ndarray:
        """Return the log ratio (rows, columns) when so many cases stand on each place; the others are controls."""
        of_cases = self.density(cases)
        others = self.all if self.known else np.maximum(self.all - of_cases, 0.0)
        little = self.half_an_incident
        return np.log((of_cases / cases.sum() + little) / (others / self.both.population.sum() + little))

    def approximate(self, progress: Progress) -> np.ndarray:
        """Return the two-sided p of the share of cases around each cell, from effective numbers under the kernel.

        Density · h² / R is the number of evenly weighted points with the same mean and variance; of so many the cases
        are binomial, or Poisson around what a known population leads to expect.
        """
        each = self.bandwidth**2 / self.kernel.roughness
        cases = self.density(self.both.cases, within(progress, 0.0, 0.2)) * each
        everybody = self.all * each
        p = np.empty(cases.shape)
        for row in range(len(p)):
            p[row] = self._p_of(cases[row], everybody[row])
            advance(progress, 0.2 + 0.8 * (row + 1) / len(p))
        return p

    def _p_of(self, cases: np.ndarray, everybody: np.ndarray) -> np.ndarray:
        """Return the two-sided p of effective numbers of cases among all (n,)."""
        from scipy.special import betainc, gammainc, gammaincc

        if self.known:
            expected = everybody * (self.both.cases.sum() / self.both.population.sum())
            lower, upper = gammaincc(cases + 0.5, expected), gammainc(cases + 0.5, expected)
        else:
            chance = self.both.cases.sum() / (self.both.cases.sum() + self.both.population.sum())
            others = np.maximum(everybody - cases, 0.0)
            upper = betainc(cases + 0.5, others + 0.5, chance)
            lower = betainc(others + 0.5, cases + 0.5, 1.0 - chance)
        return np.minimum(2 * np.minimum(lower, upper), 1.0)

    def simulated(self, ratio: np.ndarray, permutations: int, seed: int, progress: Progress) -> np.ndarray:
        """Return the two-sided p of the log ratio among random maps: twice the smaller tail."""
        random = np.random.default_rng(seed)
        higher, lower = np.ones(ratio.shape), np.ones(ratio.shape)
        for number in range(permutations):
            drawn = self.ratio(self._drawn(random))
            # Where there is nobody of either kind all maps say 0, to rounding.
            higher += drawn >= ratio - 1e-9
            lower += drawn <= ratio + 1e-9
            advance(progress, (number + 1) / permutations)
        return np.minimum(2 * np.minimum(higher, lower) / (permutations + 1), 1.0)

    def _drawn(self, random: np.random.Generator) -> np.ndarray:
        """Return as many cases as seen on places by chance: cases and controls mixed anew, or drawn from the population."""
        number = int(self.both.cases.sum())
        if self.known:
            return random.multinomial(number, self.both.population / self.both.population.sum()).astype(float)
        if self.both.cases.sum() + self.both.population.sum() > MIXED_AT_MOST:
            raise ValueError(f"More than {MIXED_AT_MOST:,} cases and controls cannot be mixed; take permutations=0.")
        everybody = (self.both.cases + self.both.population).astype(np.int64)
        return random.multivariate_hypergeometric(everybody, number, method="marginals").astype(float)

    def method(self, permutations: int) -> str:
        """Say how p was found."""
        if not permutations:
            law = "Poisson" if self.known else "binomial"
            return f"asymptotic: {law} with effective numbers under the kernel, two-sided, not corrected for many cells"
        null = "cases drawn from the population" if self.known else "cases and controls mixed anew"
        return f"Monte Carlo, {permutations:,} maps of {null} (Kelsall & Diggle 1995), two-sided, not corrected for many cells"
