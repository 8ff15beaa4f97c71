"""The cylinders of a scan, circles on the map times spans of days, and the incidents in all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..progress import Progress, advance, within
from .scan_likelihood import FewestCases, log_likelihood_ratio

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CENTRES_AT_ONCE = 1_000


class Cases(NamedTuple):
    """Incidents in an order of their own: place and day (n,), the distinct places (m,) in metres, the kind of each day.

    Days are counted from the first of the period; days of one kind are exchanged among each other only.
    """

    place: np.ndarray
    day: np.ndarray
    x: np.ndarray
    y: np.ndarray
    kind: np.ndarray

    @property
    def total(self) -> int:
        """The number of incidents."""
        return self.day.size

    @property
    def days(self) -> int:
        """The number of days of the period, those without incidents included."""
        return self.kind.size

    def kinds(self) -> int:
        """Return how many kinds of days there are."""
        return int(self.kind.max()) + 1

    def shuffled(self, seed: int, number: int) -> np.ndarray:
        """Return the days of a random scan: those of the incidents, dealt anew among the places."""
        random = np.random.default_rng([seed, number])
        if self.kinds() == 1:
            return random.permutation(self.day)
        day, kind = self.day.copy(), self.kind[self.day]
        for one in range(self.kinds()):
            rows = np.flatnonzero(kind == one)
            day[rows] = random.permutation(day[rows])
        return day

    def per_day(self, day: np.ndarray, first: int) -> np.ndarray:
        """Return how many incidents each place (m,) has on each day from the first on, as (places, days)."""
        width = self.days - first
        late = day >= first
        flat = self.place[late] * width + (day[late] - first)
        return np.bincount(flat, minlength=self.x.size * width).reshape(self.x.size, width)


class Spans(NamedTuple):
    """Spans of days up to a length: those that end on the last day of the period, or all."""

    days: int
    longest: int
    every: bool

    @property
    def first(self) -> int:
        """The first day of which counts are needed."""
        return 0 if self.every else self.days - self.longest

    @property
    def number(self) -> int:
        """How many spans there are."""
        return sum(stop.size for _, stop in self.ends())

    def ends(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield first day and day after the last of spans, block by block as `blocks` does."""
        if not self.every:
            start = np.arange(self.days - 1, self.first - 1, -1)
            yield start, np.full(start.size, self.days)
            return
        for length in range(1, self.longest + 1):
            start = np.arange(self.days - length + 1)
            yield start, start + length

    def blocks(self, per_day: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the sums over spans (rows, spans) of what is given by days (rows, days from `first` on)."""
        if not self.every:
            yield np.cumsum(per_day[:, ::-1], axis=1, dtype=per_day.dtype)
            return
        sums = np.zeros((per_day.shape[0], per_day.shape[1] + 1), dtype=per_day.dtype)
        np.cumsum(per_day, axis=1, out=sums[:, 1:])
        for length in range(1, self.longest + 1):
            yield sums[:, length:] - sums[:, :-length]


class Found(NamedTuple):
    """Cylinders (k,): which circle, first day and day after the last, incidents, expected ones, log likelihood ratio."""

    circle: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    cases: np.ndarray
    expected: np.ndarray
    ratio: np.ndarray

    def where(self, rows: np.ndarray) -> Found:
        """Return those in the rows given."""
        return Found(*(column[rows] for column in self))


@dataclass(frozen=True, eq=False)
class Circles:
    """Circles around centres (c,), as many radii each, ring by ring: `rings` sums what is on places to (c × radii,)."""

    x: np.ndarray
    y: np.ndarray
    radii: np.ndarray
    rings: csr_matrix

    @classmethod
    def around(
        cls, x: np.ndarray, y: np.ndarray, radii: np.ndarray, cases: Cases, progress: Progress = None
    ) -> Circles:
        """Return those around centres, of radii that grow by equal steps."""
        from scipy.sparse import csr_matrix

        per_place = np.bincount(cases.place, minlength=cases.x.size)
        row, column = (np.concatenate(part) for part in zip(*_within(x, y, radii, cases, within(progress, 0.0, 0.5))))
        shape = (x.size * radii.size, cases.x.size)
        advance(progress, 0.5)
        wide = csr_matrix((np.ones(row.size, np.int32), (row, column)), shape=shape)
        advance(progress, 0.9)
        # Half the width is twice as quick to add up.
        largest = int((wide @ per_place).reshape(x.size, radii.size).sum(axis=1).max())
        return cls(x, y, radii, wide.astype(np.int16 if largest < np.iinfo(np.int16).max else np.int32))

    @property
    def size(self) -> int:
        """The number of circles."""
        return self.x.size * self.radii.size

    def of(self, circle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return centre (x, y) and radius of circles by number."""
        centre, ring = np.divmod(circle, self.radii.size)
        return self.x[centre], self.y[centre], self.radii[ring]

    def places(self, circle: int) -> np.ndarray:
        """Return the places in a circle by number."""
        first = circle - circle % self.radii.size
        begin, end = self.rings.indptr[[first, circle + 1]]
        return np.asarray(self.rings.indices[begin:end])

    def sums(self, on_places: np.ndarray) -> np.ndarray:
        """Return the sums over circles (circles, days) of counts on places (places, days)."""
        in_rings = self.rings @ np.ascontiguousarray(on_places, dtype=self.rings.dtype)
        by_centre = in_rings.reshape(self.x.size, self.radii.size, -1)
        for ring in range(1, self.radii.size):
            by_centre[:, ring] += by_centre[:, ring - 1]
        return in_rings


def _within(
    x: np.ndarray, y: np.ndarray, radii: np.ndarray, cases: Cases, progress: Progress
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the ring and the place of each pair of a centre and a place within the largest radius."""
    from scipy.spatial import cKDTree

    # Far from the origin squares would lose digits.
    x0, y0 = float(x[0]), float(y[0])
    places = cKDTree(np.c_[cases.x - x0, cases.y - y0])
    for begin in range(0, x.size, _CENTRES_AT_ONCE):
        advance(progress, begin / x.size)
        part = slice(begin, begin + _CENTRES_AT_ONCE)
        centres = cKDTree(np.c_[x[part] - x0, y[part] - y0])
        pairs = centres.sparse_distance_matrix(places, float(radii[-1]), output_type="ndarray")
        ring = np.minimum(np.searchsorted(radii, pairs["v"]), radii.size - 1)
        yield (pairs["i"] + begin) * radii.size + ring, pairs["j"]


class Cylinders:
    """All cylinders of circles and spans, and how many incidents of a set of cases each is expected to have.

    With days of several kinds the expected number is the sum of those of each kind.
    """

    def __init__(self, cases: Cases, circles: Circles, spans: Spans) -> None:
        self.cases, self.circles, self.spans = cases, circles, spans
        kinds = cases.kinds()
        self._on_days = np.bincount(cases.day, minlength=cases.days)
        per_kind = np.bincount(cases.kind, self._on_days, kinds)
        by_kind = np.bincount(cases.place * kinds + cases.kind[cases.day], minlength=cases.x.size * kinds)
        self._in_circles = circles.sums(by_kind.reshape(-1, kinds)).astype(float)
        self._usable = self._in_circles.sum(axis=1) * 2 <= cases.total
        self._shares = self._in_circles / np.maximum(per_kind, 1)

    @property
    def number(self) -> int:
        """How many cylinders there are, those with more than half of all incidents left out."""
        return int(self._usable.sum()) * self.spans.number

    def _expected(self) -> Iterator[np.ndarray]:
        """Yield the expected numbers (circles, spans), block by block."""
        kinds = np.arange(self.cases.kinds())[:, None] == self.cases.kind
        on_days = np.where(kinds, self._on_days, 0)[:, self.spans.first :]
        for of_kind in self.spans.blocks(on_days):
            yield self._shares @ of_kind

    def limits(self, least: float) -> list[np.ndarray]:
        """Return how many incidents cylinders need for a log likelihood ratio, as (circles, spans) block by block."""
        fewest, kind = FewestCases(least, self.cases.total), self.circles.rings.dtype
        never = np.iinfo(kind).max
        limits = []
        for expected in self._expected():
            needed = np.minimum(fewest.of(expected), never).astype(kind)
            needed[~self._usable] = never
            limits.append(needed)
        return limits

    def reaching(self, day: np.ndarray, limits: list[np.ndarray]) -> Found:
        """Return the cylinders that have as many incidents as needed when the incidents happen on the days given."""
        per_day = self.circles.sums(self.cases.per_day(day, self.spans.first))
        found = []
        for block, needed, (start, stop) in zip(self.spans.blocks(per_day), limits, self.spans.ends()):
            flat = np.flatnonzero(block >= needed)
            circle, span = np.divmod(flat, block.shape[1])
            found.append((circle, start[span], stop[span], block.ravel()[flat].astype(np.int64)))
        circle, start, stop, cases = (np.concatenate(part) for part in zip(*found))
        expected = self._expected_of(circle, start, stop)
        return Found(circle, start, stop, cases, expected, log_likelihood_ratio(cases, expected, self.cases.total))

    def _expected_of(self, circle: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        expected = np.zeros(circle.size)
        for kind in range(self.cases.kinds()):
            until = np.append(0, np.cumsum(np.where(self.cases.kind == kind, self._on_days, 0)))
            expected += self._shares[circle, kind] * (until[stop] - until[start])
        return expected
