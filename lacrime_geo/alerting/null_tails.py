"""Counts in which nothing happens, drawn many times: how often a statistic is as high by chance, and which limit that makes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Below so many exceedances the tail is drawn on by a generalised Pareto distribution fitted to the highest ones.
FEW, FITTED = 20, 250


class Tail(NamedTuple):
    """Hold the values of a statistic under chance, in order, and how its tail goes on: (begin, scale, shape)."""

    values: np.ndarray
    begin: float
    scale: float
    shape: float

    def p(self, statistic: np.ndarray) -> np.ndarray:
        """Return the probability of values as high or higher, (n,)."""
        number = self.values.size
        above = number - np.searchsorted(self.values, statistic, side="left")
        p = (above + 1.0) / (number + 1.0)
        far = (above < FEW) & (statistic > self.begin)
        if self.scale > 0 and far.any():
            excess = (statistic[far] - self.begin) / self.scale
            survival = np.exp(-excess) if self.shape < 1e-9 else (1.0 + self.shape * excess) ** (-1.0 / self.shape)
            p[far] = np.minimum(survival * (FITTED / number), (FEW + 1.0) / (number + 1.0))
        return p

    def limit(self, share: float) -> float:
        """Return the least value of those drawn that so small a share is as high as or higher than."""
        number = self.values.size
        above = int(np.floor(share * (number + 1.0))) - 1
        if above < 1:
            return self._beyond(share)
        # Of values that are tied with lower ones, the next higher one.
        value = self.values[number - above]
        tied = np.searchsorted(self.values, value, side="left")
        if number - tied > above:
            higher = np.searchsorted(self.values, value, side="right")
            return float(self.values[higher]) if higher < number else float(np.nextafter(value, np.inf))
        return float(value)

    def _beyond(self, share: float) -> float:
        times = (FITTED / self.values.size) / share
        grown = np.log(times) if self.shape < 1e-9 else (times**self.shape - 1.0) / self.shape
        return float(self.begin + self.scale * grown)


def tail_of(values: np.ndarray) -> Tail:
    """Return the tail of values drawn under chance (n,), the shape of its end by probability-weighted moments.

    Hosking & Wallis (1987); a tail that would end is taken as exponential, so that nothing is impossible.
    """
    ordered = np.sort(values)
    if ordered.size <= 2 * FITTED:
        return Tail(ordered, float(ordered[-1]), 0.0, 0.0)
    begin = float(ordered[-FITTED - 1])
    excess = ordered[-FITTED:] - begin
    mean = excess.mean()
    weighted = (excess * (1.0 - (np.arange(1, FITTED + 1) - 0.35) / FITTED)).mean()
    if mean <= 0 or mean - 2 * weighted <= 0:
        return Tail(ordered, begin, float(mean), 0.0)
    shape = 2.0 - mean / (mean - 2 * weighted)
    if shape <= 0:
        return Tail(ordered, begin, float(mean), 0.0)
    return Tail(ordered, begin, float(mean * (1.0 - shape)), float(shape))


def drawn_counts(
    random: np.random.Generator, level: float, dispersion: float, factors: np.ndarray, rows: int, steps: int
) -> np.ndarray:
    """Return counts (rows, steps) of a mean that does not change but by the weekday: negative binomial, or Poisson.

    The variance is `dispersion` times the mean; `factors` are of the steps' weekdays (or 1 alone), and repeat.
    """
    mean = level * np.resize(factors, steps)
    if dispersion <= 1.0:
        return random.poisson(mean, (rows, steps)).astype(float)
    rates = random.gamma(mean / (dispersion - 1.0), dispersion - 1.0, (rows, steps))
    return random.poisson(rates).astype(float)
