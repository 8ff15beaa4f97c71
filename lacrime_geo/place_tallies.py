"""How many incidents stand on each place, added up portion by portion: memory grows with the places, not the incidents."""

from __future__ import annotations

import numpy as np

from .place_buckets import Buckets
from .places import Standing

# Tables of four times 2 to the power of these hold the places, the next larger ones where the last are full.
BITS = (16, 18, 20)
# Columns of so many are below the 128 kB from which memory is asked of the system and given back each time, as in workers of
# Dask, whose settings hold that limit fast.
_ROWS_AT_ONCE = 16_000
# A table is full where more of the rows than this find no bucket in it.
LEFT_OVER = 1 / 16
# Rows that found no bucket are collapsed when they are so many.
_LEFT_AT_ONCE = 4_000_000
# Incidents in the order of their places stand in runs: worth looking for where so many rows hold a run's begin at most.
_RUNS = 1 / 4
_ROWS_LOOKED_AT = 4_096
# So much quicker a row is counted by a table of all buckets, once that is there.
_FEW = 8


class PlaceTally:
    """Add up incidents by their places, exactly; places are compared bit by bit."""

    def __init__(self) -> None:
        self._level = 0
        self._empty()

    def _empty(self) -> None:
        self._buckets = Buckets(BITS[self._level], _ROWS_AT_ONCE)
        # The last one counts those without a bucket.
        self._count = np.zeros(self._buckets.size + 1, dtype=np.int64)
        self._left: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._left_rows = 0

    def add(self, x: np.ndarray, y: np.ndarray, frequency: np.ndarray | None = None) -> None:
        """Add incidents at coordinates (n,), all finite, each so many times, once by default."""
        if not x.size:
            return
        x, y, frequency = _without_runs(x, y, frequency)
        bucket = self._buckets.place(x, y)
        self._add(bucket, frequency)
        rest = np.flatnonzero(bucket == self._buckets.size)
        if not rest.size:
            return
        own = np.ones(rest.size, dtype=np.int64) if frequency is None else frequency[rest]
        self._left.append((x[rest], y[rest], own))
        self._left_rows += rest.size
        if rest.size > LEFT_OVER * x.size and self._level + 1 < len(BITS):
            self._grow()
        elif self._left_rows > _LEFT_AT_ONCE:
            self._left = [_collapsed(self._left)]
            self._left_rows = 0

    def _add(self, bucket: np.ndarray, frequency: np.ndarray | None) -> None:
        """Count rows by their buckets: few of them one by one, many by a table of all."""
        if bucket.size < self._count.size / _FEW:
            np.add.at(self._count, bucket, 1 if frequency is None else frequency)
        else:
            # As floats whole sums are exact below 2^53.
            self._count += np.bincount(bucket, frequency, self._count.size).astype(np.int64, copy=False)

    def __getstate__(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what is sent to another process: the places, not the tables."""
        return self.places()

    def __setstate__(self, places: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
        """Take what another process sent."""
        self.__init__()  # type: ignore[misc]
        self.add(*places)

    def merge(self, other: PlaceTally) -> PlaceTally:
        """Add what another has added up; return this one."""
        self.add(*other.places())
        return self

    def places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the distinct places (m,) and how many incidents stand on each."""
        filled = np.flatnonzero(self._count[:-1])
        held = (self._buckets.x[filled], self._buckets.y[filled], self._count[filled])
        if not self._left:
            return held
        x, y, count = (np.concatenate(pair) for pair in zip(held, _collapsed(self._left)))
        return x, y, count

    def _grow(self) -> None:
        """Take larger tables, into which all places go again."""
        held = self.places()
        self._level += 1
        self._empty()
        self.add(*held)


def _without_runs(
    x: np.ndarray, y: np.ndarray, frequency: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return incidents with runs of one place as one row, where a glance at the first rows shows that there are runs."""
    look = slice(0, _ROWS_LOOKED_AT)
    if x.size < 2 or _begins(x[look], y[look]).mean() > _RUNS:
        return x, y, frequency
    begin = np.flatnonzero(_begins(x, y))
    if frequency is None:
        summed = np.diff(np.append(begin, x.size))
    else:
        summed = np.add.reduceat(frequency, begin)
    return x[begin], y[begin], summed


def _begins(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mark the rows that stand elsewhere than the row before them."""
    begins = np.ones(x.size, dtype=bool)
    begins[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    return begins


def _collapsed(
    rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y, frequency = (np.concatenate(column) for column in zip(*rows))
    found = Standing.of(x, y, frequency)
    return found.x, found.y, found.weight.astype(np.int64)
