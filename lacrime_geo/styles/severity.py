"""The style of incidents by the probability of the gravest class: those scored from pale to dark, all others small and grey."""

from __future__ import annotations

from typing import Any

from . import palettes
from .elements import NORMAL, classified, document, element
from .point_symbols import marker

# Of a fifth of all probabilities each.
LEAST = (0.8, 0.6, 0.4, 0.2, 0.0)
SIZES = (2.2, 2.0, 1.8, 1.6, 1.4)
CLASSIFIED = 'if("part_of" = \'test\' and "probability" is not null, "probability", -1)'
NOT_SCORED = "Not scored: learned from, or left out"


def severity_class(result: Any) -> str:
    """Points of the test part by classes of `probability`; of all others a predictor that has seen them tells too much."""
    gravest = result.parameters["classes"][-1]
    entries = [(least, least + 0.2, _words(gravest, least)) for least in LEAST]
    # Those scored are drawn above all others, among themselves as they come: neither the sure nor the unsure hide the rest.
    symbols = [marker(colour, size, 0.75, 1) for colour, size in zip(reversed(palettes.HARM), SIZES)]
    entries.append((-1.0, -1.0, NOT_SCORED))
    symbols.append(marker(palettes.NOISE, 0.8, 0.4))
    renderer = classified(CLASSIFIED, entries, symbols, by_pass=True)
    return document([renderer, element("blendMode", text=NORMAL)])


def _words(gravest: str, least: float) -> str:
    span = f"{100 * least:.0f} to {100 * least + 20:.0f} %" if least else "less than 20 %"
    return f"{gravest[:1].upper()}{gravest[1:]} with a probability of {span}"
