"""The styles of near repeats: who is followed and who follows, and zones that fade with the days left to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import palettes
from .elements import NORMAL, categorised, classified, document, element, fill
from .point_symbols import marker, ring

FOLLOWED, FOLLOWS = "#b2182b", "#e0653a"
# Of the ramp of densities, from the last day of a zone to its first ones.
FADED = tuple(palettes.DENSITY[step] for step in (1, 2, 3, 4, 6))
# Where the map is played in time, the days left are those at the time that it shows.
DAYS_LEFT = 'if(@map_start_time is null, "days_left", min({days}, day(to_date("last") - to_date(@map_start_time)) + 1))'


def near_repeat_roles(result: Any) -> str:
    """Rings around incidents that others follow, dots for those that follow, a small grey dot for the rest."""
    drawn: list[tuple[Any, str, str]] = [
        ("originator", "Followed by others nearby and soon (originator)", ring(FOLLOWED, 3.6, 0.6)),
        ("both", "Follows others, and is followed by others", ring(FOLLOWED, 3.6, 0.6, dot=1.8)),
        ("near repeat", "Follows others nearby and soon (near repeat)", marker(FOLLOWS, 1.8, 0.9)),
        ("isolated", "None before or after it nearby and soon", marker(palettes.NOISE, 0.9, 0.5)),
        ("no place or date", "Without a date", marker("#d0d0d0", 0.9, 0.5)),
    ]
    there = set(result["role"].tolist())
    shown = [row for row in drawn if row[0] in there]
    renderer = categorised("role", [(value, label) for value, label, _ in shown], [symbol for *_, symbol in shown])
    return document([renderer, element("blendMode", text=NORMAL)])


def risk_zones(result: Any) -> str:
    """Zones from pale, on their last day, to dark, with the most days left; played in time they fade."""
    days = int(result.parameters["days"])
    limits = np.unique(np.linspace(0, days, min(days, len(FADED)) + 1).round().astype(int))
    count = limits.size - 1
    entries, symbols = [], []
    for number, (low, high) in reversed(list(enumerate(zip(limits[:-1].tolist(), limits[1:].tolist())))):
        left = f"{high}" if low + 1 == high else f"{low + 1} to {high}"
        entries.append((low + 0.5, high + 0.5, f"{left} {'day' if high == 1 else 'days'} left, today included"))
        colour = FADED[len(FADED) - 1 - round((count - 1 - number) * (len(FADED) - 1) / max(count - 1, 1))]
        symbols.append(fill(colour, FADED[-1], 0.12))
    renderer = classified(DAYS_LEFT.format(days=days), entries, symbols)
    return document([renderer, element("layerOpacity", text=0.65), element("blendMode", text=NORMAL)])
