"""Where words stand on a chart: the names of dots near these, over no dot, line or other name; those of lines at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

# How wide letters are as a share of their size: about those of Open Sans and Helvetica, rather too wide than too narrow.
NARROW, WIDE, CAPITAL, OTHER = 0.32, 0.95, 0.68, 0.6
NARROW_LETTERS, WIDE_LETTERS = frozenset("fijlrtI.,:;'’|!()[] -"), frozenset("mwMWÆŒ@%…—")
# A name is higher than its letters, and stands so far from its dot; farther, with a line to it, where it must.
LINE, AWAY = 1.25, (8.0, 16.0, 26.0, 38.0, 52.0, 68.0)
# Letters stand on a line so far above the lower edge of their box, as a share of their size.
BENEATH = 0.3
# How much worse than 1 further from its dot a name is: for each piece (3 wide) of a line that it lies on, for each dot that
# the line to it passes, and for each side that is better. On more pieces it does not stand.
PIECE, OVER_PIECE, PAST_DOT, LATER_SIDE = 3.0, 2.0, 40.0, 0.5
MOST_PIECES = 5
# The sides of a dot, the best first: from 1, wholly to the right of it, to -1, to the left; beneath (1) or above (-1).
SIDES = ((1.0, 0), (-1.0, 0), *((right, down) for right in (1.0, -1.0, 0.0, 0.5, -0.5) for down in (-1, 1)))


class Box(NamedTuple):
    """Hold a piece of the page."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Tell whether two have something in common."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def within(self, other: Box) -> bool:
        """Tell whether this lies in another."""
        across = other.left <= self.left and self.right <= other.right
        return across and other.top <= self.top and self.bottom <= other.bottom

    def held(self, points: np.ndarray, room: float = 0.0) -> int:
        """Return how many points (n, 2) lie in it, or nearer to it than some room."""
        x, y = points[:, 0], points[:, 1]
        across = (x > self.left - room) & (x < self.right + room)
        return int(np.sum(across & (y > self.top - room) & (y < self.bottom + room)))

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return its point nearest to another."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)


class Place(NamedTuple):
    """Hold where a name stands: its box, the line that its letters stand on, and whether a line to its dot is needed."""

    box: Box
    baseline: float
    far: bool


def width_of(words: str, size: float) -> float:
    """Return about how wide words are.

    >>> round(width_of("Mill", 10), 1)
    19.1
    """
    return size * sum(map(_letter, words))


def _letter(letter: str) -> float:
    if letter in NARROW_LETTERS:
        return NARROW
    return WIDE if letter in WIDE_LETTERS else CAPITAL if letter.isupper() else OTHER


def beside_dots(
    names: Sequence[str],
    at: np.ndarray,
    page: Box,
    *,
    size: float,
    dots: np.ndarray,
    radius: float,
    lines: Sequence[np.ndarray] = (),
    taken: Sequence[Box] = (),
) -> list[Place | None]:
    """Return where names stand, None where there is no room: of a few orders of choosing that which leaves room for most.

    Parameters
    ----------
    names : the words, the most important first.
    at : the dots that they are of (n, 2), in units of the page.
    page : where names may stand.
    size : of the letters.
    dots : all dots that no name may cover (m, 2).
    radius : of the dots.
    lines : lines that names do not lie along, and rather do not cross, each (k, 2).
    taken : pieces of the page where words stand already.

    Examples
    --------
    >>> dots = np.array([[50.0, 50.0], [62.0, 50.0]])
    >>> page = Box(0, 0, 200, 100)
    >>> [place.box.left > 62 for place in beside_dots(["b", "a"], dots[::-1], page, size=10, dots=dots, radius=3)]
    [True, False]
    """
    at = np.asarray(at, dtype=float).reshape(-1, 2)
    pieces = [_pieces(one) for one in lines]
    best: list[Choice | None] = []
    least = (np.inf, np.inf)
    for order in (np.arange(len(names)), *(np.argsort(side, kind="stable") for side in (*at.T, *-at.T))):
        chart = _Chart(page, size, dots, radius, list(pieces), list(taken))
        found = _in_turn(chart, names, at, order)
        missing = sum(one is None for one in found), sum(one.cost for one in found if one is not None)
        if missing < least:
            best, least = found, missing
    return [None if one is None else one.place for one in best]


class Choice(NamedTuple):
    """Hold a place chosen, and how far from the best that there could be."""

    place: Place
    cost: float


def _in_turn(chart: _Chart, names: Sequence[str], at: np.ndarray, order: np.ndarray) -> list[Choice | None]:
    """Return the places that names choose one after the other, in the order of the names."""
    found: list[Choice | None] = [None] * len(names)
    for row in order.tolist():
        x, y = at[row].tolist()
        found[row] = chosen = _best(chart, x, y, width_of(names[row], chart.size))
        if chosen is not None:
            chart.take(chosen.place, x, y)
    return found


@dataclass
class _Chart:
    """Hold what a chart has on it: dots, points along its lines, and boxes of words."""

    page: Box
    size: float
    dots: np.ndarray
    radius: float
    lines: list[np.ndarray]
    filled: list[Box]

    def near(self, x: float, y: float, wide: float) -> _Chart:
        """Return the same with those dots alone that a name of a dot could reach."""
        reach = wide + AWAY[-1] + 2 * self.size * LINE
        return replace(self, dots=self.dots[(np.abs(self.dots - (x, y)) < reach).all(axis=1)])

    def is_free(self, box: Box) -> bool:
        """Tell whether there is nothing in a box but lines."""
        if not box.within(self.page) or any(box.overlaps(other) for other in self.filled):
            return False
        return not box.held(self.dots, self.radius)

    def covered(self, box: Box) -> int:
        """Return over how many pieces of lines a box lies."""
        return sum(box.held(points) for points in self.lines)

    def passed(self, leader: np.ndarray) -> float:
        """Return how many dots a line to a name (k, 2) passes over, but its own; more than all where it meets words."""
        if any(box.held(leader) for box in self.filled):
            return np.inf
        others = self.dots[(np.abs(self.dots - leader[0]) > 0.5).any(axis=1)]
        apart = np.hypot(*(others[:, None] - leader).T)
        return float((apart < self.radius).any(axis=0).sum())

    def take(self, place: Place, x: float, y: float) -> None:
        """Keep a name, and the line to its dot."""
        self.filled.append(place.box)
        if place.far:
            self.lines.append(_leader(place.box, x, y))


def _best(chart: _Chart, x: float, y: float, wide: float) -> Choice | None:
    """Return the free place of a name that is nearest to its dot and covers least of the lines."""
    chart = chart.near(x, y, wide)
    best = None
    for away in AWAY:
        far = away > AWAY[0]
        for side, (right, down) in enumerate(SIDES):
            box = _beside(x, y, wide, chart.size * LINE, right, down, away)
            if not chart.is_free(box) or (covered := chart.covered(box)) > MOST_PIECES:
                continue
            passed = chart.passed(_leader(box, x, y)) if far else 0.0
            cost = away + side * LATER_SIDE + OVER_PIECE * covered + PAST_DOT * passed
            if cost < (np.inf if best is None else best.cost):
                best = Choice(Place(box, box.bottom - BENEATH * chart.size, far), cost)
    return best


def _leader(box: Box, x: float, y: float) -> np.ndarray:
    """Return points along the line from a dot to a name (k, 2)."""
    return _pieces(np.array([(x, y), box.nearest(x, y)]))


def _beside(x: float, y: float, wide: float, high: float, right: float, down: int, away: float) -> Box:
    """Return the box of a name on one side of a dot."""
    left = x - wide * (1 - right) / 2 + away * right
    # Near and wholly to one side a name may stand a little higher or lower; else above and beneath the dot, clear of it.
    near = abs(right) == 1 and away == AWAY[0]
    middle = y + down * (high if near else high / 2 + away)
    return Box(left, middle - high / 2, left + wide, middle + high / 2)


def _pieces(line: np.ndarray) -> np.ndarray:
    """Return points along a line (k, 2), none farther apart than a piece; what has no place is left out."""
    known = np.asarray(line, dtype=float)[np.isfinite(line).all(axis=1)]
    if known.shape[0] < 2:
        return known
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(known, axis=0).T))])
    steps = np.linspace(0.0, along[-1], int(along[-1] / PIECE) + 2)
    return np.stack([np.interp(steps, along, known[:, axis]) for axis in (0, 1)], axis=1)


def apart(wanted: np.ndarray, least: float, low: float, high: float) -> np.ndarray:
    """Return the places (n,) nearest to those wanted that are at least so far apart, between two ends as far as there is room.

    What they want beyond their distance is made to rise by pooling neighbours that do not (Ayer et al. 1955).

    >>> apart(np.array([10.0, 12.0, 40.0]), 10.0, 0.0, 100.0).tolist()
    [6.0, 16.0, 40.0]
    """
    order, step = np.argsort(wanted, kind="stable"), least * np.arange(wanted.size)
    pools: list[tuple[float, int]] = []
    for place in wanted[order] - step:
        total, size = float(place), 1
        while pools and total / size < pools[-1][0] / pools[-1][1]:
            before, many = pools.pop()
            total, size = total + before, size + many
        pools.append((total, size))
    found = np.repeat([total / size for total, size in pools], [size for _, size in pools]) + step
    found = np.maximum(np.minimum(found, high - step[::-1]), low + step)
    placed = np.empty(wanted.size)
    placed[order] = found
    return placed
