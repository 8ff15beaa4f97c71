"""An interrupted series drawn, and as a page: counts, their fit, what would have gone on with its interval, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import html_pages as html
from ..chart_axes import DAY, axis_of
from ..chart_parts import EDGE, INK, LINE, MARK, document, dots, element, line, path, short, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, Frame, sentence
from ..parameters import in_words, p_in_words

if TYPE_CHECKING:
    from .interruptions import InterruptedSeries

LEFT, HIGH = 60.0, 300.0
CAVEATS = (
    "Reported crime is not crime: a new way of reporting or recording is a change of level too.",
    "Whatever else began at that time is told as well: without a control the series says when, not why.",
    "What would have gone on is the earlier trend drawn on: the farther from the start, the less it is known.",
)


def drawn(found: InterruptedSeries) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(sentence(str(found.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    table, top = found.series(), 49.0 + 17 * len(head) + 40
    days = table["date"].astype("M8[D]").astype(float) + table["days"] / 2
    begin = np.datetime64(found.parameters["start"], "D").astype(float)
    after = days >= begin
    heights = np.concatenate([table["count"], table["fitted"], table["high"][after]]).astype(float)
    frame = Frame(LEFT, top, WIDTH - LEFT - 30, HIGH, axis_of(days, DAY), frames.counts_axis(heights))
    across = frame.across(days)
    parts += [*frame.level_lines(), *frame.moments(), frames.ruled(frame, float(begin), INK, "4 3")]
    low, high = (np.column_stack([across, frame.up(table[name])])[after] for name in ("low", "high"))
    corners = " ".join(f"{short(x)},{short(y)}" for x, y in [*low, *high[::-1]])
    parts.append(element("polygon", points=corners, fill=MARK, fill_opacity=0.16))
    parts += dots(across, frame.up(table["count"]), EDGE, 2.6)
    for rows in (~after, after):
        parts.append(path(across[rows], frame.up(table["fitted"][rows]), LINE))
    parts.append(path(across[after], frame.up(table["expected"][after]), MARK, "6 4"))
    parts += _legend(f"incidents by {found.parameters['step']}", top - 16)
    beneath, bottom = frames.written([source_of(found)], frame.bottom + 44)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def _legend(counted: str, top: float) -> list[str]:
    entries = [(counted, EDGE, ""), ("fitted", LINE, "none"), ("expected without a change", MARK, "6 4")]
    parts, left = [], LEFT
    for words, colour, dash in entries:
        sign = (
            [line(left, top, left + 24, top, colour, dash, 2.2)]
            if dash
            else dots(np.array([left + 12]), np.array([top]), colour)
        )
        parts += [*sign, text(words, left + 31, top + 4, "start")]
        left += 60 + len(words) * frames.LETTER
    return parts


def source_of(found: InterruptedSeries) -> str:
    """Return which incidents these are."""
    return f"Source: {found.parameters['layer']}. Reported crime is not crime."


def page_of(found: InterruptedSeries) -> str:
    """Return the whole page."""
    kept = found.parameters
    placebos = (
        f"At {kept['placebo_starts']} earlier starts, at which nothing began, a change of level was found "
        f"{kept['placebo_found']} times (p ≤ .05)."
    )
    return html.page(
        found.label,
        html.items([sentence(str(said)) for said in (found["sentence"][2], found["sentence"][3])] + [placebos]),
        html.Markup(drawn(found)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", "Changes"),
        _changes(found),
        html.items(sentence(str(said)) for said in found["sentence"]),
        html.tag("h2", "Earlier starts"),
        _earlier_starts(found),
    )


def _changes(found: InterruptedSeries) -> html.Markup:
    return html.table(
        ["what", "estimate", f"{found.parameters['level']:g} % interval", "p"],
        (
            [
                str(found["effect"][row]),
                in_words(found["estimate"][row]),
                f"{in_words(found['low'][row])} to {in_words(found['high'][row])}",
                p_in_words(found["p"][row]).removeprefix("p = "),
            ]
            for row in range(len(found))
        ),
    )


def _earlier_starts(found: InterruptedSeries) -> html.Markup:
    placebos = found.placebos()
    return html.table(
        ["start", "change of level", "p"],
        (
            [str(date.astype("M8[D]")), in_words(ratio), p_in_words(p).removeprefix("p = ")]
            for date, ratio, p in zip(*(placebos[name] for name in ("date", "estimate", "p")))
        ),
    )
