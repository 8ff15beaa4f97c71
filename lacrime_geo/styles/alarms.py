"""The style of early warnings: one strong hue for alarms, a muted one for what is watched, grey for quiet."""

from __future__ import annotations

from typing import Any

from . import palettes
from .elements import NORMAL, categorised, document, element, fill
from .map_labels import labels

EXPECTED = 'if("expected" < 0.05, \'hardly any\', round("expected", 1))'
LABEL = f"if(\"state\" in ('alarm', 'watch'), \"area\" || ': ' || \"count\" || ' (' || {EXPECTED} || ' expected)', '')"


def alerts(result: Any) -> str:
    """Categories of `state`; areas in alarm or watched are labelled with their count and what was expected."""
    symbols = [
        fill(colour, palettes.ALERT_BORDER, 0.3) if colour else fill(None, palettes.NO_DATA_BORDER, 0.2)
        for _, colour in palettes.ALERTS.values()
    ]
    named = labels(
        LABEL,
        placement=dict(placement=1, centroidWhole=0, fitInPolygonOnly=0),
        rendering={},
        priority="if(\"state\" = 'alarm', 10, 5)",
    )
    renderer = categorised("state", [(state, words) for state, (words, _) in palettes.ALERTS.items()], symbols)
    opacity = element("layerOpacity", text=0.65)
    return document([renderer, named, opacity, element("blendMode", text=NORMAL)], labels=True)
