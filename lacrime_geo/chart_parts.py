"""The pieces that charts are drawn of, as SVG: lines, dots, words, and their colours."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import numpy as np

from .styles import elements

INK, GREY, EDGE, FAINT, PAPER = "#222222", "#888888", "#b0b0b0", "#dddddd", "#ffffff"
LINE, MARK = "#0072b2", "#d55e00"
# Of Okabe & Ito, told apart by all.
COLOURS = (LINE, "#e69f00", "#009e73", "#cc79a7", "#56b4e9", MARK)
LEGEND_LINE = 17
# Characters of names that no document of XML may hold, escaped or not.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FONT = "Open Sans, Helvetica, Arial, sans-serif"


def document(parts: list[str], width: float, height: float) -> str:
    """Return a whole SVG document of a size, on white."""
    size = dict(width=width, height=height, viewBox=f"0 0 {width} {height}")
    ground = element("rect", width=width, height=height, fill=PAPER)
    svg = element("svg", [ground, *parts], xmlns="http://www.w3.org/2000/svg", role="img", **size)
    return NOT_XML.sub("\ufffd", svg) + "\n"


def element(tag: str, children: Any = (), /, text: Any = None, **attributes: Any) -> str:
    """Return an element of SVG, whose attributes are written with hyphens."""
    hyphened = {name.replace("_", "-"): value for name, value in attributes.items()}
    return elements.element(tag, children, text=text, **hyphened)


def path(across: np.ndarray, height: np.ndarray, colour: str, dash: str = "none", width: float = 2.2) -> str:
    """Return a line through points of the page, those without a height left out."""
    known = np.isfinite(height)
    points = " ".join(f"{short(x)},{short(y)}" for x, y in zip(across[known], height[known]))
    look = dict(fill="none", stroke=colour, stroke_width=width, stroke_linejoin="round")
    return element("polyline", points=points, **look, **({"stroke_dasharray": dash} if dash != "none" else {}))


def dots(across: np.ndarray, height: np.ndarray, colour: str, radius: float = 3) -> list[str]:
    """Return a dot at each point of the page, those without a height left out."""
    known = np.isfinite(height)
    points = zip(across[known], height[known])
    return [element("circle", cx=short(x), cy=short(y), r=radius, fill=colour) for x, y in points]


def line(x0: float, y0: float, x1: float, y1: float, colour: str = FAINT, dash: str = "none", width: float = 1) -> str:
    """Return a straight line."""
    ends = dict(x1=short(x0), y1=short(y0), x2=short(x1), y2=short(y1))
    return element("line", stroke=colour, stroke_width=width, stroke_dasharray=dash, **ends)


def text(
    words: str, x: float, y: float, anchor: str = "", size: int = 12, weight: str = "normal", fill: str = INK
) -> str:
    """Return words at a place of the page, centred unless told (anchor) or written large."""
    place = anchor or ("start" if size > 12 else "middle")
    look = dict(font_family=FONT, font_size=size, font_weight=weight, fill=fill, text_anchor=place)
    return element("text", text=escape(words, quote=False), x=short(x), y=short(y), **look)


def haloed(words: str, x: float, y: float, anchor: str, size: int) -> list[str]:
    """Return words that stay legible over lines: on a white rim, drawn first as not all viewers paint it beneath letters."""
    look = dict(font_family=FONT, font_size=size, text_anchor=anchor, fill="none", stroke=PAPER, stroke_width=3)
    rim = element("text", text=escape(words, quote=False), x=short(x), y=short(y), aria_hidden="true", **look)
    return [rim, text(words, x, y, anchor, size)]


def legend(names: list[str], left: float, top: float) -> list[str]:
    """Return which colour is which, one name beneath the other."""
    parts = []
    for row, (name, colour) in enumerate(zip(names, COLOURS)):
        at = top + LEGEND_LINE * row
        parts += [line(left, at, left + 24, at, colour, width=2.2), text(str(name), left + 32, at + 4, "start")]
    return parts


def short(number: float) -> str:
    """Write a coordinate of the page."""
    return f"{float(number):.1f}"
