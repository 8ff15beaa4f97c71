"""Kernels stamped place by place onto the cells they reach; exact, for any kernel and any bandwidth per place."""

from __future__ import annotations

import math

import numpy as np

from .kernels import Kernel
from .places import GridPlaces
from .progress import Progress, advance

_EVALUATIONS_AT_ONCE = 200_000


def spread(shape: tuple[int, int], places: GridPlaces, kernel: Kernel, progress: Progress = None) -> np.ndarray:
    """Return Σ wᵢ · kernel at the cells (rows, columns), per cell, of places within reach of the grid.

    Places with stamps of one size are stamped together.
    """
    reach = np.ceil(kernel.reach * places.ratio).astype(np.int64)
    widest = int(reach.max())
    if (2 * widest + 1) ** 2 > shape[0] * shape[1]:
        return _at_every_cell(shape, places, kernel, progress)
    edge = 2 * widest + 1
    padded = shape[0] + 2 * edge, shape[1] + 2 * edge
    total = np.zeros(padded[0] * padded[1])
    places = places._replace(row=places.row + edge, column=places.column + edge)
    stamped = (2 * np.arange(widest + 1) + 1) ** 2
    evaluations, done = float(stamped[reach].sum()), 0.0
    one_bandwidth = bool(places.ratio.min() == places.ratio.max())
    for size in np.unique(reach):
        alike = places.where(reach == size)
        order = by_row(alike.row.astype(np.int32))
        at_once = max(_EVALUATIONS_AT_ONCE // int(stamped[size]), 1)
        # Of several bandwidths stamps are as wide as their size: where a tail ends does not depend on who is stamped together.
        radius = kernel.reach * float(alike.ratio[0]) if one_bandwidth else float(size)
        for begin in range(0, order.size, at_once):
            part = order[begin : begin + at_once]
            _stamp(total, padded[1], alike.where(part), kernel, radius)
            done += part.size * float(stamped[size])
            advance(progress, done / evaluations)
    return total.reshape(padded)[edge:-edge, edge:-edge]


def _at_every_cell(shape: tuple[int, int], places: GridPlaces, kernel: Kernel, progress: Progress) -> np.ndarray:
    """Return the same where a stamp has more cells than the grid: one cell after another, from all places."""
    row, column, weight, ratio = places
    values = np.empty(shape)
    scaled = weight * (kernel.constant / ratio**2)
    at_once = max(_EVALUATIONS_AT_ONCE // row.size, 1)
    across = ((np.arange(shape[1])[:, None] - column) / ratio) ** 2
    for line in range(shape[0]):
        down = ((line - row) / ratio) ** 2
        for begin in range(0, shape[1], at_once):
            part = slice(begin, begin + at_once)
            values[line, part] = kernel.values(across[part] + down) @ scaled
        advance(progress, (line + 1) / shape[0])
    return values


def _stamp(total: np.ndarray, columns: int, places: GridPlaces, kernel: Kernel, radius: float) -> None:
    """Add the kernels of places, all with stamps that reach so many cells, to the sum."""
    row, column, weight, ratio = places
    reach = math.ceil(radius)
    offsets = np.arange(-reach, reach + 1)
    nearest_row, nearest_column = np.rint(row), np.rint(column)
    down = ((offsets[:, None] + (nearest_row - row)) / ratio) ** 2
    across = ((offsets[:, None] + (nearest_column - column)) / ratio) ** 2
    half = _half_widths(radius, offsets)
    cells = int((2 * half + 1).sum())
    values, index = np.empty((cells, row.size)), np.empty((cells, row.size), dtype=np.int64)
    centre = (nearest_row * columns + nearest_column).astype(np.int64)
    low = int(centre.min()) - reach * (columns + 1)
    centre -= low
    scaled = weight * (kernel.constant / ratio**2)
    end = 0
    for number, width in enumerate(half):
        begin, end = end, end + 2 * width + 1
        u = across[reach - width : reach + width + 1] + down[number]
        np.multiply(kernel.values(u), scaled, out=values[begin:end])
        along = offsets[number] * columns + np.arange(-width, width + 1)
        np.add(centre, along[:, None], out=index[begin:end])
    sums = np.bincount(index.ravel(), values.ravel())
    total[low : low + sums.size] += sums


def by_row(row: np.ndarray) -> np.ndarray:
    """Return an order that keeps neighbours together, so that additions chunk by chunk touch small windows of a sum."""
    # Short integers are sorted by their digits, which is ten times as fast.
    return np.argsort(row.astype(np.int16) if row.max(initial=0) < 2**15 else row, kind="stable")


def _half_widths(reach: float, offsets: np.ndarray) -> np.ndarray:
    """Return how many columns to each side a kernel can reach in each row of its stamp, wherever in its cell the place is."""
    nearest = np.maximum(np.abs(offsets) - 0.5, 0.0)
    return np.minimum(np.floor(np.sqrt(np.maximum(reach**2 - nearest**2, 0.0)) + 0.5), offsets.size // 2).astype(int)
