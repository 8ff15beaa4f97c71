"""Persistence drawn: a strip of years for each agency, coloured by where its rate stood among all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..chart_parts import EDGE, document, element, short, text
from ..comparisons.comparison_pages import comparison_page
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, SMALL, WIDTH
from ..styles.palettes import STABLE

if TYPE_CHECKING:
    from .persistence import PersistentHigh

NAMES, NUMBERS, ROW, GAP = 170.0, 150.0, 15.0, 1.0
# So many agencies are drawn; a .csv holds all.
MOST = 120
HIGH, MIDDLE, LOW = (colour for _, colour in STABLE["Hot"])
MEANINGS = (
    (
        "share of years",
        "years in which the rate was above the year's quantile, with the 95 % interval of blocks of years.",
    ),
    ("if shuffled", "the share that would be expected if ranks were shuffled every year."),
    ("longest run", "the most years in a row that were high; a year that is not usable ends a run."),
    ("current run", "the years in a row up to the last usable one."),
)


def drawn(found: PersistentHigh) -> str:
    """Return the chart as a whole SVG document."""
    assert found.series is not None
    shown = np.flatnonzero(found["years"] > 0)[:MOST]
    head = frames.lines_of(frames.sentence(str(found.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    legend, top = frames.in_a_row(_legend(float(found.parameters["quantile"])), 49 + 17 * len(head) + 6)
    top += 26
    parts += [*legend, *_years(found.series.year, top, top + ROW * shown.size)]
    for number, row in enumerate(shown.tolist()):
        parts += _strip(found, row, top + ROW * number)
    beneath, bottom = frames.written(_beneath(found, shown.size), top + ROW * shown.size + 40)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def page_of(found: PersistentHigh) -> str:
    """Return the whole page."""
    columns: list[tuple[str, Any]] = [
        ("agency", found["name"]),
        ("years", found["years"].tolist()),
        ("high", found["years_high"].tolist()),
        ("share of years, %", [_told(found, row) for row in range(len(found))]),
        ("if shuffled, %", [frames.number(100 * float(share)) for share in found["expected_share"]]),
        ("runs", found["runs"].tolist()),
        ("longest run", found["longest_run"].tolist()),
        ("current run", found["current_run"].tolist()),
    ]
    return comparison_page(found, drawn(found), columns, np.arange(len(found)), MEANINGS, "agencies")


def _told(found: PersistentHigh, row: int) -> str:
    """Return the share of years of an agency in per cent with its interval, where there is one."""
    share, low, high = (100 * float(found[name][row]) for name in ("share", "share_low", "share_high"))
    if not np.isfinite(share):
        return "–"
    return f"{share:.0f} ({low:.0f}–{high:.0f})" if np.isfinite(low) else f"{share:.0f}"


def _legend(quantile: float) -> list[tuple[list[str], str]]:
    words = (
        (HIGH, f"Rate above the {100 * quantile:g} % quantile of the year"),
        (MIDDLE, "Others above the middle" if quantile > 0.5 else "Others"),
        (LOW, "Below the middle"),
        ("none", "Not usable"),
    )
    return [([_box(0, -7, 22, 13, colour)], said) for colour, said in words]


def _box(left: float, top: float, width: float, height: float, colour: str) -> str:
    place = dict(x=short(left), y=short(top), width=short(width), height=short(height))
    return element("rect", **place, fill=colour, stroke=EDGE if colour == "none" else "none", stroke_width=0.6)


def _wide(years: int) -> float:
    return (WIDTH - 2 * MARGIN - NAMES - NUMBERS) / years


def _years(year: np.ndarray, top: float, bottom: float) -> list[str]:
    """Return the years above and beneath the strips, every fifth or as many as have room."""
    wide = _wide(year.size)
    every = next(step for step in (1, 5, 10, 20, 50, 100, 1000) if step * wide >= 34)
    named = [number for number, one in enumerate(year) if one % every == 0]
    left = MARGIN + NAMES
    parts = [text(str(year[n]), left + wide * (n + 0.5), at, size=11) for n in named for at in (top - 7, bottom + 14)]
    return [*parts, text("Share of years high, %", left + wide * year.size + 22, top - 7, "start", 11)]


def _strip(found: PersistentHigh, row: int, top: float) -> list[str]:
    """Return one agency: its name, its years, its share."""
    assert found.standing is not None and found.is_high is not None
    states, standing = found.is_high[row], found.standing[row]
    wide, left = _wide(states.size), MARGIN + NAMES
    boxes = []
    for number, (state, stands) in enumerate(zip(states, standing)):
        colour = "none" if np.isnan(state) else HIGH if state else MIDDLE if stands >= 0.5 else LOW
        boxes.append(_box(left + wide * number, top, wide - GAP, ROW - GAP, colour))
    name = frames.shortened(str(found["name"][row]), NAMES - 10, 11)
    at = top + ROW - 4
    return [
        text(name, left - 8, at, "end", 11),
        *boxes,
        text(_told(found, row), left + wide * states.size + 22, at, "start", 11, fill=SMALL),
    ]


def _beneath(found: PersistentHigh, shown: int) -> list[str]:
    kept = found.parameters
    total = int((found["years"] > 0).sum())
    more = [f"Drawn are the first {shown:,} of {total:,} agencies."] if shown < total else []
    return [*more, f"Source: {kept['layer']}. By name, not by rank.", *kept["caveats"]]
