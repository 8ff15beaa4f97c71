"""The style of counts of which some are withheld."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import palettes
from .elements import NORMAL, classified, document, element, fill, unfilled

WITHHELD = "#bdbdbd"


def safe_areas(result: Any) -> str:
    """Classes of the counts that are shown, fifths of them; withheld ones are grey, empty ones have no fill."""
    name = next(iter(result.columns))
    shown = result[name][result[name] > 0]
    limits = sorted(set(np.quantile(shown, [0.2, 0.4, 0.6, 0.8, 1.0]).round().tolist())) if shown.size else []
    rows = []
    below = shown.min(initial=math.inf) - 1
    for number, (low, high) in enumerate(zip([below, *limits], limits), start=1):
        colour = palettes.DENSITY[round(number * (len(palettes.DENSITY) - 1) / len(limits))]
        label = f"{low + 1:,.0f}" if low + 1 == high else f"{low + 1:,.0f} to {high:,.0f}"
        rows.append((low + 0.5, high + 0.5, label, colour))
    entries = [(low, high, label) for low, high, label, _ in reversed(rows)]
    entries += [(-0.5, 0.5, "0"), (-2.0, -0.5, "Withheld")]
    symbols = [*(fill(colour, colour, 0.1) for *_, colour in reversed(rows)), unfilled(), fill(WITHHELD, WITHHELD, 0.1)]
    field = name.replace('"', '""')
    renderer = classified(f'if("suppressed", -1, coalesce("{field}", 0))', entries, symbols)
    return document([renderer, element("layerOpacity", text=0.8), element("blendMode", text=NORMAL)])
