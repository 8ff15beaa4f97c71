"""The styles of correlates: scores of a component around the usual mix, joined columns, and how much of areas lies within."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import palettes
from .elements import NORMAL, classified, document, element, fill, unfilled

OPACITY, BORDER, WIDTH = 0.8, "#ffffff", 0.1
# In standard deviations of the scores.
STEPS = (0.5, 1.5)
QUANTILES = (0.2, 0.4, 0.6, 0.8)
_LEAST, _MOST = -1e300, 1e300
# Below all that is drawn: what has no value.
_NONE = -2e300


def components(result: Any) -> str:
    """Classes of the score on the first component, centred on the mix of all; places with too few incidents have no fill."""
    kept = result.parameters["first_component"]
    inner, outer = (step * float(kept["spread"]) for step in STEPS)
    edges = [_LEAST, -outer, -inner, inner, outer, _MOST]
    words = [
        f"Much more {kept['low']}",
        f"More {kept['low']}",
        "Near the usual mix",
        f"More {kept['high']}",
        f"Much more {kept['high']}",
    ]
    rows = list(zip(edges, edges[1:], words, palettes.COMPONENTS))[::-1]
    entries = [(low, high, said) for low, high, said, _ in rows]
    entries.append((_NONE, _NONE, f"Fewer than {result.parameters['least']:,} incidents: no score"))
    symbols = [*(fill(colour, BORDER, WIDTH) for *_, colour in rows), unfilled()]
    return _whole(classified(f'coalesce("component_1", {_NONE:g})', entries, symbols))


def joined_areas(result: Any) -> str:
    """Fifths of the first column joined, with rounded limits; no fill where nothing is known."""
    title = str(result.parameters["columns"][0])
    values = result[title]
    known = values[np.isfinite(values)]
    limits = sorted({float(f"{limit:.1e}") for limit in np.quantile(known, QUANTILES)}) if known.size else []
    edges = [_LEAST, *limits, _MOST]
    colours = [
        palettes.JOINED[round(at * (len(palettes.JOINED) - 1) / max(len(limits), 1))] for at in range(len(edges) - 1)
    ]
    entries = [(low, high, _span(low, high, title.replace("_", " "))) for low, high in zip(edges, edges[1:])][::-1]
    entries.append((_NONE, _NONE, "Not known: in no area with a value"))
    symbols = [*(fill(colour, BORDER, WIDTH) for colour in reversed(colours)), fill(None, "#8c8c8c", 0.2)]
    return _whole(classified(f'coalesce("{title}", {_NONE:g})', entries, symbols))


def joined_shares(result: Any) -> str:
    """Areas by the share of them that lies within the features."""
    rows = (
        (0.99, 1e9, "Lies within", palettes.JOINED[4]),
        (0.5, 0.99, "Half of it or more within", palettes.JOINED[2]),
        (1e-9, 0.5, "Less than half of it within", palettes.JOINED[0]),
    )
    entries = [*((low, high, said) for low, high, said, _ in rows), (-1.0, 1e-9, "Lies outside")]
    symbols = [*(fill(colour, BORDER, WIDTH) for *_, colour in rows), unfilled()]
    return _whole(classified("inside", entries, symbols))


def _span(low: float, high: float, name: str) -> str:
    if low == _LEAST:
        return f"All alike ({name})" if high == _MOST else f"Below {high:,.12g} ({name})"
    return f"{low:,.12g} or more" if high == _MOST else f"{low:,.12g} to {high:,.12g}"


def _whole(renderer: str) -> str:
    return document([renderer, element("layerOpacity", text=OPACITY), element("blendMode", text=NORMAL)])
