"""Which moments, places at a time, are neighbours, core and of one cluster: DBSCAN in space and time, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .cell_index import CellIndex, expand
from .core_points import NOISE, connected, numbered
from .incidents import Incidents
from .places import collapse
from .progress import Progress, advance, within

_PAIRS_JOINED_AT_ONCE = 2_000_000
_ROWS_LOOKED_UP_AT_ONCE = 200_000
_ROWS = 1_000_000  # of cells on one map


class Moments(NamedTuple):
    """Distinct places and times: coordinates (m,) in metres, seconds, weights; and of each incident, which one it is."""

    x: np.ndarray
    y: np.ndarray
    seconds: np.ndarray
    weight: np.ndarray
    of_row: np.ndarray

    @classmethod
    def of(cls, incidents: Incidents, progress: Progress = None) -> Moments:
        """Return those of incidents that all have a place and a time."""
        seconds = np.asarray(incidents.when).astype("datetime64[s]").astype(np.int64)
        _, place = collapse(incidents.easting, incidents.northing)
        advance(progress, 0.3)
        order = np.lexsort((seconds, place))
        advance(progress, 0.8)
        begins = np.ones(order.size, dtype=bool)
        begins[1:] = (np.diff(place[order]) != 0) | (np.diff(seconds[order]) != 0)
        of_row = np.empty(order.size, dtype=np.int64)
        of_row[order] = np.cumsum(begins) - 1
        first = order[begins]
        weight = np.bincount(of_row, incidents.weight, first.size).astype(float)
        return cls(incidents.easting[first], incidents.northing[first], seconds[first], weight, of_row)

    def squared(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the squared distance (m²) between moments."""
        return np.asarray((self.x[one] - self.x[other]) ** 2 + (self.y[one] - self.y[other]) ** 2)

    def apart(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the seconds between moments."""
        return np.asarray(np.abs(self.seconds[one] - self.seconds[other]))


def label_moments(
    moments: Moments, eps: float, window: int, min_samples: float, progress: Progress = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cluster (m,) and whether core (m,) of moments that are neighbours within eps (m) and a window (s)."""
    advance(progress, 0.0)
    every = _Neighbours(moments, eps, window)
    core = _cores(every, min_samples, within(progress, 0.0, 0.4))
    label = np.full(core.size, NOISE, dtype=np.int64)
    cores = np.flatnonzero(core)
    if cores.size:
        advance(progress, 0.4)
        among = _Neighbours(moments, eps, window, cores)
        label[among.some] = _components(among, within(progress, 0.4, 0.8))
        others = every.some[~core[every.some]]
        nearest = _nearest(among, others, within(progress, 0.8, 1.0))
        label[others] = np.where(nearest >= 0, label[nearest], NOISE)
    return numbered(label, core, moments.weight, moments.x, moments.y, moments.seconds), core


class _Neighbours:
    """Finds which of some moments (all by default) are near given ones.

    Time is cut into slabs of the window's length; what is near in time stands in the slab itself, the one before or the one
    after. So many slabs at once are laid above each other on a map, so far apart that only moments of one can be near.
    """

    def __init__(self, moments: Moments, eps: float, window: int, some: np.ndarray | None = None) -> None:
        self.moments, self.eps, self.window = moments, eps, window
        self.slab = (moments.seconds - moments.seconds.min()) // max(window, 1)
        self.apart = float(np.ptp(moments.y)) + 4 * eps
        self.at_once = int(max(_ROWS / (self.apart / eps), 1))
        some = np.arange(moments.x.size) if some is None else some
        # Within a batch in the order of the map, so that what is looked up ascends.
        row = np.floor((moments.y - moments.y.min()) / eps)
        keys = moments.x[some], row[some], self.slab[some]
        self.some = some[np.lexsort(keys)]

    def of(self, rows: np.ndarray, progress: Progress = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield neighbours, itself included, a bounded number at once: positions in rows, ascending, and moments.

        `rows` ascend by slab.
        """
        slabs, held = self.slab[rows], self.slab[self.some]
        begin = 0
        while begin < rows.size:
            low = int(slabs[begin])
            end = int(np.searchsorted(slabs, low + self.at_once))
            first, last = np.searchsorted(held, [low - 1, low + self.at_once + 1])
            part = within(progress, begin / rows.size, end / rows.size)
            if last > first:
                yield from self._among(self.some[first:last], rows[begin:end], low, begin, part)
            begin = end

    def _among(
        self, some: np.ndarray, rows: np.ndarray, low: int, begin: int, progress: Progress
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the neighbours of a batch of rows among the moments of its slabs and the two beside them."""
        m, south = self.moments, self.moments.y.min()
        # A hair wider, so that rounding cannot put two near moments two rows apart.
        index = CellIndex(m.x[some], (m.y[some] - south) + (self.slab[some] - low) * self.apart, self.eps * (1 + 1e-9))
        in_order = some[index.order]
        advance(progress, 0.0)
        steps = [(step, first) for step in (-1, 0, 1) for first in range(0, rows.size, _ROWS_LOOKED_UP_AT_ONCE)]
        for number, (step, first) in enumerate(steps):
            part = rows[first : first + _ROWS_LOOKED_UP_AT_ONCE]
            height = (m.y[part] - south) + (self.slab[part] - low + step) * self.apart
            for at, place, done in expand(*index.around(m.x[part], height, self.eps)):
                partner = in_order[place]
                near = m.squared(part[at], partner) <= self.eps**2
                near &= m.apart(part[at], partner) <= self.window
                if near.any():
                    yield at[near] + begin + first, partner[near]
                advance(progress, (number + done) / len(steps))


def _cores(every: _Neighbours, min_samples: float, progress: Progress) -> np.ndarray:
    """Return which moments have neighbours of min_samples in weight, themselves included."""
    rows, weight = every.some, every.moments.weight
    held = np.zeros(rows.size)
    for at, partner in every.of(rows, progress):
        low, high = int(at[0]), int(at[-1]) + 1
        held[low:high] += np.bincount(at - low, weight[partner], high - low)
    core = np.zeros(rows.size, dtype=bool)
    # Sums of weights that are no whole numbers may fall short of min_samples by rounding alone.
    core[rows] = held >= min_samples * (1 - 1e-12)
    return core


def _components(among: _Neighbours, progress: Progress) -> np.ndarray:
    """Return the component of each core: those joined by pairs of neighbours."""
    number = np.full(among.moments.x.size, -1)
    number[among.some] = component = np.arange(among.some.size)
    rows, waiting, held = among.some, [], 0
    for at, partner in among.of(rows, progress):
        one, other = component[number[rows[at]]], component[number[partner]]
        apart = one != other
        waiting.append((one[apart], other[apart]))
        held += waiting[-1][0].size
        if held > _PAIRS_JOINED_AT_ONCE:
            component, waiting, held = _joined(component, waiting), [], 0
    return _joined(component, waiting)


def _joined(component: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the components with those of each pair made one."""
    if not pairs:
        return component
    one, other = map(np.concatenate, zip(*pairs))
    return connected(component.size, one, other)[component]


def _nearest(among: _Neighbours, rows: np.ndarray, progress: Progress) -> np.ndarray:
    """Return for each moment its nearest core in space, then in time, then by easting, northing and time; −1 for none."""
    nearest = np.full(rows.size, -1, dtype=np.int64)
    for at, partner in among.of(rows, progress):
        before = np.unique(at)
        before = before[nearest[before] >= 0]
        at, partner = np.append(at, before), np.append(partner, nearest[before])
        best = _foremost(among.moments, rows[at], partner)
        nearest[at[best]] = partner[best]
    return nearest


def _foremost(moments: Moments, row: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Return the place, among pairs of a moment and a core, of each moment's nearest core."""
    keys = moments.seconds[core], moments.y[core], moments.x[core], moments.apart(row, core), moments.squared(row, core)
    order = np.lexsort((*keys, row))
    first = np.ones(order.size, dtype=bool)
    first[1:] = np.diff(row[order]) != 0
    return order[first]
