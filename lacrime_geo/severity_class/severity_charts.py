"""The charts of a severity class: PR-AUC with intervals, what was told beside what came, and precision by recall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import NUMBER, SHARE, Axis, axis_of
from ..chart_parts import COLOURS, GREY, INK, dots, line, path, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, SMALL, WIDTH, Frame
from ..risk.scoring.calibration import calibration_bins
from .severity_words import row_of, with_interval
from .share_predictors import PREVALENCE

if TYPE_CHECKING:
    from .severity_scores import SeverityScores

NAMES, VALUES, ROW, SQUARE = 150.0, 160.0, 26.0, 330.0
# So many points of a curve are drawn.
POINTS = 300
SHARES = np.linspace(0.0, 1.0, 6)


def predictors_of(scores: SeverityScores) -> list[str]:
    """Return the names of the predictors in their order."""
    return list(dict.fromkeys(scores["predictor"].tolist()))


def colours_of(scores: SeverityScores) -> dict[str, str]:
    """Return the colour of each predictor, that which tells all alike grey."""
    others = [name for name in predictors_of(scores) if name != PREVALENCE]
    return {PREVALENCE: GREY, **dict(zip(others, (COLOURS[1], COLOURS[2], COLOURS[0], COLOURS[5])))}


def pr_areas(scores: SeverityScores, top: float) -> tuple[list[str], float]:
    """Return the panel of PR-AUC by predictor, with the prevalence as an upright line, and where it ends."""
    assert scores.contest is not None
    rows = [row_of(scores, name) for name in predictors_of(scores)]
    ends = np.concatenate([scores[f"pr_auc{end}"][rows] for end in ("", "_low", "_high")])
    axis = axis_of(ends[np.isfinite(ends)], NUMBER)
    frame = Frame(MARGIN + NAMES, top + 34, WIDTH - 2 * MARGIN - NAMES - VALUES, ROW * len(rows), axis, axis)
    parts = [
        text(f"PR-AUC of {scores.contest.labels.gravest}", MARGIN, top, size=13),
        text(
            f"with 95 % intervals of {scores.parameters['drawn_again']} drawn again; upright: its share of all",
            *(MARGIN, top + 17, "start", 11),
            fill=SMALL,
        ),
        *frame.upright_lines(),
        frames.ruled(frame, float(scores["prevalence"][rows[0]]), INK, width=1.4),
    ]
    for number, row in enumerate(rows):
        parts += _area(scores, row, frame, frame.top + ROW * (number + 0.5))
    return parts, frame.bottom + 26


def _area(scores: SeverityScores, row: int, frame: Frame, at: float) -> list[str]:
    """Return the row of one predictor: its name, its interval, its value."""
    name = str(scores["predictor"][row])
    colour = colours_of(scores)[name]
    low, value, high = frame.across(np.array([scores[f"pr_auc{end}"][row] for end in ("_low", "", "_high")]))
    return [
        text(name, frame.left - 12, at + 4, "end"),
        line(float(low), at, float(high), at, colour, width=2.2),
        *dots(np.array([value]), np.array([at]), colour, 4.2),
        text(with_interval(scores, "pr_auc", row), frame.right + 14, at + 4, "start"),
    ]


def told_and_came(scores: SeverityScores, top: float) -> tuple[list[str], float]:
    """Return both square panels, of calibration and of precision, and where they end."""
    half = (WIDTH - 2 * MARGIN) / 2
    left = _square(MARGIN, top, half)
    right = _square(MARGIN + half + 10, top, half)
    parts = [*_reliability(scores, left, top), *_precision(scores, right, top)]
    legend = [(_sign(colour), name) for name, colour in colours_of(scores).items() if name in predictors_of(scores)]
    named, bottom = frames.in_a_row(legend, left.bottom + 62)
    return [*parts, *named], bottom


def _square(left: float, top: float, wide: float) -> Frame:
    axis = Axis(0.0, 1.0, SHARES, SHARE)
    return Frame(left + 46, top + 30, min(wide - 66, SQUARE), SQUARE, axis, axis)


def _sign(colour: str) -> list[str]:
    return [line(0, 0, 24, 0, colour, width=2.4)]


def _reliability(scores: SeverityScores, frame: Frame, top: float) -> list[str]:
    """Return what came by what was told, in tenths of the incidents; intervals of the best predictor (Wilson 1927)."""
    assert scores.contest is not None
    contest, colours = scores.contest, colours_of(scores)
    parts = [
        text(f"Share that was {contest.labels.gravest}, by the probability told", frame.left - 46, top + 8, size=13),
        *frame.level_lines(),
        *frame.upright_lines(),
        path(frame.across(SHARES), frame.up(SHARES), GREY, "2 4", 1.2),
    ]
    came = contest.labels.code[contest.parts.test] == contest.labels.size - 1
    reports = contest.reports.take(contest.parts.test)
    for entrant in contest.entrants:
        bins = calibration_bins(entrant.probability(reports)[:, -1], came, by="units")
        x, colour, best = frame.across(bins["predicted"]), colours[entrant.name], entrant is contest.best
        if best:
            parts += [
                line(float(at), float(low), float(at), float(high), colour, width=1.4)
                for at, low, high in zip(x, frame.up(bins["low"]), frame.up(bins["high"]))
            ]
        parts += [path(x, frame.up(bins["observed"]), colour, width=2.0 if best else 1.2)]
        parts += dots(x, frame.up(bins["observed"]), colour, 4.0 if best else 2.6)
    return [*parts, text("Probability told", frame.left, frame.bottom + 38, "start", 11)]


def _precision(scores: SeverityScores, frame: Frame, top: float) -> list[str]:
    """Return precision by recall."""
    assert scores.contest is not None
    contest, colours = scores.contest, colours_of(scores)
    parts = [
        text(f"Of those told {contest.labels.gravest} first, the share that was it", frame.left - 46, top + 8, size=13),
        *frame.level_lines(),
        *frame.upright_lines(),
    ]
    came = contest.labels.code[contest.parts.test] == contest.labels.size - 1
    reports = contest.reports.take(contest.parts.test)
    for entrant in contest.entrants:
        recall, precision = _curve(entrant.probability(reports)[:, -1], came)
        width = 2.2 if entrant is contest.best else 1.4
        parts.append(path(frame.across(recall), frame.up(precision), colours[entrant.name], width=width))
    return [*parts, text("Share of all of them found (recall)", frame.left, frame.bottom + 38, "start", 11)]


def _curve(probability: np.ndarray, came: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return recall and precision by threshold, from the highest probability on; those tied are one."""
    group = np.unique(-probability, return_inverse=True)[1]
    units, hits = np.cumsum(np.bincount(group)), np.cumsum(np.bincount(group, came))
    kept = np.unique(np.linspace(0, units.size - 1, POINTS).astype(int))
    # Of one group there is one precision, whatever share of it is found.
    if kept.size == 1:
        return np.array([0.0, 1.0]), np.full(2, hits[-1] / units[-1])
    return hits[kept] / hits[-1], hits[kept] / units[kept]
