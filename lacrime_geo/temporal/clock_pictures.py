"""The clock as a picture: a row for each weekday and a column for each hour, both profiles beside, the legend in words."""

from __future__ import annotations

import math
import textwrap
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ..chart_axes import COUNT, axis_of
from ..chart_parts import EDGE, FAINT, INK, LINE, PAPER, document, element, line, short, text
from ..frames import PLACEHOLDER_COLUMN
from ..parameters import in_words, incidents_that
from ..styles.palettes import DENSITY, HOURS, NO_INCIDENT, NOT_OBSERVED
from .week_hours import DAY_HOURS

if TYPE_CHECKING:
    from .week_clock import Clock

CELL, LEFT, PROFILE, BARS = 26, 92, 74, 84
GRID_WIDTH, GRID_HEIGHT = DAY_HOURS * CELL, 7 * CELL
BAR_LEFT = LEFT + GRID_WIDTH + 14
WIDTH = BAR_LEFT + BARS + 46
LETTERS, TITLE_LETTERS, SUBTITLE_LINE = 128, 88, 17
GAP = 8
HEAD = 26
LEGEND_COLUMNS, LEGEND_LINE = 4, 21


def drawn(clock: Clock) -> str:
    """Return the whole picture as SVG."""
    title = textwrap.wrap(clock.label, TITLE_LETTERS)
    subtitle = [part for sentence in sentences(clock) for part in textwrap.wrap(sentence, LETTERS)]
    begins = HEAD + 20 * (len(title) - 1)
    top = begins + SUBTITLE_LINE * len(subtitle) + 40
    table_top = top + PROFILE + GAP
    beneath = table_top + GRID_HEIGHT
    legend, height = _legend(clock, beneath + 58)
    heads = [text(words, 20, HEAD + 20 * number, size=15, weight="bold") for number, words in enumerate(title)]
    under = [text(said, 20, begins + 20 + SUBTITLE_LINE * row, "start") for row, said in enumerate(subtitle)]
    parts = [
        *heads,
        *under,
        *_hour_profile(clock, top),
        *_cells(clock, table_top),
        *_weekday_profile(clock, table_top),
        *_hour_names(beneath),
        text(f"{unit(clock).capitalize()} per hour", BAR_LEFT, beneath + 38, "start"),
        *legend,
    ]
    return document(parts, WIDTH, height)


def sentences(clock: Clock) -> list[str]:
    """Return what stands beneath the title: what was left out, and where incidents stand whose time is a span."""
    kept = clock.parameters
    said = []
    timeless, undated = kept.get(PLACEHOLDER_COLUMN, 0), kept.get("undated", 0)
    if timeless:
        whose = "whose time of day is a placeholder, such as 12:00 or 0:01"
        said.append(f"Left out: {incidents_that(timeless, whose, whose)}; those hours may stand too low.")
    if undated:
        said.append(f"Left out: {incidents_that(undated, 'without a date', 'without a date')}.")
    spans = kept.get("spans", 0)
    if spans:
        others = kept["counted"] - spans
        rest = f"; the other {others:,} stand in their start hour" if others else ""
        spread = incidents_that(spans, "with start and end is spread", "with start and end are spread")
        said.append(f"{spread} over the hours between (aoristic){rest}.")
    return said


def _cells(clock: Clock, top: float) -> list[str]:
    """Return the 168 hours; pointed at, each says its numbers."""
    parts = []
    for number, colour in enumerate(colours(clock["ratio"])):
        day, hour = divmod(number, DAY_HOURS)
        box = dict(x=LEFT + hour * CELL, y=short(top + day * CELL), width=CELL, height=CELL)
        said = element("title", text=escape(_words(clock, number), quote=False))
        parts.append(element("rect", [said], fill=colour, stroke=PAPER, stroke_width=1, **box))
    for day, name in enumerate(clock.weekdays()["weekday"]):
        parts.append(text(name, LEFT - 8, top + (day + 0.5) * CELL + 4, "end"))
    frame = dict(x=LEFT, y=short(top), width=GRID_WIDTH, height=GRID_HEIGHT, fill="none", stroke=EDGE)
    return [*parts, element("rect", stroke_width=1, **frame)]


def colours(ratio: np.ndarray) -> list[str]:
    """Return the colour of each ratio to the mean (m,): NaN is not observed, 0 no incident."""
    limits = [limit for limit, _ in HOURS[:-1]]
    found = np.searchsorted(limits, np.nan_to_num(ratio), side="right")
    return [
        NOT_OBSERVED[1] if math.isnan(value) else NO_INCIDENT[1] if value == 0 else DENSITY[at]
        for value, at in zip(ratio.tolist(), found.tolist())
    ]


def _words(clock: Clock, number: int) -> str:
    row = {name: clock[name][number] for name in clock.columns}
    when = f"{row['weekday']} {row['hour']}:00 to {row['hour'] + 1}:00"
    if math.isnan(row["rate"]):
        return f"{when}: not in the period"
    return (
        f"{when}: {_amount(clock, row['rate'])} per such hour ({in_words(row['low'])} to {in_words(row['high'])}), "
        f"{in_words(row['ratio'])} times the mean"
    )


def _amount(clock: Clock, number: float) -> str:
    """Return a number with what is counted."""
    words = in_words(number)
    return f"{words} {'incident' if (words, unit(clock)) == ('1', 'incidents') else unit(clock)}"


def unit(clock: Clock) -> str:
    """Return what is counted."""
    return "of weight" if "weight_sum" in clock.columns else "incidents"


def _hour_profile(clock: Clock, top: float) -> list[str]:
    """Return bars of the rates of the hours of the day above the table, with their intervals, and the mean as a dashed line."""
    table, bottom = clock.hours(), top + PROFILE
    axis = axis_of(_known(table["high"]), COUNT)
    parts = [text(f"{unit(clock).capitalize()} per hour, by hour of the day", LEFT, top - 10, "start")]
    for tick in (axis.first, axis.last):
        height = bottom - PROFILE * float(axis.along(np.array(tick)))
        parts += [line(LEFT, height, LEFT + GRID_WIDTH, height), text(in_words(tick), LEFT - 8, height + 4, "end")]
    for hour, (rate, low, high) in enumerate(zip(*(axis.along(table[name]) for name in ("rate", "low", "high")))):
        if np.isfinite(rate):
            left, middle = LEFT + hour * CELL + 4, LEFT + (hour + 0.5) * CELL
            box = dict(x=left, y=short(bottom - PROFILE * rate), width=CELL - 8, height=short(PROFILE * rate))
            parts.append(element("rect", fill=LINE, **box))
            parts.append(line(middle, bottom - PROFILE * low, middle, bottom - PROFILE * high, INK))
    mean = bottom - PROFILE * float(axis.along(clock.parameters["mean_rate"]))
    return [*parts, line(LEFT, mean, LEFT + GRID_WIDTH, mean, INK, "4 4"), text("mean", BAR_LEFT, mean + 4, "start")]


def _weekday_profile(clock: Clock, top: float) -> list[str]:
    """Return bars of the rates of the weekdays beside the table, with their intervals and numbers."""
    table = clock.weekdays()
    axis = axis_of(_known(table["high"]), COUNT)
    parts = [line(BAR_LEFT, top, BAR_LEFT, top + GRID_HEIGHT, EDGE)]
    for day, values in enumerate(zip(*(table[name] for name in ("rate", "low", "high")))):
        middle = top + (day + 0.5) * CELL
        if not np.isfinite(values[0]):
            parts.append(text("–", BAR_LEFT + 8, middle + 4, "start"))
            continue
        rate, low, high = (BARS * float(axis.along(value)) for value in values)
        box = dict(x=BAR_LEFT, y=short(middle - 8), width=short(rate), height=16)
        parts += [element("rect", fill=LINE, **box), line(BAR_LEFT + low, middle, BAR_LEFT + high, middle, INK)]
        parts.append(text(f"{values[0]:,.2f}", BAR_LEFT + high + 6, middle + 4, "start"))
    mean = BAR_LEFT + BARS * float(axis.along(clock.parameters["mean_rate"]))
    return [*parts, line(mean, top, mean, top + GRID_HEIGHT, INK, "4 4")]


def _known(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]


def _hour_names(bottom: float) -> list[str]:
    """Return the hours beneath the table, where they begin."""
    parts: list[str] = []
    for hour in range(0, DAY_HOURS + 1, 3):
        across = LEFT + hour * CELL
        parts += [line(across, bottom, across, bottom + 5, EDGE), text(f"{hour}:00", across, bottom + 19)]
    return [*parts, text("Hour of the day, by the local wall clock", LEFT + GRID_WIDTH / 2, bottom + 38)]


def _legend(clock: Clock, top: float) -> tuple[list[str], float]:
    """Return the classes in words with their colours, and the height of the whole picture."""
    mean = _amount(clock, clock.parameters["mean_rate"])
    parts = [text(f"Against the mean of all hours ({mean} per hour)", 20, top, "start", weight="bold")]
    entries: list[tuple[str, str]] = [(words, colour) for (_, words), colour in zip(HOURS, DENSITY)]
    entries += [NO_INCIDENT] if (clock["ratio"] == 0).any() else []
    entries += [NOT_OBSERVED] if np.isnan(clock["ratio"]).any() else []
    rows, wide = -(-len(entries) // LEGEND_COLUMNS), (WIDTH - 30) / LEGEND_COLUMNS
    for number, (words, colour) in enumerate(entries):
        column, row = divmod(number, rows)
        left, height = 20 + wide * column, top + 10 + LEGEND_LINE * row
        box: dict[str, Any] = dict(x=short(left), y=short(height), width=16, height=14, stroke=FAINT)
        parts += [element("rect", fill=colour, **box), text(words, left + 23, height + 12, "start", size=11)]
    return parts, top + 20 + LEGEND_LINE * rows
