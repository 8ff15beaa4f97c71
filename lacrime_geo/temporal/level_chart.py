"""The chart of changes of level: counts as thin lines, their levels as thick ones, one panel for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import COUNT, DAY, Axis, axis_of
from ..chart_parts import LINE, MARK, document, line, path, text
from ..parameters import in_plain_words
from ..styles.palettes import CHART_PALE

if TYPE_CHECKING:
    from .level_changes import LevelCurve

WIDTH, LEFT, RIGHT, TOP, GAP, BOTTOM = 700, 66, 20, 84, 30, 34
ALONE, AMONG, MOST = 260, 120, 6


def svg(table: LevelCurve) -> str:
    """Return the chart as a whole SVG document; of many groups the first six."""
    groups = list(dict.fromkeys(table["group"].tolist()))[:MOST]
    high = ALONE if len(groups) == 1 else AMONG
    days = table["date"].astype("M8[D]").astype(float)
    across = axis_of(days, DAY)
    parts = [
        text(table.label, 16, 26, size=15, weight="bold"),
        text(f"Incidents per {table.parameters['step']}; thick: the level, dashed: where it changes", 16, 48, "start"),
    ]
    for number, group in enumerate(groups):
        rows, top = table["group"] == group, float(TOP + number * (high + GAP))
        counts, level = (table[name][rows].astype(float) for name in ("count", "level"))
        axis = axis_of(np.concatenate([counts, level]), COUNT)
        parts += _frame(
            in_plain_words(group) if len(groups) > 1 else "", top, high, axis, across, last=group == groups[-1]
        )
        parts += _drawn(LEFT + across.along(days[rows]) * (WIDTH - LEFT - RIGHT), counts, level, top, high, axis)
    return document(parts, WIDTH, TOP + len(groups) * (high + GAP) - GAP + BOTTOM)


def _drawn(at: np.ndarray, counts: np.ndarray, level: np.ndarray, top: float, high: float, axis: Axis) -> list[str]:
    """Return the counts, the levels, and where these change."""
    up = [top + (1 - axis.along(values)) * high for values in (counts, level)]
    begins = np.flatnonzero(np.diff(level) != 0) + 1
    parts = [path(at, up[0], CHART_PALE, width=1.1)]
    parts += [line(at[begin], top, at[begin], top + high, MARK, "4 4", 1.4) for begin in begins.tolist()]
    pieces = np.split(np.arange(level.size), begins)
    return parts + [path(at[piece], up[1][piece], LINE, width=2.6) for piece in pieces]


def _frame(words: str, top: float, high: float, axis: Axis, across: Axis, last: bool) -> list[str]:
    parts = [text(words, LEFT, top - 6, "start", weight="bold")] if words else []
    for tick in axis.ticks[:: 2 if axis.ticks.size > 6 else 1]:
        at = top + (1 - float(axis.along(tick))) * high
        parts += [line(LEFT, at, WIDTH - RIGHT, at), text(axis.words(tick), LEFT - 8, at + 4, "end", size=11)]
    for tick in across.ticks if last else ():
        at = LEFT + float(across.along(tick)) * (WIDTH - LEFT - RIGHT)
        parts += [line(at, top + high, at, top + high + 5), text(across.words(tick), at, top + high + 19, size=11)]
    return parts
