"""The chart of a season: each level's rate ratio as a dot with its interval, weekdays, months and the rest side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import NUMBER, Axis, axis_of
from ..chart_parts import COLOURS, FAINT, GREY, LEGEND_LINE, document, dots, legend, line, text
from ..parameters import in_plain_words
from .season_effects import FIRST, LEVELS, MONTH, SHORT, TREND, WEEKDAY

if TYPE_CHECKING:
    from .seasonality import Season

SLOT, GAP, LEFT, RIGHT, TOP, HEIGHT, BOTTOM = 31, 26, 60, 16, 84, 260, 40
TITLES = {WEEKDAY: "Weekday", MONTH: "Month", FIRST: "1st", TREND: "Trend"}
WIDEST = 2.5  # intervals that reach farther than so many times the farthest ratio are cut at the edge


def svg(table: Season) -> str:
    """Return the chart as a whole SVG document, without effects that are not told; of many groups the first six."""
    groups = list(dict.fromkeys(table["group"].tolist()))[: len(COLOURS)]
    shown = np.isin(table["group"], groups) & ~np.isnan(table["ratio"])
    axis = _axis(*(table[name][shown] for name in ("ratio", "low", "high")))
    effects = [effect for effect in LEVELS if (table["effect"][shown] == effect).any()]
    parts, left = [], float(LEFT)
    for effect in effects:
        wide = len(LEVELS[effect]) * SLOT + (24 if len(LEVELS[effect]) == 1 else 0)
        parts += _frame(effect, left, wide, axis, first=effect == effects[0])
        for number, (group, colour) in enumerate(zip(groups, COLOURS)):
            rows = (table["group"] == group) & (table["effect"] == effect)
            shift = (number - (len(groups) - 1) / 2) * min(5.0, 22 / len(groups))
            ratio, low, high = (table[name][rows] for name in ("ratio", "low", "high"))
            parts += _marks(ratio, low, high, left + shift, wide / len(LEVELS[effect]), axis, colour)
        left += wide + GAP
    width = left - GAP + RIGHT
    words = [
        text(table.label, 16, 26, size=15, weight="bold"),
        text(f"Rate ratio ({_compared(effects, table.parameters['reference'])})", 16, 50, anchor="start"),
    ]
    names = legend([in_plain_words(group) for group in groups], LEFT, TOP + HEIGHT + BOTTOM) if len(groups) > 1 else []
    return document([*words, *parts, *names], width, TOP + HEIGHT + BOTTOM + LEGEND_LINE * len(names) / 2)


def _compared(effects: list[str], reference: str) -> str:
    """Say to what the ratios of the effects that are drawn compare."""
    said = [f"1: the {reference}"] if {WEEKDAY, MONTH} & set(effects) else []
    said += ["for the first of the month other days"] if FIRST in effects else []
    return "; ".join([*said, *(["for the trend the year before"] if TREND in effects else [])])


def _axis(ratio: np.ndarray, low: np.ndarray, high: np.ndarray) -> Axis:
    far = WIDEST * max(float(np.abs(ratio - 1).max(initial=0.1)), 0.1)
    inside = np.clip(np.concatenate([ratio, low, high]), 1 - far, 1 + far)
    return axis_of(np.append(np.maximum(inside, 0.0), 1.0), NUMBER)


def _up(values: np.ndarray | float, axis: Axis) -> np.ndarray:
    return np.asarray(TOP + HEIGHT - np.clip(axis.along(np.asarray(values)), 0, 1) * HEIGHT)


def _frame(effect: str, left: float, wide: float, axis: Axis, first: bool) -> list[str]:
    """Return the lines, numbers and names of one panel."""
    parts = [text(TITLES[effect], left + wide / 2, TOP - 10, weight="bold")]
    for tick in axis.ticks:
        at = float(_up(tick, axis))
        one = abs(tick - 1) < 1e-9
        parts.append(line(left, at, left + wide, at, GREY if one else FAINT, width=1.5 if one else 1))
        if first:
            parts.append(text(axis.words(tick), left - 8, at + 4, anchor="end"))
    slot = wide / len(LEVELS[effect])
    names = [SHORT[level] for level in LEVELS[effect]]
    return parts + [text(name, left + (row + 0.5) * slot, TOP + HEIGHT + 18, size=11) for row, name in enumerate(names)]


def _marks(
    ratio: np.ndarray, low: np.ndarray, high: np.ndarray, left: float, slot: float, axis: Axis, colour: str
) -> list[str]:
    """Return the dots of one group in one panel, with their intervals."""
    across = left + (np.arange(ratio.size) + 0.5) * slot
    known = np.flatnonzero(~np.isnan(ratio)).tolist()
    ends = _up(low, axis), _up(high, axis)
    bars = [line(across[row], ends[0][row], across[row], ends[1][row], colour, width=2) for row in known]
    return [*bars, *dots(across[known], _up(ratio[known], axis), colour, 3.6)]
