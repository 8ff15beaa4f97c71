"""How fine the places of incidents are: whether they share places that keep a distance, and the finest honest cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .parameters import Parameters, two_digits
from .places import collapse

if TYPE_CHECKING:
    from .incidents import Incidents

# So many incidents, evenly taken, tell how their places lie; so many places, how far the others are.
INCIDENTS_LOOKED_AT, PLACES_LOOKED_AT = 32_768, 4_000
# Fewer shared places are what addresses and chance give.
LEAST_SHARED, MOSTLY_SHARED = 0.1, 0.5
# Rings around a place by which pairs of places are counted, and their width (m) where some places nearly touch.
RINGS, WIDEST_RING = 30, 10.0
_PAIRS_LISTED = 2_000_000
# Places keep a distance where pairs at it are so much denser than nearer ones, beyond so many standard errors.
DENSER, SURE = 1.3, 4.0
# A cell of this times the distance of places in a square pattern holds one wherever it lies, however it is turned.
COVERING = math.sqrt(2)
# Rings do not tell the distance to more than about a tenth.
CLEARLY = 0.9


class LookedAt(NamedTuple):
    """The places (m) of incidents, in the order of their rows, by which it is told how they lie.

    Where those given are only some, evenly taken, `of_all` is how many there are.
    """

    easting: np.ndarray
    northing: np.ndarray
    of_all: int | None = None

    @classmethod
    def of(cls, placed: Incidents) -> LookedAt:
        """Return those of incidents with a place; of collapsed ones, whose rows do not tell it, what was gathered of all."""
        if placed.gathered is None:
            return cls(placed.easting, placed.northing)
        return cls(placed.gathered.easting, placed.gathered.northing, placed.gathered.of_all)

    def evenly(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Return both coordinates of every so manieth of them, no more than are looked at, and how many there are."""
        if self.of_all is not None:
            return self.easting, self.northing, self.of_all
        every = max(-(-self.easting.size // INCIDENTS_LOOKED_AT), 1)
        return self.easting[::every], self.northing[::every], self.easting.size


class Spacing(NamedTuple):
    """How the places (distinct coordinates) of incidents lie: how many of both, their distance (m), the finest honest cell (m).

    `of_all` is how many incidents there are, of which so many were looked at, evenly taken.
    `apart` tells that places keep this distance, as hundred-blocks, snap points and rounded coordinates do; else it is that
    of the median place to its nearest other, counted by the incidents that share a place.
    """

    incidents: int
    places: int
    distance: float
    apart: bool
    of_all: int

    @property
    def finest_cell(self) -> float:
        """The finest honest cell (m), to two digits."""
        return two_digits(COVERING * self.distance)

    @property
    def reason(self) -> str:
        """Why it is that size, in words."""
        return f"{self.words}; √2 times that holds a place wherever a cell lies"

    @property
    def words(self) -> str:
        """How the places lie, in words."""
        taken = "" if self.of_all == self.incidents else f" of {self.of_all:,}, evenly taken,"
        how = "keep a distance of about" if self.apart else "are in the median"
        return (
            f"{self.incidents:,} incidents{taken} share {self.places:,} places, which {how} {two_digits(self.distance):,g} m"
            f"{'' if self.apart else ' from the next'}"
        )


def spacing_of(x: np.ndarray, y: np.ndarray, of_all: int | None = None) -> Spacing | None:
    """Return how the places of incidents (n,), metres, lie; None where places are their own, as those of addresses are.

    Of more than 32,768 incidents as many are looked at, evenly taken; with `of_all` they are taken already, of so many.

    Notes
    -----
    Pairs of distinct places are counted in rings around them. Where places were moved to blocks or to a grid, pairs are few
    at short distances and many at that of neighbours: a ring whose density of pairs is 1.3 times that of all nearer ones,
    beyond four standard errors, tells it. Unlike the distance to the nearest place this does not change when
    incidents are left out (the pair correlation of a thinned pattern is that of the whole: Diggle 2013, section 4.7.2).
    Without such a ring, and with more than two incidents a place, it is the distance to the nearest place.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> x, y = 100.0 * random.integers(0, 30, (2, 2000))
    >>> spacing_of(x, y).finest_cell, spacing_of(x + random.uniform(0, 1, 2000), y)
    (140.0, None)
    """
    x, y, number = LookedAt(x, y, of_all).evenly()
    first, place = collapse(x, y)
    if first.size < 3 or first.size > (1 - LEAST_SHARED) * x.size:
        return None
    points = np.column_stack([x[first], y[first]])
    distance = _kept_distance(points)
    if distance is not None:
        return Spacing(x.size, first.size, distance, True, number)
    if first.size > MOSTLY_SHARED * x.size:
        return None
    distance = _nearest_shared(points, np.bincount(place, minlength=first.size) - 1)
    return Spacing(x.size, first.size, distance, False, number)


def finest_honest_cell(looked_at: LookedAt, parameters: Parameters) -> float:
    """Return the finest honest cell (m) of incidents, and keep it with its reason; 0 where any is."""
    found = spacing_of(*looked_at)
    if found is None:
        return 0.0
    parameters.update(finest_honest_cell=found.finest_cell, finest_honest_cell_reason=found.reason)
    return found.finest_cell


def finer(size: float, finest: float) -> bool:
    """Tell whether cells or a bandwidth (m) are clearly finer than the finest honest cell (m)."""
    return size < CLEARLY * finest


def caution_finer(what: str, size: float, finest: float, parameters: Parameters) -> None:
    """Warn when cells or a bandwidth (m) are finer than the finest honest cell (m), whose reason the parameters keep."""
    if finer(size, finest):
        reason = parameters["finest_honest_cell_reason"]
        parameters.warn(f"{what} of {size:g} m, finer than {finest:g} m, shows more than the data know: {reason}.")


def least_reach(looked_at: LookedAt, parameters: Parameters) -> float:
    """Return how far (m) incidents must reach to meet another place than their own, kept with its reason; 0 where any will do."""
    found = spacing_of(*looked_at)
    if found is None:
        return 0.0
    parameters.update(place_distance=two_digits(found.distance), place_distance_reason=found.words)
    return float(parameters["place_distance"])


def caution_short(what: str, reach: float, least: float, parameters: Parameters) -> None:
    """Warn when clusters' neighbours (m) are nearer than places are to each other, whose reason the parameters keep."""
    if finer(reach, least):
        reason = parameters["place_distance_reason"]
        parameters.warn(f"{what} of {reach:g} m, shorter than {least:g} m, finds single places: {reason}.")


def caution_smooth(bandwidth: float, cell_size: float | None, looked_at: LookedAt, parameters: Parameters) -> None:
    """Warn of a smooth surface whose bandwidth, or else whose cells where given, are finer than the incidents allow.

    What such a surface claims to know is its bandwidth (all in m): cells by default may be finer, and draw it without steps.
    """
    finest = finest_honest_cell(looked_at, parameters)
    caution_finer("A bandwidth", bandwidth, finest, parameters)
    if cell_size is not None and finer(cell_size, finest) and not finer(bandwidth, finest):
        parameters.warn(
            f"Cells of {cell_size:g} m, finer than {finest:g} m, show no more than the bandwidth of {bandwidth:g} m does: "
            f"{parameters['finest_honest_cell_reason']}."
        )


def _kept_distance(points: np.ndarray) -> float | None:
    """Return the distance (m) that places (m, 2) keep, None where they keep none."""
    from scipy.spatial import cKDTree

    tree, some = cKDTree(points), _some(points)
    nearest = tree.query(some, k=2)[0][:, 1]
    ring = max(WIDEST_RING, float(np.quantile(nearest, 0.02)) / 5)
    # Half a ring from zero on: places a metre or two apart are one place, geocoded twice.
    edge = ring * (np.arange(RINGS + 1) + 0.5)
    return _first_dense_ring(_pairs_in_rings(cKDTree(some), tree, edge), edge)


def _pairs_in_rings(some: Any, tree: Any, edge: np.ndarray) -> np.ndarray:
    """Return how many pairs of places of two trees are farther apart than an edge (m) and no farther than the next one."""
    if some.count_neighbors(tree, edge[-1]) > _PAIRS_LISTED:
        return np.diff(some.count_neighbors(tree, edge)).astype(float)
    # Listing pairs is quicker than counting them for each edge.
    apart = some.sparse_distance_matrix(tree, edge[-1], output_type="ndarray")["v"]
    ring = np.searchsorted(edge, apart, side="left")
    return np.bincount(ring, minlength=edge.size + 1)[1 : edge.size].astype(float)


def _first_dense_ring(pairs: np.ndarray, edge: np.ndarray) -> float | None:
    """Return the mean distance of pairs in and beside the ring that is denser than all nearer ones but the innermost."""
    area = np.diff(edge**2)
    held, wide = (np.convolve(values, np.ones(3), "same") for values in (pairs, area))
    ring = np.arange(3, pairs.size - 1)
    # What is nearer ends two rings before: the first of the three belongs to the peak.
    nearer, room = np.cumsum(pairs[1:])[ring - 3], np.cumsum(area[1:])[ring - 3]
    expected = nearer / room * wide[ring]
    # Each pair is met from both of its places: half as many are independent.
    error = np.sqrt(2 * (held[ring] + expected * wide[ring] / room))
    dense = held / wide
    peak = (dense[ring] >= dense[ring - 1]) & (dense[ring] >= dense[ring + 1]) & (held[ring] > DENSER * expected)
    sure = np.where(peak, (held[ring] - expected) / np.maximum(error, 1.0), 0.0)
    if sure.max() <= SURE:
        return None
    # Neighbours of neighbours make a peak as well: the first that is half as sure as the surest is that of neighbours.
    first = int(ring[np.argmax(sure >= sure.max() / 2)])
    beside = slice(first - 1, first + 2)
    middle = np.sqrt((edge[1:] ** 2 + edge[:-1] ** 2) / 2)
    return float((middle[beside] * pairs[beside]).sum() / held[first])


def _nearest_shared(points: np.ndarray, others: np.ndarray) -> float:
    """Return the median distance (m) of places to the nearest other, by how many more incidents stand on each."""
    from scipy.spatial import cKDTree

    rows = np.flatnonzero(others)
    nearest = cKDTree(points).query(points[rows], k=2)[0][:, 1]
    order = np.argsort(nearest)
    reached = np.cumsum(others[rows][order])
    return float(nearest[order][np.searchsorted(reached, reached[-1] / 2)])


def _some(points: np.ndarray) -> np.ndarray:
    """Return at most so many places as tell enough, drawn by chance but always the same."""
    if points.shape[0] <= PLACES_LOOKED_AT:
        return points
    return points[np.random.default_rng(0).choice(points.shape[0], PLACES_LOOKED_AT, replace=False)]
