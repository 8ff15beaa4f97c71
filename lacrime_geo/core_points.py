"""DBSCAN on weighted places: which are core, which hang together, and to which core a border place belongs.

Cells of side eps / √2 do most of the work (after Gunawan 2013): places in one cell are all neighbours, so that a cell
holding min_samples is all core, and the cores of one cell are always one cluster.
"""

from __future__ import annotations

import math

import numpy as np

from .cell_index import CellIndex, expand
from .progress import Progress, advance, within
from .sums_within import Threshold, lowest_sum, reaching

NOISE = -1
REACH = 2  # cells: places within eps are at most this many cells apart
# Half of the 24 cells around, as directions and how many steps in them; the other half are the same pairs turned round.
DIRECTIONS = {(0, 1): (1, 2), (1, 0): (1, 2), (1, 1): (1, 2), (1, -1): (1, 2), (1, 2): (1,), (1, -2): (1,)}
DIRECTIONS |= {(2, 1): (1,), (2, -1): (1,)}


def label_places(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, eps: float, min_samples: float, progress: Progress = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cluster (m,) and whether core (m,) of distinct weighted places, in memory bounded by the places."""
    label, is_core = components(x, y, weight, eps, min_samples, progress)
    return numbered(label, is_core, weight, x, y), is_core


def components(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, eps: float, min_samples: float, progress: Progress = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the clusters as `label_places` does, their numbers 0, 1, … in no order that means anything."""
    # A hair narrower, so that rounding cannot put two places of one cell farther apart than eps.
    index = CellIndex(x, y, eps / math.sqrt(2) * (1 - 1e-9)).require_cells()
    is_core = _cores(index, x, y, weight, eps, min_samples, within(progress, 0.0, 0.5))
    core = is_core[index.order]
    cores = index.subset(core)
    component = _components(cores, eps, within(progress, 0.5, 0.8))
    label = np.full(x.size, NOISE, dtype=np.int64)
    label[cores.order] = component[cores.cell]
    others = np.flatnonzero(~core & _near_cores(index, cores))
    nearest = _nearest_cores(index, others, cores, eps, within(progress, 0.8, 1.0))
    border = nearest >= 0
    label[index.order[others[border]]] = component[cores.cell[nearest[border]]]
    return label, is_core


def _cores(
    index: CellIndex,
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    eps: float,
    min_samples: float,
    progress: Progress,
) -> np.ndarray:
    """Return which places have at least min_samples of weight within eps."""
    # Sums of weights that are no whole numbers may fall short of min_samples by rounding alone.
    enough = min_samples * (1 - 1e-12)
    held, around = _in_and_around(index, weight[index.order])
    bound = lowest_sum(enough, weight)
    # Between a cell that suffices alone and one whose whole surroundings do not, places are counted.
    core, undecided = np.zeros(x.size, dtype=bool), np.zeros(x.size, dtype=bool)
    core[index.order] = (held >= enough)[index.cell]
    undecided[index.order] = ((held < enough) & (around >= bound))[index.cell]
    return core | reaching(x, y, weight, undecided, Threshold(eps, enough), progress)


def _in_and_around(index: CellIndex, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight in each cell, and in it and all cells within reach."""
    start, stop = index.block(REACH)
    cumulative = np.concatenate([[0.0], np.cumsum(weight)])
    return np.add.reduceat(weight, index.first), (cumulative[stop] - cumulative[start]).sum(axis=1)


def _near_cores(index: CellIndex, cores: CellIndex) -> np.ndarray:
    """Return which sorted places have a core in any cell within reach."""
    start, stop = cores.block(REACH, index.cells)
    near = np.any(stop > start, axis=1)
    return np.asarray(near[index.cell])


def _squared(one: CellIndex, i: np.ndarray, other: CellIndex, j: np.ndarray) -> np.ndarray:
    return (one.x[i] - other.x[j]) ** 2 + (one.y[i] - other.y[j]) ** 2


def _components(cores: CellIndex, eps: float, progress: Progress) -> np.ndarray:
    """Return the component of each cell of cores: first by the places that face each other, then by all that are left."""
    if cores.cells.size == 0:
        return np.empty(0, dtype=np.int64)
    one, other, close = _facing(cores, eps)
    component = connected(cores.cells.size, one[close], other[close])
    one, other = one[~close], other[~close]
    apart = component[one] != component[other]
    one, other = one[apart], other[apart]
    touching = _touching(cores, one, other, eps, progress)
    joined = connected(cores.cells.size, component[one[touching]], component[other[touching]])
    return joined[component]


def connected(size: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the component of each of so many nodes that pairs of them connect."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(one.size), (one, other)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1])


def _facing(cores: CellIndex, eps: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all pairs of cells up to two apart, and whether their places extreme towards each other are within eps."""
    pairs = []
    for (down, across), steps in DIRECTIONS.items():
        along = cores.x * across + cores.y * down
        foremost, hindmost = _extreme(cores, along), _extreme(cores, -along)
        for step in steps:
            wanted = cores.cells + step * (down * cores.stride + across)
            at = np.minimum(np.searchsorted(cores.cells, wanted), cores.cells.size - 1)
            one = np.flatnonzero(cores.cells[at] == wanted)
            other = at[one]
            pairs.append((one, other, _squared(cores, foremost[one], cores, hindmost[other]) <= eps * eps))
    one, other, close = (np.concatenate(column) for column in zip(*pairs))
    return one, other, close


def _extreme(cores: CellIndex, along: np.ndarray) -> np.ndarray:
    """Return for each cell the sorted place with the largest value."""
    largest = np.flatnonzero(along == np.maximum.reduceat(along, cores.first)[cores.cell])
    chosen = np.empty(cores.cells.size, dtype=np.int64)
    chosen[cores.cell[largest]] = largest
    return chosen


def _touching(cores: CellIndex, one: np.ndarray, other: np.ndarray, eps: float, progress: Progress) -> np.ndarray:
    """Return for each pair of cells whether any place of one is within eps of any of the other."""
    touching = np.zeros(one.size, dtype=bool)
    ends = np.append(cores.first[1:], cores.x.size)
    for pair, place, fraction in expand(cores.first[one][:, None], ends[one][:, None]):
        rest = ~touching[pair]
        pair, place = pair[rest], place[rest]
        for row, partner, _ in expand(cores.first[other[pair]][:, None], ends[other[pair]][:, None]):
            near = _squared(cores, place[row], cores, partner) <= eps * eps
            touching[pair[row[near]]] = True
        advance(progress, fraction)
    return touching


def _nearest_cores(
    index: CellIndex, places: np.ndarray, cores: CellIndex, eps: float, progress: Progress
) -> np.ndarray:
    """Return for each place the nearest core within eps (else −1), ties to the lowest easting, then northing."""
    nearest = np.full(places.size, -1, dtype=np.int64)
    for row, partner, fraction in expand(*cores.around(index.x[places], index.y[places], eps)):
        squared = _squared(index, places[row], cores, partner)
        near = squared <= eps * eps
        row, partner, squared = row[near], partner[near], squared[near]
        if row.size:
            begins = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
            least = np.repeat(np.minimum.reduceat(squared, begins), np.diff(np.append(begins, row.size)))
            tied = np.flatnonzero(squared == least)
            # Sorted so that the lowest easting and northing come last and are what remains.
            tied = tied[np.lexsort((-cores.y[partner[tied]], -cores.x[partner[tied]]))]
            nearest[row[tied]] = partner[tied]
        advance(progress, fraction)
    return nearest


def numbered(label: np.ndarray, core: np.ndarray, weight: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """Renumber labels 0, 1, … by falling weight, ties by the lowest core: by its first key (easting), then the next ones."""
    member = label >= 0
    if not member.any():
        return label
    names, compact = np.unique(label[member], return_inverse=True)
    total = np.bincount(compact.ravel(), weight[member])
    cores = np.flatnonzero(core)
    cores = cores[np.lexsort((*(key[cores] for key in reversed(keys)), label[cores]))]
    lowest = cores[np.searchsorted(label[cores], names)]
    # Sums of fractional weights that are equal but for rounding are a tie.
    order = np.lexsort((*(key[lowest] for key in reversed(keys)), -np.round(total / total.max(), 12)))
    number = np.empty(names.size, dtype=np.int64)
    number[order] = np.arange(names.size)
    out = label.copy()
    out[member] = number[compact.ravel()]
    return out
