"""How many near pairs are how far apart in time, as observed and with the dates shuffled: the counts of the Knox test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance, within
from .near_pairs import NearPairs, near_pairs

# What is compared at once stays in the processor's cache.
_PAIRS_AT_ONCE = 32_768
# What is done between two signs of life, counted in pairs; drawing a date is worth so many of them.
_WORK_AT_ONCE, _DRAWING = 4_000_000, 5
# Threads take longer to take turns than shufflings of less work last.
_WORTH_THREADS = 200_000


class Counts(NamedTuple):
    """Pairs by bands of distance and of time, from 0 to infinity: observed, and of each shuffling (permutations, k, l).

    `in_space` (k,) and `in_time` (l,) are how many pairs there are in each band at all, which no shuffling changes.
    """

    observed: np.ndarray
    shuffled: np.ndarray
    in_space: np.ndarray
    in_time: np.ndarray


def counts_of(
    x: np.ndarray,
    y: np.ndarray,
    day: np.ndarray,
    edges: tuple[np.ndarray, np.ndarray],
    metric: str,
    permutations: int,
    seed: int,
    progress: Progress = None,
) -> Counts:
    """Count the pairs of incidents (n,) at x and y (m) on whole days, by bands between closed edges (m, days) and beyond.

    Notes
    -----
    Pairs are listed once, up to the last closed edge. How many of them are less than each number of days apart is counted
    for the dates as they are and for each shuffling; bands are differences of these, and what is farther is the rest of
    all pairs. Each shuffling has random numbers of its own, so threads do not matter; incidents are ordered by place and
    date before, so their order does not either.
    """
    advance(progress, 0.0)
    order = np.lexsort((day, y, x))
    advance(progress, 0.0)
    x, y, day = x[order], y[order], day[order] - day.min()
    across, apart = edges[0], edges[1][1:]
    inside = np.zeros((1 + permutations, across.size - 1, apart.size), dtype=np.int64)
    listed = np.zeros(across.size - 1, dtype=np.int64)
    reached = 0.0

    def listing(fraction: float) -> None:
        advance(progress, reached)

    for pairs in near_pairs(x, y, across, metric, listing):
        listed += np.diff(pairs.begin)
        _add(inside, pairs, day, apart, seed, within(progress, reached, pairs.fraction))
        reached = pairs.fraction
    of_all = day.size * (day.size - 1) // 2
    in_space = np.append(listed, of_all - listed.sum())
    in_time = np.diff(np.concatenate([[0], _pairs_below(np.sort(day), apart), [of_all]]))
    tables = _with_the_rest(inside, in_space, in_time)
    return Counts(tables[0], tables[1:], in_space, in_time)


def _add(
    inside: np.ndarray, pairs: NearPairs, day: np.ndarray, apart: np.ndarray, seed: int, progress: Progress
) -> None:
    """Add how many pairs are less than so many days apart to the counts of the dates as they are (0) and of each shuffling."""
    small = _bytes_for(day)

    def count(numbers: range) -> None:
        for number in numbers:
            drawn = day if number == 0 else np.random.default_rng([seed, number]).permutation(day)
            inside[number] += _nearer_than(pairs, drawn.astype(small), apart)

    work = pairs.first.size + _DRAWING * day.size
    groups = _groups(len(inside), work)
    if work < _WORTH_THREADS:
        for done, numbers in enumerate(groups, start=1):
            count(numbers)
            advance(progress, done / len(groups))
        return
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        running = [threads.submit(count, numbers) for numbers in groups]
        try:
            for done, future in enumerate(as_completed(running), start=1):
                future.result()
                advance(progress, done / len(running))
        except BaseException:
            threads.shutdown(wait=True, cancel_futures=True)
            raise


def _bytes_for(day: np.ndarray) -> type:
    """Return the type of as few bytes as hold days from 0 on and their differences."""
    return np.int16 if day.max() < 2**15 else np.int64


def _groups(number: int, work: int) -> list[range]:
    """Return so many shufflings in groups alike, that are worth telling of; `work` is that of one."""
    groups = min(max(-(-number * work // _WORK_AT_ONCE), 1), number)
    ends = [number * group // groups for group in range(groups + 1)]
    return [range(begin, end) for begin, end in zip(ends[:-1], ends[1:])]


def _nearer_than(pairs: NearPairs, day: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Return how many pairs of each band are less than each number of days apart (bands, numbers)."""
    found = np.zeros((pairs.begin.size - 1, apart.size), dtype=np.int64)
    for band, part in _parts(pairs.begin):
        difference = day.take(pairs.first[part])
        difference -= day.take(pairs.second[part])
        np.abs(difference, out=difference)
        for number, days in enumerate(apart):
            found[band, number] += np.count_nonzero(difference < days)
    return found


def _parts(begin: np.ndarray) -> Iterator[tuple[int, slice]]:
    for band, (start, stop) in enumerate(zip(begin[:-1].tolist(), begin[1:].tolist())):
        for at in range(start, stop, _PAIRS_AT_ONCE):
            yield band, slice(at, min(at + _PAIRS_AT_ONCE, stop))


def _pairs_below(ordered: np.ndarray, apart: np.ndarray) -> list[int]:
    """Return how many of all pairs of sorted days are less than each number of days apart."""
    later = np.arange(1, ordered.size + 1)
    return [int((np.searchsorted(ordered, ordered + int(days), side="left") - later).sum()) for days in apart]


def _with_the_rest(inside: np.ndarray, in_space: np.ndarray, in_time: np.ndarray) -> np.ndarray:
    """Return the bands of counts (tables, k, l), with what lies beyond the last edges: the rest of all pairs."""
    tables = np.empty((len(inside), in_space.size, in_time.size), dtype=np.int64)
    tables[:, :-1, :-1] = np.diff(inside, axis=2, prepend=0)
    tables[:, :-1, -1] = in_space[:-1] - tables[:, :-1, :-1].sum(axis=2)
    tables[:, -1] = in_time - tables[:, :-1].sum(axis=1)
    return tables
