"""The style of an intervention's areas: treated and control in two strong hues, the rings around them paler."""

from __future__ import annotations

from typing import Any

from . import palettes
from .elements import NORMAL, categorised, document, element, fill
from .map_labels import labels

LABEL = '"kind" || \': \' || "count_before" || \' → \' || "count_after"'


def intervention(result: Any) -> str:
    """Categories of `kind`, each area labelled with its incidents before and after."""
    there = set(result["kind"].tolist())
    kinds = {kind: look for kind, look in palettes.INTERVENTION.items() if kind in there}
    symbols = [
        fill(colour, border, 0.4 if full else 0.25, 0.45 if full else 0.25)
        for _, colour, border, full in kinds.values()
    ]
    named = labels(
        LABEL,
        placement=dict(placement=1, centroidWhole=0, fitInPolygonOnly=0),
        rendering={},
        priority="if(\"kind\" in ('treated', 'control'), 10, 5)",
    )
    renderer = categorised("kind", [(kind, words) for kind, (words, *_) in kinds.items()], symbols)
    return document([renderer, named, element("blendMode", text=NORMAL)], labels=True)
