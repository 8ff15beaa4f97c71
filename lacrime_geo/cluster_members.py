"""When the members of clusters happened and of which category they are: found part by part, and merged."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from .grouping import missing
from .incidents import Incidents
from .partitioned import CATEGORY, PLACE, WHEN, Partitioned
from .progress import Progress

# What is looked up at once stays in the processor's cache.
_ROWS_AT_ONCE = 131_072
_NEVER = np.datetime64("NaT", "s")


class Members(NamedTuple):
    """What is known of the members of clusters (m,), of those that incidents have: their dates and categories.

    `first` and `last` are the extreme moments, NaT where no member has a date. Of the categories `names` (c,), in order, `pair`
    (k,) are the numbers of cluster times c plus name that occur, ascending, and `times` (k,) how often.
    """

    first: np.ndarray | None
    last: np.ndarray | None
    names: np.ndarray | None
    pair: np.ndarray
    times: np.ndarray

    @classmethod
    def of(cls, when: np.ndarray | None, category: np.ndarray | None, cluster: np.ndarray, clusters: int) -> Members:
        """Return it of members (n,) with the number of the cluster of each."""
        first = last = names = None
        pair = times = np.empty(0, dtype=np.int64)
        if when is not None:
            first, last = _extremes(when, cluster, clusters)
        if category is not None:
            names, number = _numbered_names(category)
            named = number >= 0
            pair, times = np.unique(cluster[named] * max(names.size, 1) + number[named], return_counts=True)
        return cls(first, last, names, pair, times)

    def merge(self, other: Members) -> Members:
        """Return what is known of the members of both."""
        first, last = _of_either(np.fmin, self.first, other.first), _of_either(np.fmax, self.last, other.last)
        if self.names is None or other.names is None:
            kept = other if self.names is None else self
            return Members(first, last, kept.names, kept.pair, kept.times)
        names = np.union1d(self.names, other.names)
        both = np.concatenate([self._pairs_among(names), other._pairs_among(names)])
        pair, of_row = np.unique(both, return_inverse=True)
        times = np.zeros(pair.size, dtype=np.int64)
        np.add.at(times, of_row.ravel(), np.concatenate([self.times, other.times]))
        return Members(first, last, names, pair, times)

    def _pairs_among(self, names: np.ndarray) -> np.ndarray:
        """Return the pairs as they are numbered among more names."""
        assert self.names is not None
        cluster, name = np.divmod(self.pair, max(self.names.size, 1))
        return cluster * max(names.size, 1) + np.searchsorted(names, self.names)[name]

    def columns(self, members: np.ndarray) -> dict[str, np.ndarray]:
        """Return the columns of clusters of so many members each (m,): dates and category, where there are any."""
        columns = {}
        if self.first is not None and self.last is not None:
            columns["first"], columns["last"] = self.first, self.last
        if self.names is not None:
            columns["category"], columns["category_share"] = self._dominant(self.names, members)
        return columns

    def _dominant(self, names: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the most frequent category of each cluster, the first by name of equally frequent ones, and its share."""
        cluster, name = np.divmod(self.pair, max(names.size, 1))
        # The last of each cluster is its most frequent, and the first by name of these.
        order = np.lexsort((-name, self.times, cluster))
        last = order[np.append(np.diff(cluster[order]) != 0, True)] if order.size else order
        dominant, share = np.full(members.size, None, dtype=object), np.zeros(members.size)
        dominant[cluster[last]] = names[name[last]]
        share[cluster[last]] = self.times[last] / members[cluster[last]]
        return dominant, share


class LabelledPlaces(NamedTuple):
    """Places (m,), northing as the imaginary part, in ascending order, and the label of each, such as its cluster."""

    place: np.ndarray
    label: np.ndarray

    @classmethod
    def of(cls, incidents: Incidents, label: np.ndarray) -> LabelledPlaces:
        """Return them of incidents (n,) with a label each, −1 for none; of those on one place one is taken."""
        inside = label >= 0
        place, row = np.unique(_as_complex(incidents.easting, incidents.northing)[inside], return_index=True)
        return cls(place, label[inside][row])

    def label_of(self, incidents: Incidents) -> np.ndarray:
        """Return the labels of the places of incidents (n,), −1 where they stand elsewhere or have no place."""
        label = np.full(incidents.size, -1, dtype=np.int64)
        for begin in range(0, incidents.size if self.place.size else 0, _ROWS_AT_ONCE):
            part = slice(begin, begin + _ROWS_AT_ONCE)
            wanted = _as_complex(incidents.easting[part], incidents.northing[part])
            # Complex numbers are in order of their real parts, then of their imaginary ones; what is asked for in about that
            # order is found several times as fast.
            order, at = np.argsort(wanted.real), np.empty(wanted.size, dtype=np.int64)
            at[order] = np.searchsorted(self.place, wanted[order])
            at = np.minimum(at, self.place.size - 1)
            label[part] = np.where(self.place[at] == wanted, self.label[at], -1)
        return label


def members_in_parts(
    incidents: Partitioned, places: LabelledPlaces, clusters: int, progress: Progress = None
) -> Members:
    """Return what is known of the members of so many clusters, of incidents that are read once more."""
    make = partial(_of_portion, places=places, clusters=clusters)
    return incidents.gather(make, Members.merge, needs=(PLACE, WHEN, CATEGORY), progress=progress)


def _of_portion(incidents: Incidents, places: LabelledPlaces, clusters: int) -> Members:
    label = places.label_of(incidents)
    member = label >= 0
    when, category = (None if column is None else column[member] for column in (incidents.when, incidents.category))
    return Members.of(when, category, label[member], clusters)


def _extremes(when: np.ndarray, cluster: np.ndarray, clusters: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last moment of each cluster; none where no member has one."""
    first, last = np.full(clusters, _NEVER), np.full(clusters, _NEVER)
    dated = ~np.isnat(when)
    for extreme, out in ((np.fmin, first), (np.fmax, last)):
        extreme.at(out, cluster[dated], when[dated])
    return first, last


def _numbered_names(category: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the names of categories (n,) in order, and the number of each one's name, −1 where it has none.

    Without a look at more than the different ones: texts are slow to sort.
    """
    every = category.tolist()
    different = np.array([*set(every), None], dtype=object)
    known = ~missing(different)
    names = sorted(set(map(str, different[known])))
    place = {name: number for number, name in enumerate(names)}
    number = {value: place[str(value)] if named else -1 for value, named in zip(different, known)}
    return np.array(names, dtype=object), np.fromiter(map(number.__getitem__, every), np.int64, category.size)


def _of_either(extreme: np.ufunc, one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    if one is None or other is None:
        return other if one is None else one
    return np.asarray(extreme(one, other))


def _as_complex(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    place = np.empty(x.size, dtype=complex)
    place.real, place.imag = x, y
    return place
