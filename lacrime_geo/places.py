"""Coincident incidents collapsed to places: police data stand on hundred-blocks, many incidents on one point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Callable, NamedTuple

import numpy as np

from .place_buckets import SIZE, Buckets
from .progress import Progress, advance

if TYPE_CHECKING:
    from .incidents import Incidents

_ROWS_TALLIED_AT_ONCE = 1_048_576
_NEAREST_AT_ONCE = 65_536


class Places(NamedTuple):
    """Places with coordinates (m,), metres, and the sum of the weights on each; a place may occur more than once."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray

    def parts(self) -> Iterator[Places]:
        """Yield the places a million at a time, so that what is computed from them stays bounded."""
        for begin in range(0, max(self.x.size, 1), _ROWS_TALLIED_AT_ONCE):
            part = slice(begin, begin + _ROWS_TALLIED_AT_ONCE)
            yield Places(self.x[part], self.y[part], self.weight[part])

    def where(self, rows: np.ndarray) -> Places:
        """Return the places in the rows given (mask or indices)."""
        return Places(self.x[rows], self.y[rows], self.weight[rows])

    def collapsed(self) -> Places:
        """Return the distinct places, each with the sum of its weights."""
        return Places(*Standing.of(self.x, self.y, self.weight)[:3])

    def mean(self) -> tuple[float, float]:
        """Return the weighted mean of both axes (m)."""
        # Far from the origin sums would lose digits; measure from the first place.
        x0, y0 = float(self.x[0]), float(self.y[0])
        sums = np.sum([[((p.x - x0) * p.weight).sum(), ((p.y - y0) * p.weight).sum()] for p in self.parts()], axis=0)
        along_x, along_y = sums / float(self.weight.sum())
        return x0 + float(along_x), y0 + float(along_y)

    def variance(self) -> tuple[float, float]:
        """Return the weighted variance of both axes (m²)."""
        x, y = self.mean()
        sums = [[((p.x - x) ** 2 * p.weight).sum(), ((p.y - y) ** 2 * p.weight).sum()] for p in self.parts()]
        along_x, along_y = np.sum(sums, axis=0) / float(self.weight.sum())
        return float(along_x), float(along_y)


class Standing(NamedTuple):
    """The distinct places (m,) of incidents, the weight on each, and the place of each incident (n,)."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, easting: np.ndarray, northing: np.ndarray, weight: np.ndarray | None = None) -> Standing:
        """Return them for coordinates (n,), all finite, and weights, 1 each by default."""
        buckets = Buckets()
        bucket = buckets.place(easting, northing)
        if (bucket == SIZE).any():
            first, place = _first_and_place(easting, northing, bucket)
            return cls(easting[first], northing[first], np.bincount(place, weight, first.size).astype(float), place)
        # Every incident has a bucket: the tables themselves hold the places.
        filled = np.flatnonzero(~np.isnan(buckets.x))
        number = np.empty(SIZE, dtype=np.int64)
        number[filled] = np.arange(filled.size)
        total = np.bincount(bucket, weight, SIZE)[filled].astype(float)
        return cls(buckets.x[filled], buckets.y[filled], total, number[bucket])


class GridPlaces(NamedTuple):
    """Places as a grid sees them: fractional row and column, weight, and bandwidth in cells, a column (m,) each."""

    row: np.ndarray
    column: np.ndarray
    weight: np.ndarray
    ratio: np.ndarray

    def where(self, rows: np.ndarray | slice) -> GridPlaces:
        """Return the places in the rows given (mask, indices or slice)."""
        return GridPlaces(*(values[rows] for values in self))


def tally(easting: np.ndarray, northing: np.ndarray, weight: np.ndarray | None = None) -> Places:
    """Sum weights (n,), 1 each by default, over coincident places among coordinates (n,), all finite.

    Places without weight are left out. Where most incidents stand on a place of their own they come back as they are: a
    place may occur more than once.

    Notes
    -----
    Four hash tables of the coordinates are written and compared with, a chunk at a time: exact, faster than sorting
    when places are few, and in memory that grows with the places, not with the incidents.

    Examples
    --------
    >>> places = tally(np.array([5.0, 7.0, 5.0]), np.array([1.0, 1.0, 1.0]))
    >>> sorted(zip(places.x.tolist(), places.weight.tolist()))
    [(5.0, 2.0), (7.0, 1.0)]
    """
    incidents = Places(easting, northing, np.broadcast_to(1.0, easting.shape) if weight is None else weight)
    if weight is not None and not weight.all():
        incidents = incidents.where(weight > 0)
    buckets, total, left = Buckets(), np.zeros(SIZE), []
    rows = alone = 0
    for part in incidents.parts():
        bucket = buckets.place(part.x, part.y)
        rest = np.flatnonzero(bucket == SIZE)
        left.append(part.where(rest))
        rows, alone = rows + bucket.size, alone + rest.size
        if alone > rows / 2:
            return incidents
        # Rows without a bucket are counted in one more at the end.
        total += np.bincount(bucket, None if weight is None else part.weight, SIZE + 1)[:-1]
    filled = np.flatnonzero(~np.isnan(buckets.x))
    found = Places(buckets.x[filled], buckets.y[filled], total[filled])
    scattered = Places(*map(np.concatenate, zip(*left)))
    first, place = _sorted_places(scattered.x, scattered.y)
    others = Places(scattered.x[first], scattered.y[first], np.bincount(place, scattered.weight, first.size))
    return Places(*map(np.concatenate, zip(found, others)))


def places_of(placed: Incidents) -> Places:
    """Return the places of incidents, all with a place, and the sum of the weights on each, as `tally` does."""
    weight = placed.total_weight
    return tally(placed.easting, placed.northing, None if weight is None else np.asarray(weight, dtype=float))


def collapse(easting: np.ndarray, northing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the distinct places among coordinates (n,), all finite.

    Returns
    -------
    first : (m,) index of one row standing on each place.
    place : (n,) number of the place of each row, so that ``easting[first][place] == easting``.

    Notes
    -----
    By the hash tables of `tally`; rows that find no bucket are sorted.

    Examples
    --------
    >>> first, place = collapse(np.array([5.0, 7.0, 5.0]), np.array([1.0, 1.0, 1.0]))
    >>> len(first), bool(place[0] == place[2])
    (2, True)
    """
    x, y = np.asarray(easting, float), np.asarray(northing, float)
    return _first_and_place(x, y, Buckets().place(x, y))


def collapse_in_order(easting: np.ndarray, northing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the distinct places as `collapse` does, numbered in the order of their first rows.

    What is drawn for each place is then the same where another projection moves all of them by a hair.

    Examples
    --------
    >>> first, place = collapse_in_order(np.array([5.0, 7.0, 5.0]), np.array([1.0, 1.0, 1.0]))
    >>> first.tolist(), place.tolist()
    ([0, 1], [0, 1, 0])
    """
    first, place = collapse(easting, northing)
    # Written backwards, the first row of each place stays.
    first[place[::-1]] = np.arange(place.size)[::-1]
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(order.size)
    return first[order], number[place]


def at_places(
    x: np.ndarray, y: np.ndarray, function: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return what a function makes of coordinates (n,), all finite; it is called with each place once.

    Examples
    --------
    >>> at_places(np.array([5.0, 7.0, 5.0]), np.array([1.0, 2.0, 1.0]), lambda x, y: (x + y, x - y))[0].tolist()
    [6.0, 9.0, 6.0]
    """
    buckets = Buckets()
    bucket = buckets.place(x, y)
    if (bucket == SIZE).any():
        first, place = _first_and_place(x, y, bucket)
        along_x, along_y = function(x[first], y[first])
        return along_x[place], along_y[place]
    # Every row has a bucket: what is made of the tables' places is looked up there.
    filled = np.flatnonzero(~np.isnan(buckets.x))
    made = np.empty((2, SIZE))
    made[:, filled] = function(buckets.x[filled], buckets.y[filled])
    return made[0][bucket], made[1][bucket]


def _first_and_place(x: np.ndarray, y: np.ndarray, bucket: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return one row of each place and the place of each row, whose bucket is known, `SIZE` where it has none."""
    rest = np.flatnonzero(bucket == SIZE)
    # Rows without a bucket write to one more at the end.
    row_in = np.full(SIZE + 1, -1)
    row_in[bucket] = np.arange(x.size)
    row_in[-1] = -1
    place = (np.cumsum(row_in >= 0) - 1)[bucket]
    first = row_in[row_in >= 0]
    if rest.size:
        rows, number = _sorted_places(x[rest], y[rest])
        place[rest] = first.size + number
        first = np.concatenate([first, rest[rows]])
    return first, place


def _sorted_places(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return one row of each place and the number of each row's place, by sorting."""
    order = np.argsort(x)
    same = x[order[1:]] == x[order[:-1]]
    # Northing is looked at only among those with an easting in common.
    tied = np.zeros(order.size, dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    rows = order[tied]
    order[tied] = rows[np.lexsort((rows, y[rows], x[rows]))]
    starts = np.ones(order.size, dtype=bool)
    starts[1:] = ~same | (y[order[1:]] != y[order[:-1]])
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.cumsum(starts) - 1
    return order[starts], place


def nearest_distances(x: np.ndarray, y: np.ndarray, progress: Progress = None) -> np.ndarray:
    """Return the distance (m) of each of several points to its nearest other."""
    from scipy.spatial import cKDTree

    advance(progress, 0.0)
    points = np.column_stack([x, y])
    tree, nearest = cKDTree(points), np.empty(x.size)
    for begin in range(0, x.size, _NEAREST_AT_ONCE):
        advance(progress, begin / x.size)
        part = slice(begin, begin + _NEAREST_AT_ONCE)
        nearest[part] = tree.query(points[part], k=2, workers=-1)[0][:, 1]
    return nearest


def outlying(easting: np.ndarray, northing: np.ndarray, progress: Progress = None) -> np.ndarray:
    """Mark locational outliers among distinct places: nearest neighbour farther than the mean + 3 SD of all.

    They are left out only of choosing cell sizes and bands (ESRI, Optimized Hot Spot Analysis).
    """
    if easting.size < 4:
        return np.zeros(easting.size, dtype=bool)
    nearest = nearest_distances(easting, northing, progress)
    return np.asarray(nearest > nearest.mean() + 3 * nearest.std())
