"""DBSCAN of very many places by tiles: each is searched with a halo around it, and what hangs together across them is joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .core_points import NOISE, components, connected, label_places, numbered
from .partitioned import Engine
from .progress import Progress, advance, within

# So many places are searched at once in some 25 MB, and as fast as what stays in the processor's cache allows.
PLACES_IN_TILE = 125_000
# Tiles are cut where no more than this share of their places stands so near the cut that both sides need it.
MOST_SHARED = 0.25


class Tile(NamedTuple):
    """Rows of places: a tile's own, and those of its halo, which stand around it."""

    own: np.ndarray
    halo: np.ndarray


class _Task(NamedTuple):
    """The places (m,) of a tile, the first of which are its own, and what is searched for."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    own: int
    eps: float
    min_samples: float


class _Found(NamedTuple):
    """The clusters of a tile: of its own places, of the cores in its halo (by their numbers there), and how many clusters."""

    label: np.ndarray
    core: np.ndarray
    halo: np.ndarray
    halo_label: np.ndarray
    clusters: int


def label_by_tiles(
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    eps: float,
    min_samples: float,
    engine: Engine | None = None,
    progress: Progress = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cluster (m,) and whether core (m,) of distinct weighted places: those that `label_places` finds.

    Notes
    -----
    The halo is twice eps wide. The outer half tells which places of the inner half are core, and these are all cores that a
    place of the tile has within eps: so every link between two cores is seen by the tile of either, and every border place sees
    all cores that it may belong to. A core in the outer half may be missed there, and be missing some links, but neither core
    nor link is ever found that is none, as weights are not negative. A core's cluster in its own tile and in each halo that it
    stands in are then one (connected components).
    """
    tiles = tiles_of(x, y, eps, PLACES_IN_TILE, within(progress, 0.0, 0.1))
    rest = within(progress, 0.1, 0.95)
    if len(tiles) == 1:
        return label_places(x, y, weight, eps, min_samples, rest)
    tasks = (_task(tile, x, y, weight, eps, min_samples) for tile in tiles)
    ended = _in_turn(tasks, len(tiles), rest) if engine is None else engine(_searched, tasks, progress=rest)
    label, core = _joined(x.size, tiles, ended)
    advance(progress, 0.95)
    return numbered(label, core, weight, x, y), core


def _joined(size: int, tiles: Sequence[Tile], ended: Iterator[tuple[int, _Found]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the clusters of all places, not yet in order, and whether core, of what was found of tiles."""
    label, core = np.full(size, NOISE, dtype=np.int64), np.zeros(size, dtype=bool)
    rows, theirs, clusters = [], [], 0
    for number, found in ended:
        own, halo = tiles[number]
        label[own] = np.where(found.label >= 0, found.label + clusters, NOISE)
        core[own] = found.core
        rows.append(halo[found.halo])
        theirs.append(found.halo_label + clusters)
        clusters += found.clusters
    member = label >= 0
    if member.any():
        one = connected(clusters, label[np.concatenate(rows)], np.concatenate(theirs))
        label[member] = one[label[member]]
    return label, core


def tiles_of(x: np.ndarray, y: np.ndarray, eps: float, most: int, progress: Progress = None) -> list[Tile]:
    """Cut places (m,), in halves again and again, into tiles of at most so many, unless too many stand near every cut."""
    # A hair wider, as differences of coordinates are rounded.
    reach = 2 * eps * (1 + 1e-9) + 8 * np.spacing(max(np.abs(x).max(), np.abs(y).max()))
    found, todo = [], [Tile(np.arange(x.size), np.empty(0, dtype=np.int64))]
    while todo:
        tile = todo.pop()
        cuts = [_cut(axis[tile.own], reach) for axis in (x, y)] if tile.own.size > most else []
        along, (near, middle) = min(enumerate(cuts), key=lambda cut: cut[1], default=(0, (np.inf, np.inf)))
        if near > MOST_SHARED * tile.own.size:
            found.append(tile)
        else:
            todo.extend(_halves(tile, (x, y)[along], middle, reach))
        advance(progress, sum(tile.own.size for tile in found) / x.size)
    return found


def _cut(along: np.ndarray, reach: float) -> tuple[float, float]:
    """Return how many of a tile's places stand within reach of the coordinate that halves them, and this coordinate.

    Infinitely many where all have the same coordinate, which cannot be cut.
    """
    middle = float(np.partition(along, along.size // 2)[along.size // 2])
    if not (along < middle).any():
        # More than half have the lowest one: what lies beyond it is cut off.
        middle = float(np.min(along[along > middle], initial=np.inf))
        if middle == np.inf:
            return np.inf, np.inf
    return float((np.abs(along - middle) <= reach).sum()), middle


def _halves(tile: Tile, along: np.ndarray, middle: float, reach: float) -> Iterator[Tile]:
    """Yield both sides of a cut, with what stands within reach of them."""
    every = np.concatenate(tile)
    beyond = along[every] - middle
    for own, near in ((beyond < 0, beyond <= reach), (beyond >= 0, beyond >= -reach)):
        own[tile.own.size :] = False
        yield Tile(every[own], every[near & ~own])


def _task(tile: Tile, x: np.ndarray, y: np.ndarray, weight: np.ndarray, eps: float, min_samples: float) -> _Task:
    rows = np.concatenate(tile)
    return _Task(x[rows], y[rows], weight[rows], tile.own.size, eps, min_samples)


def _searched(task: _Task, progress: Progress = None) -> _Found:
    """Search a tile with its halo as if there were nothing else."""
    label, core = components(task.x, task.y, task.weight, task.eps, task.min_samples, progress)
    halo = np.flatnonzero(core[task.own :])
    return _Found(label[: task.own], core[: task.own], halo, label[task.own :][halo], int(label.max(initial=NOISE)) + 1)


def _in_turn(tasks: Iterator[_Task], number: int, progress: Progress) -> Iterator[tuple[int, _Found]]:
    for done, task in enumerate(tasks):
        yield done, _searched(task, within(progress, done / number, (done + 1) / number))
