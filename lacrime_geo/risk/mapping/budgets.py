"""The places that a budget holds, and which share of the incidents such budgets caught at past origins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...parameters import Parameters
from ..scoring.hit_curves import Ranking
from .past_predictions import PastPrediction

# Below these a share would be mostly chance, and a range of shares none.
FEWEST, FEWEST_ORIGINS = 30, 2


def mean_ranks(ranking: Ranking) -> np.ndarray:
    """Return ranks of units (n,), 1 the highest; those tied share the mean of theirs.

    >>> mean_ranks(Ranking.of([5.0, 1.0, 1.0, 0.0])).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    size = np.bincount(ranking.group)
    before = np.cumsum(size) - size
    return np.asarray((before + (size + 1) / 2)[ranking.group])


def within_budget(ranking: Ranking, budget: float, seed: int, parameters: Parameters) -> np.ndarray:
    """Mark the units (n,) that a share of the area holds, whole ones, from the highest risk on.

    Of those tied at the cut, units are drawn by the seed: an order of the file, or of the compass, would favour some always.
    """
    drawn = np.random.default_rng(seed).permutation(ranking.group.size)
    order = drawn[np.argsort(ranking.group[drawn], kind="stable")]
    filled = np.cumsum(ranking.size[order])
    most = float(ranking.budget(budget))
    taken = int(np.searchsorted(filled, most * (1 + 1e-12), side="right"))
    chosen = np.zeros(order.size, dtype=bool)
    chosen[order[:taken]] = True
    parameters["in_budget"] = taken
    parameters["budget_area"] = float(filled[taken - 1] / filled[-1]) if taken else 0.0
    if not taken:
        parameters.warn(
            f"A budget of {_percent(budget)} of the area is less than one of its {order.size:,} places; raise budget."
        )
    elif taken < order.size and ranking.group[order[taken - 1]] == ranking.group[order[taken]]:
        _tell_tie(ranking.group == ranking.group[order[taken]], chosen, parameters)
    return chosen


def _tell_tie(tied: np.ndarray, chosen: np.ndarray, parameters: Parameters) -> None:
    places, kept = int(tied.sum()), int((tied & chosen).sum())
    parameters.update(tied_at_cut=places, tied_in_budget=kept)
    parameters.warn(
        f"{places:,} places have the same value where the budget ends, and {kept:,} of them fit: these are drawn by the seed."
    )


class Caught(NamedTuple):
    """Hold which share of the incidents a budget caught at past origins: of all together, and the least and the most."""

    share: float
    least: float
    most: float
    origins: int
    incidents: int

    @classmethod
    def of(cls, past: Sequence[PastPrediction], area: np.ndarray, budget: float) -> Caught | None:
        """Return what was caught; None where too few incidents came, or at too few origins. Those tied count by their share."""
        held = [each for each in past if each.on_the_map(each.came).sum() > 0]
        came = [each.on_the_map(each.came) for each in held]
        whole = int(sum(counts.sum() for counts in came))
        if len(held) < FEWEST_ORIGINS or whole < FEWEST:
            return None
        shares = []
        for each, counts in zip(held, came):
            ranking = Ranking.of(each.on_the_map(each.risk), each.on_the_map(area))
            shares.append(float(ranking.curve(counts).at(ranking.taken(budget))))
        caught = sum(share * counts.sum() for share, counts in zip(shares, came))
        return cls(float(caught / whole), min(shares), max(shares), len(held), whole)

    def in_words(self) -> str:
        """Say it, such as 14 % (11–17 %)."""
        return f"{100 * self.share:.0f} % ({100 * self.least:.0f}–{100 * self.most:.0f} %)"


def caption(budget: float, caught: Caught | None, origins: int = 0) -> str:
    """Say what a budget caught at so many past origins, as a legend does.

    >>> caption(0.02, Caught(0.141, 0.11, 0.17, 4, 900)), caption(0.005, None, 4)
    ('Top 2 % of area: catches 14 % (11–17 %)', 'Top 0.5 % of area: too few past incidents to tell what it catches')
    >>> caption(0.02, None)
    'Top 2 % of area: too short a history to tell what it catches'
    """
    lacking = "too few past incidents" if origins else "too short a history"
    told = f"{lacking} to tell what it catches" if caught is None else f"catches {caught.in_words()}"
    return f"Top {_percent(budget)} of area: {told}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
