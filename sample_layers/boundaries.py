"""Shared boundaries: a raster of labels becomes polygons that use the very same vertices where they meet."""

import numpy as np


def resolve_checkerboards(labels):
    """Fill 2 x 2 blocks whose equal labels touch only by a corner, so that no ring passes a corner twice."""
    labels = labels.copy()
    while True:
        a, b, c, d = labels[:-1, :-1], labels[:-1, 1:], labels[1:, :-1], labels[1:, 1:]
        apart = (a != b) & (a != c) & (b != d) & (c != d)
        rows, columns = np.nonzero(apart & ((a == d) | (b == c)))
        if not rows.size:
            return labels
        row, column = rows[0], columns[0]
        labels[row, column + 1] = labels[row, column]
        labels[row + 1, column] = labels[row + 1, column + 1]


class Boundaries:
    """Smoothed corner points of a label raster, and the rings of any group of its labels."""

    def __init__(self, labels, west, south, size, rounds=14):
        self.labels = np.pad(labels, 1, constant_values=-1)
        rows, columns = np.indices(np.array(self.labels.shape) - 1)
        self.points = np.stack([west + columns * size, south + rows * size], axis=-1).astype(float)
        self._smooth(rounds)

    def _smooth(self, rounds):
        """Move every corner halfway to the mean of its neighbours along boundaries; the outer frame stays."""
        right = self.labels[:-1, 1:-1] != self.labels[1:, 1:-1]
        up = self.labels[1:-1, :-1] != self.labels[1:-1, 1:]
        degree = np.zeros(self.points.shape[:2])
        for along, (tail, head) in ((right, _HORIZONTAL), (up, _VERTICAL)):
            degree[tail] += along
            degree[head] += along
        fixed = (degree == 0) | self._on_frame()
        self.nodes = degree > 2
        for _ in range(rounds):
            total = np.zeros_like(self.points)
            for along, (tail, head) in ((right, _HORIZONTAL), (up, _VERTICAL)):
                total[tail] += along[..., None] * self.points[head]
                total[head] += along[..., None] * self.points[tail]
            mean = total / np.maximum(degree, 1)[..., None]
            self.points = np.where(fixed[..., None], self.points, (self.points + mean) / 2)

    def _on_frame(self):
        frame = np.ones(self.points.shape[:2], dtype=bool)
        frame[1:-1, 1:-1] = False
        return frame

    def ring(self, group):
        """Closed counter-clockwise ring around the labels of the group; every second plain corner is left out."""
        corners = _follow(np.isin(self.labels, group))
        keep = self.nodes | self._on_frame() | (np.indices(self.nodes.shape).sum(axis=0) % 2 == 0)
        corners = corners[keep[corners[:, 0], corners[:, 1]]]
        ring = self.points[corners[:, 0], corners[:, 1]]
        return np.vstack([ring, ring[:1]])


_HORIZONTAL = (np.s_[:, :-1], np.s_[:, 1:])
_VERTICAL = (np.s_[:-1, :], np.s_[1:, :])


def _follow(inside):
    """Corners (row, column) around the only connected piece of a padded mask, counter-clockwise."""
    steps = {}
    for (row, column), tail, head in _directed_sides(inside):
        steps[(row + tail[0], column + tail[1])] = (row + head[0], column + head[1])
    start = corner = min(steps)
    corners = []
    while True:
        corners.append(corner)
        corner = steps.pop(corner)
        if corner == start:
            break
    if steps:
        raise ValueError(f"The group has holes or several pieces: {len(steps)} sides are left over.")
    return np.array(corners)


def _directed_sides(inside):
    """Sides of inside pixels that face outside, each directed so that the pixel lies on the left."""
    sides = ((-1, 0, (-1, -1), (-1, 0)), (0, 1, (-1, 0), (0, 0)), (1, 0, (0, 0), (0, -1)), (0, -1, (0, -1), (-1, -1)))
    for down, across, tail, head in sides:
        facing = inside & ~np.roll(inside, (-down, -across), axis=(0, 1))
        for pixel in np.argwhere(facing).tolist():
            yield pixel, tail, head


def contains(ring, x, y):
    """Whether points lie inside a closed ring, by the even-odd rule; points outside its bounds are skipped."""
    x, y = np.asarray(x), np.asarray(y)
    low, high = ring.min(axis=0), ring.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    # From south to north: those that a side passes lie together.
    near = near[np.argsort(y[near])]
    east, north, odd = x[near], y[near], np.zeros(near.size, dtype=bool)
    for (x0, y0), (x1, y1) in zip(ring[:-1], ring[1:]):
        if y0 != y1:
            passed = slice(*np.searchsorted(north, (min(y0, y1), max(y0, y1))))
            odd[passed] ^= east[passed] < x0 + (north[passed] - y0) * (x1 - x0) / (y1 - y0)
    inside = np.zeros(x.shape, dtype=bool)
    inside[near] = odd
    return inside
