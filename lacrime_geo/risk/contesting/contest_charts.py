"""The chart of a contest: hit rates by share of the area with the best possible one, and differences to prior counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...chart_axes import NUMBER, SHARE, Axis, axis_of
from ...chart_labels import apart
from ...chart_parts import COLOURS, EDGE, GREY, INK, dots, line, path, text
from ...chart_parts import document as whole
from ...dates import days_in_words
from ...forecasting import chart_frames as frames
from ...forecasting.chart_frames import MARGIN, SMALL, WIDTH, Frame
from ..predicting.predictor_names import BASELINE
from .contest_words import middle_share, rows_at_middle, sureness_of, told_of, verdict_of

if TYPE_CHECKING:
    from .contest_results import Contest

CURVES, NAMES, ROW = 360.0, 190.0, 24.0
LABEL_APART = 15.0
CHANCE = "any place alike"
TICKS = np.linspace(0.0, 0.2, 5)


def drawn(contest: Contest) -> str:
    """Return the chart as a whole SVG document."""
    head = frames.lines_of(scored_in_words(contest), WIDTH - 2 * MARGIN)
    parts = [text(contest.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    curves, bottom = drawn_curves(contest, 49 + 17 * len(head) + 12)
    compared, bottom = drawn_differences(contest, bottom + 44)
    said, bottom = frames.written([frames.sentence(verdict_of(contest))], bottom + 20, INK, 12)
    beneath, bottom = frames.written([source_of(contest)], bottom + 4)
    return whole([*parts, *curves, *compared, *said, *beneath], WIDTH, int(bottom + 2))


def scored_in_words(contest: Contest) -> str:
    """Return what was scored: how many incidents, places and origins."""
    assert contest.played is not None
    played, kept = contest.played, contest.parameters
    last = played.origins[-1] + np.timedelta64(int(kept["horizon"]) - 1, "D")
    gap = f", with {kept['gap']} days before of which nothing is known" if kept["gap"] else ""
    every = f"{played.origins.size} origin{'s' * (played.origins.size != 1)}"
    return (
        f"{played.incidents.sum():,.0f} {told_of(contest)} came in {played.units.size:,} places in the {kept['horizon']} days "
        f"after {every}, {days_in_words(played.origins[0], last)}; each map was made of what was known before its origin{gap}."
    )


def source_of(contest: Contest) -> str:
    """Return which incidents these are."""
    return f"Source: {contest.parameters['layer']}. Reported crime is not crime."


def colours_of(contest: Contest) -> dict[str, str]:
    """Return the colour of each predictor, the baseline dark, the first of the others in hues, the rest grey."""
    others = [name for name in contest.names if name != BASELINE]
    hues = dict(zip(others, COLOURS))
    return {name: INK if name == BASELINE else hues.get(name, GREY) for name in contest.names}


def drawn_curves(contest: Contest, top: float) -> tuple[list[str], float]:
    """Return the panel of the curves, and where it ends."""
    assert contest.played is not None
    table, colours = contest.curves(), colours_of(contest)
    lines = []
    for name in dict.fromkeys(table["predictor"].tolist()):
        mine = table["predictor"] == name
        width = 2.8 if name == BASELINE else 1.2 if colours.get(name, GREY) == GREY else 2.0
        lines.append(Line(name, table["area"][mine], table["hit_rate"][mine], colours.get(name), width))
    title = f"Share of the {told_of(contest)} that a share of the area caught"
    return curve_panel(title, lines, contest.played.shares, top)


class Line(NamedTuple):
    """Hold one curve: the share of the incidents by the share of the area; without a colour it is what could be had at best."""

    name: str
    area: np.ndarray
    rates: np.ndarray
    colour: str | None
    width: float


def curve_panel(title: str, lines: Sequence[Line], shares: np.ndarray, top: float) -> tuple[list[str], float]:
    """Return a panel of curves up to a fifth of the area, named at their ends, with chance beside them, and where it ends."""
    frame = _curve_frame(top)
    parts = [text(title, MARGIN, top, size=13), *frame.level_lines(), *frame.upright_lines()]
    parts += [frames.ruled(frame, share, EDGE, "3 3") for share in shares if share < frame.x.last]
    parts.append(path(frame.across(TICKS), frame.up(TICKS), GREY, "2 4", 1.2))
    ends = [(CHANCE, 0.2, GREY)]
    for one in lines:
        colour, dash = (GREY, "7 4") if one.colour is None else (one.colour, "none")
        parts.append(path(frame.across(one.area), frame.up(one.rates), colour, dash, one.width))
        ends.append((one.name, float(one.rates[-1]), colour))
    under = text(
        "Share of the area, the places with the highest risk first", frame.left, frame.bottom + 38, "start", 11
    )
    return [*parts, *_named(frame, ends), under], frame.bottom + 42


def _curve_frame(top: float) -> Frame:
    return Frame(
        MARGIN + 38,
        top + 28,
        WIDTH - 2 * MARGIN - 38 - NAMES,
        CURVES,
        Axis(0.0, 0.2, TICKS, SHARE),
        axis_of(np.ones(1), SHARE),
    )


def _named(frame: Frame, ends: list[tuple[str, float, str]]) -> list[str]:
    """Return the names of lines beside their ends, each with a mark of its colour."""
    at = frame.up(np.array([height for _, height, _ in ends]))
    placed = apart(at, LABEL_APART, frame.top + 4, frame.bottom + 4)
    parts = []
    for (name, _, colour), end, place in zip(ends, at, placed):
        parts.append(line(frame.right + 2, float(end), frame.right + 16, float(place), colour, width=1.2))
        parts += name_of(name, colour, frame.right + 21, float(place))
    return parts


def name_of(name: str, colour: str, left: float, at: float) -> list[str]:
    """Return a name as it stands beside a chart: pale hues could not be read, so a dot has the colour."""
    weight, ink = ("bold" if name == BASELINE else "normal"), SMALL if colour == GREY else INK
    words = text(frames.shortened(name, NAMES - 34), left + 8, at + 4, "start", weight=weight, fill=ink)
    return [*dots(np.array([left]), np.array([at]), colour, 3.4), words]


def drawn_differences(contest: Contest, top: float) -> tuple[list[str], float]:
    """Return the panel of the differences to prior counts, and where it ends; nothing where there is nobody else."""
    rows = [row for row in rows_at_middle(contest) if contest["predictor"][row] != BASELINE]
    if not rows:
        return [], top
    ends = np.concatenate([contest[name][rows] for name in ("difference", "difference_low", "difference_high")])
    known = ends[np.isfinite(ends)]
    axis = axis_of(100 * np.append(known, 0.0), NUMBER)
    frame = Frame(MARGIN + NAMES, top + 34, WIDTH - 2 * MARGIN - 2 * NAMES, ROW * len(rows), axis, axis)
    share = 100 * middle_share(contest)
    parts = [
        text(f"Points more or fewer than {BASELINE} caught in {share:g} % of the area", MARGIN, top, size=13),
        text("with 95 % intervals of blocks of the city drawn again", MARGIN, top + 17, "start", 11, fill=SMALL),
    ]
    parts += [*frame.upright_lines(), frames.ruled(frame, 0.0, INK, width=1.4)]
    colours = colours_of(contest)
    for number, row in enumerate(rows):
        parts += _difference(contest, row, frame, frame.top + ROW * (number + 0.5), colours)
    return parts, frame.bottom + 24


def _difference(contest: Contest, row: int, frame: Frame, at: float, colours: dict[str, str]) -> list[str]:
    """Return the row of one predictor: its name, its interval, its difference, and what that says."""
    name = str(contest["predictor"][row])
    value, low, high = (100 * float(contest[key][row]) for key in ("difference", "difference_low", "difference_high"))
    words = text(frames.shortened(name, NAMES - 14), frame.left - 10, at + 4, "end")
    if not np.isfinite(value + low + high):
        return [words]
    x = frame.across(np.array([low, value, high]))
    sign = "+" if value > 0 else "−" if value < 0 else ""
    told = f"{sign}{abs(value):.1f}: {sureness_of(contest, row)}"
    return [
        words,
        line(float(x[0]), at, float(x[2]), at, colours[name], width=2.2),
        *dots(x[1:2], np.array([at]), colours[name], 4.2),
        text(told, frame.right + 14, at + 4, "start"),
    ]
