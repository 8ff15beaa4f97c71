"""The chart of what predictors told and what came: the share of places with an incident by the probability that was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...chart_axes import NUMBER, Axis
from ...chart_labels import apart
from ...chart_parts import GREY, document, dots, line, path, text
from ...forecasting import chart_frames as frames
from ...forecasting.chart_frames import MARGIN, WIDTH, Frame
from ..scoring.calibration import calibration_bins
from .contest_charts import LABEL_APART, NAMES, colours_of, name_of
from .contest_scores import order_of

if TYPE_CHECKING:
    from .contest_results import Contest

HEIGHT = 330.0
MOST = 7
ABOUT = (
    "Each dot is a group of places that were told a like probability; on the dotted line incidents come just as often. Both axes "
    "are of powers of ten."
)


def drawn_calibration(contest: Contest) -> str:
    """Return the chart of the first few predictors as a whole SVG document."""
    bins = _bins(contest)
    axis = _axis(bins)
    frame = Frame(MARGIN + 48, 44, WIDTH - 2 * MARGIN - 48 - NAMES, HEIGHT, axis, axis)
    ends = np.array([axis.first, axis.last])
    parts = [text("Share of places that had an incident, by the probability told", MARGIN, 24, size=13)]
    parts += [*_lines(frame), path(frame.across(ends), frame.up(ends), GREY, "2 4", 1.2)]
    last = []
    for name, (told, came) in bins.items():
        colour = colours_of(contest)[name]
        x, y = frame.across(np.log10(told)), frame.up(np.log10(came))
        parts += [path(x, y, colour, width=1.4), *dots(x, y, colour, 3.4)]
        last.append((name, float(x[-1]), float(y[-1]), colour))
    parts += _named(frame, last)
    parts.append(text("Probability told", frame.left, frame.bottom + 38, "start", 11))
    beneath, bottom = frames.written([ABOUT], frame.bottom + 60)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def _bins(contest: Contest) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return of the first predictors what was told and what came in groups of places, those where none came left out."""
    assert contest.played is not None
    played = contest.played
    found = {}
    for entrant in order_of(played)[:MOST]:
        groups = calibration_bins(played.probability(entrant), played.came.ravel())
        some = (groups["predicted"] > 0) & (groups["observed"] > 0)
        if some.any():
            found[played.names[entrant]] = groups["predicted"][some], groups["observed"][some]
    return found


def _axis(bins: dict[str, tuple[np.ndarray, np.ndarray]]) -> Axis:
    """Return an axis of whole powers of ten that holds all."""
    every = np.log10(np.concatenate([values for pair in bins.values() for values in pair] or [np.array([0.1, 1.0])]))
    low, high = np.floor(every.min() + 1e-9), max(np.ceil(every.max() - 1e-9), np.floor(every.min()) + 1)
    return Axis(float(low), float(high), np.arange(low, high + 1), NUMBER)


def _lines(frame: Frame) -> list[str]:
    """Return the lines of both axes, with their powers of ten as per cent."""
    parts = []
    for tick in frame.x.ticks:
        words = f"{100 * 10.0**tick:,.6g} %"
        x, y = float(frame.across(tick)), float(frame.up(tick))
        parts += [line(x, frame.top, x, frame.bottom), text(words, x, frame.bottom + 17, size=11)]
        parts += [line(frame.left, y, frame.right, y), text(words, frame.left - 8, y + 4, "end", 11)]
    return parts


def _named(frame: Frame, last: list[tuple[str, float, float, str]]) -> list[str]:
    placed = apart(np.array([y for _, _, y, _ in last]), LABEL_APART, frame.top, frame.bottom)
    parts = []
    for (name, x, y, colour), place in zip(last, placed):
        parts.append(line(x + 5, y, frame.right + 16, float(place), colour, "1 3"))
        parts += name_of(name, colour, frame.right + 21, float(place))
    return parts
