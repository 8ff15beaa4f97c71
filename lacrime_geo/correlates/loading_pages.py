"""The loadings of components drawn, a panel for each, and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import html_pages as html
from ..chart_parts import GREY, document, element, line, text
from ..comparisons.comparison_pages import made
from ..forecasting.chart_frames import lines_of, sentence, shortened
from ..parameters import in_plain_words, p_in_words
from ..styles.palettes import COMPONENTS

if TYPE_CHECKING:
    from .category_maps import Loadings

WIDTH, MARGIN, ROW, LABEL, GAP = 860, 20, 21, 170, 22
MOST_PANELS = 3
MEANINGS = (
    (
        "coordinate",
        "where the category stands on the component: places with more of it than usual score towards that side.",
    ),
    (
        "contribution",
        "which share of the component the category makes; where that is more than an even share, its bar is dark.",
    ),
    (
        "share of the differences",
        "which share of all differences between the mixes of places the component holds (inertia).",
    ),
    (
        "by chance",
        "the share that 19 of 20 tables stay below that are drawn as if only the components before were there.",
    ),
)


def drawn(found: Loadings) -> str:
    """Return the chart as a whole SVG document: the first three components."""
    head = lines_of(sentence(str(found.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 50 + 17 * number, "start") for number, row in enumerate(head)]
    top = 50 + 17 * len(head) + 46
    shown = np.unique(found["component"])[:MOST_PANELS]
    first = found["component"] == shown[0]
    names = found["category"][first]
    for row, name in enumerate(names):
        parts.append(
            text(shortened(in_plain_words(name), LABEL), MARGIN + LABEL - 8, top + ROW * (row + 0.5) + 4, "end")
        )
    width = (WIDTH - 2 * MARGIN - LABEL) / max(len(shown), 2) - GAP
    for number, component in enumerate(shown.tolist()):
        parts += _panel(found, component, MARGIN + LABEL + number * (width + GAP), top, width)
    return document(parts, WIDTH, int(top + ROW * len(names) + 20))


def _panel(found: Loadings, component: int, left: float, top: float, width: float) -> list[str]:
    """Return the bars of one component, opaque where a category makes more than an even part of it."""
    rows = np.flatnonzero(found["component"] == component)
    coordinate = found["coordinate"][rows]
    longest = float(np.abs(coordinate).max()) or 1.0
    middle, scale = left + width / 2, width / 2 / longest
    share, chance = (found[name][rows[0]] for name in ("share_of_differences", "share_by_chance"))
    sure = "" if found["above_noise"][rows[0]] else ": noise"
    parts = [
        text(f"Component {component}{sure}", middle, top - 26, weight="bold"),
        text(f"{100 * share:.0f} % of the differences, {100 * chance:.0f} % by chance", middle, top - 9, size=11),
        line(middle, top, middle, top + ROW * rows.size, GREY),
    ]
    for at, value in enumerate(coordinate.tolist()):
        strong = found["contribution"][rows[at]] >= 1 / rows.size
        colour = COMPONENTS[-1 if value > 0 else 0]
        place = dict(x=f"{min(middle, middle + value * scale):.1f}", y=f"{top + ROW * at + 4:.1f}")
        size = dict(width=f"{abs(value) * scale:.1f}", height=ROW - 8)
        parts.append(element("rect", fill=colour, fill_opacity=1 if strong else 0.35, **place, **size))
    return parts


def page_of(found: Loadings) -> str:
    """Return the whole page."""
    kept = found.parameters
    names = ("component", "category", "coordinate", "contribution, %", "share of the incidents, %")
    rows = (
        (
            int(found["component"][at]),
            in_plain_words(found["category"][at]),
            f"{found['coordinate'][at]:+.3f}",
            f"{100 * found['contribution'][at]:.1f}",
            f"{100 * found['share_of_incidents'][at]:.1f}",
        )
        for at in range(len(found))
    )
    return html.page(
        found.label,
        html.items([sentence(str(kept["found"]))]),
        html.Markup(drawn(found)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in kept.get("warnings", [])),
        html.tag("h2", "Components"),
        html.items(_in_words(found)),
        html.tag("h2", "Categories"),
        html.table(names, rows),
        html.tag("h2", "What the columns mean"),
        html.items(html.Markup(f"{html.tag('b', name)}: {html.text(words)}") for name, words in MEANINGS),
        html.tag("h2", "How it was made"),
        html.items(made(kept)),
    )


def _in_words(found: Loadings) -> list[str]:
    _, first = np.unique(found["component"], return_index=True)
    words = found.parameters["components_in_words"]
    return [sentence(f"{said}; {p_in_words(float(found['p'][row]))}") for said, row in zip(words, first)]
