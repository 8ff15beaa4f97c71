"""What incidents add to each hour of the week, hour of the day and weekday: in their start hour, or spread over their span."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..alike_rows import sums_of
from ..progress import Progress, advance
from .known_spans import Spans
from .week_hours import DAY_HOURS, HOUR, WEEK_HOURS, shares_in_turn

# How many shares are computed at once.
SHARES_AT_ONCE = 300_000
# Of each cut of the week: how long a part is, in seconds, and how many parts there are before they come again.
CUTS = {"week": (HOUR, WEEK_HOURS), "hours": (HOUR, DAY_HOURS), "weekdays": (DAY_HOURS * HOUR, 7)}


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
        self.total += sums_of(part, weight, self.parts)
        self.squares += sums_of(part, weight**2, self.parts)
        self.largest = max(self.largest, float(weight.max(initial=0.0)))

    def merge(self, other: Totals) -> None:
        """Add the sums over other incidents."""
        self.count += other.count
        self.total += other.total
        self.squares += other.squares
        self.largest = max(self.largest, other.largest)

    def add_shares(self, first: np.ndarray, shares: np.ndarray, weight: np.ndarray) -> None:
        """Add incidents that are spread over the parts from the first on, again from the beginning after the last (n, m)."""
        rounds = -(-shares.shape[1] // self.parts)
        if rounds > 1:
            padded = np.zeros((shares.shape[0], rounds * self.parts))
            padded[:, : shares.shape[1]] = shares
            shares = padded.reshape(-1, rounds, self.parts).sum(axis=1)
        part = ((first[:, None] + np.arange(shares.shape[1])) % self.parts).ravel()
        weighted = (shares * weight[:, None]).ravel()
        self.count += np.bincount(part, shares.ravel(), self.parts)
        self.total += np.bincount(part, weighted, self.parts)
        self.squares += np.bincount(part, weighted**2, self.parts)
        self.largest = max(self.largest, float(weighted.max(initial=0.0)))


def merged(first: dict[str, Totals], second: dict[str, Totals]) -> dict[str, Totals]:
    """Add the totals of other incidents to some by the same cuts; return these."""
    for name, totals in first.items():
        totals.merge(second[name])
    return first


def totals_of(spans: Spans, weight: np.ndarray, progress: Progress = None) -> dict[str, Totals]:
    """Return the totals of spans with their weights (k,) by hour of the week, by hour of the day and by weekday."""
    found = {name: Totals(parts) for name, (_, parts) in CUTS.items()}
    moments = spans.seconds == 0
    for name, (unit, parts) in CUTS.items():
        found[name].add_moments(spans.start[moments] // unit % parts, weight[moments])
    # Together with others as long as they are, short spans need few columns.
    rows = np.flatnonzero(~moments)
    rows = rows[np.argsort(spans.seconds[rows], kind="stable")]
    done = 0
    while done < rows.size:
        advance(progress, done / rows.size)
        some = rows[done : done + max(SHARES_AT_ONCE // (2 + int(spans.seconds[rows[done]]) // HOUR), 1)]
        for name, (unit, parts) in CUTS.items():
            shares = shares_in_turn(spans.start[some], spans.seconds[some], unit)
            found[name].add_shares(spans.start[some] // unit % parts, shares, weight[some])
        done += some.size
    return found
