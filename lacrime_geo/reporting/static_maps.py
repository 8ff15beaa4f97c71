"""The report's map for print and for readers without scripts: one SVG for each theme, north up, with a scale bar."""

from __future__ import annotations

import numpy as np

from .. import geometry
from ..chart_labels import Box, beside_dots
from ..chart_parts import EDGE, INK, PAPER, document, element, haloed, line, text
from ..features import Features
from .map_data import extent
from .map_layers import CellLayer, MapLayer, ShapeLayer

WIDTH = 560
TALLEST = 640
MARGIN = 14
NAME_SIZE = 12
NAMED = 6
LONGEST_BAR = 0.28  # of the width


class _Frame:
    """How metres become units of the page, north up."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self.west, self.south, self.east, self.north = bounds
        wide, tall = self.east - self.west, self.north - self.south
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - 2 * MARGIN) / tall)
        self.height = round(self.scale * tall + 2 * MARGIN + 34)
        self.left = (WIDTH - self.scale * wide) / 2

    def x(self, easting: np.ndarray) -> np.ndarray:
        return self.left + self.scale * (easting - self.west)

    def y(self, northing: np.ndarray) -> np.ndarray:
        return MARGIN + self.scale * (self.north - northing)


def static_map(layers: list[MapLayer], boundary: Features | None, words: str) -> str:
    """Return layers, those beneath first, as a whole SVG document; `words` say what is seen to those who do not see it."""
    frame = _Frame(_bounds(layers, boundary))
    parts = [element("title", text=_escaped(words))]
    names: list[str] = []
    for layer in layers:
        if isinstance(layer, CellLayer):
            parts += _cells(layer, frame)
        else:
            parts += _shapes(layer, frame)
            names += _names(layer, frame)
    if boundary is not None:
        outline = _path(geometry.rings(boundary.wkb), frame)
        parts.append(element("path", d=outline, fill="none", stroke=INK, stroke_width=1, stroke_opacity=0.7))
    return document([*parts, *names, *_scale_bar(frame), *_north(frame)], WIDTH, frame.height)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def _bounds(layers: list[MapLayer], boundary: Features | None) -> tuple[float, float, float, float]:
    each = [boundary.bounds] if boundary is not None else [extent(layer) for layer in layers]
    west, south, _, _ = np.min(each, axis=0).tolist()
    _, _, east, north = np.max(each, axis=0).tolist()
    return west, south, east, north


def _cells(layer: CellLayer, frame: _Frame) -> list[str]:
    """Return a path for each class, in units of cells, of its cells run together row by row: so there are no seams."""
    size, grid = frame.scale * layer.grid.cell_size, layer.grid
    west, north = float(frame.x(np.array(grid.west))), float(frame.y(np.array(grid.north)))
    parts = []
    for number, look in enumerate(layer.looks):
        if look.fill:
            drawn = dict(d=_runs(layer.classes == number), fill=look.fill, fill_opacity=look.opacity)
            parts.append(element("path", shape_rendering="crispEdges", **drawn))
    return [element("g", parts, transform=f"translate({west:.2f} {north:.2f}) scale({size:.5f})")]


def _runs(mask: np.ndarray) -> str:
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded, axis=1)
    row, begin = np.nonzero(change == 1)
    length = np.nonzero(change == -1)[1] - begin
    return "".join(f"M{x} {y}h{n}v1h-{n}z" for x, y, n in zip(begin.tolist(), row.tolist(), length.tolist()))


def _shapes(layer: ShapeLayer, frame: _Frame) -> list[str]:
    parts = []
    for number in range(len(layer.words) - 1, -1, -1):
        look = layer.looks[layer.classes[number]]
        outline = dict(d=_path(_of(layer.rings, number), frame), stroke_linejoin="round", fill_rule="evenodd")
        filled = dict(fill=look.fill, fill_opacity=look.opacity) if look.fill else dict(fill="none")
        if look.border and look.cased:
            parts.append(element("path", fill="none", stroke=PAPER, stroke_width=look.border.width + 2, **outline))
        if look.border:
            filled.update(stroke=look.border.colour, stroke_width=look.border.width)
        parts.append(element("path", **filled, **outline))
    return parts


def _of(rings: geometry.Rings, feature: int) -> geometry.Rings:
    """Return the rings of one feature."""
    own = np.flatnonzero(rings.feature == feature)
    first, last = rings.start[own[0]], rings.start[own[-1] + 1]
    start = np.append(rings.start[own], last) - first
    return geometry.Rings(rings.x[first:last], rings.y[first:last], start, rings.feature[own], rings.hole[own])


def _path(rings: geometry.Rings, frame: _Frame) -> str:
    x, y = np.round(frame.x(rings.x), 1), np.round(frame.y(rings.y), 1)
    told = []
    for start, end in zip(rings.start[:-1].tolist(), rings.start[1:].tolist()):
        corners = np.column_stack([x[start:end], y[start:end]])
        # Corners that fall on the same tenth of a unit are one.
        moved = np.append(True, (np.diff(corners, axis=0) != 0).any(axis=1))
        told.append("M" + "L".join(f"{a:g} {b:g}" for a, b in corners[moved].tolist()) + "z")
    return "".join(told)


def _names(layer: ShapeLayer, frame: _Frame) -> list[str]:
    """Return the labels of the first areas, where there is room."""
    named = [number for number, label in enumerate(layer.labels) if label][:NAMED]
    if not named:
        return []
    x, y = geometry.centroids(layer.rings, len(layer.words))
    at = np.column_stack([frame.x(x[named]), frame.y(y[named])])
    words = [layer.labels[number] for number in named]
    page = Box(0, 0, WIDTH, frame.height - 30)
    places = beside_dots(words, at, page, size=NAME_SIZE, dots=at, radius=2)
    parts = []
    for label, place in zip(words, places):
        if place is not None:
            parts += haloed(label, place.box.left, place.baseline, "start", NAME_SIZE)
    return parts


def bar_length(longest: float) -> float:
    """Return a round length (m) for a scale bar: 1, 2 or 5 of a power of ten.

    >>> bar_length(7300.0)
    5000.0
    """
    power = 10.0 ** np.floor(np.log10(longest))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest))


def _scale_bar(frame: _Frame) -> list[str]:
    length = bar_length(LONGEST_BAR * WIDTH / frame.scale)
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    low, right = frame.height - 12, MARGIN + frame.scale * length
    ends = [line(x, low - 6, x, low, INK, width=1.5) for x in (MARGIN, right)]
    return [line(MARGIN, low, right, low, INK, width=1.5), *ends, text(words, right + 8, low + 1, "start")]


def _north(frame: _Frame) -> list[str]:
    x, low = WIDTH - MARGIN - 10, frame.height - 10
    arrow = element("path", d=f"M{x} {low - 22}l6 18l-6 -4l-6 4z", fill=INK, stroke=EDGE, stroke_width=0.5)
    return [arrow, text("N", x - 16, low - 6, "middle")]
