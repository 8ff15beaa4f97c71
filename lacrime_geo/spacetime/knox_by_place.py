"""Near pairs of incidents that share places, counted by the days of each place: sooner the fewer places, however many pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..progress import Progress, advance
from .knox_tiles import Task
from .near_pairs import near_pairs

# Days of places that are counted at once, 4 bytes each, and so many times as many while they are.
DAYS_AT_ONCE = 4_000_000
# How long (ns) it takes to look at a pair and to list it, to count a day of a place, to add that of a near place, to look one up.
_LOOK, _LIST, _DAY, _ADD, _FIND = 2.3, 30.0, 1.5, 0.4, 1.5


class TilePlaces(NamedTuple):
    """The places of a tile: where they are (m,), their first rows (m + 1,), and how many are the tile's own."""

    x: np.ndarray
    y: np.ndarray
    first: np.ndarray
    own: int

    @classmethod
    def of(cls, task: Task) -> TilePlaces:
        """Return the places of a tile, whose rows are in their order."""
        begins = np.ones(task.x.size, dtype=bool)
        begins[1:] = (task.x[1:] != task.x[:-1]) | (task.y[1:] != task.y[:-1])
        first = np.flatnonzero(begins)
        own = int(np.searchsorted(first, task.own))
        return cls(task.x[first], task.y[first], np.append(first, task.x.size), own)

    def costs(self, task: Task, days: int, bands: int, spans: int) -> tuple[float, float]:
        """Return about how long (ns) a shuffling takes by place, infinite if it took too much memory, and pair by pair."""
        by_pair = task.pairs * (_LOOK + _LIST / len(task.numbers))
        halo = self.x.size - self.own
        if not self.own or (halo + 1) * (days + 1) > DAYS_AT_ONCE:
            return math.inf, by_pair
        near = task.pairs / (task.own / self.own) ** 2
        return days * (self.x.size * _DAY + near * _ADD) + task.own * (bands + 1) * spans * 2 * _FIND, by_pair


class Block(NamedTuple):
    """Some of a tile's own places (the first) with those near any of them: the rows and place of each incident, and who is near.

    `near` is a matrix (own places, places) for each band of distance, `pairs` (k,) how many pairs of incidents it stands for.
    """

    rows: slice
    place: np.ndarray
    own: int
    near: list[Any]
    pairs: np.ndarray


def blocks_of(places: TilePlaces, across: np.ndarray, metric: str, days: int, progress: Progress) -> Iterator[Block]:
    """Yield the own places of a tile in blocks, with those near them in bands of distance between edges (k + 1,)."""
    bands = across.size - 1
    held: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in range(bands)]
    for pairs in near_pairs(
        places.x, places.y, across, metric, lambda fraction: advance(progress, 0.0), own=places.own
    ):
        for band, (begin, end) in enumerate(zip(pairs.begin[:-1], pairs.begin[1:])):
            held[band].append((pairs.first[begin:end], pairs.second[begin:end]))
    near = [_matrix(listed, places) for listed in held]
    at_once = max(DAYS_AT_ONCE // (days + 1) - (places.x.size - places.own), 1)
    for begin in range(0, places.own, at_once):
        yield _block(places, near, begin, min(begin + at_once, places.own))


def _matrix(listed: list[tuple[np.ndarray, np.ndarray]], places: TilePlaces) -> Any:
    """Return who is near whom in a band as a sparse matrix (own places, places)."""
    from scipy.sparse import csr_matrix

    none = np.empty(0, dtype=np.int64)
    first, second = (np.concatenate([none, *(pair[axis] for pair in listed)]) for axis in range(2))
    return csr_matrix((np.ones(first.size, dtype=np.int32), (first, second)), shape=(places.own, places.x.size))


def _block(places: TilePlaces, near: list[Any], begin: int, end: int) -> Block:
    part = [matrix[begin:end] for matrix in near]
    stop = max(end, *(int(matrix.indices.max(initial=-1)) + 1 for matrix in part))
    part = [matrix[:, begin:stop] for matrix in part]
    count = np.diff(places.first[begin : stop + 1])
    own = count[: end - begin]
    pairs = np.array([int(own @ (matrix @ count)) for matrix in part])
    # Incidents on one place are in the band that begins with 0.
    pairs[0] += int((own * (own - 1) // 2).sum())
    rows = slice(int(places.first[begin]), int(places.first[stop]))
    return Block(rows, np.repeat(np.arange(count.size), count), int(own.sum()), part, pairs)


def nearer_than(block: Block, day: np.ndarray, days: int, apart: np.ndarray) -> np.ndarray:
    """Return how many pairs of incidents of each band are less than each number of days apart (k, l), on so many days at all."""
    places = int(block.place[-1]) + 1
    up_to = _counted_up_to(block.place, places, day, days)
    own, at = day[: block.own].astype(np.int64), block.place[: block.own] * (days + 1)
    spans = [
        (at + np.minimum(own + days_apart, days), at + np.maximum(own - days_apart + 1, 0))
        for days_apart in apart.astype(np.int64).tolist()
    ]
    found = np.array([[_between(seen, *span) for span in spans] for seen in (near @ up_to for near in block.near)])
    # Of each pair on one place both see the other, and each sees itself.
    found[0] += [(_between(up_to, *span) - block.own) // 2 for span in spans]
    return found


def _counted_up_to(place: np.ndarray, places: int, day: np.ndarray, days: int) -> np.ndarray:
    """Return how many incidents each place has before each day, and in all (places, days + 1)."""
    at = place * (days + 1) + day + 1
    if places * (days + 1) < 2**31:
        at = at.astype(np.int32)
    at.sort()
    # Between two incidents it stays the same, which is written sooner than summed up.
    lasting = np.diff(at, prepend=0, append=places * (days + 1))
    up_to = np.repeat(np.arange(at.size + 1, dtype=np.int32), lasting).reshape(places, days + 1)
    up_to -= up_to[:, :1].copy()
    return up_to


def _between(up_to: np.ndarray, end: np.ndarray, begin: np.ndarray) -> int:
    """Return how many incidents, counted up to each day, are between two days, summed over who looks."""
    flat = up_to.ravel()
    return int(flat.take(end).sum(dtype=np.int64) - flat.take(begin).sum(dtype=np.int64))
