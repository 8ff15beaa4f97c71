"""One scale against counts, cell by cell: do the same cells stand on top, and how sure is that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..progress import Progress, advance
from .cell_rankings import CellRanking, agreement
from .celled_incidents import CelledIncidents

LOW, HIGH, TWO_SIDED = 0.025, 0.975, 1.959964


class Interval(NamedTuple):
    """Hold a value with a 95 % interval from incidents drawn again."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class ScaleAgreement:
    """Hold what a scale, or counting, makes of the occupied cells (c,), and how it agrees with counting.

    Parameters
    ----------
    ranking : the cells by their harm.
    chosen : how far each is among the top ones.
    low, high : of each cell's rank, where incidents are drawn again.
    without : each cell's rank where its gravest incident is left out.
    measures : agreement, overlap and shares, each with its interval.
    on_one_incident : the share of the top cells' harm that is each cell's gravest incident.
    """

    ranking: CellRanking
    chosen: np.ndarray
    low: np.ndarray
    high: np.ndarray
    without: np.ndarray
    measures: dict[str, Interval]
    on_one_incident: float

    @property
    def moved(self) -> int:
        """Which of the top cells falls most without its gravest incident, the higher one of those that fall alike."""
        fall = np.where(self.chosen > 0, self.without - self.ranking.ranks, -1.0)
        return int(np.lexsort((self.ranking.ranks, -fall))[0])

    def leaving(self, cells: float) -> int:
        """Return how many of the top cells would not be one of so many without their gravest incident."""
        return int(((self.chosen == 1) & (self.without > cells)).sum())


def agreement_of(
    celled: CelledIncidents, weight: np.ndarray, cells: float, resamples: int, seed: int, progress: Progress = None
) -> ScaleAgreement:
    """Hold the harm of cells against their counts.

    Parameters
    ----------
    celled : the incidents by their cells.
    weight : what each weighs (n,), in the order of `celled`.
    cells : how many are on top.
    resamples : how often the incidents are drawn again; `seed` gives the same draws to all scales.

    Notes
    -----
    Ranks and top cells are found anew in each draw; what the top cells hold is that of those on the map. Incidents drawn with
    replacement are sparser than those of the map, which shifts agreement and overlap: so their intervals are the value ± 1.96
    standard deviations of the draws. Of what hangs on one incident there is none, as draws repeat incidents.
    """
    count = np.diff(np.append(celled.start, celled.rows.size)).astype(float)
    harm, gravest = celled.sums(weight), celled.gravest(weight)
    by_count, by_harm = (CellRanking.of(values, celled.empty) for values in (count, harm))
    tops = by_count.chosen(cells), by_harm.chosen(cells)
    found = _measures(by_count, by_harm, tops, cells)
    draws = np.empty((resamples, len(found)))
    ranks = np.empty((resamples, harm.size), dtype=np.float32)
    for number, times in enumerate(celled.drawn_again(resamples, seed)):
        drawn = celled.sums(times), celled.sums(times * weight)
        count_drawn, harm_drawn = (CellRanking.of(values, celled.empty) for values in drawn)
        ranks[number] = harm_drawn.ranks
        draws[number] = list(_measures(count_drawn, harm_drawn, tops, cells).values())
        advance(progress, (number + 1) / (resamples + 1))
    low, high = np.quantile(ranks, (LOW, HIGH), axis=0).astype(float)
    measures = {name: _interval(name, value, draws[:, at]) for at, (name, value) in enumerate(found.items())}
    on_one = float(tops[1] @ gravest / (tops[1] @ harm))
    without = by_harm.ranks_at(harm - gravest)
    return ScaleAgreement(by_harm, tops[1], low, high, without, measures, on_one)


def _interval(name: str, value: float, draws: np.ndarray) -> Interval:
    if name.startswith("held"):
        return Interval(value, *np.nanquantile(draws, (LOW, HIGH)).tolist())
    spread = TWO_SIDED * float(np.nanstd(draws))
    least = -1.0 if name == "rank_agreement" else 0.0
    return Interval(value, max(value - spread, least), min(value + spread, 1.0))


def _measures(
    by_count: CellRanking, by_harm: CellRanking, tops: tuple[np.ndarray, np.ndarray], cells: float
) -> dict[str, float]:
    """Return how rankings agree, and what the top cells (by count, by harm) of the map hold of the harm."""
    harm, held = by_harm.values, by_count.values > 0
    return {
        # Cells without incidents would agree with each other, the more of them the boundary takes in.
        "rank_agreement": agreement(by_count.ranks_among(held), by_harm.ranks_among(held)),
        "overlap": by_count.overlap(by_harm, cells),
        "held_by_count": _share(tops[0] @ harm, harm.sum()),
        "held_by_harm": _share(tops[1] @ harm, harm.sum()),
    }


def _share(part: float, whole: float) -> float:
    # In a draw of few incidents there may be no harm at all.
    return float(part / whole) if whole else float("nan")
