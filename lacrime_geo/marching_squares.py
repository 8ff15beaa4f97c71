"""Marching squares: the polygons of a raster where it is at or above a level, with their holes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .geometry import Rings, ring_areas
from .grid import Grid

# The sides of a lattice square anticlockwise; its corners likewise, from the south west, each where its side begins.
SOUTH, EAST, NORTH, WEST = range(4)
CORNER_ROW, CORNER_COLUMN = np.array([1, 1, 0, 0]), np.array([0, 1, 1, 0])
# Fraction of a cell. A crossing on a cell's centre, where the value is the level itself, would let rings touch
# themselves; it is moved so far away from it.
NUDGE = 1e-3


class Crossings(NamedTuple):
    """The lattice edges whose one end is inside: those along rows first, each numbered by its north-western end."""

    row: np.ndarray
    column: np.ndarray
    down: np.ndarray


def outline(values: np.ndarray, level: float, grid: Grid) -> Rings:
    """Return the polygons (m) around the cell centres at or above a level; each ring's `feature` is its polygon.

    Between two centres the line crosses where linear interpolation meets the level. Cells that are NaN, and what lies
    beyond the raster, count as below every level and are crossed half-way, at the cell's edge. Where two corners of a
    square of four centres are inside and face each other, they are joined when the mean of the four is at or above the
    level. Shells run anticlockwise, holes clockwise; a polygon's shell comes first.
    """
    padded = np.pad(np.asarray(values, dtype=float), 1, constant_values=np.nan)
    inside = padded >= level
    crossings = _crossings(inside)
    order, ring = _in_rings(_following(padded, inside, crossings, level))
    along = int(np.count_nonzero(~crossings.down))
    x, y = grid.coordinates(*_places(padded, crossings, level))
    return _polygons(x[order], y[order], ring[order], _together(ring[:along], int(ring.max(initial=-1)) + 1))


def _crossings(inside: np.ndarray) -> Crossings:
    along = np.nonzero(inside[:, 1:] != inside[:, :-1])
    down = np.nonzero(inside[1:] != inside[:-1])
    row, column = (np.concatenate(pair) for pair in zip(along, down))
    return Crossings(row, column, np.arange(row.size) >= along[0].size)


def _places(padded: np.ndarray, crossings: Crossings, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the fractional (row, column) of each crossing in the raster without its padding."""
    row, column, down = crossings
    first, second = padded[row, column], padded[row + down, column + ~down]
    along = np.clip((level - first) / (second - first), NUDGE, 1 - NUDGE)
    along[np.isnan(along)] = 0.5
    return row - 1 + along * down, column - 1 + along * ~down


def _following(padded: np.ndarray, inside: np.ndarray, crossings: Crossings, level: float) -> np.ndarray:
    """Return for each crossing the one to which the line leads from there, the inside on its left: a permutation."""
    row, column, down = crossings
    # A line begins at a side that, walked anticlockwise, leads out; each edge does so in one of its two squares.
    outwards = inside[row, column]
    side = np.where(down, np.where(outwards, WEST, EAST), np.where(outwards, SOUTH, NORTH))
    square_row, square_column = row - (side == SOUTH), column - (side == EAST)
    corner = square_row[:, None] + CORNER_ROW, square_column[:, None] + CORNER_COLUMN
    value = padded[corner]
    # Opposite corners are added first: the sum, and so the decision, is the same in a mirror.
    joined = (value[:, 0] + value[:, 2]) + (value[:, 1] + value[:, 3]) >= 4 * level
    end = ENDS[joined.astype(int), inside[corner] @ (1 << np.arange(4)), side]
    width, size = padded.shape[1], padded.size
    number = down * size + row * width + column
    target_row, target_column = square_row + (end == SOUTH), square_column + (end == EAST)
    target = ((end == EAST) | (end == WEST)) * size + target_row * width + target_column
    return np.searchsorted(number, target)


def _ends() -> np.ndarray:
    """Return [joined, corners inside as bits, side where a line begins] → side where it ends; −1 where none begins.

    A line cuts the corners off that it has on its left, or, when facing corners are joined, those on its right.
    """
    ends = np.full((2, 16, 4), -1)
    for code in range(16):
        inside = [bool(code >> corner & 1) for corner in range(4)]
        outwards = [side for side in range(4) if inside[side] and not inside[(side + 1) % 4]]
        inwards = [side for side in range(4) if not inside[side] and inside[(side + 1) % 4]]
        for joined, turn in enumerate((-1, 1)):
            for side in outwards:
                walk = ((side + turn * step) % 4 for step in range(1, 4))
                ends[joined, code, side] = next(other for other in walk if other in inwards)
    return ends


ENDS = _ends()


def _in_rings(following: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the crossings ring by ring, in the order of the line, and the ring of each crossing."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    size = following.size
    if size == 0:
        return following, following
    graph = csr_matrix((np.ones(size, dtype=np.int8), following, np.arange(size + 1)), shape=(size, size))
    ring = connected_components(graph)[1]
    # From one more node that leads to a crossing of each ring, breadth first walks along all of them at once.
    begin = np.unique(ring, return_index=True)[1]
    leads = np.append(np.arange(size + 1), size + begin.size)
    graph = csr_matrix(
        (np.ones(size + begin.size, dtype=np.int8), np.append(following, begin), leads), shape=(size + 1, size + 1)
    )
    walked = breadth_first_order(graph, size, return_predecessors=False)[1:]
    return walked[np.argsort(ring[walked], kind="stable")], ring


def _together(ring: np.ndarray, rings: int) -> np.ndarray:
    """Return each ring's polygon; `ring` names the rings that the lattice rows cross, in order.

    Every other of these crossings leads in and the next one out: what lies between belongs to one polygon.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = (ring[0::2], ring[1::2])
    graph = coo_matrix((np.ones(pairs[0].size, dtype=np.int8), pairs), shape=(rings, rings))
    return connected_components(graph, directed=False)[1] if rings else np.empty(0, dtype=np.int64)


def _polygons(x: np.ndarray, y: np.ndarray, ring: np.ndarray, polygon: np.ndarray) -> Rings:
    """Close the rings, and sort them by polygon, shell first; vertices and their ring come ring by ring."""
    start = np.searchsorted(ring, np.arange(polygon.size + 1))
    area = ring_areas(_closed(x, y, start, polygon, np.zeros(polygon.size, dtype=bool)))
    order = np.lexsort((area < 0, polygon))
    length = np.diff(start)[order]
    first = np.concatenate([[0], np.cumsum(length)])
    vertex = np.repeat(start[order] - first[:-1], length) + np.arange(x.size)
    return _closed(x[vertex], y[vertex], first, polygon[order], (area < 0)[order])


def _closed(x: np.ndarray, y: np.ndarray, start: np.ndarray, polygon: np.ndarray, hole: np.ndarray) -> Rings:
    """Return rings that end with their first vertex."""
    vertex = np.insert(np.arange(x.size), start[1:], start[:-1])
    return Rings(x[vertex], y[vertex], start + np.arange(start.size), polygon, hole)
