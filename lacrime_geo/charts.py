"""Line charts of tables, drawn as SVG: a curve, its axes in round numbers, and what is marked on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from .parameters import in_words
from .styles import elements

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 72, 28, 64, 56
INK, FAINT, LINE, MARK = "#222222", "#dddddd", "#0072b2", "#d55e00"
FONT = "Open Sans, Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Chart:
    """Which columns of a table are drawn, and in which words.

    `mark` names a column of True and False: the first point where it is True is marked and its place written beside it.
    `evenly` draws the line on which both are equal, in the words given; both axes are then shares from 0 to 1.
    """

    x: str
    y: str
    x_words: str
    y_words: str
    mark: str | None = None
    evenly: str | None = None


@dataclass(frozen=True)
class _Axes:
    """The ticks of both axes, from which the places on the page follow."""

    x: np.ndarray
    y: np.ndarray
    share: bool

    def at(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return places on the page."""
        across = (np.asarray(x) - self.x[0]) / (self.x[-1] - self.x[0])
        up = (np.asarray(y) - self.y[0]) / (self.y[-1] - self.y[0])
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    def words(self, value: float) -> str:
        """Write a tick's value."""
        return f"{100 * value:.0f} %" if self.share else in_words(value)


def svg(table: Any) -> str:
    """Return the chart of a table that has one, a `Curve`, as a whole SVG document."""
    chart, x, y = table.chart, table[table.chart.x].astype(float), table[table.chart.y].astype(float)
    share = chart.evenly is not None
    axes = _Axes(np.linspace(0, 1, 6), np.linspace(0, 1, 6), True) if share else _Axes(_ticks(x), _ticks(y), False)
    parts = [
        element("rect", width=WIDTH, height=HEIGHT, fill="#ffffff"),
        _text(table.label, LEFT, 26, size=15, weight="bold"),
        *_grid(axes, chart),
        *(_even_line(axes, chart) if share else []),
        _path(*axes.at(x, y), LINE),
        *([] if share else _dots(*axes.at(x, y))),
        *(_marked(axes, x, y, table[chart.mark]) if chart.mark else []),
    ]
    size = dict(width=WIDTH, height=HEIGHT, viewBox=f"0 0 {WIDTH} {HEIGHT}")
    return element("svg", parts, xmlns="http://www.w3.org/2000/svg", role="img", **size) + "\n"


def element(tag: str, children: Any = (), /, text: Any = None, **attributes: Any) -> str:
    """Return an element of SVG, whose attributes are written with hyphens."""
    hyphened = {name.replace("_", "-"): value for name, value in attributes.items()}
    return elements.element(tag, children, text=text, **hyphened)


def _ticks(values: np.ndarray) -> np.ndarray:
    """Return some five to ten round numbers around values, 0 among them where it is near.

    >>> _ticks(np.array([97.0, 482.0])).tolist()
    [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        # A single number stands in the middle.
        low, high = low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2
    low = min(low, 0.0) if low < 0.5 * high else low
    raw = max(high - low, 1e-12) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
    return np.arange(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1) * step


def _grid(axes: _Axes, chart: Chart) -> list[str]:
    """Return lines and numbers of both axes, and what they measure."""
    parts = []
    for tick in axes.y:
        (left, height), (right, _) = axes.at(axes.x[0], tick), axes.at(axes.x[-1], tick)
        parts += [_line(left, height, right, height), _text(axes.words(tick), left - 8, height + 4, anchor="end")]
    for tick in axes.x:
        across, bottom = axes.at(tick, axes.y[0])
        parts += [_line(across, bottom, across, bottom + 5), _text(axes.words(tick), across, bottom + 19)]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, _text(chart.x_words, middle, HEIGHT - 12), _text(chart.y_words, LEFT, 50, anchor="start")]


def _even_line(axes: _Axes, chart: Chart) -> list[str]:
    (x0, y0), (x1, y1) = axes.at(0, 0), axes.at(1, 1)
    return [
        _line(x0, y0, x1, y1, "#888888", dash="5 4"),
        _text(str(chart.evenly), *axes.at(0.62, 0.52), anchor="start"),
    ]


def _marked(axes: _Axes, x: np.ndarray, y: np.ndarray, marked: np.ndarray) -> list[str]:
    """Return a ring around the first marked point with its place in words beside it; nothing where none is marked."""
    if not marked.any():
        return []
    first = int(np.argmax(marked))
    across, height = axes.at(x[first], y[first])
    ring = element("circle", cx=_short(across), cy=_short(height), r=7, fill="none", stroke=MARK, stroke_width=2.5)
    words = f"peak: {x[first]:,.6g} m"
    return [ring, _text(words, across + 12, height - 10, anchor="start", weight="bold", fill="#a34400")]


def _path(across: np.ndarray, height: np.ndarray, colour: str) -> str:
    points = " ".join(f"{_short(x)},{_short(y)}" for x, y in zip(across, height))
    return element("polyline", points=points, fill="none", stroke=colour, stroke_width=2.2, stroke_linejoin="round")


def _dots(across: np.ndarray, height: np.ndarray) -> list[str]:
    return [element("circle", cx=_short(x), cy=_short(y), r=3, fill=LINE) for x, y in zip(across, height)]


def _line(x0: float, y0: float, x1: float, y1: float, colour: str = FAINT, dash: str = "none") -> str:
    ends = dict(x1=_short(x0), y1=_short(y0), x2=_short(x1), y2=_short(y1))
    return element("line", stroke=colour, stroke_width=1, stroke_dasharray=dash, **ends)


def _text(
    words: str, x: float, y: float, anchor: str = "", size: int = 12, weight: str = "normal", fill: str = INK
) -> str:
    place = anchor or ("start" if size > 12 else "middle")
    look = dict(font_family=FONT, font_size=size, font_weight=weight, fill=fill, text_anchor=place)
    return element("text", text=escape(words, quote=False), x=_short(x), y=_short(y), **look)


def _short(number: float) -> str:
    return f"{float(number):.1f}"
