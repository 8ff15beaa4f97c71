"""Line charts of tables, drawn as SVG: curves, their axes in round numbers, and what is marked on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .chart_axes import DAY, NUMBER, SHARE, Axis, axis_of
from .chart_parts import COLOURS, GREY, INK, LEGEND_LINE, MARK, document, dots, element, line, path, short, text

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 72, 28, 64, 56
LETTER = 7.2
RING = "ring"


@dataclass(frozen=True)
class Chart:
    """Which columns of a table are drawn, and in which words.

    `mark` names a column of True and False: the first point where it is True is marked and its place written beside it.
    `evenly` draws the line on which both are equal, in the words given.
    `series` names a column that tells several curves apart, of which those that come first are drawn, and `series_words` is
    what the legend says of one.
    `band` names the columns between which the first curve lies, and `beside` another of the first curve, with its words;
    `alike` draws them of every curve.
    `rings` names a column of True and False, with its words: every point of the first curve where it is True has a ring.
    `until` is the largest x that is drawn.
    """

    x: str
    y: str
    x_words: str
    y_words: str
    x_kind: str = NUMBER
    y_kind: str = NUMBER
    mark: str | None = None
    evenly: str | None = None
    series: str | None = None
    series_words: str = "{}"
    band: tuple[str, str] | None = None
    beside: tuple[str, str] | None = None
    until: float | None = None
    alike: bool = False
    rings: tuple[str, str] | None = None


class _Axes(NamedTuple):
    """Both axes, from which the places on the page follow."""

    x: Axis
    y: Axis

    def at(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return places on the page."""
        across, up = self.x.along(x), self.y.along(y)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


class _Curve(NamedTuple):
    """One curve: its name, its x, and all columns that are drawn."""

    name: str
    x: np.ndarray
    columns: dict[str, np.ndarray]


def svg(table: Any) -> str:
    """Return the chart of a table that has one, a `Curve`, as a whole SVG document."""
    chart, curves = table.chart, _curves(table)
    drawn = [chart.y, *(chart.band or ()), *([chart.beside[0]] if chart.beside else [])]
    whole = curves if chart.alike else curves[:1]
    heights = np.concatenate(
        [curve.columns[name] for curve in whole for name in drawn] + [curve.columns[chart.y] for curve in curves]
    )
    across = np.concatenate([curve.x for curve in curves])
    legend, legend_height = _legend(chart, curves)
    axes = _Axes(axis_of(across, chart.x_kind), axis_of(heights[np.isfinite(heights)], chart.y_kind))
    parts = [
        text(table.label, LEFT, 26, size=15, weight="bold"),
        *([_band(axes, *pair, chart.band) for pair in zip(whole, COLOURS)] if chart.band else []),
        *_grid(axes, chart),
        *(_even_line(axes, chart) if chart.evenly else []),
        *_lines(axes, chart, curves),
        *(_marked(axes, curves[0].x, curves[0].columns[chart.y], table[chart.mark]) if chart.mark else []),
        *(_ringed(axes, curves[0], chart.y, chart.rings[0]) if chart.rings else []),
        *legend,
    ]
    return document(parts, WIDTH, HEIGHT + legend_height)


def _curves(table: Any) -> list[_Curve]:
    """Return the curves that are drawn: the table's only one, or of its series those that come first."""
    chart = table.chart
    x = table[chart.x].astype("M8[D]").astype(float) if chart.x_kind == DAY else table[chart.x].astype(float)
    shown = np.ones(x.size, dtype=bool) if chart.until is None else x <= chart.until
    series = np.zeros(x.size, dtype=int) if chart.series is None else table[chart.series]
    names = list(dict.fromkeys(series.tolist()))[: len(COLOURS)]
    wanted = {chart.y, *(chart.band or ()), *([chart.beside[0]] if chart.beside else [])}
    wanted |= {chart.rings[0]} if chart.rings else set()
    rows = [shown & (series == name) for name in names]
    return [
        _Curve(str(name), x[row], {column: table[column][row].astype(float) for column in wanted})
        for name, row in zip(names, rows)
    ]


def _lines(axes: _Axes, chart: Chart, curves: list[_Curve]) -> list[str]:
    """Return the curves, the first one above the others, with dots where they stand for numbers."""
    parts = []
    if chart.beside:
        name, whole = chart.beside[0], curves if chart.alike else curves[:1]
        pairs = zip(whole, COLOURS)
        parts += [path(*axes.at(curve.x, curve.columns[name]), colour, dash="5 4") for curve, colour in pairs]
    for curve, colour in reversed(list(zip(curves, COLOURS))):
        points = axes.at(curve.x, curve.columns[chart.y])
        parts += [path(*points, colour), *([] if chart.y_kind == SHARE else dots(*points, colour))]
    return parts


def _band(axes: _Axes, curve: _Curve, colour: str, band: tuple[str, str]) -> str:
    """Return the area between two columns of a curve."""
    known = np.isfinite(curve.columns[band[0]]) & np.isfinite(curve.columns[band[1]])
    low, high = (np.column_stack(axes.at(curve.x[known], curve.columns[name][known])) for name in band)
    points = " ".join(f"{short(x)},{short(y)}" for x, y in [*low, *high[::-1]])
    return element("polygon", points=points, fill=colour, fill_opacity=0.18)


def _legend(chart: Chart, curves: list[_Curve]) -> tuple[list[str], int]:
    """Return which line is which, where there may be several, beneath the chart, and how high that is."""
    if chart.series is None:
        return [], 0
    entries = [(chart.series_words.format(curve.name), colour, "none") for curve, colour in zip(curves, COLOURS)]
    if chart.beside:
        of_all = chart.alike and len(curves) > 1
        name, colour = ("each", INK) if of_all else (curves[0].name, COLOURS[0])
        entries.append((chart.beside[1].format(name), colour, "5 4"))
    if chart.rings:
        entries.append((chart.rings[1], MARK, RING))
    wide = (WIDTH - LEFT - RIGHT) / 2
    columns = 1 if max(len(name) for name, *_ in entries) * LETTER > wide - 40 else 2
    rows, parts = -(-len(entries) // columns), []
    for number, (name, colour, dash) in enumerate(entries):
        left, top = LEFT + wide * (number // rows), HEIGHT + 4 + LEGEND_LINE * (number % rows)
        parts.append(ring(left + 12, top) if dash == RING else line(left, top, left + 24, top, colour, dash, 2.2))
        parts.append(text(name, left + 32, top + 4, anchor="start"))
    return parts, LEGEND_LINE * rows + 8


def _grid(axes: _Axes, chart: Chart) -> list[str]:
    """Return lines and numbers of both axes, and what they measure."""
    parts = []
    for tick in axes.y.ticks:
        (left, height), (right, _) = axes.at(axes.x.first, tick), axes.at(axes.x.last, tick)
        parts += [line(left, height, right, height), text(axes.y.words(tick), left - 8, height + 4, anchor="end")]
    for tick in axes.x.ticks:
        across, bottom = axes.at(tick, axes.y.first)
        parts += [line(across, bottom, across, bottom + 5), text(axes.x.words(tick), across, bottom + 19)]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, text(chart.x_words, middle, HEIGHT - 12), text(chart.y_words, LEFT, 50, anchor="start")]


def _even_line(axes: _Axes, chart: Chart) -> list[str]:
    (x0, y0), (x1, y1) = axes.at(0, 0), axes.at(1, 1)
    return [
        line(x0, y0, x1, y1, GREY, dash="5 4"),
        text(str(chart.evenly), *axes.at(0.62, 0.52), anchor="start"),
    ]


def ring(across: float, height: float) -> str:
    """Return a ring around a place on the page."""
    return element("circle", cx=short(across), cy=short(height), r=7, fill="none", stroke=MARK, stroke_width=2.5)


def _ringed(axes: _Axes, curve: _Curve, y: str, marked: str) -> list[str]:
    """Return a ring around every point of a curve that has one."""
    rows = np.flatnonzero(curve.columns[marked] == 1.0)
    return [ring(*axes.at(curve.x[row], curve.columns[y][row])) for row in rows]


def _marked(axes: _Axes, x: np.ndarray, y: np.ndarray, marked: np.ndarray) -> list[str]:
    """Return a ring around the first marked point with its place in words beside it; nothing where none is marked."""
    if not marked.any():
        return []
    first = int(np.argmax(marked))
    across, height = axes.at(x[first], y[first])
    words = f"peak: {x[first]:,.6g} m"
    return [ring(across, height), text(words, across + 12, height - 10, anchor="start", weight="bold", fill="#a34400")]
