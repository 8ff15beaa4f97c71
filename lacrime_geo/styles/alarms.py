"""The style of early warnings: one strong hue for alarms, a muted one for what is watched, grey for quiet."""

from __future__ import annotations

from typing import Any

from .elements import NORMAL, categorised, document, element, fill, labels

ALARM, WATCH, QUIET, BORDER = "#d7191c", "#fdc980", "#d9d9d9", "#ffffff"
NO_DATA_BORDER = "#8c8c8c"
ENTRIES = (
    ("alarm", "Alarm: more than chance allows"),
    ("watch", "Watched: many for this area, not among so many areas"),
    ("quiet", "Quiet: nothing unusual, zero included"),
    ("no data", "No data: cannot be judged"),
)
LABEL = "if(\"state\" in ('alarm', 'watch'), \"area\" || ': ' || \"count\" || ' (' || round(\"expected\", 1) || ' expected)', '')"


def alerts(result: Any) -> str:
    """Categories of `state`; areas in alarm or watched are labelled with their count and what was expected."""
    symbols = [
        fill(ALARM, BORDER, 0.3),
        fill(WATCH, BORDER, 0.3),
        fill(QUIET, BORDER, 0.3),
        fill(None, NO_DATA_BORDER, 0.2),
    ]
    named = labels(
        LABEL,
        placement=dict(placement=1, centroidWhole=0, fitInPolygonOnly=0),
        rendering={},
        priority="if(\"state\" = 'alarm', 10, 5)",
    )
    renderer = categorised("state", list(ENTRIES), symbols)
    opacity = element("layerOpacity", text=0.75)
    return document([renderer, named, opacity, element("blendMode", text=NORMAL)], labels=True)
