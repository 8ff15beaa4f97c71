"""A predictor that borrows strength: a few incidents of one category are told more of by all crime than by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..events import DAY, Events, History
from .borrowed_maps import MAPS, Borrowing, with_more_days
from .mixture_weights import mixture_weights
from .plain_predictors import days_used
from .predictors import Predictor, Rates

# Weights are chosen by the last four spans, each an eighth of the history but a week at least and four weeks at most.
WEEK, SPANS, EIGHTH, LONGEST = 7, 4, 8, 28
# The weights of all categories together count as so many incidents of the one that is predicted.
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
    """Expect a mixture of maps: own counts, all crime, all crime by the mix of categories around, and the last weeks.

    Each map is spread by several widths, from the place alone to ten cells. The weights are those that made the last spans of
    the history most likely, each told of by what was known when it began (at most four, of a week, or of up to four where much
    is known): first by all places, then by the likeliest tenth of them, among which are those of a small budget. They are
    found for all categories together, each counting alike, and then for the one predicted, with the joint ones as a prior that
    weighs 50 incidents: those of one category are few to tell weights by themselves. As all days known are more than a span had
    before it, narrow maps then gain weight (`borrowed_maps.with_more_days`).

    Examples
    --------
    >>> BorrowedStrength().needs()
    14
    """

    name = "borrowed_strength"

    def needs(self) -> int:
        """Return how many days of history it needs at least: a week, and one that comes after it."""
        return 2 * WEEK

    def fit(self, history: History) -> BorrowedRates:
        """Find the weights within the history, and mix the maps of all of it.

        Raises
        ------
        ValueError
            If fewer than two weeks are known, or nothing came in the spans that choose.
        """
        self.require(history)
        pool, origins = _pool(history), _origins(history)
        weights = _weights([_Span.of(history, origin, pool) for origin in origins])
        days = days_used(history)
        weights = with_more_days(weights, _days_when_chosen(history, origins), days)
        rate = history.counts(days).sum() / days
        maps = Borrowing.of(history, [history.events.target]).maps(0)
        told = {name: round(float(weight), 4) for name, weight in zip(MAPS, weights) if weight >= 5e-4}
        names = [str(history.events.names[number]) for number in pool]
        parameters = {"days": days, "weights": told, "weights_pooled_over": names}
        parameters["chosen_from"] = [str(origin) for origin in origins]
        parts = {name: rate * weight * shares for name, weight, shares in zip(MAPS, weights, maps)}
        return BorrowedRates(parts, parameters)


def _span(history: History) -> int:
    """Return how many days each span that chooses has."""
    return min(max(history.days // EIGHTH, WEEK), LONGEST)


def _origins(history: History) -> list[np.datetime64]:
    """Return the days at which the last spans known began, as many as a week was known before."""
    spans = [history.end - _span(history) * number * DAY for number in range(1, SPANS + 1)]
    first = history.begin + (WEEK + history.gap) * DAY
    # With a gap, none may begin late enough: then the last one chooses by what there is.
    return [origin for number, origin in enumerate(spans) if number == 0 or origin >= first]


def _days_when_chosen(history: History, origins: list[np.datetime64]) -> float:
    """Return how many days were known on average when the spans that choose began."""
    return float(np.mean([max(days_used(history.until(origin)), 1) for origin in origins]))


def _pool(history: History) -> list[int]:
    """Return the numbers of the largest categories that are pooled; none where all crime is predicted."""
    events = history.events
    if events.target.all():
        return []
    count = np.bincount(events.category, minlength=events.names.size)
    largest = np.argsort(-count, kind="stable")[:CATEGORIES]
    return sorted(int(number) for number in largest if count[number] >= ENOUGH)


class _Span(NamedTuple):
    """What was known when a span began, and what came in it: (n,) of the category that is predicted, then of the pool."""

    borrowing: Borrowing
    came: list[np.ndarray]

    @classmethod
    def of(cls, history: History, origin: np.datetime64, pool: list[int]) -> _Span:
        known, events = history.until(origin).events, history.events
        coming = (events.day >= origin) & (events.day < origin + _span(history) * DAY)
        came = [history.units.counts(events.unit[coming & target]) for target in _targets(events, pool)]
        return cls(Borrowing.of(history.until(origin), _targets(known, pool)), came)

    def explained(self, target: int, weights: np.ndarray | None) -> _Explained:
        """Return what the maps gave to the places where any came; with weights, among the places that they make likeliest."""
        maps, came = self.borrowing.maps(target), self.came[target]
        hot = np.ones(came.size, dtype=bool) if weights is None else _likeliest(weights @ maps)
        inside = maps[:, hot].sum(axis=1)
        where = hot & (came > 0)
        return _Explained(maps[:, where] / np.maximum(inside, 1e-12)[:, None], came[where].astype(float), inside)


class _Explained(NamedTuple):
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


def _weights(spans: list[_Span]) -> np.ndarray:
    """Return the weights of the maps (k,) that tell best of spans within a history."""
    if not any(came.any() for span in spans for came in span.came):
        raise ValueError(
            "Nothing of the category came in the spans by which weights are chosen; take a longer history or 'prior_counts'."
        )
    everywhere = _joint(spans, None)
    return _own(spans, _joint(spans, everywhere), everywhere)


def _joint(spans: list[_Span], hot_by: np.ndarray | None) -> np.ndarray:
    """Return the weights for all of the pool together, each counting alike; for the one predicted where there is no pool."""
    pool = range(1, len(spans[0].came)) if len(spans[0].came) > 1 else range(1)
    total = {target: max(sum(float(span.came[target].sum()) for span in spans), 1.0) for target in pool}
    found = [(span.explained(target, hot_by), total[target]) for span in spans for target in pool]
    came = np.concatenate([explained.came / whole for explained, whole in found])
    return _over_all(mixture_weights(np.hstack([e.shares for e, _ in found]), came), [e for e, _ in found])


def _own(spans: list[_Span], joint: np.ndarray, hot_by: np.ndarray) -> np.ndarray:
    """Return the weights for the one that is predicted, drawn to the joint ones."""
    found = [span.explained(0, hot_by) for span in spans]
    prior = joint * np.mean([explained.inside for explained in found], axis=0)
    shares, came = np.hstack([e.shares for e in found]), np.concatenate([e.came for e in found])
    return _over_all(mixture_weights(shares, came, POOLED * prior / prior.sum()), found)


def _over_all(weights: np.ndarray, found: list[_Explained]) -> np.ndarray:
    """Turn weights of maps among the likeliest places into those of the maps as a whole."""
    whole = weights / np.maximum(np.mean([explained.inside for explained in found], axis=0), 1e-12)
    return np.asarray(whole / whole.sum())
