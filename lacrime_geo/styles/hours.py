"""The style of incidents by the share of their time in some hours: the larger the share, the darker and larger."""

from __future__ import annotations

from typing import Any

from . import palettes
from .elements import NORMAL, classified, document, element
from .point_symbols import marker

SIZES = (2.0, 1.8, 1.6, 1.4, 0.8)


def aoristic(result: Any) -> str:
    """Points by classes of `weight`; those in none of the hours small and grey, those whose time is not known hollow."""
    entries = [(low, high, words) for low, high, words, _ in palettes.SHARES_OF_TIME]
    symbols = [
        marker(colour, size, 0.4 if low == 0 else 0.75)
        for (low, _, _, colour), size in zip(palettes.SHARES_OF_TIME, SIZES)
    ]
    entries.append((-1.0, -1.0, palettes.TIME_UNKNOWN))
    symbols.append(marker("#ffffff", 2.0, 0.5))
    renderer = classified('if("span_hours" is null, -1, "weight")', entries, symbols)
    return document([renderer, element("blendMode", text=NORMAL)])
