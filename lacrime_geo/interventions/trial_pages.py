"""A trial drawn, and as a page: counts week by week in both areas, the differences with their intervals, caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import html_pages as html
from ..chart_axes import DAY as DAYS
from ..chart_axes import NUMBER, axis_of
from ..chart_parts import EDGE, GREY, INK, LINE, MARK, document, dots, element, line, path, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, Frame, sentence
from ..parameters import in_words, p_in_words
from .trial_areas import CONTROL, TREATED

if TYPE_CHECKING:
    from .trial_results import Intervention

WEEK, LEFT, HIGH, ROW = 7, 60.0, 190.0, 26.0
NAMES = 360.0
SHADE = "#f0f0ee"
CAVEATS = (
    "Reported crime is not crime: an intervention may change what is reported.",
    "Areas are mostly treated when crime there is high, and what is high falls by itself (regression to the mean): a control "
    "that was as high before, chosen before the trial, guards against it; a fall in the treated area alone says nothing.",
    "The difference holds if both areas would have changed by the same number, the ratio if by the same share; nothing in the "
    "data proves either. Earlier pairs of periods show whether they went together before.",
)


def drawn(found: Intervention) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(sentence(str(found.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    weeks, bottom = _weeks(found, 49 + 17 * len(head) + 44)
    compared, bottom = _differences(found, bottom + 62)
    beneath, bottom = frames.written([source_of(found)], bottom + 44)
    return document([*parts, *weeks, *compared, *beneath], WIDTH, int(bottom + 2))


def source_of(found: Intervention) -> str:
    """Return which incidents these are."""
    return f"Source: {found.parameters['layer']}. Reported crime is not crime."


def _weeks(found: Intervention, top: float) -> tuple[list[str], float]:
    """Return the panel of counts by weeks before and after the start, and where it ends."""
    assert found.trial is not None
    periods, counts = found.trial.periods, found.trial.counts
    start = periods.before.end
    first = min([periods.before.begin, *(pair[0].begin for pair in periods.placebos)])
    back, on = int((start - first).astype(int)) // WEEK, int((periods.after.end - start).astype(int)) // WEEK
    weeks = np.arange(-back, max(on, 1))
    begins = start.astype("M8[D]").astype(float) + WEEK * weeks
    number = np.floor((counts.day - start).astype(float) / WEEK)
    lines = [
        np.array([((counts.kind == kind) & (number == week)).sum() for week in weeks]) for kind in (TREATED, CONTROL)
    ]
    frame = Frame(LEFT, top, WIDTH - LEFT - 30, HIGH, axis_of(np.append(begins, begins[-1] + WEEK), DAYS), _axis(lines))
    after = [float(frame.across(np.clip(day.astype(float), frame.x.first, frame.x.last))) for day in periods.after]
    parts = [element("rect", x=f"{after[0]:.1f}", y=top, width=f"{after[1] - after[0]:.1f}", height=HIGH, fill=SHADE)]
    parts += [
        text("Incidents by week; shaded: the period after", LEFT, top - 26, "start", weight="bold"),
        *frame.level_lines(),
    ]
    parts += [*frame.moments(), frames.ruled(frame, float(start.astype(float)), INK, "4 3")]
    for values, colour in zip(lines, (MARK, LINE)):
        parts.append(path(frame.across(begins + WEEK / 2), frame.up(values), colour))
    for at, (name, colour) in enumerate((("treated", MARK), ("control", LINE))):
        left = LEFT + 110 * at
        parts += [line(left, top - 10, left + 24, top - 10, colour, width=2.2), text(name, left + 30, top - 6, "start")]
    return parts, frame.bottom + 20


def _axis(lines: list[np.ndarray]) -> Any:
    return frames.counts_axis(np.concatenate(lines).astype(float))


def _differences(found: Intervention, top: float) -> tuple[list[str], float]:
    """Return the panel of differences of counts: dots with their intervals, and those of placebo trials beneath."""
    assert found.trial is not None
    rows = [
        row for row in range(len(found)) if found["statistic"][row] == "difference" and "counts" in found["of"][row]
    ]
    placebos = _placebo_estimates(found)
    ends = np.concatenate([found["low"][rows], found["high"][rows], placebos, [0.0]])
    high = ROW * (len(rows) + bool(placebos.size))
    axis = axis_of(ends[np.isfinite(ends)], NUMBER)
    frame = Frame(NAMES, top, WIDTH - NAMES - 30, high, axis, axis)
    title = f"Difference to the control, in incidents ({found.parameters['level']:g} % interval); below 0: a fall"
    parts = [text(title, MARGIN, top - 14, "start", weight="bold"), *frame.upright_lines()]
    parts.append(frames.ruled(frame, 0.0, GREY, width=1.4))
    for number, row in enumerate(rows):
        at = top + ROW * (number + 0.5)
        low, high_end = (float(frame.across(found[name][row])) for name in ("low", "high"))
        parts += [text(frames.shortened(found["of"][row], NAMES - 2 * MARGIN), MARGIN, at + 4, "start")]
        parts += [line(low, at, high_end, at, INK, width=2)]
        parts += dots(np.array([frame.across(found["estimate"][row])]), np.array([at]), INK, 4)
    if placebos.size:
        at = top + ROW * (len(rows) + 0.5)
        parts.append(text(f"{placebos.size} earlier pairs (nothing began)", MARGIN, at + 4, "start"))
        parts += dots(frame.across(placebos), np.full(placebos.size, at), EDGE, 4)
    return parts, frame.bottom


def _placebo_estimates(found: Intervention) -> np.ndarray:
    assert found.trial is not None
    counts, scale = found.trial.counts, _scale(found)
    pairs = found.trial.periods.placebos
    return np.array([counts.difference(pair, scale, counts.kinds, False).estimate for pair in pairs])


def _scale(found: Intervention) -> np.ndarray:
    sizes = np.array(list(found.parameters["area_km2"].values()))
    return sizes / sizes[TREATED] if found.parameters["per_area"] else np.ones(sizes.size)


def page_of(found: Intervention) -> str:
    """Return the whole page."""
    kept = found.parameters
    periods = f"Before: {kept['before_period']}; after: {kept['after_period']}. {source_of(found)}"
    return html.page(
        found.label,
        html.items([sentence(str(kept["found"])), sentence(str(kept["told"])), periods]),
        html.Markup(drawn(found)),
        html.tag("h2", "To be kept in mind"),
        *(html.tag("p", said, kind="caveat") for said in (*kept.get("warnings", []), *CAVEATS)),
        html.tag("h2", "Incidents"),
        html.table(["area", "before", "after", "km²"], _counted(kept)),
        html.tag("h2", "Every answer"),
        html.table(
            [
                "statistic",
                "of",
                "estimate",
                f"{kept['level']:g} % interval",
                "p",
                "variance times",
                "without that",
                "p",
            ],
            (_row(found, row) for row in range(len(found))),
        ),
        html.items(sentence(str(said)) for said in found["sentence"]),
    )


def _counted(kept: Any) -> list[list[Any]]:
    return [[kind, *pair, in_words(kept["area_km2"][kind])] for kind, pair in kept["counts"].items()]


def _row(found: Intervention, row: int) -> list[str]:
    answer, plain = (
        [
            f"{in_words(found[f'low{end}'][row])} to {in_words(found[f'high{end}'][row])}",
            p_in_words(found[f"p{end}"][row]).removeprefix("p = "),
        ]
        for end in ("", "_poisson")
    )
    names = [str(found[name][row]) for name in ("statistic", "of")]
    estimate, times = (in_words(found[name][row]) for name in ("estimate", "dispersion"))
    return [*names, estimate, *answer, times, *plain]
