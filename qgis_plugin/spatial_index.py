"""The spatial index of a GeoPackage built of all its geometries at once: SQLite's own r-tree, packed instead of grown.

Leutenegger, Lopez & Edgington 1997: centres sorted into vertical strips, and in each strip upwards, fill the leaves in order.
"""

import numpy as np

from .geopackages import quoted
from .lacrime_geo.progress import advance, within

ROWS_AT_ONCE = 100_000
HEAD, ROOT = 4, 1  # bytes before a node's cells; the number of the root
CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])


def fill(database, index, ids, x, y, progress=None):
    """Put points (n,) with their row numbers into an index that is still empty."""
    fill_boxes(database, index, ids, x, x, y, y, progress)


def fill_boxes(database, index, ids, west, east, south, north, progress=None):
    """Put boxes (n,) with their row numbers into an index that is still empty."""
    (root,) = database.execute(f"SELECT data FROM {_part(index, 'node')} WHERE nodeno = {ROOT}").fetchone()
    order = _in_strips((west + east) / 2, (south + north) / 2, _capacity(len(root)))
    advance(progress, 0.1)
    cells = _cells(ids, _around(west, east, south, north), order)
    advance(progress, 0.2)
    table, next_number, depth = "rowid", ROOT + 1, 0
    while cells.size:
        content, numbers, above = _level(cells, len(root), next_number, depth)
        advance(progress, 0.2)
        _insert(database, _part(index, "node"), numbers, content, within(progress, 0.2, 0.4))
        holders = np.repeat(numbers, _capacity(len(root)))[: cells.size]
        rising = np.argsort(cells["id"])  # which SQLite takes much faster
        _insert(
            database, _part(index, table), cells["id"][rising], holders[rising].tolist(), within(progress, 0.4, 1.0)
        )
        if numbers.size == 1:
            return
        cells, table, next_number, depth = above, "parent", int(numbers[-1]) + 1, depth + 1


def _insert(database, table, numbers, values, progress):
    for begin in range(0, len(values), ROWS_AT_ONCE):
        part = slice(begin, begin + ROWS_AT_ONCE)
        # The root is there already, and empty.
        database.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", zip(numbers[part].tolist(), values[part]))
        advance(progress, begin / len(values))


def _part(index, name):
    return quoted(f"{index}_{name}")


def _capacity(size):
    return (size - HEAD) // CELL.itemsize


def _around(west, east, south, north):
    """Return the least boxes of 32-bit numbers around boxes: west, east, south, north."""
    sides = []
    for lowest, highest in ((west, east), (south, north)):
        below, above = lowest.astype(np.float32), highest.astype(np.float32)
        sides.append(np.where(below > lowest, np.nextafter(below, np.float32(-np.inf)), below))
        sides.append(np.where(above < highest, np.nextafter(above, np.float32(np.inf)), above))
    return np.column_stack(sides)


def _in_strips(x, y, capacity):
    """Return the order of points that puts neighbours into one leaf."""
    leaves = -(-x.size // capacity)
    strip = np.empty(x.size, dtype=np.int64)
    strip[np.argsort(x, kind="stable")] = np.arange(x.size) // (max(int(np.ceil(np.sqrt(leaves))), 1) * capacity)
    return np.lexsort((y, strip))


def _cells(ids, boxes, order=slice(None)):
    cells = np.zeros(len(ids), dtype=CELL)
    cells["id"], cells["box"] = ids[order], boxes[order]
    return cells


def _level(cells, size, first, depth):
    """Return the nodes that hold some cells, as bytes and by number, and the cells that stand for them a level above."""
    capacity = _capacity(size)
    begins = np.arange(0, cells.size, capacity)
    numbers = np.arange(first, first + begins.size) if begins.size > 1 else np.array([ROOT])
    node = np.dtype(
        {
            "names": ["depth", "count", "cells"],
            "formats": [">u2", ">u2", (CELL, capacity)],
            "offsets": [0, 2, HEAD],
            "itemsize": size,
        }
    )
    nodes = np.zeros(begins.size, dtype=node)
    nodes["depth"] = depth if begins.size == 1 else 0  # the root tells it
    nodes["count"] = np.diff([*begins, cells.size])
    padded = np.zeros(begins.size * capacity, dtype=CELL)
    padded[: cells.size] = cells
    nodes["cells"] = padded.reshape(-1, capacity)
    box = cells["box"].astype(np.float32)
    lowest, highest = np.minimum.reduceat(box, begins), np.maximum.reduceat(box, begins)
    around = np.column_stack([lowest[:, 0], highest[:, 1], lowest[:, 2], highest[:, 3]])
    return [one.tobytes() for one in nodes], numbers, _cells(numbers, around)
