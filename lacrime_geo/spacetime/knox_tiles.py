"""The work of a Knox test, cut up: tiles of the incidents, each with a halo of those near it, and groups of shufflings."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance
from .near_pairs import number_of_pairs

# Rows by which it is judged how many pairs there are, and the most of a tile, its halo apart.
ROWS_JUDGED, ROWS_IN_TILE = 65_536, 500_000
# A task is worth so many pairs looked at, and there are about so many for each group of shufflings, when pairs are many.
_PAIRS_IN_TASK, _TILES = 200_000_000, 64
# A tile is worth so many pairs, as every shuffling looks at it anew; more of them come in some tiles,
# fewer in a few groups of shufflings, for all threads.
_WORTH_TILE, _SOME, _FEW = 1_000_000, 4, 2
# Threads take longer to take turns than shufflings of less work last; drawing a date is worth so many pairs.
_WORTH_THREADS, _DRAWING = 200_000, 5
# Tasks that run at once begin with shufflings far from each other's, so that each draws what the others need later.
_GOLDEN = (5**0.5 - 1) / 2


class Task(NamedTuple):
    """A tile: the places of its own incidents, then of its halo, from row `begin` on; and the shufflings to be counted.

    Counting starts with that at `start` of `numbers`; `pairs` is about how many near pairs it has.
    """

    x: np.ndarray
    y: np.ndarray
    own: int
    begin: int
    numbers: range
    start: int
    pairs: float


class Plan(NamedTuple):
    """Tasks in rounds, which are run one after the other, and about how many near pairs there are."""

    rounds: list[list[Task]]
    pairs: float


def planned(
    x: np.ndarray, y: np.ndarray, edges: np.ndarray, metric: str, tables: int, at_once: int, progress: Progress = None
) -> Plan:
    """Cut the counting of pairs up to the last of some edges, in so many tables, into tasks of about the same work.

    Incidents are sorted by x: a tile is a run of rows, and each pair belongs to the tile of its first. So many shufflings are
    counted by one task, group by group, as those of a group are kept.
    """
    ends, pairs = _judged(x, y, edges, metric, progress)
    number = _number_of_tiles(float(pairs.sum()), x.size, min(tables, at_once))
    threads = _FEW if number == 1 and pairs.sum() + _DRAWING * x.size > _WORTH_THREADS else 1
    groups = _groups(tables, max(-(-tables // at_once), min(threads, tables)))
    # Rows without pairs are some work too.
    work = np.append(0.0, np.cumsum(pairs + np.diff(ends)))
    cuts = np.unique(np.interp(np.linspace(0.0, work[-1], number + 1), work, ends).astype(np.int64))
    cuts = np.unique(np.append(_place_begins(x, y, cuts[:-1]), x.size))
    halo = halo_ends(x, cuts[1:], float(edges[-1]))
    share = np.diff(np.interp(cuts, ends, np.append(0.0, np.cumsum(pairs))))
    tiles = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), halo.tolist(), share.tolist()))
    rounds = [
        [
            Task(x[begin:stop], y[begin:stop], end - begin, begin, group, int(tile * _GOLDEN % 1 * len(group)), about)
            for tile, (begin, end, stop, about) in enumerate(tiles)
        ]
        for group in groups
    ]
    # Groups of one tile can only run beside each other.
    return Plan(rounds if len(tiles) > 1 else [[*chain(*rounds)]], float(pairs.sum()))


def halo_ends(x: np.ndarray, ends: np.ndarray, reach: float) -> np.ndarray:
    """Return before which row (tiles,) the halo of each tile ends, whose own rows end before `ends`; x is sorted."""
    # No pair may be lost to rounding.
    far = reach * 1.001 + 1e-14 * float(max(abs(x[0]), abs(x[-1])))
    return np.searchsorted(x, x[ends - 1] + far, side="right")


def _place_begins(x: np.ndarray, y: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the first row of the place on which each of some rows is: no place is cut."""
    begins = np.searchsorted(x, x[rows], side="left")
    ends = np.searchsorted(x, x[rows], side="right")
    return np.array(
        [begin + np.searchsorted(y[begin:end], y[row]) for row, begin, end in zip(rows, begins, ends)], dtype=np.int64
    )


def _groups(tables: int, number: int) -> list[range]:
    """Return the numbers of tables in so many groups alike."""
    ends = [tables * group // number for group in range(number + 1)]
    return [range(begin, end) for begin, end in zip(ends[:-1], ends[1:])]


def _judged(
    x: np.ndarray, y: np.ndarray, edges: np.ndarray, metric: str, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends (m + 1,) of runs of rows, and about how many pairs belong to each."""
    ends = np.unique(np.append(np.arange(0, x.size, ROWS_JUDGED), x.size))
    halo = halo_ends(x, ends[1:], float(edges[-1]))
    pairs = np.zeros(halo.size)
    for run, (begin, end, stop) in enumerate(zip(ends[:-1], ends[1:], halo)):
        pairs[run] = number_of_pairs(x[begin:stop], y[begin:stop], edges, metric, int(end - begin))
        advance(progress, (run + 1) / halo.size)
    return ends, pairs


def _number_of_tiles(pairs: float, rows: int, tables: int) -> int:
    """Return how many tiles so many near pairs of so many rows are cut into, of which so many tables are made at once."""
    worth = min(int(pairs / _WORTH_TILE), _SOME)
    many = min(int(pairs * tables / _PAIRS_IN_TASK), _TILES)
    return max(worth, many, -(-rows // ROWS_IN_TILE), 1)
