"""A difference in differences drawn, and as a page: the ratio of both groups step by step, the effect, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import html_pages as html
from ..chart_axes import NUMBER, axis_of
from ..chart_parts import GREY, INK, LINE, MARK, document, dots, line, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, Frame, sentence
from ..parameters import in_words, p_in_words

if TYPE_CHECKING:
    from .differences import DifferenceInDifferences

LEFT, HIGH = 60.0, 280.0
CAVEATS = (
    "Reported crime is not crime: an intervention may change what is reported.",
    "It holds if without the intervention both groups would have changed by the same share. Steps before the start that lie "
    "beside 1 speak against it; steps that do not are no proof.",
    "Areas next to treated ones are no good control where crime may move there.",
)


def drawn(found: DifferenceInDifferences) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(sentence(str(found.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    table, top, step = found.event_study(), 49.0 + 17 * len(head) + 32, float(found.parameters["time_step"])
    days = table["days"] + step / 2
    known = [table[name][np.isfinite(table[name])] for name in ("low", "high", "estimate")]
    x = axis_of(np.append(table["days"].astype(float), table["days"][-1] + step), NUMBER)
    frame = Frame(LEFT, top, WIDTH - LEFT - 30, HIGH, x, frames.counts_axis(np.append(np.concatenate(known), 1.0)))
    title = "Treated to control, each step against the last one before the start (1: no difference)"
    parts += [text(title, LEFT, top - 14, "start", weight="bold"), *frame.level_lines(), *frame.moments()]
    at_one = float(frame.up(1.0))
    parts += [line(frame.left, at_one, frame.right, at_one, GREY, width=1.4), frames.ruled(frame, 0.0, INK, "4 3")]
    for middle, estimate, low, high in zip(days, table["estimate"], table["low"], table["high"]):
        if np.isfinite([estimate, low, high]).all():
            at, colour = float(frame.across(middle)), LINE if middle < 0 else MARK
            ends = (float(frame.up(end)) for end in (low, high))
            parts += [line(at, next(ends), at, next(ends), colour, width=2)]
            parts += dots(np.array([at]), np.array([frame.up(estimate)]), colour, 3.8)
    parts.append(text("days from the start", (frame.left + frame.right) / 2, frame.bottom + 38, size=11))
    beneath, bottom = frames.written([source_of(found)], frame.bottom + 62)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def source_of(found: DifferenceInDifferences) -> str:
    """Return which incidents these are, and of how many areas."""
    kept = found.parameters
    areas = f"{kept['areas_treated']:,} treated and {kept['areas_control']:,} other areas"
    return f"Source: {kept['layer']}; {areas}, steps of {kept['time_step']} days. Reported crime is not crime."


def page_of(found: DifferenceInDifferences) -> str:
    """Return the whole page."""
    kept = found.parameters
    return html.page(
        found.label,
        html.items([*(sentence(str(said)) for said in found["sentence"]), source_of(found)]),
        html.Markup(drawn(found)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", "Ratios"),
        html.table(
            ["what", "ratio", f"{kept['level']:g} % interval", "p, by areas", "p, of other choices"],
            (
                [
                    str(found["what"][row]),
                    in_words(found["estimate"][row]),
                    f"{in_words(found['low'][row])} to {in_words(found['high'][row])}",
                    *(p_in_words(found[name][row]).removeprefix("p = ") for name in ("p", "p_regrouped")),
                ]
                for row in range(len(found))
            ),
        ),
    )
