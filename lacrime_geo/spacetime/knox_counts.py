"""How many near pairs are how far apart in time, as observed and with the dates shuffled: the counts of the Knox test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

import numpy as np

from ..partitioned import Engine
from ..progress import Progress, advance, within
from .knox_by_place import Block, TilePlaces, blocks_of, nearer_than
from .knox_threads import in_threads
from .knox_tiles import Task, planned
from .near_pairs import NearPairs, near_pairs
from .shuffled_dates import ShuffledDates

# What is compared at once stays in the processor's cache.
_PAIRS_AT_ONCE = 32_768
Counting = Callable[[np.ndarray], np.ndarray]
Expecting = Optional[Callable[[float, float], None]]


class Counts(NamedTuple):
    """Pairs by bands of distance and of time, from 0 to infinity: observed, and of each shuffling (permutations, k, l).

    `in_space` (k,) and `in_time` (l,) are how many pairs there are in each band at all, which no shuffling changes.
    """

    observed: np.ndarray
    shuffled: np.ndarray
    in_space: np.ndarray
    in_time: np.ndarray


class Asked(NamedTuple):
    """What is counted: between which closed edges (m, days), by which metric, and how many shufflings from which seed."""

    edges: tuple[np.ndarray, np.ndarray]
    metric: str
    permutations: int
    seed: int


class Common(NamedTuple):
    """What all tasks have in common: the dates, the closed edges of distance (k + 1,) and days apart (l,), and the metric."""

    dates: ShuffledDates
    across: np.ndarray
    apart: np.ndarray
    metric: str


def counts_of(
    x: np.ndarray,
    y: np.ndarray,
    day: np.ndarray,
    asked: Asked,
    progress: Progress = None,
    expecting: Expecting = None,
) -> Counts:
    """Count the pairs of incidents (n,) at x and y (m) on whole days, by bands between closed edges and beyond.

    Notes
    -----
    Pairs are listed up to the last closed edge. How many of them are less than each number of days apart is counted for the
    dates as they are and for each shuffling; bands are differences of these, and what is farther is the rest of all pairs.
    All are whole numbers, each shuffling has random numbers of its own, and incidents are ordered by place and date before:
    neither tiles nor threads nor the order of the input matter.
    """
    advance(progress, 0.0)
    order = np.lexsort((day, y, x))
    advance(progress, 0.0)
    x, y, day = x[order], y[order], day[order]
    del order
    return counts_in_order(x, y, day, asked, in_threads, progress, expecting)


def counts_in_order(
    x: np.ndarray,
    y: np.ndarray,
    day: np.ndarray,
    asked: Asked,
    engine: Engine,
    progress: Progress = None,
    expecting: Expecting = None,
) -> Counts:
    """Count the pairs of incidents that are in the order of x, y and day already.

    `engine` runs the tasks, as `Partitioned.run` does; `expecting` is told,
    before they are counted, about how many near pairs there are, and the seconds that one processor takes.
    """
    day = day - day.min()
    across, apart = asked.edges[0], asked.edges[1][1:]
    inside = np.zeros((1 + asked.permutations, across.size - 1, apart.size), dtype=np.int64)
    listed = np.zeros(across.size - 1, dtype=np.int64)
    common = Common(ShuffledDates(day, asked.seed), across, apart, asked.metric)
    for task, (counted, near) in _counted(x, y, common, len(inside), engine, progress, expecting):
        inside[task.numbers.start : task.numbers.stop] += counted
        # Each group of shufflings lists the same pairs.
        listed += near * (task.numbers.start == 0)
    of_all = day.size * (day.size - 1) // 2
    in_space = np.append(listed, of_all - listed.sum())
    in_time = np.diff(np.concatenate([[0], _pairs_below(day, apart), [of_all]]))
    tables = _with_the_rest(inside, in_space, in_time)
    return Counts(tables[0], tables[1:], in_space, in_time)


def _counted(
    x: np.ndarray, y: np.ndarray, common: Common, tables: int, engine: Engine, progress: Progress, expecting: Expecting
) -> Iterator[tuple[Task, Any]]:
    """Yield each task and what was counted by it."""
    if common.across.size < 2:
        return
    plan = planned(x, y, common.across, common.metric, tables, common.dates.at_once, within(progress, 0.0, 0.02))
    if expecting is not None:
        expecting(plan.pairs, tables * _seconds(plan.rounds[0], common))
    number = len(plan.rounds)
    for done, tasks in enumerate(plan.rounds):
        share = within(progress, 0.02 + 0.98 * done / number, 0.02 + 0.98 * (done + 1) / number)
        for which, found in engine(partial(counted_in_tile, common), tasks, progress=share):
            yield tasks[which], found


def _seconds(tasks: list[Task], common: Common) -> float:
    """Return about how long (s) one processor takes for a shuffling."""
    options = common.dates.length, common.across.size - 1, common.apart.size
    return sum(min(TilePlaces.of(task).costs(task, *options)) for task in tasks) * 1e-9


def counted_in_tile(common: Common, task: Task, progress: Progress = None) -> tuple[np.ndarray, np.ndarray]:
    """Return how many near pairs of a tile are less than so many days apart (shufflings, k, l), and how many there are (k,)."""
    numbers, (dates, across, apart, _) = task.numbers, common
    inside = np.zeros((len(numbers), across.size - 1, apart.size), dtype=np.int64)
    listed = np.zeros(across.size - 1, dtype=np.int64)
    rows = slice(task.begin, task.begin + task.x.size)
    in_turn = [*range(task.start, len(numbers)), *range(task.start)]
    for pairs, counting, begin, end in _portions(common, task, progress):
        listed += pairs
        for done, which in enumerate(in_turn):
            advance(progress, begin + (end - begin) * done / len(numbers))
            inside[which] += counting(dates.of(numbers[which])[rows])
    return inside, listed


def _portions(common: Common, task: Task, progress: Progress) -> Iterator[tuple[np.ndarray, Counting, float, float]]:
    """Yield a tile's pairs a bounded number at a time: how many of each band, what counts them by days, and the part of all."""
    dates, across, apart, metric = common
    places = TilePlaces.of(task)
    by_place, by_pair = places.costs(task, dates.length, across.size - 1, apart.size)
    if by_place < by_pair:
        for block in blocks_of(places, across, metric, dates.length, progress):
            begin, end = (at / max(task.own, 1) for at in (block.rows.start, block.rows.start + block.own))
            yield block.pairs, partial(_of_block, block, dates.length, apart), begin, end
        return
    reached = 0.0

    def listing(fraction: float) -> None:
        advance(progress, reached)

    for pairs in near_pairs(task.x, task.y, across, metric, listing, task.own):
        yield np.diff(pairs.begin), partial(_nearer_than, pairs, apart), reached, pairs.fraction
        reached = pairs.fraction


def _of_block(block: Block, length: int, apart: np.ndarray, day: np.ndarray) -> np.ndarray:
    return nearer_than(block, day[block.rows], length, apart)


def _nearer_than(pairs: NearPairs, apart: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return how many pairs of each band are less than each number of days apart (bands, numbers)."""
    found = np.zeros((pairs.begin.size - 1, apart.size), dtype=np.int64)
    # Whole days of the same type are compared fastest; no days are farther apart than it holds.
    apart = np.minimum(apart, np.iinfo(day.dtype).max).astype(day.dtype)
    for band, part in _parts(pairs.begin):
        # None is out of range; "wrap" needs no copy to make sure first.
        difference = day.take(pairs.first[part], mode="wrap")
        difference -= day.take(pairs.second[part], mode="wrap")
        np.abs(difference, out=difference)
        for number, days in enumerate(apart):
            found[band, number] += np.count_nonzero(difference < days)
    return found


def _parts(begin: np.ndarray) -> Iterator[tuple[int, slice]]:
    for band, (start, stop) in enumerate(zip(begin[:-1].tolist(), begin[1:].tolist())):
        for at in range(start, stop, _PAIRS_AT_ONCE):
            yield band, slice(at, min(at + _PAIRS_AT_ONCE, stop))


def _pairs_below(day: np.ndarray, apart: np.ndarray) -> list[int]:
    """Return how many of all pairs of days, from 0 on, are less than each number of days apart."""
    count = np.bincount(day)
    up_to = np.concatenate([[0], np.cumsum(count)])
    first = np.arange(count.size)
    found = []
    for days in apart.astype(np.int64).tolist():
        later = up_to[np.minimum(first + days, count.size)] - up_to[first + 1]
        found.append(int((count * later).sum() + (count * (count - 1) // 2).sum()))
    return found


def _with_the_rest(inside: np.ndarray, in_space: np.ndarray, in_time: np.ndarray) -> np.ndarray:
    """Return the bands of counts (tables, k, l), with what lies beyond the last edges: the rest of all pairs."""
    tables = np.empty((len(inside), in_space.size, in_time.size), dtype=np.int64)
    tables[:, :-1, :-1] = np.diff(inside, axis=2, prepend=0)
    tables[:, :-1, -1] = in_space[:-1] - tables[:, :-1, :-1].sum(axis=2)
    tables[:, -1] = in_time - tables[:, :-1].sum(axis=1)
    return tables
