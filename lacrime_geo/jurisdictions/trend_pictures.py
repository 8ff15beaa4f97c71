"""Trends drawn: for each agency its rates with the fitted pieces, and the average change of the last ten years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..chart_axes import NUMBER, Axis, axis_of
from ..chart_parts import GREY, INK, LINE, MARK, document, dots, element, line, path, short, text
from ..comparisons.comparison_pages import comparison_page
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, Frame

if TYPE_CHECKING:
    from .trends import RateTrends

NAMES, SPARK, NUMBERS, ROW, APART = 170.0, 260.0, 120.0, 28.0, 24.0
# So many agencies are drawn; a .csv holds all.
MOST = 100
# Changes beyond are cut.
WIDEST = 25.0
MEANINGS = (
    ("joinpoints", "years in which the slope changes; p says how often chance alone explains as much as the last one."),
    ("last segment", "the yearly change since the last joinpoint, with its interval."),
    ("last ten years", "the average yearly change over the last ten years, with its interval."),
    ("dispersion", "how many times the variance of Poisson counts there is around the trend."),
    ("alike", "the autocorrelation of what is left from year to year: above 0.3 the intervals are too narrow."),
)


def drawn(trends: RateTrends) -> str:
    """Return the chart as a whole SVG document."""
    shown = np.flatnonzero(np.isfinite(trends["change_10"]))[:MOST]
    head = frames.lines_of(frames.sentence(str(trends.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(trends.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    legend, top = frames.in_a_row(_legend(), 49 + 17 * len(head) + 6)
    frame = _frame(trends, shown, top + 32)
    parts += [*legend, *_heads(trends, frame)]
    for number, row in enumerate(shown.tolist()):
        parts += _agency(trends, row, frame, frame.top + ROW * number)
    beneath, bottom = frames.written(_beneath(trends, shown.size), frame.bottom + 44)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def page_of(trends: RateTrends) -> str:
    """Return the whole page."""
    columns: list[tuple[str, Any]] = [
        ("agency", trends["name"]),
        (
            "years",
            [
                f"{years} ({since}–{until})"
                for years, since, until in zip(*map(trends.__getitem__, ("years", "since", "until")))
            ],
        ),
        ("joinpoints", trends["joinpoint_years"]),
        ("p", [frames.number(float(p)) for p in trends["p"]]),
        ("last segment, % a year", _changes(trends, "")),
        ("last ten years, % a year", _changes(trends, "_10")),
        ("dispersion", [frames.number(float(value)) for value in trends["dispersion"]]),
        ("alike", [frames.number(float(value)) for value in trends["autocorrelation"]]),
    ]
    return comparison_page(trends, drawn(trends), columns, np.arange(len(trends)), MEANINGS, "agencies")


def _changes(trends: RateTrends, of: str) -> list[str]:
    ends = (trends[f"{name}{of}"] for name in ("change", "low", "high"))
    return [
        "–" if not np.isfinite(value) else f"{value:+.1f} ({low:+.1f} to {high:+.1f})"
        for value, low, high in zip(*ends)
    ]


def _legend() -> list[tuple[list[str], str]]:
    dot = element("circle", cx=13, cy=0, r=1.6, fill=GREY)
    tick = line(13, -6, 13, 6, MARK, width=1.6)
    return [
        ([dot], "Rate of a year, each agency on its own scale from 0"),
        ([line(0, 0, 26, 0, LINE, width=2)], "Fitted trend"),
        ([tick], "Joinpoint"),
    ]


def _frame(trends: RateTrends, shown: np.ndarray, top: float) -> Frame:
    ends = np.clip(np.concatenate([trends[name][shown] for name in ("low_10", "high_10")]), -WIDEST, WIDEST)
    axis = axis_of(np.append(ends, 0.0), NUMBER)
    left = MARGIN + NAMES + SPARK + APART
    return Frame(left, top, WIDTH - MARGIN - NUMBERS - left, ROW * shown.size, axis, axis)


def _heads(trends: RateTrends, frame: Frame) -> list[str]:
    """Return what stands above and beneath both columns."""
    year = trends.series.year if trends.series is not None else np.zeros(2)
    left = MARGIN + NAMES
    return [
        text(f"Rate, {year[0]} to {year[-1]}", left, frame.top - 10, "start", 11, "bold"),
        text("Average change of the last ten years, % a year", frame.left, frame.top - 10, "start", 11, "bold"),
        *frame.upright_lines(),
        frames.ruled(frame, 0.0, INK, width=1.4),
    ]


def _agency(trends: RateTrends, row: int, frame: Frame, top: float) -> list[str]:
    """Return one agency: its name, its rates and trend, its change."""
    value, low, high = (float(trends[f"{name}_10"][row]) for name in ("change", "low", "high"))
    at = top + ROW / 2
    x = frame.across(np.clip([low, value, high], frame.x.first, frame.x.last))
    told = f"{value:+.1f} ({low:+.1f} to {high:+.1f})".replace("-", "−")
    colour = MARK if low > 0 else LINE if high < 0 else GREY
    return [
        text(frames.shortened(str(trends["name"][row]), NAMES - 10, 11), MARGIN + NAMES - 10, at + 4, "end", 11),
        *_spark(trends, row, top),
        line(float(x[0]), at, float(x[2]), at, colour, width=2),
        *dots(x[1:2], np.array([at]), colour, 3.4),
        text(told, frame.right + 10, at + 4, "start", 11),
    ]


def _spark(trends: RateTrends, row: int, top: float) -> list[str]:
    assert trends.series is not None
    fit, series = trends.fits[row], trends.series
    assert fit is not None
    rate = series.rate[row]
    known = np.isfinite(rate)
    fitted = 100_000 * fit.mean / series.population[row][known]
    scale = Axis(0.0, float(max(np.nanmax(rate), fitted.max(), 1e-9)), np.zeros(1), NUMBER)
    years = Axis(float(series.year[0]), float(max(series.year[-1], series.year[0] + 1)), np.zeros(1), NUMBER)
    box = Frame(MARGIN + NAMES, top + 2, SPARK, ROW - 4, years, scale)
    year = series.year[known].astype(float)
    ticks = [line(float(at), box.top, float(at), box.bottom, MARK, width=1.4) for at in box.across(fit.joinpoint)]
    base = element(
        "rect", x=short(box.left), y=short(box.top), width=short(box.width), height=short(box.height), fill="#f6f6f4"
    )
    return [
        base,
        *ticks,
        *dots(box.across(year), box.up(rate[known]), GREY, 1.5),
        path(box.across(year), box.up(fitted), LINE, width=1.6),
    ]


def _beneath(trends: RateTrends, shown: int) -> list[str]:
    kept = trends.parameters
    told = [
        f"Source: {kept['layer']}. By name, not by rank. {caveat}" if not number else caveat
        for number, caveat in enumerate(kept["caveats"])
    ]
    total = int(np.isfinite(trends["change_10"]).sum())
    more = [f"Drawn are the first {shown:,} of {total:,} agencies with a trend."] if shown < total else []
    return [*more, *told]
