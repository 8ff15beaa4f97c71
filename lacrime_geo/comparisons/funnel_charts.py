"""The funnel plot: rates by population, the limits around the target, and the names of what lies farthest beyond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..chart_labels import Box, beside_dots, width_of
from ..chart_parts import EDGE, GREY, INK, document, element, haloed, line, path, short, text
from ..forecasting import chart_frames as frames
from ..forecasting.chart_frames import MARGIN, WIDTH, Frame, sentence
from ..parameters import in_words
from ..styles.palettes import FUNNEL
from .funnel_axes import population_axis, populations_along, rate_axis

if TYPE_CHECKING:
    from .place_funnels import Funnel

HEIGHT, LEFT, RIGHT = 420.0, 76.0, 16.0
STEPS = 160
NAMED = 14
SIZE, CHOSEN = 2.6, 4.2
WITHIN = "#9a9a9a"
LETTERS = 11
# Of more dots than these one is drawn where several would lie upon each other.
MOST_DOTS = 5000


def words_of(kept: dict) -> dict[str, str]:
    """Return what each position means, in words of a legend."""
    inner, outer = (f"{limit:g} %" for limit in sorted(kept["limits"]))
    left = "chance can explain it" if kept["overdispersion"] == "none" else "chance and the usual spread of places"
    return {name: said.format(inner=inner, outer=outer, left=left) for name, (said, _) in FUNNEL.items()}


def drawn(found: Funnel) -> str:
    """Return the chart as a whole SVG document."""
    kept = found.parameters
    head = frames.lines_of(sentence(str(kept["found"])), WIDTH - 2 * MARGIN)
    parts = [text(found.label, MARGIN, 28, size=15, weight="bold")]
    parts += [text(row, MARGIN, 49 + 17 * number, "start") for number, row in enumerate(head)]
    legend, top = frames.in_a_row(_legend(found), 49 + 17 * len(head) + 8)
    frame, inside = _frame(found, top + 26)
    limits, lines = _limits(frame, found)
    parts += [*legend, *_axes(frame, found), *limits, *_dots(frame, found, inside), *_beyond(frame, found)]
    parts += _names(frame, found, inside, lines)
    said = [*map(sentence, kept["further"]), *kept["caveats"]]
    beneath, bottom = frames.written(said, frame.bottom + 62)
    return document([*parts, *beneath], WIDTH, int(bottom + 2))


def _frame(found: Funnel, top: float) -> tuple[Frame, np.ndarray]:
    """Return the frame, and which places are inside it (n,)."""
    assert found.places is not None
    known = found.places.known
    rate, people = found["rate"][known], found["population"][known]
    small = found["few_residents"][known]
    usual = np.ones(small.size, dtype=bool) if small.all() else ~small
    limits = [values[known][usual] for name, values in found.columns.items() if name.startswith(("low_", "high_"))]
    y = rate_axis(rate[usual], np.quantile(limits, 0.9, axis=1))
    frame = Frame(MARGIN + LEFT, top, WIDTH - 2 * MARGIN - LEFT - RIGHT, HEIGHT, population_axis(people[usual]), y)
    inside = known & ~found["few_residents"]
    inside[inside] = found["rate"][inside] <= y.last
    return frame, inside


def _axes(frame: Frame, found: Funnel) -> list[str]:
    kept = found.parameters
    return [
        *frame.level_lines(),
        *frame.moments(),
        text(f"Incidents {kept['unit']}", MARGIN, frame.top - 10, "start", 11),
        text(
            str(kept["population"]).replace("_", " ").capitalize(),
            (frame.left + frame.right) / 2,
            frame.bottom + 38,
            size=11,
        ),
    ]


def _limits(frame: Frame, found: Funnel) -> tuple[list[str], list[np.ndarray]]:
    """Return the target and the limits: those that judge thick, those of chance alone thin beside them; and their points."""
    assert found.limits is not None and found.places is not None
    drawn_by, places = found.limits, found.places
    people = populations_along(frame.x, STEPS)
    at = float(frame.up(found.parameters["target"]))
    parts = [line(frame.left, at, frame.right, at, INK, width=1.2)]
    points = [np.array([[frame.left, at], [frame.right, at]])]
    judged = [] if drawn_by.by_chance else [True]
    for by_chance in [*judged, drawn_by.by_chance]:
        for tail, dash in zip(drawn_by.tails, ("6 4", "none")):
            for side in drawn_by.lines(people * (places.years or 1.0), tail, by_chance):
                heights = frame.up(side * places.per)
                heights = np.where(heights < frame.top, np.nan, heights)
                points.append(np.stack([frame.across(people), heights], axis=1))
                thin = by_chance and not drawn_by.by_chance
                parts.append(path(frame.across(people), heights, EDGE if thin else INK, dash, 1.0 if thin else 1.4))
    return parts, points


def _dots(frame: Frame, found: Funnel, inside: np.ndarray) -> list[str]:
    """Return a dot for each place, those within the limits beneath the others."""
    order = np.argsort(found["position"] != "within", kind="stable")
    order = order[inside[order]]
    size = SIZE if order.size > 300 else CHOSEN
    across, height = frame.across(found["population"][order]), frame.up(found["rate"][order])
    if order.size > MOST_DOTS:
        # Of dots upon each other the last is seen.
        _, last = np.unique(np.stack([across[::-1], height[::-1]]).round(), axis=1, return_index=True)
        seen = np.sort(order.size - 1 - last)
        order, across, height = order[seen], across[seen], height[seen]
    parts = []
    for row, x, y in zip(order.tolist(), across.tolist(), height.tolist()):
        parts.append(_told(found, row, _dot(x, y, found["position"][row], size)))
    return parts


def _dot(across: float, height: float, position: str, size: float) -> str:
    colour = WITHIN if position == "within" else FUNNEL[position][1]
    look = dict(fill_opacity=0.45 if position == "within" else 0.95, stroke=INK, stroke_width=0.3)
    return element("circle", cx=short(across), cy=short(height), r=size, fill=colour, **look)


def _told(found: Funnel, row: int, drawn: str) -> str:
    said = f"{found['name'][row]}: {in_words(found['rate'][row])} {found.parameters['unit']}, {found['position'][row]}"
    return frames.told([drawn], said)


def _beyond(frame: Frame, found: Funnel) -> list[str]:
    """Return an arrow at the upper edge for each place whose rate is beyond it, and what is not drawn, in words."""
    assert found.places is not None
    usual = found.places.known & ~found["few_residents"]
    above = usual & (np.nan_to_num(found["rate"]) > frame.y.last)
    parts = []
    for row in np.flatnonzero(above).tolist():
        at = float(frame.across(found["population"][row]))
        corners = ((at - 4, frame.top + 6), (at + 4, frame.top + 6), (at, frame.top - 2))
        points = " ".join(f"{short(x)},{short(y)}" for x, y in corners)
        arrow = element("polygon", points=points, fill=FUNNEL[found["position"][row]][1] or WITHIN)
        parts.append(_told(found, row, arrow))
    said = []
    if above.any():
        said.append(
            f"{int(above.sum()):,} beyond the upper edge (arrows), up to {in_words(found['rate'][above].max())}"
        )
    if small := int(found["few_residents"].sum()):
        said.append(f"{small:,} with few residents not drawn")
    return [*parts, text("; ".join(said), frame.right, frame.top - 10, "end", 11, fill=GREY)]


def _names(frame: Frame, found: Funnel, inside: np.ndarray, lines: Sequence[np.ndarray]) -> list[str]:
    """Return the names of the places farthest beyond, where there is room for them, and what lies along the target."""
    assert found.places is not None
    usual = found.places.known & ~found["few_residents"]
    beyond = np.flatnonzero(usual & (found["position"] != "within"))
    order = beyond[np.argsort(-np.abs(found["z_spread"][beyond]), kind="stable")][:NAMED]
    across, height = _at(frame, found, inside)
    dots = np.stack([across, height], axis=1)
    names = [frames.shortened(str(name), 150, LETTERS) for name in found["name"][order]]
    page = Box(frame.left, frame.top - 8, WIDTH - 4, frame.bottom)
    told, words = _target_words(frame, found)
    places = beside_dots(
        names, dots[order], page, size=LETTERS, dots=dots[usual], radius=CHOSEN, lines=lines, taken=[told]
    )
    leaders, parts = [], haloed(words, told.right, told.bottom - 3, "end", LETTERS)
    for name, place, (x, y) in zip(names, places, dots[order].tolist()):
        if place is not None:
            leaders += [line(x, y, *place.box.nearest(x, y), GREY, width=0.7)] if place.far else []
            parts += haloed(name, place.box.left, place.baseline, "start", LETTERS)
    return [*leaders, *parts]


def _target_words(frame: Frame, found: Funnel) -> tuple[Box, str]:
    words = f"target {in_words(found.parameters['target'])}"
    at = float(frame.up(found.parameters["target"]))
    return Box(frame.right - width_of(words, LETTERS), at - 2 - LETTERS, frame.right, at - 2), words


def _at(frame: Frame, found: Funnel, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where places are drawn (n,), (n,): their dots, or their arrows at the upper edge."""
    with np.errstate(divide="ignore"):
        across = frame.across(found["population"])
    return across, np.where(inside, frame.up(found["rate"]), frame.top + 4)


def _legend(found: Funnel) -> list[tuple[list[str], str]]:
    """Return a sign for each position there is, and for the lines."""
    words = words_of(found.parameters)
    positions = found.parameters["positions"]
    there = [name for name in FUNNEL if positions.get(name)]
    entries = [([_dot(13, 0, name, CHOSEN)], f"{words[name]} ({positions[name]:,})") for name in there]
    inner, outer = (f"{limit:g} %" for limit in sorted(found.parameters["limits"]))
    spread = "by chance alone" if found.parameters["overdispersion"] == "none" else "with the usual spread"
    entries += [
        ([line(0, 0, 26, 0, INK, dash, 1.4)], f"{limit} limits {spread}")
        for limit, dash in ((inner, "6 4"), (outer, "none"))
    ]
    if found.parameters["overdispersion"] != "none":
        entries.append(([line(0, 0, 26, 0, EDGE, width=1)], "limits of chance alone"))
    return entries
