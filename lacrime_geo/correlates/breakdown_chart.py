"""The chart of a breakdown: a dot with its interval for each value; of two attributes a field of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import NUMBER, Axis, axis_of
from ..chart_parts import EDGE, FAINT, GREY, LINE, document, element, line, text
from ..forecasting.chart_frames import LETTER, lines_of, sentence, shortened
from ..parameters import in_plain_words
from ..styles.palettes import BINS

if TYPE_CHECKING:
    from .breakdowns import Breakdown

WIDTH, MARGIN, ROW, LABEL, NUMBERS = 860, 20, 24, 280, 150
HEAD = 118
SLANTED = 100
# Residuals beyond these would come by chance in 1 of 20 and 1 of 1,000 cells.
LIMITS = (1.96, 3.29)
LEGEND = (
    (3, "more than chance: p < .001"),
    (2, "p < .05"),
    (-2, "fewer: p < .05"),
    (-3, "p < .001"),
    (0, "neither, or not told"),
)
EACH_CELL = (
    "Each cell is told by itself: where nothing goes together, 1 of 20 is coloured all the same. A dash: withheld."
)
_COLOUR = {entry.value: entry.colour for entry in BINS}


def drawn(found: Breakdown) -> str:
    """Return the chart as a whole SVG document."""
    head = lines_of(sentence(str(found.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 50 + 17 * number, "start") for number, row in enumerate(head)]
    top = 50 + 17 * len(head) + 16
    chart, bottom = _field(found, top) if found.parameters["across"] else _dots(found, top)
    return document([*parts, *chart], WIDTH, int(bottom + 14))


def _dots(found: Breakdown, top: float) -> tuple[list[str], float]:
    """Return a row for each value: its share as a dot with its interval, and its count."""
    left, right = MARGIN + LABEL, WIDTH - MARGIN - NUMBERS
    known = ~found["withheld"]
    highest = 100 * float(np.max(found["high"][known], initial=0.01))
    axis = axis_of(np.array([0.0, highest]), NUMBER)
    bottom = top + 20 + ROW * len(found)
    parts = [text("Share of all incidents, %", left, top, "start", weight="bold")]
    for tick in axis.ticks:
        at = left + float(axis.along(tick)) * (right - left)
        parts += [line(at, top + 10, at, bottom), text(axis.words(tick), at, bottom + 16, size=11)]
    for row in range(len(found)):
        parts += _dot(found, row, top + 20 + ROW * (row + 0.5), axis)
    return parts, bottom + 24


def _dot(found: Breakdown, row: int, at: float, axis: Axis) -> list[str]:
    """Return one value's name, its share as a dot with its interval, and its count."""
    left, right = MARGIN + LABEL, WIDTH - MARGIN - NUMBERS
    unknown = np.isnan(found["share_recorded"][row])
    name = shortened(in_plain_words(found["value"][row]), LABEL - 30)
    named = text(name, left - 12, at + 4, "end", fill=GREY if unknown else "#222222")
    if found["withheld"][row]:
        return [named, text("withheld", right + 12, at + 4, "start", fill="#555555")]
    share, low, high = (
        left + float(axis.along(100 * found[name][row])) * (right - left) for name in ("share", "low", "high")
    )
    colour = EDGE if unknown else LINE
    return [
        named,
        line(low, at, high, at, colour, width=2.4),
        element("circle", cx=f"{share:.1f}", cy=f"{at:.1f}", r=4, fill=colour),
        text(f"{100 * found['share'][row]:.1f} % · {int(found['count'][row]):,}", right + 12, at + 4, "start"),
    ]


def _field(found: Breakdown, top: float) -> tuple[list[str], float]:
    """Return a cell for each pair of values: its share within its column, coloured where it is more or less than chance."""
    across, values = (list(dict.fromkeys(found[name].tolist())) for name in ("across", "value"))
    left, first = MARGIN + LABEL, top + HEAD
    # The last slanted name leans out to the right of its column.
    wide = min((WIDTH - MARGIN - left) / len(across), (WIDTH - left - SLANTED) / (len(across) - 0.5), 90.0)
    parts = [text("Share within each column, %", MARGIN, first - 8, "start", weight="bold")]
    for number, name in enumerate(across):
        at = left + wide * (number + 0.5)
        turned = text(shortened(in_plain_words(name), 130, 11), at, first - 8, "start", size=11)
        parts.append(f'<g transform="rotate(-40 {at:.1f} {first - 8:.1f})">{turned}</g>')
    parts += [
        text(shortened(in_plain_words(value), LABEL - 30), left - 10, first + ROW * (number + 0.5) + 4, "end")
        for number, value in enumerate(values)
    ]
    for row in range(len(found)):
        x = left + wide * across.index(found["across"][row])
        y = first + ROW * values.index(found["value"][row])
        parts += _cell(found, row, x, y, wide)
    bottom = first + ROW * len(values)
    return [*parts, *_legend(MARGIN, bottom + 24)], bottom + 50


def _cell(found: Breakdown, row: int, x: float, y: float, wide: float) -> list[str]:
    residual = float(found["residual"][row])
    strength = int(np.searchsorted(LIMITS, abs(residual))) + 1 if abs(residual) > LIMITS[0] else 0
    colour = _COLOUR[int(np.sign(residual)) * strength] if strength else None
    place = dict(x=f"{x:.1f}", y=f"{y:.1f}", width=f"{wide:.1f}", height=ROW, stroke=FAINT)
    share = "withheld" if found["withheld"][row] else f"{100 * found['share'][row]:.1f}"
    if found["withheld"][row] and wide < LETTER * len(share):
        share = "–"
    dark = strength > 2
    words = text(share, x + wide / 2, y + ROW / 2 + 4, size=11, fill="#ffffff" if dark else "#222222")
    return [element("rect", fill=colour or "#ffffff", **place), words]


def _legend(left: float, at: float) -> list[str]:
    parts, x = [], left
    for value, words in LEGEND:
        shade = _COLOUR[value] or "#ffffff"
        parts.append(element("rect", x=f"{x:.1f}", y=f"{at - 10:.1f}", width=14, height=12, fill=shade, stroke=FAINT))
        parts.append(text(words, x + 20, at, "start", size=11))
        x += 40 + LETTER * len(words)
    return [*parts, text(EACH_CELL, left, at + 20, "start", size=11)]
