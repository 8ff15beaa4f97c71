"""Whether incidents were moved before they were published: to a grid by rounding, or to hundred-blocks and snap points."""

from __future__ import annotations

import numpy as np

from ...parameters import in_words
from ...place_spacing import Spacing, spacing_of
from ..rules import Finding

# Coordinates are rounded when so many of them are multiples of one step, and that step is no finer than this (m).
NEARLY_ALL, COARSE = 0.95, 5.0
VALUES_LOOKED_AT = 20_000
GRID, BLOCKS, ADDRESSES = "grid", "blocks", "shared addresses"


def step_of(values: np.ndarray) -> float:
    """Return the step of which nearly all numbers (n,) are multiples, counted from the lowest; 0 where there is none.

    >>> step_of(np.array([2.0, 2.25, 3.0, 3.5])), step_of(np.array([0.3, 1.7, 2.0, 9.1, 5.23]))
    (0.25, 0.0)
    """
    known = values[np.isfinite(values)][:VALUES_LOOKED_AT]
    distinct = np.unique(known)
    gaps = np.diff(distinct)
    # Numbers that differ by less differ in how they were computed, not in what they say.
    gaps = gaps[gaps > 1e-9 * max(1.0, float(np.abs(known).max(initial=0.0)))]
    if gaps.size < 3:
        return 0.0
    step = float(np.quantile(gaps, 0.01, method="lower"))
    offset = (known - distinct[0]) / step
    return step if np.mean(np.abs(offset - np.rint(offset)) < 0.02) >= NEARLY_ALL else 0.0


def rounded_places(x: np.ndarray, y: np.ndarray, scale: tuple[float, float]) -> Finding:
    """Find whether coordinates (n,) are rounded to a step of 5 m or more; `scale` is metres per unit of x and y."""
    known = np.isfinite(x) & np.isfinite(y)
    steps = [step_of(values[known]) for values in (x, y)]
    metres = [step * size for step, size in zip(steps, scale)]
    rounded = min(metres) >= COARSE
    action = "none is rounded to 5 m or coarser"
    if rounded:
        action = f"steps of {metres[0]:.3g} by {metres[1]:.3g} m: nothing finer can be told apart"
    return {
        "rule": "coordinates_rounded",
        "rows": int(known.sum()) if rounded else 0,
        "examples": [f"{steps[0]:.6g} by {steps[1]:.6g}"] if rounded else [],
        "action": action,
        "computed": {"step_m": max(metres) if rounded else 0.0},
    }


def snapped_places(x: np.ndarray, y: np.ndarray, scale: tuple[float, float], rounded_to: float = 0.0) -> Finding:
    """Find whether incidents (n,) share places that keep a distance, and the finest honest cell that follows.

    `rounded_to` is the step (m) to which coordinates are rounded: places as far apart as that are a grid, others blocks or
    snap points.
    """
    with np.errstate(over="ignore"):
        across, up = x * scale[0], y * scale[1]
    known = np.isfinite(across) & np.isfinite(up) & ((x != 0) | (y != 0))
    found = spacing_of(across[known], up[known])
    kind = "" if found is None else _kind(found, rounded_to)
    finest = max(0.0 if found is None else found.finest_cell, rounded_to)
    return {
        "rule": "places_snapped",
        "rows": int(known.sum()) if kind in (GRID, BLOCKS) else 0,
        "examples": [found.reason] if found is not None else [],
        "action": _advice(kind, finest),
        "computed": {"kind": kind, "distance_m": found.distance if found else 0.0, "finest_cell_m": finest},
    }


def _kind(found: Spacing, rounded_to: float) -> str:
    if not found.apart:
        return ADDRESSES
    return GRID if rounded_to > found.distance / 2 else BLOCKS


def _advice(kind: str, finest: float) -> str:
    words = {
        GRID: "moved to a grid by rounding",
        BLOCKS: "moved to hundred-blocks or snap points",
        ADDRESSES: "many incidents to a place, as on addresses",
        "": "places do not keep a distance",
    }
    return f"{words[kind]}{f': no cells or bandwidths finer than about {in_words(finest)} m' if finest else ''}"
