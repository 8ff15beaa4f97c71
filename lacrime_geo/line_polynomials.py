"""Kernels (1 − d²/h²)^m added up as polynomials along the lines of a grid: the road for many cells per bandwidth.

Along a line of cells such a kernel is a polynomial of degree 2m between two ends, and 0 beyond. Its coefficients are
added where it begins and subtracted where it ends; running sums along the line are then the coefficients of the sum of
all kernels at each cell. Work grows with the lines that a kernel crosses, not with its cells. The lines run north to south.
"""

from __future__ import annotations

import math

import numpy as np

from .kernels import Kernel
from .places import GridPlaces
from .progress import Progress, advance

# A block's cells are counted from its middle in bandwidths, at most this many: high powers then lose few digits.
_BANDWIDTHS_PER_BLOCK = 4
# Larger steps leave the processor's cache and ask for fresh memory each time.
_CELLS_AT_ONCE, _CROSSINGS_AT_ONCE = 131_072, 32_768


def spread(shape: tuple[int, int], places: GridPlaces, kernel: Kernel, progress: Progress = None) -> np.ndarray:
    """Return Σ wᵢ · c/h² · (1 − dᵢ²/h²)^m at the cells (rows, columns), per cell."""
    widest = float(places.ratio.max())
    places = places.where(np.argsort(places.column))
    blocks = _Blocks(shape[0], widest)
    crossings = float((2 * places.ratio + 1).sum()) / shape[1]
    width = max(int(min(_CELLS_AT_ONCE / blocks.cells, _CROSSINGS_AT_ONCE / crossings)), 1)
    values = np.zeros(shape)
    for begin in range(0, shape[1], width):
        band = range(begin, min(begin + width, shape[1]))
        near = slice(*np.searchsorted(places.column, [begin - widest, band.stop + widest]))
        if near.stop > near.start:
            values[:, begin : band.stop] = _band(band, blocks, places.where(near), kernel)
        advance(progress, band.stop / shape[1])
    return values


class _Blocks:
    """The cells of a line in blocks, each with room at its end for kernels that begin in it and end in the next."""

    def __init__(self, rows: int, widest: float) -> None:
        self.rows, self.unit = rows, widest
        self.width = math.ceil(_BANDWIDTHS_PER_BLOCK * widest)
        self.long = self.width + 2 * math.ceil(widest) + 2
        # The first block is for kernels that begin before the line does.
        self.number = math.ceil(rows / self.width) + 1
        self.cells = self.number * self.long
        self.middle = (self.long - 1) / 2

    def join(self, values: np.ndarray) -> np.ndarray:
        """Return (rows, lines) of (long, blocks, lines): the ends of blocks are added to the beginnings of the next."""
        values[: self.long - self.width, 1:] += values[self.width :, :-1]
        lines = values.shape[2]
        return values[: self.width, 1:].transpose(1, 0, 2).reshape(-1, lines)[: self.rows]


def _band(band: range, blocks: _Blocks, places: GridPlaces, kernel: Kernel) -> np.ndarray:
    """Return the sum of the kernels on a band of lines (rows, lines)."""
    row, column, weight, ratio = places
    place, line = _crossings(band, column, ratio)
    h, middle = ratio[place], row[place]
    inside = 1.0 - ((line - column[place]) / h) ** 2
    half = h * np.sqrt(np.maximum(inside, 0.0))
    begin = np.clip(np.floor(middle - half).astype(np.int64) + 1, -blocks.width, blocks.rows)
    end = np.clip(np.ceil(middle + half).astype(np.int64), begin, blocks.rows)
    block = begin // blocks.width
    at = begin - block * blocks.width
    across = middle - (block * blocks.width + blocks.middle)
    size = len(band) * blocks.number
    first = at * size + (block + 1) * len(band) + line - band.start
    index = np.concatenate([first, first + (end - begin) * size])
    scale = (weight * kernel.constant / ratio**2)[place]
    ones = np.ones(place.size)
    terms = [*_coefficients(inside, across / h, blocks.unit / h, scale, kernel.power or 0), ones]
    sums = np.empty((len(terms), blocks.long, size))
    for number, term in enumerate(terms):
        sums[number] = np.bincount(index, np.concatenate([term, -term]), blocks.long * size).reshape(-1, size)
    for step in range(1, blocks.long):
        sums[:, step] += sums[:, step - 1]
    values = _evaluate(sums[:-1], (np.arange(blocks.long) - blocks.middle) / blocks.unit)
    # Where no kernel reaches, rounding would leave dust.
    values[sums[-1] == 0.0] = 0.0
    return np.maximum(blocks.join(values.reshape(blocks.long, blocks.number, len(band))), 0.0)


def _crossings(band: range, column: np.ndarray, ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each line of the band that each kernel crosses, as (number of the place, line)."""
    first = np.maximum(np.floor(column - ratio).astype(np.int64) + 1, band.start)
    last = np.minimum(np.ceil(column + ratio).astype(np.int64), band.stop)
    count = np.maximum(last - first, 0)
    place = np.repeat(np.arange(column.size), count)
    return place, np.arange(place.size) + np.repeat(first - (np.cumsum(count) - count), count)


def _coefficients(inside: np.ndarray, q: np.ndarray, s: np.ndarray, scale: np.ndarray, power: int) -> list[np.ndarray]:
    """Return the coefficients, lowest first, of scale · (inside − (s t − q)²)^power in t."""
    # (A + B t − C t²)^m by the multinomial theorem.
    a, b, c = inside - q**2, 2 * q * s, -(s**2)
    found = [np.zeros_like(scale) for _ in range(2 * power + 1)]
    for i in range(power + 1):
        for k in range(power + 1 - i):
            j = power - i - k
            ways = math.factorial(power) // (math.factorial(i) * math.factorial(j) * math.factorial(k))
            term = scale * ways if ways > 1 else scale
            for factor, times in ((a, i), (b, j), (c, k)):
                for _ in range(times):
                    term = term * factor
            found[j + 2 * k] += term
    return found


def _evaluate(coefficients: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return polynomials at t (long,), by Horner's rule; coefficients (degree + 1, long, many), lowest first."""
    values = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        values *= t[:, None]
        values += coefficient
    return values
