"""What incidents add to each hour of the week, hour of the day and weekday: in their start hour, or spread over their span."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

import numpy as np

from ..progress import Progress, advance
from .known_spans import Spans
from .week_hours import DAY_HOURS, HOUR, WEEK_HOURS, shares_by_hour

SPANS_AT_ONCE = 10_000
# Of each cut of the week: how many parts it has, which one an hour of the week is in, and how shares (n, 7, 24) are summed.
CUTS: dict[str, tuple[int, Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "week": (WEEK_HOURS, lambda hour: hour, lambda shares: shares.reshape(-1, WEEK_HOURS)),
    "hours": (DAY_HOURS, lambda hour: hour % DAY_HOURS, lambda shares: shares.sum(axis=1)),
    "weekdays": (7, lambda hour: hour // DAY_HOURS, lambda shares: shares.sum(axis=2)),
}


@dataclass
class Totals:
    """Hold sums over the incidents in each of some parts (m,) of the week, and the largest weight that one has in a part.

    `count` is of their shares, `total` of shares times weights, `squares` of the squares of these.
    """

    parts: int
    count: np.ndarray = field(init=False)
    total: np.ndarray = field(init=False)
    squares: np.ndarray = field(init=False)
    largest: float = 0.0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.count, self.total, self.squares = np.zeros((3, self.parts))

    def add_moments(self, part: np.ndarray, weight: np.ndarray) -> None:
        """Add incidents that are in one part each."""
        self.count += np.bincount(part, minlength=self.parts)
        self.total += np.bincount(part, weight, self.parts)
        self.squares += np.bincount(part, weight**2, self.parts)
        self.largest = max(self.largest, float(weight.max(initial=0.0)))

    def add_shares(self, shares: np.ndarray, weight: np.ndarray) -> None:
        """Add incidents that are spread over the parts (n, m)."""
        weighted = shares * weight[:, None]
        self.count += shares.sum(axis=0)
        self.total += weighted.sum(axis=0)
        self.squares += (weighted**2).sum(axis=0)
        self.largest = max(self.largest, float(weighted.max(initial=0.0)))


def totals_of(spans: Spans, weight: np.ndarray, progress: Progress = None) -> dict[str, Totals]:
    """Return the totals of spans with their weights (k,) by hour of the week, by hour of the day and by weekday."""
    found = {name: Totals(parts) for name, (parts, _, _) in CUTS.items()}
    moments = spans.seconds == 0
    hour = spans.start[moments] // HOUR
    for name, (_, part_of, _) in CUTS.items():
        found[name].add_moments(part_of(hour), weight[moments])
    rows = np.flatnonzero(~moments)
    for first in range(0, rows.size, SPANS_AT_ONCE):
        advance(progress, first / rows.size)
        some = rows[first : first + SPANS_AT_ONCE]
        shares = shares_by_hour(spans.start[some], spans.seconds[some]).reshape(-1, 7, DAY_HOURS)
        for name, (_, _, summed) in CUTS.items():
            found[name].add_shares(summed(shares), weight[some])
    return found
