"""The styles of what changes step by step: patterns of emerging hotspots, hot and cold cells in time, space-time cubes."""

from __future__ import annotations

import math
from typing import Any

from . import palettes
from .elements import NORMAL, categorised, classified, document, element, fill, hatched, unfilled

# Hatches and borders are for maps on which single cells are seen.
NEAR = 150_000
OPACITY = 0.8
RISING, FALLING, LEVEL, UPRIGHT = 45, 135, 0, 90
HATCHES: dict[str, tuple[int, ...]] = {
    "consecutive": (UPRIGHT,),
    "intensifying": (RISING,),
    "diminishing": (FALLING,),
    "sporadic": (LEVEL,),
    "oscillating": (RISING, FALLING),
}
# Borders (mm, style) of the kinds without a hatch, and of all others on the cold side: they tell it from the hot in grey print.
BORDERS = {
    "hot": {"new": (0.5, "solid"), "historical": (0.25, "dash")},
    "cold": {"new": (0.5, "dash dot"), "historical": (0.25, "dash dot dot")},
}
COLD_BORDER = (0.25, "dot")
DARK = ("consecutive", "intensifying", "new")  # on which hatches are white
# What each kind means, of a side, what becomes more of it, and the other side.
MEANINGS = {
    "new": "{side} in the last step for the first time",
    "consecutive": "{side} from some step to the last without a break, never before",
    "intensifying": "{side} in nine of ten steps or more and the last one, growing {more}",
    "persistent": "{side} in nine of ten steps or more and the last one, without a trend",
    "diminishing": "{side} in nine of ten steps or more and the last one, growing less {side}",
    "sporadic": "{side} in the last step, on and off before",
    "oscillating": "{side} in the last step, {other} in some before",
    "historical": "{side} in nine of ten steps or more, but not in the last one",
}
WORDS = {
    "hot": dict(side="hot", more="hotter", other="cold"),
    "cold": dict(side="cold", more="colder", other="hot"),
}
NO_PATTERN = ("no pattern", "No pattern: neither hot nor cold in the last step, nor in nine of ten")


def sentences() -> dict[str, str]:
    """Return the legend's sentence of each pattern, hot ones first.

    >>> sentences()["new hot spot"]
    'New hot spot: hot in the last step for the first time'
    """
    told = {
        f"{kind} {side} spot": f"{kind.capitalize()} {side} spot: {meaning.format(**words)}"
        for side, words in WORDS.items()
        for kind, meaning in MEANINGS.items()
    }
    return {**told, **dict([NO_PATTERN])}


def emerging_hotspots(result: Any) -> str:
    """Categories of `pattern`, those that occur: a hue, and near by a hatch or border, for each; no pattern is not filled."""
    occurring = set(result["pattern"])
    entries = [(name, sentence) for name, sentence in sentences().items() if name in occurring]
    symbols = [unfilled() if name == NO_PATTERN[0] else _of_pattern(*name.split()[:2]) for name, _ in entries]
    return _document(categorised("pattern", entries, symbols))


def _of_pattern(kind: str, side: str) -> str:
    colour, ink = palettes.EMERGING[side][kind], palettes.EMERGING_INK[side]
    line = "#ffffff" if kind in DARK else ink
    return hatched(colour, HATCHES.get(kind, ()), line, NEAR, border_of(kind, side))


def border_of(kind: str, side: str) -> tuple[str, float, str]:
    """Return the border of a kind of a side (colour, mm, style)."""
    usual = (palettes.EMERGING[side][kind], 0.2, "solid")
    if side == "cold" or kind in BORDERS[side]:
        return (palettes.EMERGING_INK[side], *BORDERS[side].get(kind, COLD_BORDER))
    return usual


def played_hotspots(result: Any) -> str:
    """Categories of `bin` of cells that are hot or cold in a step."""
    occurring = set(result["bin"].tolist())
    shown = [entry for entry in palettes.BINS if entry.value in occurring and entry.colour]
    symbols = [fill(entry.colour, palettes.THIN_OUTLINE.get(entry.value, entry.colour), 0.2) for entry in shown]
    return _document(categorised("bin", [(entry.value, entry.label) for entry in shown], symbols))


def cube(result: Any) -> str:
    """Classes of the incidents of a cell, in a step or in all: quantiles of what cells hold; those without are not filled."""
    limits = sorted({int(limit) for limit in palettes.quantile_limits(result["count"])})
    entries, symbols = [], []
    for number, (last, limit) in enumerate(zip([0, *limits], [*limits, math.inf])):
        low = last + 1
        words = f"{low:,} or more" if math.isinf(limit) else f"{low:,}" if limit == low else f"{low:,} to {limit:,}"
        colour = palettes.DENSITY[1 + round(number * (len(palettes.DENSITY) - 2) / max(len(limits), 1))]
        entries.append(
            (low - 0.5, 1e15 if math.isinf(limit) else limit + 0.5, f"{words} incident{'s' * (words != '1')}")
        )
        symbols.append(fill(colour, colour, 0.2))
    if (result["count"] == 0).any():
        entries.insert(0, (-0.5, 0.5, "No incident"))
        symbols.insert(0, unfilled())
    return _document(classified("count", entries, symbols))


def _document(renderer: str) -> str:
    return document([renderer, element("layerOpacity", text=OPACITY), element("blendMode", text=NORMAL)])
