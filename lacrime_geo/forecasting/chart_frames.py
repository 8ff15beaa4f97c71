"""The frame of one panel of a chart of forecasts, and its words: axes, lines, steps of time, a legend in a row."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np

from ..chart_axes import COUNT, Axis, axis_of
from ..chart_parts import EDGE, FAINT, element, line, text
from ..dates import MONTHS

LETTER = 6.3  # how wide a letter of size 12 is, as a rule
WIDTH, MARGIN = 860, 20
RIGHT = 30  # of a panel: half of its last word
SMALL = "#555555"
TICK_APART = 74
LINE_HEIGHT = 17
NO_BREAK = "\u00a0"


class Frame(NamedTuple):
    """Hold where a panel stands on the page, and its axes."""

    left: float
    top: float
    width: float
    height: float
    x: Axis
    y: Axis

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def across(self, values: np.ndarray | float) -> np.ndarray:
        """Return places on the page of values along x."""
        return np.asarray(self.left + self.x.along(np.asarray(values)) * self.width)

    def up(self, values: np.ndarray | float) -> np.ndarray:
        """Return places on the page of values along y."""
        return np.asarray(self.bottom - self.y.along(np.asarray(values)) * self.height)

    def level_lines(self) -> list[str]:
        """Return the lines and numbers of y."""
        parts = []
        for tick in self.y.ticks[:: 2 if self.y.ticks.size > 6 else 1]:
            at = float(self.up(tick))
            parts += [line(self.left, at, self.right, at), text(self.y.words(tick), self.left - 8, at + 4, "end", 11)]
        return parts

    def upright_lines(self) -> list[str]:
        """Return the lines and numbers of x, the numbers beneath."""
        parts = []
        for tick in self.x.ticks:
            at = float(self.across(tick))
            parts += [line(at, self.top, at, self.bottom), text(self.x.words(tick), at, self.bottom + 17, size=11)]
        return parts

    def moments(self, named: bool = True) -> list[str]:
        """Return the ticks of x beneath, with their words or without."""
        parts = []
        for tick in self.x.ticks:
            at = float(self.across(tick))
            parts.append(line(at, self.bottom, at, self.bottom + 5, EDGE))
            parts += [text(self.x.words(tick), at, self.bottom + 19, size=11)] if named else []
        return [*parts, line(self.left, self.bottom, self.right, self.bottom, EDGE)]


def counts_axis(values: np.ndarray) -> Axis:
    """Return an axis of counts from 0 on, up to 1 where all are 0."""
    known = values[np.isfinite(values)]
    return axis_of(known if known.any() else np.ones(1), COUNT)


def most_ticks(width: float) -> int:
    """Return how many words of days stand beside each other."""
    return max(int(width // TICK_APART), 2)


def lines_of(sentence: str, width: float, size: int = 12) -> list[str]:
    """Return a sentence in lines that are no wider than a width of the page."""
    return textwrap.wrap(sentence, max(int(width / (LETTER * size / 12)), 20))


def shortened(words: str, width: float, size: int = 12) -> str:
    """Return words cut to a width of the page.

    >>> shortened("Seventy-seventh Street", 80)
    'Seventy-sev…'
    """
    most = max(int(width / (LETTER * size / 12)), 4)
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def sentence(words: str) -> str:
    """Return words as a sentence: a capital first, a full stop last."""
    return f"{capital(words)}{'' if words.endswith('.') else '.'}"


def capital(words: str) -> str:
    """Return words with a capital first, all others as they are."""
    return f"{words[:1].upper()}{words[1:]}"


def unbroken(words: str) -> str:
    """Return words that stay on one line of a page."""
    return words.replace(" ", NO_BREAK)


def number(value: float) -> Any:
    """Return a number of a table with three digits, or a dash where it is not known.

    >>> number(0.68423), number(19603.2), number(float("nan"))
    (0.684, 19603, '–')
    """
    if not np.isfinite(value):
        return "–"
    return round(value) if abs(value) >= 1000 else float(f"{value:.3g}")


def step_words(day: np.datetime64, step: str) -> str:
    """Return a step as a reader names it.

    >>> step_words(np.datetime64("2023-11-01"), "month"), step_words(np.datetime64("2023-11-06"), "week")
    ('Nov 2023', 'week from 6 Nov 2023')
    """
    moment = day.astype("M8[D]").astype(object)
    month = f"{MONTHS[moment.month - 1]} {moment.year}"
    if step == "month":
        return month
    return f"{'week from ' if step == 'week' else ''}{moment.day} {month}"


def told(parts: Sequence[str], words: str) -> str:
    """Return parts of a chart that say words when pointed at."""
    return element("g", [element("title", text=escape(words, quote=False)), *parts])


def in_a_row(entries: Sequence[tuple[list[str], str]], top: float) -> tuple[list[str], float]:
    """Return a legend and where it ends: (sign, words) side by side; signs are drawn at 0, 0 and are 26 wide."""
    parts: list[str] = []
    left, at = float(MARGIN), top
    for sign, words in entries:
        wide = 34 + len(words) * LETTER + 18
        if left + wide > WIDTH and left > MARGIN:
            left, at = float(MARGIN), at + LINE_HEIGHT + 2
        parts += [_moved(sign, left, at), text(words, left + 33, at + 4, "start")]
        left += wide
    return parts, at + LINE_HEIGHT


def _moved(parts: list[str], left: float, top: float) -> str:
    return element("g", parts, transform=f"translate({left:.1f},{top:.1f})")


def written(sentences: Sequence[str], top: float, fill: str = SMALL, size: int = 11) -> tuple[list[str], float]:
    """Return sentences beneath a chart, each from a new line on, and where they end."""
    rows = [row for said in sentences for row in lines_of(said, WIDTH - 2 * MARGIN, size)]
    parts = [text(row, MARGIN, top + number * LINE_HEIGHT, "start", size, fill=fill) for number, row in enumerate(rows)]
    return parts, top + LINE_HEIGHT * len(rows)


def ruled(frame: Frame, value: float, colour: str = FAINT, dash: str = "none", width: float = 1) -> str:
    """Return an upright line across a frame at a value of x."""
    at = float(frame.across(value))
    return line(at, frame.top, at, frame.bottom, colour, dash, width)
