"""Legends of a report's map: a swatch and a sentence for each class, on the page and beside the printed map alike."""

from __future__ import annotations

import math

from .. import html_pages as html
from ..chart_parts import element
from .map_layers import Look, MapLayer

WIDTH, HEIGHT = 30, 18
HATCH_APART = 6.0
DASHES = {"solid": "", "dash": "6 3", "dot": "2 2", "dash dot": "6 2 2 2", "dash dot dot": "6 2 2 2 2 2"}


def legend(layer: MapLayer) -> html.Markup:
    """Return the legend of a layer: its title, how it was made, and its classes."""
    rows = [html.tag("li", html.Markup(swatch(look)), html.tag("span", look.sentence)) for look in layer.looks]
    title = html.tag(
        "p", html.tag("strong", layer.title), f" · {layer.note}" if layer.note else "", kind="legend-title"
    )
    return html.Markup(f"{title}{html.tag('ul', *rows, kind='legend')}")


def swatch(look: Look) -> str:
    """Return a small picture of a class, which its sentence stands beside."""
    ground = element("rect", x=1, y=1, width=WIDTH - 2, height=HEIGHT - 2, **_filled(look), **_bordered(look))
    size = dict(width=WIDTH, height=HEIGHT, viewBox=f"0 0 {WIDTH} {HEIGHT}")
    lines = [line for angle in look.angles for line in _hatch(angle, look.ink)]
    return element("svg", [ground, *lines], aria_hidden="true", **size)


def _filled(look: Look) -> dict[str, object]:
    return dict(fill=look.fill, fill_opacity=look.opacity) if look.fill else dict(fill="#ffffff")


def _bordered(look: Look) -> dict[str, object]:
    if look.border is None or look.border.colour == "#ffffff":
        # White lines apart from one another are seen on a map, not around a swatch.
        return {} if look.fill else dict(stroke="#9a9a9a", stroke_width=0.6)
    dashed = DASHES[look.border.style]
    drawn = dict(stroke=look.border.colour, stroke_width=look.border.width)
    return {**drawn, **({"stroke_dasharray": dashed} if dashed else {})}


def _hatch(angle: int, ink: str) -> list[str]:
    """Return the lines of a hatch, cut to the swatch."""
    look = dict(stroke=ink, stroke_width=1, stroke_opacity=0.8)
    if angle == 0:
        return [element("path", d=f"M1 {y}H{WIDTH - 1}", **look) for y in (5, 10, 14)]
    if angle == 90:
        return [element("path", d=f"M{x} 1V{HEIGHT - 1}", **look) for x in range(5, WIDTH - 1, 6)]
    tall = HEIGHT - 2
    lines = []
    for number in range(math.ceil((WIDTH + tall) / HATCH_APART)):
        foot = 1 + HATCH_APART * number - tall
        low, high = max(0.0, 1 - foot), min(float(tall), WIDTH - 1 - foot)
        if high > low:
            ends = [(foot + step, HEIGHT - 1 - step if angle == 45 else 1 + step) for step in (low, high)]
            lines.append(element("path", d=f"M{ends[0][0]:g} {ends[0][1]:g}L{ends[1][0]:g} {ends[1][1]:g}", **look))
    return lines
