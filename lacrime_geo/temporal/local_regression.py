"""Loess of evenly spaced values: at each place a line through the nearest ones, those farther weighing less."""

from __future__ import annotations

import numpy as np

# As the authors' own programme has it: nearer than this share of the span weighs 1, farther than the other 0.
NEAR, FAR, ENOUGH = 0.001, 0.999, 0.001


def loess(values: np.ndarray, span: int, degree: int, weight: np.ndarray | None, at: np.ndarray) -> np.ndarray:
    """Return the smooth of values (n,) at places (m,), counted from 0, by the `span` nearest of them.

    Cleveland & Devlin 1988, with tricube weights; `degree` is 0 (a weighted mean) or 1 (a line), and `weight` (n,) multiplies
    the weights. A span longer than the values reaches farther, as if there were more of them. Where no value weighs anything
    the smooth is the value itself, and beyond the ends that of the end.
    """
    size = values.size
    near = min(span, size)
    first = np.clip(np.floor(at).astype(int) - (near - 1) // 2, 0, size - near)
    inside = first[:, None] + np.arange(near)
    distance = np.abs(inside - at[:, None])
    reach = distance.max(axis=1, keepdims=True) + (max(span - size, 0) // 2)
    tricube = np.where(distance <= NEAR * reach, 1.0, (1 - (distance / reach) ** 3) ** 3)
    weights = np.where(distance <= FAR * reach, tricube, 0.0)
    if weight is not None:
        weights = weights * weight[inside]
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    if degree == 1:
        centre = (weights * inside).sum(axis=1, keepdims=True)
        spread = (weights * (inside - centre) ** 2).sum(axis=1, keepdims=True)
        tilted = np.sqrt(spread) > ENOUGH * (size - 1)
        slope = np.divide(at[:, None] - centre, spread, out=np.zeros_like(spread), where=tilted)
        weights = weights * (1 + slope * (inside - centre))
    nearest = np.clip(np.rint(at).astype(int), 0, size - 1)
    smooth = np.where(total[:, 0] > 0, (weights * values[inside]).sum(axis=1), values[nearest])
    lost = (total[:, 0] <= 0) & (nearest != at)
    smooth[lost] = smooth[np.searchsorted(at, nearest[lost])]
    return smooth
