"""The style of what a prediction rests on: the places a budget chooses with and without offences that police discover."""

from __future__ import annotations

from typing import Any

from . import palettes
from .elements import NORMAL, classified, document, element, fill, unfilled

OPACITY = 0.8
# From half a place on, where places are tied at the cut.
_CLASS = 'if("in_budget" >= 0.5, if("in_budget_without" >= 0.5, 3, 2), if("in_budget_without" >= 0.5, 1, 0))'


def feedback(result: Any) -> str:
    """Three classes of places that are chosen: either way, only by what is discovered, only without it."""
    words = (
        (2, "Chosen only with offences that police discover", palettes.DRIVEN),
        (1, "Chosen only where these are left out", palettes.DISPLACED),
        (3, "Chosen either way", palettes.EITHER_WAY),
    )
    entries = [(number - 0.5, number + 0.5, said) for number, said, _ in words]
    symbols = [fill(colour, colour, 0.1) for *_, colour in words]
    renderer = classified(_CLASS, [*entries, (-0.5, 0.5, "Not chosen")], [*symbols, unfilled()])
    return document([renderer, element("layerOpacity", text=OPACITY), element("blendMode", text=NORMAL)])
