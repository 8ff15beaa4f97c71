"""A predictor that borrows strength: a few incidents of one category are told more of by all crime than by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..events import DAY, Events, History
from .borrowed_maps import BEFORE, MAPS, Borrowing, with_more_days
from .mixture_weights import mixture_weights
from .plain_predictors import days_used
from .predictors import Predictor, Rates

# The days known are divided into four parts of a week at least; each is told of by the others.
WEEK, PARTS = 7, 4
# The weights of all categories together count as so many incidents of the one that is predicted, and those found elsewhere before
# as so many of all.
POOLED = 50.0
CATEGORIES, ENOUGH = 12, 100
# Weights are for the places that may be chosen: the likeliest tenth, or fifty where places are few.
HOT, FEWEST = 0.1, 50


class BorrowedRates(Rates):
    """Hold what is expected a day, and of what it is made: `parts` tells what each map adds (n,)."""

    def __init__(self, parts: Mapping[str, np.ndarray], parameters: Mapping[str, Any]) -> None:
        super().__init__(np.sum(list(parts.values()), axis=0), parameters)
        self.parts = dict(parts)

    def reasons(self, horizon: int) -> dict[str, np.ndarray]:
        """Return how many of the incidents expected in each unit (n,) each map adds."""
        return {name: part * horizon for name, part in self.parts.items()}

    def importance(self) -> dict[str, float]:
        """Return the share of what is expected that each map tells, the largest first."""
        whole = self.rate.sum() or 1.0
        shares = {name: float(part.sum() / whole) for name, part in self.parts.items()}
        return dict(sorted(shares.items(), key=lambda entry: -entry[1]))


class BorrowedStrength(Predictor):
    """Expect a mixture of maps: own counts, all crime, and all crime by the mix of categories around.

    Each map is spread by several widths, from the place alone to ten cells. The days known, at most the last 365, are divided
    into four parts of a week at least, and the weights are those that make what came in each part most likely, told of by all
    days but its own: first by all places, then by the likeliest tenth of them, among which are those of a small budget. They
    are found for all categories together, each counting alike, and then for the one predicted, with the joint ones as a prior
    that weighs 50 incidents: those of one category are few to tell weights by themselves. The joint ones are drawn by 50
    incidents to weights found before in parts of Los Angeles (`borrowed_maps.BEFORE`), which tell where weeks or places are
    few. As all days known are more than were left for a part, narrow maps then gain weight (`borrowed_maps.with_more_days`).

    A mixture adds what the maps tell. Poisson regression and gradient boosting on the same maps, which can multiply it, caught
    less (Los Angeles, September 2023).

    Examples
    --------
    >>> BorrowedStrength().needs()
    14
    """

    name = "borrowed_strength"

    def needs(self) -> int:
        """Return how many days of history it needs at least: two weeks that tell of each other."""
        return 2 * WEEK

    def fit(self, history: History) -> BorrowedRates:
        """Find the weights within the history, and mix the maps of all of it.

        Raises
        ------
        ValueError
            If fewer than two weeks are known, or nothing that stands in a unit.
        """
        self.require(history)
        pool, edges, days = pool_of(history), part_edges(history), days_used(history)
        parts = [Part.of(history, begin, end, pool) for begin, end in zip(edges[:-1], edges[1:])]
        if not any(came.any() for part in parts for came in part.came):
            raise ValueError(
                f"Nothing known before {history.origin} stands in a unit in the last {days:,} days; take 'prior_counts', which "
                "expects nothing."
            )
        weights = with_more_days(_weights(parts), days * (1 - 1 / len(parts)), days)
        rate = history.counts(days).sum() / days
        maps = Borrowing.of(history, [history.events.target]).maps(0)
        told = {name: round(float(weight), 4) for name, weight in zip(MAPS, weights) if weight >= 5e-4}
        names = [str(history.events.names[number]) for number in pool]
        parameters = {"days": days, "weights": told, "weights_pooled_over": names}
        parameters["parts_begin"] = [str(begin) for begin in edges[:-1]]
        told_by = {name: rate * weight * shares for name, weight, shares in zip(MAPS, weights, maps)}
        return BorrowedRates(told_by, parameters)


def part_edges(history: History) -> list[np.datetime64]:
    """Return the days at which the parts of the days known begin, and the day after the last one."""
    days = days_used(history)
    parts = min(PARTS, days // WEEK)
    return [history.end - round(days * left / parts) * DAY for left in range(parts, -1, -1)]


def pool_of(history: History) -> list[int]:
    """Return the numbers of the largest categories that are pooled; none where all crime is predicted."""
    events = history.events
    if events.target.all():
        return []
    count = np.bincount(events.category, minlength=events.names.size)
    largest = np.argsort(-count, kind="stable")[:CATEGORIES]
    return sorted(int(number) for number in largest if count[number] >= ENOUGH)


class Part(NamedTuple):
    """What all other days tell, and what came in a part of the days: (n,) of the category that is predicted, then of the pool."""

    borrowing: Borrowing
    came: list[np.ndarray]

    @classmethod
    def of(cls, history: History, begin: np.datetime64, end: np.datetime64, pool: list[int]) -> Part:
        """Divide what is known into a part and all other days."""
        events = history.events
        inside = (events.day >= begin) & (events.day < end)
        came = [history.units.counts(events.unit[inside & target]) for target in _targets(events, pool)]
        others = replace(history, events=events.take(~inside))
        return cls(Borrowing.of(others, _targets(others.events, pool)), came)

    def explained(self, target: int, weights: np.ndarray | None) -> Explained:
        """Return what the maps gave to the places where any came; with weights, among the places that they make likeliest."""
        maps, came = self.borrowing.maps(target), self.came[target]
        hot = np.ones(came.size, dtype=bool) if weights is None else _likeliest(weights @ maps)
        inside = maps[:, hot].sum(axis=1)
        where = hot & (came > 0)
        return Explained(maps[:, where] / np.maximum(inside, 1e-12)[:, None], came[where].astype(float), inside)


class Explained(NamedTuple):
    """What maps gave places (k, m), each map 1 in sum over the places looked at; what came (m,); each map's share there (k,)."""

    shares: np.ndarray
    came: np.ndarray
    inside: np.ndarray


def _targets(events: Events, pool: list[int]) -> list[np.ndarray]:
    return [events.target, *(events.category == number for number in pool)]


def _likeliest(risk: np.ndarray) -> np.ndarray:
    """Mark the likeliest tenth of places, at least fifty of them."""
    taken = min(max(int(HOT * risk.size), FEWEST), risk.size)
    return np.asarray(risk >= np.partition(risk, risk.size - taken)[risk.size - taken])


def _weights(parts: list[Part]) -> np.ndarray:
    """Return the weights of the maps (k,) that tell best of parts of a history."""
    everywhere = joint_weights(parts, None)
    return own_weights(parts, joint_weights(parts, everywhere), everywhere)


def joint_weights(parts: list[Part], hot_by: np.ndarray | None) -> np.ndarray:
    """Return the weights for all of the pool together, each counting alike; for the one predicted where there is no pool."""
    pool = range(1, len(parts[0].came)) if len(parts[0].came) > 1 else range(1)
    total = np.array([max(sum(float(part.came[target].sum()) for part in parts), 1.0) for target in pool])
    alike = [mean for mean in total.mean() / total for _ in parts]
    found = [part.explained(target, hot_by) for target in pool for part in parts]
    return _drawn(found, np.concatenate([each.came * share for each, share in zip(found, alike)]), BEFORE)


def own_weights(parts: list[Part], joint: np.ndarray, hot_by: np.ndarray) -> np.ndarray:
    """Return the weights for the one that is predicted, drawn to the joint ones."""
    found = [part.explained(0, hot_by) for part in parts]
    return _drawn(found, np.concatenate([each.came for each in found]), joint)


def _drawn(found: list[Explained], came: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return the weights of maps as a whole, found among the likeliest places and drawn to prior ones."""
    inside = np.maximum(np.mean([each.inside for each in found], axis=0), 1e-12)
    before = prior * inside
    weights = mixture_weights(np.hstack([each.shares for each in found]), came, POOLED * before / before.sum())
    return np.asarray((weights / inside) / (weights / inside).sum())
