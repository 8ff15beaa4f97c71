"""Harm against count, drawn: cells as dots, and the top ones with how sure their ranks are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import NUMBER, Axis
from ..chart_parts import EDGE, GREY, LINE, MARK, PAPER, dots, element, line, short, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, SMALL, WIDTH, Frame
from ..parameters import in_words

if TYPE_CHECKING:
    from .harm_sensitivities import HarmSensitivity
    from .scale_agreement import ScaleAgreement

HEIGHT, SCATTER, RANKS = 320.0, 330.0, 320.0
MOST_RANKED = 20
LEGEND = 46.0


def panels(result: HarmSensitivity, row: int, top: float) -> tuple[list[str], float]:
    """Return both panels of one scale under its name, and where they end."""
    head = f"{result['scale'][row]}: harm in {result['unit'][row]}"
    left, bottom = scatter(result, row, top + 30)
    right, _ = ranked(result, row, top + 30)
    return [text(frames.shortened(head, WIDTH - 2 * MARGIN, 13), MARGIN, top, size=13), *left, *right], bottom


def scatter(result: HarmSensitivity, row: int, top: float) -> tuple[list[str], float]:
    """Return cells by their count and harm, the top ones by harm in a colour of their own, and where the panel ends."""
    count, found = result.found[0].ranking.values, result.found[row]
    harm = found.ranking.values
    frame = Frame(MARGIN + 52, top + 8, SCATTER, HEIGHT, frames.counts_axis(count), frames.counts_axis(harm))
    parts = [*frame.level_lines(), *frame.upright_lines()]
    is_top = found.chosen > 0
    for mine, colour in ((~is_top, GREY), (is_top, MARK)):
        parts += _cells(frame, count[mine], harm[mine], colour)
    under = frame.bottom + 36
    parts.append(text("Incidents of a cell", frame.left, under, "start", 11))
    parts.append(text("Harm of a cell", frame.left - 52, frame.top - 12, "start", 11))
    legend = [
        (dots(np.array([13.0]), np.zeros(1), MARK), "top by harm"),
        (dots(np.array([13.0]), np.zeros(1), GREY), "others"),
    ]
    signs, end = frames.in_a_row(legend, under + 20)
    return [*parts, *signs], end


def _cells(frame: Frame, count: np.ndarray, harm: np.ndarray, colour: str) -> list[str]:
    """Return a dot for each pair of count and harm, the larger the more cells have it."""
    if not count.size:
        return []
    pairs, number = np.unique(np.column_stack([count, np.round(harm, 9)]), axis=0, return_counts=True)
    places = zip(frame.across(pairs[:, 0]), frame.up(pairs[:, 1]), number)
    look = dict(fill=colour, fill_opacity=0.55)
    return [
        element("circle", cx=short(x), cy=short(y), r=short(2 + math.log10(times)), **look) for x, y, times in places
    ]


def ranked(result: HarmSensitivity, row: int, top: float) -> tuple[list[str], float]:
    """Return the first cells by harm with their ranks as drawn again, by count, and without their gravest incident."""
    found, by_count = result.found[row], result.found[0].ranking.ranks
    order = np.argsort(found.ranking.ranks, kind="stable")[:MOST_RANKED]
    frame = _rank_frame(found, by_count, order, top)
    parts = _rank_lines(frame)
    step = frame.height / order.size
    for number, cell in enumerate(order):
        at = frame.top + step * (number + 0.5)
        rank, count = found.ranking.ranks[cell], by_count[cell]
        low, high, mean, other, without = (
            float(frame.across(math.log10(max(value, 1.0))))
            for value in (found.low[cell], found.high[cell], rank, count, found.without[cell])
        )
        words = f"rank {rank:g} by harm ({found.low[cell]:g} to {found.high[cell]:g}), {count:g} by count"
        signs = [line(low, at, high, at, LINE, width=2), *_hollow(other, at), *_cross(without, at)]
        parts.append(frames.told([*signs, *dots(np.array([mean]), np.array([at]), LINE, 3.4)], words))
        parts.append(text(in_words(rank), frame.left - 8, at + 4, "end", 10, fill=SMALL))
    under = frame.bottom + 36
    parts.append(text("Rank of the cells first by harm", frame.left, under, "start", 11))
    return [*parts, *_legend(frame, under + 20)], under + LEGEND


def _rank_frame(found: ScaleAgreement, by_count: np.ndarray, order: np.ndarray, top: float) -> Frame:
    worst = max(float(ranks[order].max()) for ranks in (found.high, by_count, found.without, found.ranking.ranks))
    last = max(math.ceil(math.log10(max(worst, 2.0))), 1)
    axis = Axis(0.0, float(last), np.arange(last + 1.0), NUMBER)
    return Frame(WIDTH - MARGIN - RANKS - 20, top + 8, RANKS, HEIGHT, axis, axis)


def _rank_lines(frame: Frame) -> list[str]:
    parts = []
    for tick in frame.x.ticks:
        at = float(frame.across(tick))
        parts += [line(at, frame.top, at, frame.bottom), text(f"{10**tick:,.0f}", at, frame.bottom + 17, size=11)]
    return [*parts, line(frame.left, frame.bottom, frame.right, frame.bottom, EDGE)]


def _hollow(x: float, y: float) -> list[str]:
    return [element("circle", cx=short(x), cy=short(y), r=3.4, fill=PAPER, stroke=GREY, stroke_width=1.4)]


def _cross(x: float, y: float) -> list[str]:
    return [line(x - 3, y - 3, x + 3, y + 3, MARK, width=1.6), line(x - 3, y + 3, x + 3, y - 3, MARK, width=1.6)]


def _legend(frame: Frame, top: float) -> list[str]:
    middle = np.array([frame.left + 8])
    entries = (
        (
            [line(frame.left, top, frame.left + 16, top, LINE, width=2), *dots(middle, np.array([top]), LINE, 3.4)],
            "by harm",
        ),
        (_hollow(frame.left + 98, top), "by count"),
        (_cross(frame.left + 178, top), "without one incident"),
    )
    at = (24, 108, 188)
    return [
        part
        for (sign, words), x in zip(entries, at)
        for part in (*sign, text(words, frame.left + x, top + 4, "start", 11))
    ]
