"""The styles of what may leave: counts of which some are withheld, and points of which several stand on one place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import palettes
from .elements import NORMAL, classified, document, element, fill
from .point_symbols import marker

WITHHELD = "#bdbdbd"
# An area where nothing was reported is seen to be one, on paper as well.
NONE, NONE_OUTLINE = "#f4f4f4", "#d0d0d0"
# The fewest incidents on a place of each class, and the size (mm) of its points.
STACKS = {1: 1.2, 2: 1.8, 10: 2.6, 50: 3.6, 250: 4.8}


def safe_areas(result: Any) -> str:
    """Classes of the counts that are shown, fifths of them; withheld ones are grey, empty ones nearly white."""
    name = next(iter(result.columns))
    unit = "incidents" if name == "count" else name.replace("_", " ")
    shown = result[name][result[name] > 0]
    limits = sorted(set(np.quantile(shown, [0.2, 0.4, 0.6, 0.8, 1.0]).round().tolist())) if shown.size else []
    rows = []
    below = shown.min(initial=math.inf) - 1
    for number, (low, high) in enumerate(zip([below, *limits], limits), start=1):
        colour = palettes.DENSITY[round(number * (len(palettes.DENSITY) - 1) / len(limits))]
        label = f"{_from_to(low + 1, high)} {'incident' if high == 1 and unit == 'incidents' else unit}"
        rows.append((low + 0.5, high + 0.5, label, colour))
    entries = [(low, high, label) for low, high, label, _ in reversed(rows)]
    entries += [
        (-0.5, 0.5, f"No {unit}"),
        (-2.0, -0.5, f"Withheld: under {result.parameters['k']}, or to hide such"),
    ]
    symbols = [fill(colour, colour, 0.1) for *_, colour in reversed(rows)]
    symbols += [fill(NONE, NONE_OUTLINE, 0.1), fill(WITHHELD, WITHHELD, 0.1)]
    field = name.replace('"', '""')
    renderer = classified(f'if("suppressed", -1, coalesce("{field}", 0))', entries, symbols)
    return document([renderer, element("layerOpacity", text=0.8), element("blendMode", text=NORMAL)])


def safe_points(result: Any) -> str:
    """Points as large as many of them stand on one place; the layer's name says what became of the places."""
    most = int(result["incidents_here"].max(initial=1))
    least = [number for number in STACKS if number <= most]
    entries, symbols = [], []
    for low, following in zip(least, [*least[1:], most + 1]):
        words = "incident" if following == 2 else "incidents on one point"
        entries.append((low - 0.5, following - 0.5, f"{_from_to(low, following - 1)} {words}"))
        # Points over each other are as dark on the map as in the legend.
        symbols.append(marker(palettes.INCIDENT, STACKS[low], 0.45 if low == 1 else 0.85))
    renderer = classified("incidents_here", entries, symbols)
    return document([renderer, element("blendMode", text=NORMAL)])


def _from_to(low: float, high: float) -> str:
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
