"""Coincident incidents collapsed to places: police data stand on hundred-blocks, many incidents on one point."""

from __future__ import annotations

import numpy as np

# Odd multipliers close to the golden ratio and to the square roots of 2 and 3 times 2**64: they mix all bits into the top ones.
_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xB504F333F9DE6485, 0xBB67AE8584CAA73B)
_BITS = 17


def collapse(easting: np.ndarray, northing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the distinct places among coordinates (n,), all finite.

    Returns
    -------
    first : (m,) index of one row standing on each place.
    place : (n,) number of the place of each row, so that ``easting[first][place] == easting``.

    Notes
    -----
    Each round hashes coordinates to 2^17 buckets, writes one row into each bucket and compares the others with it:
    exact, and far faster than sorting when places are few. What three rounds leave over is sorted.

    Examples
    --------
    >>> first, place = collapse(np.array([5.0, 7.0, 5.0]), np.array([1.0, 1.0, 1.0]))
    >>> len(first), bool(place[0] == place[2])
    (2, True)
    """
    x, y = np.ascontiguousarray(easting, float) + 0.0, np.ascontiguousarray(northing, float) + 0.0
    place = np.empty(x.size, dtype=np.int64)
    first: list[np.ndarray] = []
    found = 0
    todo = np.arange(x.size)
    for multiplier in _MULTIPLIERS:
        if todo.size == 0 or found > 2**_BITS // 2:
            break
        held, matches = _one_round(x, y, todo, multiplier)
        new = todo[held == todo]
        number = np.zeros(x.size, dtype=np.int64)
        number[new] = np.arange(found, found + new.size)
        place[todo[matches]] = number[held[matches]]
        first.append(new)
        found += new.size
        todo = todo[~matches]
    if todo.size:
        first.append(_sorted_rest(x, y, todo, place, found))
    return (np.concatenate(first) if first else np.empty(0, dtype=np.int64)), place


def _one_round(x: np.ndarray, y: np.ndarray, todo: np.ndarray, multiplier: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the row held by each row's bucket, and whether it stands on the same place."""
    tx, ty = x[todo], y[todo]
    key = tx.view(np.uint64) * np.uint64(multiplier)
    key ^= key >> np.uint64(32)
    key = (key ^ ty.view(np.uint64)) * np.uint64(multiplier)
    bucket = (key >> np.uint64(64 - _BITS)).astype(np.int64)
    table = np.empty(2**_BITS, dtype=np.int64)
    table[bucket] = todo
    held = table[bucket]
    return held, (x[held] == tx) & (y[held] == ty)


def _sorted_rest(x: np.ndarray, y: np.ndarray, todo: np.ndarray, place: np.ndarray, found: int) -> np.ndarray:
    """Give numbers to the places of the rows left over by sorting them; return one row of each."""
    order = todo[np.lexsort((y[todo], x[todo]))]
    starts = np.ones(order.size, dtype=bool)
    starts[1:] = (x[order[1:]] != x[order[:-1]]) | (y[order[1:]] != y[order[:-1]])
    place[order] = found - 1 + np.cumsum(starts)
    return order[starts]


def outlying(easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
    """Mark locational outliers among distinct places: nearest neighbour farther than the mean + 3 SD of all.

    They are left out only of choosing cell sizes and bands (ESRI, Optimized Hot Spot Analysis).
    """
    if easting.size < 4:
        return np.zeros(easting.size, dtype=bool)
    from scipy.spatial import cKDTree

    points = np.column_stack([easting, northing])
    nearest = cKDTree(points).query(points, k=2, workers=-1)[0][:, 1]
    return np.asarray(nearest > nearest.mean() + 3 * nearest.std())
