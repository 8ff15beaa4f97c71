"""Small charts of bars, and of a line, as SVG for a page: few labels, what is conspicuous in another colour, all text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from ...html_pages import Markup
from ...parameters import in_words
from ...styles.elements import element
from ...summaries import share_in_words

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 34
INK, FAINT, BAR, MARK = "#222222", "#dddddd", "#5e9bc8", "#d55e00"
ROW, NAMES = 18, 190
FONT = "Open Sans, Segoe UI, Helvetica, sans-serif"


def columns(values: np.ndarray, marked: np.ndarray, labels: dict[int, str], words: str) -> Markup:
    """Return upright bars (m,), the marked ones (m,) in another colour, with labels under some; `words` says what they show."""
    most = _round_above(max(float(values.max(initial=0)), 1.0))
    room = (WIDTH - LEFT - RIGHT) / max(values.size, 1)
    height = (HEIGHT - TOP - BOTTOM) * values / most
    bars = [
        _box(LEFT + number * room, HEIGHT - BOTTOM - tall, max(room * 0.86, 0.6), tall, MARK if mark else BAR)
        for number, (tall, mark) in enumerate(zip(height, marked))
    ]
    named = [_text(text, LEFT + (at + 0.43) * room, HEIGHT - BOTTOM + 18) for at, text in labels.items()]
    return _svg(HEIGHT, [*_scale(most), *bars, *named], words)


def rows(names: Sequence[str], shares: Sequence[float], words: str) -> Markup:
    """Return lying bars of shares, one below the other, with their names and numbers."""
    room = WIDTH - NAMES - 60
    parts: list[str] = []
    for number, (name, share) in enumerate(zip(names, shares)):
        top = number * ROW
        parts += [
            _text(name if len(name) < 28 else f"{name[:26]}…", NAMES - 8, top + 13, anchor="end"),
            _box(NAMES, top + 3, max(room * share, 0.5), ROW - 6, BAR),
            _text(share_in_words(share), NAMES + room * share + 6, top + 13, anchor="start"),
        ]
    return _svg(ROW * len(names) + 4, parts, words)


def line(x: np.ndarray, shares: np.ndarray, labels: dict[float, str], words: str) -> Markup:
    """Return a line of shares (m,) over x (m,), with labels under some places of x."""
    across = LEFT + (x - x[0]) / max(x[-1] - x[0], 1e-12) * (WIDTH - LEFT - RIGHT)
    up = HEIGHT - BOTTOM - shares * (HEIGHT - TOP - BOTTOM)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, up))
    drawn = element("polyline", points=points, fill="none", stroke=BAR, **{"stroke-width": 2})
    at = {value: LEFT + (value - x[0]) / max(x[-1] - x[0], 1e-12) * (WIDTH - LEFT - RIGHT) for value in labels}
    named = [_text(text, at[value], HEIGHT - BOTTOM + 18) for value, text in labels.items()]
    return _svg(HEIGHT, [*_scale(1.0, share=True), drawn, *named], words)


def _round_above(most: float) -> float:
    """Return the next number that is round, and half of it too.

    >>> [_round_above(most) for most in (4530.0, 61.0, 1.0, 100.0)]
    [5000.0, 80.0, 2.0, 100.0]
    """
    power = 10.0 ** np.floor(np.log10(most))
    steps = (1, 2, 3, 4, 5, 6, 8, 10) if power > 1 else (2, 4, 6, 8, 10)
    return float(next(step * power for step in steps if step * power >= most))


def _scale(most: float, share: bool = False) -> list[str]:
    """Return the lines at nothing, half and all of a height, with their numbers."""
    parts = []
    for part in (0.0, 0.5, 1.0):
        height = HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)
        ends = {"x1": LEFT, "x2": WIDTH - RIGHT, "y1": f"{height:.1f}", "y2": f"{height:.1f}"}
        parts.append(element("line", stroke=FAINT, **ends))
        said = f"{100 * part:.0f} %" if share else in_words(part * most)
        parts.append(_text(said, LEFT - 6, height + 4, anchor="end"))
    return parts


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    sizes = {"x": f"{x:.2f}", "y": f"{y:.2f}", "width": f"{width:.2f}", "height": f"{max(height, 0.0):.2f}"}
    return element("rect", fill=colour, **sizes)


def _text(words: str, x: float, y: float, anchor: str = "middle") -> str:
    look: dict[str, Any] = {"font-family": FONT, "font-size": 11.5, "fill": INK, "text-anchor": anchor}
    return element("text", text=escape(words, quote=False), x=f"{x:.1f}", y=f"{y:.1f}", **look)


def _svg(height: int, parts: list[str], words: str) -> Markup:
    said = element("title", text=escape(words, quote=False))
    size = {"viewBox": f"0 0 {WIDTH} {height}", "width": WIDTH, "height": height, "style": "max-width:100%"}
    return Markup(element("svg", [said, *parts], xmlns="http://www.w3.org/2000/svg", role="img", **size))
