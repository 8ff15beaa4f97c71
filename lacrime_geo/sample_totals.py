"""Distributions of the total of some counts sampled from a population: what exact permutation tails are read from."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

AFFORDABLE = 2e8  # complex multiplications: a few seconds
LARGEST_TABLE = 5e6  # numbers, of which a few tables are held at once
_AT_ONCE = 16_384  # complex numbers that stay in a processor's own memory while they are multiplied
MOST_ADDED = 100  # draws: beyond, numbers of samples leave float64


class Population:
    """Counts as a table: the distinct ones (`kinds`) and how many cells hold each.

    Totals are of samples from all cells but one: its own count is held in place.
    """

    def __init__(self, kinds: np.ndarray, multiplicity: np.ndarray) -> None:
        self.kinds, self.multiplicity = kinds, multiplicity
        self.size = int(multiplicity.sum())

    @classmethod
    def of(cls, values: np.ndarray) -> tuple[Population, np.ndarray]:
        """Return the population of whole numbers from 0 on (n,), and of each the place of its kind among the kinds."""
        if values.max() > 4 * values.size:
            kinds, kind, multiplicity = np.unique(values, return_inverse=True, return_counts=True)
            return cls(kinds, multiplicity), kind.ravel()
        # A tally is faster than sorting where no number is much larger than there are numbers.
        held = np.bincount(values)
        kinds = np.flatnonzero(held)
        return cls(kinds, held[kinds]), (np.cumsum(held > 0) - 1)[values]

    def totals(self, draws: np.ndarray, kind: np.ndarray, *, compound: bool = False) -> Iterator[np.ndarray]:
        """Yield P(total = 0, 1, …) of samples of so many `draws` (m,), ascending, without a cell of a `kind` (m,) each.

        `compound` samples with replacement.
        """
        small = np.searchsorted(draws, self._most_added(draws), side="right") if not compound else 0
        if small:
            yield from self._added(draws[:small], kind[:small])
        sampler: SampleTotals | CompoundTotals | None = None
        for number, which in zip(draws[small:], kind[small:]):
            if sampler is None or sampler.draws != number:
                made = CompoundTotals if compound else SampleTotals
                sampler = made(self.kinds, self.multiplicity, int(number), self.size - 1)
            yield sampler.without(int(self.kinds[which]))

    def affordable(self, draws: np.ndarray, cells: np.ndarray, share: float = 1.0) -> str | None:
        """Return "exact" where exact totals take a few seconds at most, else "compound" where those do, else None.

        `draws` (m,) are the distinct numbers of neighbours, ascending, of so many `cells` (m,) each; what they take is
        measured in complex multiplications. Counts that differ widely make both too long. `share` is that of the time that
        this one of several searches may take.
        """
        lengths = np.array([length_of(self.kinds, self.multiplicity, int(number)) / 2 for number in draws])
        tables = np.minimum(self.kinds.size, cells)
        whole = draws > self._most_added(draws)
        turns = np.array([_turns(int(number)) for number in draws])
        if np.dot(lengths * turns * whole, self.kinds.size + tables) <= share * AFFORDABLE:
            return "exact"
        largest = lengths.max() * self.kinds.size
        affordable = (
            np.dot(lengths, self.kinds.size * (1 + tables)) <= share * AFFORDABLE and largest <= AFFORDABLE / 10
        )
        return "compound" if affordable else None

    def _most_added(self, draws: np.ndarray) -> int:
        """Return the largest number of draws whose totals are best found by adding one kind after another, 0 for none."""
        # Beyond a quarter of the population, leaving a cell out again would lose digits.
        few = draws[(draws <= MOST_ADDED) & (4 * draws < self.size)]
        for most in few[::-1].tolist():
            length = top_of(self.kinds, self.multiplicity, int(most)) + 1
            if most * length <= LARGEST_TABLE and self.kinds.size * length * int(most) ** 2 / 2 <= AFFORDABLE:
                return int(most)
        return 0

    def _added(self, draws: np.ndarray, kind: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the same from the totals of samples of every size of all cells.

        Of t draws from all n cells a share t/n holds the cell left out, whose count is v. So P(t, s), without it, is
        (n D(t, s) − t P(t − 1, s − v)) / (n − t) with D of all cells: a sum over smaller samples whose terms soon vanish.
        """
        drawn = self._samples_up_to(int(draws[-1]))
        length = drawn.shape[1]
        for number, which in zip(draws.tolist(), kind.tolist()):
            left, factor, shift = np.zeros(length), 1.0, 0
            for t in range(number, -1, -1):
                left[shift:] += factor * self.size / (self.size - t) * drawn[t, : length - shift]
                factor *= -t / (self.size - t)
                shift += int(self.kinds[which])
                if abs(factor) < 1e-18 or shift >= length:
                    break
            np.maximum(left, 0.0, out=left)
            left /= left.sum()
            yield left

    def _samples_up_to(self, most: int) -> np.ndarray:
        """Return P(total) of samples of 0, 1, … `most` of all cells, a row each: products of binomial numbers, kind by kind."""
        length = top_of(self.kinds, self.multiplicity, most) + 1
        ways = np.zeros((most + 1, length))
        ways[0, 0] = 1.0
        for value, times in zip(self.kinds.tolist(), self.multiplicity.tolist()):
            # Kinds come in ascending order: up to this one no total is larger.
            reach = min(length, most * value + 1)
            before, choices = ways[:, :reach].copy(), 1.0
            for taken in range(1, min(times, most) + 1):
                # Numbers of ways to choose, each draw divided by n to keep them small.
                choices *= (times - taken + 1) / taken / self.size
                shift = value * taken
                if shift >= reach or choices < 1e-300:
                    break
                ways[taken:, shift:reach] += choices * before[: most + 1 - taken, : reach - shift]
        return ways / ways.sum(axis=1, keepdims=True)


def top_of(kinds: np.ndarray, multiplicity: np.ndarray, draws: int) -> int:
    """Return a total that all but the 1e-12 least likely stay below, by Bernstein's inequality.

    It holds for samples without replacement as well (Hoeffding 1963).
    """
    mean = float(np.dot(kinds, multiplicity) / multiplicity.sum())
    variance = float(np.dot((kinds - mean) ** 2, multiplicity) / multiplicity.sum())
    third, wanted = float(kinds.max()) / 3, -math.log(1e-12)
    beyond = wanted * third + math.sqrt((wanted * third) ** 2 + 2 * wanted * draws * variance)
    return min(math.ceil(draws * mean + beyond), int(kinds.max()) * draws)


def length_of(kinds: np.ndarray, multiplicity: np.ndarray, draws: int) -> int:
    """Return a power of two above that total, for transforms."""
    return 1 << max(top_of(kinds, multiplicity, draws).bit_length(), 1)


def _turns(draws: int) -> int:
    """Return how many frequencies keep the number taken from wrapping around onto `draws`: some eight SD of it."""
    return 12 * math.isqrt(draws) + 32


def _power(base: np.ndarray, times: int) -> np.ndarray:
    """Return base ** times by repeated squaring, which is ten times as fast for whole arrays of complex numbers."""
    power = np.ones_like(base)
    while times:
        if times & 1:
            power *= base
        times >>= 1
        if times:
            base = base * base
    return power


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
        self.length = length_of(kinds, multiplicity, draws)
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
        rows = max(_AT_ONCE // self.counted.size, 1)
        for kind, times in zip(self.kinds.tolist(), multiplicity.tolist()):
            wave = self.share * np.exp(self.counted * kind)
            for first in range(0, self.taken.size, rows):
                product[first : first + rows] *= _power(1 - self.share + self.taken[first : first + rows] * wave, times)
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
        self.length = length_of(kinds, multiplicity, draws)
        frequency = np.arange(self.length // 2 + 1) / self.length
        self.waves = np.exp(-2j * np.pi * frequency[:, None] * kinds)

    def without(self, value: int) -> np.ndarray:
        """Return P(total = 0, 1, …) when one cell with this count is left out of the population."""
        others = self.multiplicity - (self.kinds == value)
        spectrum = (self.waves @ (others / others.sum())) ** self.draws
        probability = np.maximum(np.fft.irfft(spectrum, self.length), 0.0)
        return np.asarray(probability / probability.sum())
