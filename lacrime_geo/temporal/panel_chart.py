"""The chart of a decomposition: counts, trend, season and remainder beneath each other, of one group or the six largest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import DAY, NUMBER, Axis, axis_of
from ..chart_parts import COLOURS, LEGEND_LINE, document, legend, line, path, text
from ..parameters import in_plain_words

if TYPE_CHECKING:
    from .decomposition import Decomposition

WIDTH, LEFT, RIGHT, TOP, PANEL, GAP, BOTTOM = 700, 66, 20, 62, 104, 22, 34
# What is less is rounding, and would be drawn large where there is nothing else.
DECIMALS = 6
PANELS = {"count": "Incidents", "trend": "Trend", "seasonal": "Season", "remainder": "Remainder"}


def svg(table: Decomposition) -> str:
    """Return the chart as a whole SVG document."""
    groups = list(dict.fromkeys(table["group"].tolist()))[: len(COLOURS)]
    days = table["date"].astype("M8[D]").astype(float)
    across = axis_of(days, DAY)
    parts = [text(table.label, 16, 26, size=15, weight="bold")]
    for number, (column, words) in enumerate(PANELS.items()):
        top = TOP + number * (PANEL + GAP)
        values = np.round(table[column].astype(float), DECIMALS)
        shown = np.isin(table["group"], groups)
        axis = axis_of(values[shown], NUMBER)
        parts += _frame(words, top, axis, across, last=column == "remainder")
        for group, colour in reversed(list(zip(groups, COLOURS))):
            rows = table["group"] == group
            place = LEFT + across.along(days[rows]) * (WIDTH - LEFT - RIGHT), _up(values[rows], top, axis)
            parts.append(path(*place, colour, width=2.2 if column == "trend" else 1.1))
    bottom = TOP + len(PANELS) * (PANEL + GAP) - GAP + BOTTOM
    names = legend([in_plain_words(group) for group in groups], LEFT, bottom) if len(groups) > 1 else []
    return document([*parts, *names], WIDTH, bottom + LEGEND_LINE * len(names) / 2)


def _up(values: np.ndarray, top: float, axis: Axis) -> np.ndarray:
    return np.asarray(top + (1 - axis.along(values)) * PANEL)


def _frame(words: str, top: float, axis: Axis, across: Axis, last: bool) -> list[str]:
    """Return the lines and numbers of one panel; the days stand beneath the last one."""
    parts = [text(words, LEFT, top - 6, "start", weight="bold")]
    every = 2 if axis.ticks.size > 6 else 1
    # Nothing is told of, where it is there.
    ticks = axis.ticks[int(np.argmin(np.abs(axis.ticks))) % every :: every]
    for tick in ticks:
        at = float(_up(np.array(tick), top, axis))
        parts += [line(LEFT, at, WIDTH - RIGHT, at), text(axis.words(tick), LEFT - 8, at + 4, "end", size=11)]
    for tick in across.ticks if last else ():
        at = LEFT + float(across.along(tick)) * (WIDTH - LEFT - RIGHT)
        parts += [line(at, top + PANEL, at, top + PANEL + 5), text(across.words(tick), at, top + PANEL + 19, size=11)]
    return parts
