"""The style of outbreaks: circles of one strong hue, the less likely the thicker, with what is in them."""

from __future__ import annotations

from typing import Any

from . import palettes
from .elements import NORMAL, categorised, document, element, outline
from .map_labels import labels

# "1 · 31 incidents, 12 expected · p 0.001"
LABEL = (
    "\"rank\" || ' · ' || format_number(\"cases\", 0) || ' incidents, ' || "
    'format_number("expected", if("expected" < 10, 1, 0)) || \' expected\' || '
    "if(\"places\" = 1, ', all on one place', '') || ' · p ' || "
    'if("p" < 0.001, \'< 0.001\', format_number("p", 3))'
)


def outbreaks(result: Any) -> str:
    """Classes of p, each named by how seldom chance makes as much."""
    limits = palettes.OUTBREAK_WIDTHS
    tests = " ".join(f'when "p" <= {p:g} then {number}' for number, (p, _, _) in enumerate(limits))
    entries: list[tuple[Any, str]] = [(number, words) for number, (_, words, _) in enumerate(limits)]
    symbols = [outline(palettes.OUTBREAK, width, 0.5, fill_opacity=0.12) for _, _, width in limits]
    if len(result) and result["p"].max() > limits[-1][0]:
        entries.append(("", f"May be chance: p up to {result.parameters['max_p']:g}"))
        symbols.append(outline(palettes.OUTBREAK, 0.2, 0.3, fill_opacity=0.05))
    # Above the circle, which it would hide, the less likely ones' first.
    named = labels(
        LABEL,
        placement=dict(
            placement=1,
            quadOffset=1,
            geometryGenerator="make_point(x($geometry), y_max($geometry))",
            geometryGeneratorEnabled=1,
            geometryGeneratorType="PointGeometry",
        ),
        rendering={},
        priority='max(10 - "rank" / 6, 0)',
    )
    renderer = categorised(f"case {tests} end", entries, symbols)
    return document([renderer, named, element("blendMode", text=NORMAL)], labels=True)
