"""Places beneath each other, each with an interval, the first and the last where there are many: a caterpillar plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..chart_axes import Axis
from ..chart_parts import EDGE, GREY, INK, document, element, line, short, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, Frame

# So many first and so many last are shown where there are more.
AT_EITHER_END = 30
NAMES, NUMBERS, ROW = 210.0, 150.0, 15.0
CUT = "»"


class Caterpillar(NamedTuple):
    """Hold what is drawn: a line for each place in the order given, and the words around.

    `order` are the rows drawn, first to last; `value`, `low`, `high` (n,) and `colour` of each (n,); `mark` a further value
    drawn as a ring (n,) or None; `words` stand beside each line (n,); `line` is where an upright line stands, and its words.
    """

    title: str
    head: Sequence[str]
    beneath: Sequence[str]
    legend: Sequence[tuple[list[str], str]]
    order: np.ndarray
    names: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    colour: Sequence[str]
    mark: np.ndarray | None
    words: Sequence[str]
    axis: Axis
    axis_words: str
    line: tuple[float, str]


def caterpillar(shown: Caterpillar) -> str:
    """Return the chart as a whole SVG document."""
    groups, between = _groups(shown.order)
    head = [row for said in shown.head for row in frames.lines_of(said, WIDTH - 2 * MARGIN)]
    parts = [text(shown.title, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    legend, top = frames.in_a_row(shown.legend, 49 + 17 * len(head) + 6)
    rows = sum(map(len, groups)) + (2 if between else 0)
    frame = Frame(MARGIN + NAMES, top + 34, WIDTH - 2 * MARGIN - NAMES - NUMBERS, ROW * rows, shown.axis, shown.axis)
    parts += [*legend, *_ruler(frame, shown), *_lines(frame, shown, groups, between)]
    beneath, bottom = frames.written(shown.beneath, frame.bottom + 60)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def dot(colour: str, hollow: bool = False) -> list[str]:
    """Return the sign of a legend: an interval with a dot, or a ring."""
    if hollow:
        return [_ring(13, 0)]
    return [line(1, 0, 25, 0, colour, width=2), element("circle", cx=13, cy=0, r=3.4, fill=colour)]


def how_many(order: np.ndarray) -> str:
    """Say which places are drawn, where these are not all; else nothing."""
    if order.size <= 2 * AT_EITHER_END:
        return ""
    return f"Drawn are the {AT_EITHER_END} first and the {AT_EITHER_END} last of {order.size:,} places."


def _groups(order: np.ndarray) -> tuple[list[np.ndarray], int]:
    """Return the rows drawn, in one or two groups, and how many lie between."""
    if order.size <= 2 * AT_EITHER_END:
        return [order], 0
    return [order[:AT_EITHER_END], order[-AT_EITHER_END:]], order.size - 2 * AT_EITHER_END


def _ruler(frame: Frame, shown: Caterpillar) -> list[str]:
    """Return the axis, above and beneath, and the upright line with its words."""
    parts = []
    for tick in frame.x.ticks:
        parts += [
            frames.ruled(frame, tick),
            text(frame.x.words(tick), float(frame.across(tick)), frame.bottom + 16, size=11),
        ]
    value, words = shown.line
    at = float(frame.across(value))
    parts.append(line(at, frame.top - 4, at, frame.bottom, INK, "5 4"))
    return [
        *parts,
        text(words, at, frame.top - 10, size=11),
        text(shown.axis_words, (frame.left + frame.right) / 2, frame.bottom + 36, size=11),
    ]


def _lines(frame: Frame, shown: Caterpillar, groups: list[np.ndarray], between: int) -> list[str]:
    parts, height = [], frame.top + ROW / 2
    for number, group in enumerate(groups):
        if number:
            said = f"… {between:,} places between, which are not drawn …"
            parts.append(text(said, (frame.left + frame.right) / 2, height + ROW / 2 + 4, size=11, fill=GREY))
            height += 2 * ROW
        for row in group.tolist():
            parts += _line(frame, shown, row, height)
            height += ROW
    return [*parts, line(frame.left, frame.bottom, frame.right, frame.bottom, EDGE)]


def _line(frame: Frame, shown: Caterpillar, row: int, height: float) -> list[str]:
    """Return one place: its name, its interval, what is beyond the axis cut and told."""
    ends = np.clip([shown.low[row], shown.value[row], shown.high[row]], frame.x.first, frame.x.last)
    low, value, high = (float(frame.across(end)) for end in ends)
    colour = shown.colour[row]
    drawn = [
        text(frames.shortened(str(shown.names[row]), NAMES - 10, 11), frame.left - 8, height + 4, "end", 11),
        line(low, height, high, height, colour, width=2),
        text(shown.words[row], frame.right + 10, height + 4, "start", 11),
    ]
    if shown.value[row] <= frame.x.last:
        drawn.append(element("circle", cx=short(value), cy=short(height), r=3.4, fill=colour))
    if shown.high[row] > frame.x.last:
        drawn.append(text(CUT, high, height + 4, size=13, weight="bold", fill=colour))
    if shown.mark is not None and shown.mark[row] <= frame.x.last:
        drawn.append(_ring(float(frame.across(shown.mark[row])), height))
    return [frames.told(drawn, f"{shown.names[row]}: {shown.words[row]}")]


def _ring(across: float, height: float) -> str:
    return element("circle", cx=short(across), cy=short(height), r=3.4, fill="none", stroke=INK, stroke_width=1.2)
