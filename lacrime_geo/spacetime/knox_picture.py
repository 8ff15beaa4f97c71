"""The table of a Knox test as a picture: rows of distance, columns of time, coloured by how far from chance they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import html_pages as html
from ..chart_parts import INK, document, element, text
from ..styles.palettes import RATIOS
from .bands import SAME_PLACE
from .near_repeat_reach import SIGNIFICANT

LEFT, TOP, WIDE, HIGH = 190, 96, 116, 50
MARGIN, LINE, LEAST_WIDTH = 16, 20, 660
PAPER, FRAME, MIDDLE = "#ffffff", "#cccccc", 3
DARK = (0, 6)  # of the classes, on which words are white
WORDS = (
    "Below a quarter of the expected pairs",
    "A quarter to half",
    "Half to 0.8 times",
    "About as expected (0.8 to 1.25 times)",
    "1.25 to 2 times",
    "2 to 4 times",
    "4 times the expected pairs or more",
)
CAVEAT = (
    "Reported crime is not crime. Shuffling the dates takes it that where crime happens does not change over the period; p is "
    "of each pair of bands by itself, and of twenty one is below 0.05 by chance."
)


def knox_svg(table: Any) -> str:
    """Return the table of a Knox test as a whole SVG document."""
    rows, columns = _firsts(table["distance_from"]), _firsts(table["time_from"])
    bottom = TOP + HIGH * len(rows)
    parts = [
        text(table.label, MARGIN, 28, size=15, weight="bold"),
        text(
            "How many times the expected pairs of incidents there are, and beneath it both numbers.",
            MARGIN,
            50,
            "start",
        ),
        text(f"Framed: more than by chance (p ≤ {SIGNIFICANT:g}, uncorrected).", MARGIN, 66, "start"),
    ]
    for column, first in enumerate(columns):
        parts.append(text(table["time"][first], LEFT + WIDE * (column + 0.5), TOP - 8, weight="bold"))
    for row, first in enumerate(rows):
        parts.append(text(_row_words(table, first), LEFT - 10, TOP + HIGH * (row + 0.5) + 4, "end", weight="bold"))
    # Frames last: a neighbour's fill would cover half of one.
    places = [(index, *divmod(index, len(columns))) for index in range(len(table))]
    parts += [part for place in places for part in _cell(table, *place)]
    parts += [_frame(row, column, INK, 2.5) for index, row, column in places if _stands_out(table, index)]
    width = max(LEFT + WIDE * len(columns) + MARGIN, LEAST_WIDTH)
    half = (len(WORDS) + 1) // 2
    parts += [part for number in range(len(WORDS)) for part in _entry(number, width, bottom + 30, half)]
    return document(parts, width, bottom + 30 + LINE * half)


def knox_page(table: Any) -> str:
    """Return a page with the picture of a Knox test, what it found, and what is to be kept in mind."""
    kept = table.parameters
    told = [f"{kept['found'][:1].upper()}{kept['found'][1:]}.", f"Period: {kept['period']}."]
    caveats = [html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), CAVEAT)]
    head = html.tag("h2", "To be kept in mind")
    return html.page(table.label, html.Markup(knox_svg(table)), html.items(told), head, *caveats)


def _firsts(edges: np.ndarray) -> list[int]:
    """Return the first row of the table with each lower edge."""
    return [int(row) for row in np.unique(edges, return_index=True)[1]]


def _row_words(table: Any, row: int) -> str:
    place = "same place, " if table["distance_to"][row] <= SAME_PLACE and table["distance"][row][0] == "[" else ""
    return f"{place}{table['distance'][row]}"


def _stands_out(table: Any, index: int) -> bool:
    return bool(table["p"][index] <= SIGNIFICANT and table["observed"][index] > table["expected"][index])


def _class_of(ratio: float) -> int:
    """Return the number of a ratio's class; one that is not known is in the middle."""
    if np.isnan(ratio):
        return MIDDLE
    return int(np.searchsorted([limit for limit, *_ in RATIOS], ratio, side="right").clip(0, len(RATIOS) - 1))


def _colour(number: int) -> str:
    return PAPER if number == MIDDLE else RATIOS[number][2]


def _cell(table: Any, index: int, row: int, column: int) -> list[str]:
    """Return the colour and the numbers of a pair of bands."""
    ratio, number = float(table["ratio"][index]), _class_of(float(table["ratio"][index]))
    x, y = LEFT + WIDE * (column + 0.5), TOP + HIGH * row
    ink = PAPER if number in DARK else INK
    counts = f"{_short(table['observed'][index])} / {_short(table['expected'][index])}"
    return [
        _frame(row, column, FRAME, 1, _colour(number)),
        text(f"{ratio:.2f}" if np.isfinite(ratio) else "–", x, y + 22, "middle", 14, "bold", ink),
        text(counts, x, y + 40, size=11, fill=ink),
    ]


def _short(number: float) -> str:
    """Write a number of pairs so that it fits: in millions where there are many, with a decimal where there are few.

    >>> _short(28), _short(15.53), _short(182243.4), _short(45123456.0)
    ('28', '15.5', '182,243', '45.1 M')
    """
    if number >= 1e6:
        return f"{number / 1e6:,.1f} M"
    return f"{number:,.0f}" if number >= 1000 or float(number).is_integer() else f"{number:,.1f}"


def _frame(row: int, column: int, colour: str, width: float, fill: str = "none") -> str:
    place = dict(x=LEFT + WIDE * column, y=TOP + HIGH * row, width=WIDE, height=HIGH)
    return element("rect", **place, fill=fill, stroke=colour, stroke_width=width)


def _entry(number: int, width: float, top: float, half: int) -> list[str]:
    """Return one class of the legend, which has two columns."""
    left, y = MARGIN + (width / 2 - MARGIN) * (number // half), top + LINE * (number % half)
    box = element("rect", x=left, y=y - 11, width=22, height=14, fill=_colour(number), stroke=FRAME)
    return [box, text(WORDS[number], left + 30, y, "start")]
