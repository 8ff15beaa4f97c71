"""The style of incidents by what they weigh on a scale of harm: the heavier, the darker and larger."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import palettes
from .elements import NORMAL, classified, document, element
from .point_symbols import hollow, marker

SIZES = (1.2, 1.5, 1.8, 2.1, 2.4)
# QGIS keeps mapped as a boolean or as a number; unmapped ones weigh 0 as well, and are told apart.
CLASSIFIED = 'if("mapped", "weight", -1)'


def harm(result: Any) -> str:
    """Points by classes of `weight`, the heaviest first; those of weight 0 small and grey, those not on the scale hollow."""
    weight = np.unique(result["weight"][result["weight"] > 0])
    limits = class_limits(weight)
    unit = str(result.parameters.get("unit", ""))
    entries, symbols = [], []
    colours = palettes.HARM[-len(limits) :]
    # The heavier are drawn above the lighter: those stand on the same places, and there are many of them.
    for turn, ((low, high), colour, size) in reversed(list(enumerate(zip(limits, colours, SIZES[-len(limits) :]), 1))):
        entries.append((low * (1 - 1e-9), high * (1 + 1e-9), _words(low, high, unit)))
        symbols.append(marker(colour, size, 0.75, turn))
    entries += [(0.0, 0.0, "Weighs nothing on the scale"), (-1.0, -1.0, "Not on the scale: counted as nothing")]
    symbols += [marker(palettes.NOISE, 0.8, 0.4), hollow(palettes.NOISE, 1.1, 0.6)]
    renderer = classified(CLASSIFIED, entries, symbols, by_pass=True)
    return document([renderer, element("blendMode", text=NORMAL)])


def class_limits(weight: np.ndarray) -> list[tuple[float, float]]:
    """Return the first and last weight of each class of distinct weights (k,), ascending: at most five classes.

    >>> class_limits(np.array([1.0, 7.0])), class_limits(np.arange(1.0, 11.0))[-1]
    ([(1.0, 1.0), (7.0, 7.0)], (9.0, 10.0))
    """
    parts = np.array_split(weight, min(weight.size, len(palettes.HARM)))
    return [(float(part[0]), float(part[-1])) for part in parts]


def _words(low: float, high: float, unit: str) -> str:
    span = f"{low:,.12g}" if low == high else f"{low:,.12g} to {high:,.12g}"
    return f"Weighs {span} ({unit})" if unit else f"Weighs {span}"
