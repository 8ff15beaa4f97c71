"""Scores of high years foretold, drawn: each score with its interval, model by model, for new and for known agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..chart_axes import NUMBER, axis_of
from ..chart_parts import COLOURS, GREY, LINE, document, dots, line, text
from ..comparisons.comparison_pages import comparison_page
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, Frame
from ..parameters import in_words
from .high_crime_models import BASELINES

if TYPE_CHECKING:
    from .high_crime import HighCrime

NAMES, ROW, APART, SHIFT = 140.0, 26.0, 34.0, 5.0
DRAWN = {
    "roc_auc": "ROC-AUC (0.5 is chance)",
    "pr_auc": "PR-AUC (chance: the prevalence)",
    "f1": "F1",
    "brier": "Brier score (lower is better)",
}
MEANINGS = (
    ("new agencies", "neither these agencies nor these years were learned from."),
    ("known agencies", "earlier years of the same agencies were learned from."),
    (
        "roc_auc",
        "the chance that a high agency-year has a higher probability than one that was not; 0.5 knows nothing.",
    ),
    ("pr_auc", "average precision; knowing nothing has the prevalence."),
    ("f1", "of telling high where the probability reaches a threshold found in earlier years."),
    ("brier", "the mean squared difference of the probability and what came; lower is better."),
    (
        "calibration_slope, calibration_intercept",
        "1 and 0 where probabilities are right; a slope below 1: too far apart.",
    ),
    ("last_year, last_rate, mean_5", "baselines: last year's label, last year's rate, the mean rate of five years."),
)


def drawn(found: HighCrime) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(frames.sentence(str(found.parameters["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    legend, top = frames.in_a_row(_legend(found), 49 + 17 * len(head) + 6)
    parts += legend
    wide = (WIDTH - 2 * MARGIN - NAMES - APART) / 2
    high = ROW * len(found.models)
    for number, score in enumerate(DRAWN):
        left = MARGIN + NAMES + (wide + APART) * (number % 2)
        parts += _panel(found, score, left, top + 34 + (high + 76) * (number // 2), wide, named=number % 2 == 0)
    said = [f"Source: {found.parameters['layer']}. Intervals (95 %) draw agencies again.", *found.parameters["caveats"]]
    beneath, bottom = frames.written(said, top + 34 + 2 * (high + 76))
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def page_of(found: HighCrime) -> str:
    """Return the whole page."""
    rows = range(len(found))
    columns: list[tuple[str, Any]] = [
        ("told of", found["split"]),
        ("model", found["model"]),
        ("score", found["score"]),
        ("value", [_interval(found, row, ("value", "low", "high")) for row in rows]),
        (
            "above last_year",
            [_interval(found, row, ("difference", "difference_low", "difference_high")) for row in rows],
        ),
        ("prevalence, %", [frames.number(100 * float(share)) for share in found["prevalence"]]),
    ]
    return comparison_page(found, drawn(found), columns, np.arange(len(found)), MEANINGS, "scores")


def _interval(found: HighCrime, row: int, names: tuple[str, str, str]) -> str:
    value, low, high = (float(found[name][row]) for name in names)
    if not np.isfinite(value):
        return "–"
    return f"{in_words(value)} ({in_words(low)} to {in_words(high)})" if np.isfinite(low) else in_words(value)


def _legend(found: HighCrime) -> list[tuple[list[str], str]]:
    signs = [
        [line(0, 0, 26, 0, colour, width=2), *dots(np.array([13.0]), np.zeros(1), colour, 3.4)] for colour in _colours()
    ]
    return list(zip(signs, (f"Later years of {split}" for split in dict.fromkeys(found["split"].tolist()))))


def _colours() -> tuple[str, str]:
    return LINE, COLOURS[1]


def _panel(found: HighCrime, score: str, left: float, top: float, wide: float, named: bool) -> list[str]:
    """Return one score of all models, with the prevalence where that is what chance has."""
    mine = found["score"] == score
    ends = np.concatenate([found[name][mine] for name in ("value", "low", "high")])
    known = ends[np.isfinite(ends)]
    axis = axis_of(known if known.size else np.array([0.0, 1.0]), NUMBER)
    frame = Frame(left, top, wide, ROW * len(found.models), axis, axis)
    parts = [text(DRAWN[score], left, top - 10, "start", 12, "bold"), *frame.upright_lines()]
    if score == "pr_auc" and axis.first <= found["prevalence"][0] <= axis.last:
        parts.append(frames.ruled(frame, float(found["prevalence"][0]), GREY, "5 4"))
    for number, model in enumerate(found.models):
        at = top + ROW * (number + 0.5)
        weight = "normal" if model in BASELINES else "bold"
        parts += [text(model, left - 10, at + 4, "end", weight=weight)] if named else []
        rows = np.flatnonzero(mine & (found["model"] == model))
        for row, colour, shift in zip(rows, _colours(), (-SHIFT, SHIFT)):
            parts += _dot(found, int(row), frame, at + shift, colour)
    return parts


def _dot(found: HighCrime, row: int, frame: Frame, at: float, colour: str) -> list[str]:
    value, low, high = (float(found[name][row]) for name in ("value", "low", "high"))
    if not np.isfinite(value + low + high):
        return []
    x = frame.across(np.clip([low, value, high], frame.x.first, frame.x.last))
    return [line(float(x[0]), at, float(x[2]), at, colour, width=2), *dots(x[1:2], np.array([at]), colour, 3.4)]
