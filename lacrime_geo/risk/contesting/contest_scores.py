"""The scores of a contest: hits and incidents summed over the origins, and how sure the difference to prior counts is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..scoring import label_scores
from ..scoring.block_bootstrap import Blocks, Resampled, resample
from ..scoring.calibration import Recalibration, recalibration
from ..scoring.hit_curves import HitCurve, Ranking
from ..scoring.hot_cell_stability import overlap
from ..units import Units

# Below so many blocks that differ an interval says little.
FEW_BLOCKS = 20


class Split(NamedTuple):
    """Hold incidents inside and outside of what was chosen, summed over origins."""

    inside: float
    outside: float


@dataclass(frozen=True, eq=False)
class Played:
    """Hold what entrants expected and what came, and score it.

    Parameters
    ----------
    names : of the entrants, prior counts first.
    units : the places.
    origins : that are scored, each the first day predicted.
    expected : incidents (entrants, origins, n).
    came : incidents that came (origins, n).
    known : incidents known before each origin, of at most a year (origins, n).
    shares : of the area.
    thresholds : of what is expected, for F1 (entrants,); NaN where there is none.
    fits : at how many origins each was fitted, those that fix thresholds among them.
    seconds : that each entrant took for them (entrants,).
    megabytes : that the process held at most; NaN where the system does not tell.
    together : how many origins in a row share a day.
    seed : of the draws of blocks.
    """

    names: tuple[str, ...]
    units: Units
    origins: np.ndarray
    expected: np.ndarray
    came: np.ndarray
    known: np.ndarray
    shares: np.ndarray
    thresholds: np.ndarray
    fits: int
    seconds: np.ndarray
    megabytes: float
    together: int
    seed: int

    @property
    def incidents(self) -> np.ndarray:
        """How many came after each origin (origins,)."""
        return np.asarray(self.came.sum(axis=1), dtype=float)

    @cached_property
    def rankings(self) -> list[list[Ranking]]:
        """The units in the order of each entrant at each origin."""
        return [[Ranking.of(risk, self.units.area) for risk in maps] for maps in self.expected]

    @cached_property
    def best(self) -> list[Ranking]:
        """The units in the order of what came after each origin."""
        return [Ranking.of(came, self.units.area) for came in self.came]

    @cached_property
    def blocks(self) -> Blocks:
        """The parts of the city that are drawn again."""
        return Blocks.over(self.units.x, self.units.y, self.units.area)

    @cached_property
    def taken(self) -> np.ndarray:
        """The shares of the area that whole units come to."""
        return np.asarray(self.best[0].taken(self.shares))

    def chosen(self, entrant: int, share: int) -> np.ndarray:
        """Return how far each unit is chosen at each origin (origins, n)."""
        return np.array([ranking.chosen(self.shares[share]) for ranking in self.rankings[entrant]])

    @cached_property
    def resampled(self) -> list[Resampled]:
        """Of each share of the area the entrants' hit rates, and those in draws of blocks, the same for all."""
        total = np.array([self.blocks.sums(came) for came in self.came])
        drawn = []
        for share in range(self.shares.size):
            caught = [self.chosen(entrant, share) * self.came for entrant in range(len(self.names))]
            sums = np.array([[self.blocks.sums(values) for values in maps] for maps in caught])
            drawn.append(resample(sums, total, together=self.together, seed=self.seed))
        return drawn

    def hit_rates(self, rankings: list[Ranking], area: np.ndarray, against: bool = False) -> np.ndarray:
        """Return the share of all incidents that shares of the area caught, over all origins; NaN where none came."""
        caught = np.zeros(area.size)
        for ranking, came, whole in zip(rankings, self.came, self.incidents):
            if whole:
                curve: HitCurve = ranking.curve_against(came) if against else ranking.curve(came)
                caught += curve.at(area) * whole
        total = self.incidents.sum()
        return caught / total if total else np.full(area.size, np.nan)

    def recaptured(self, entrant: int, share: int) -> float:
        """Return the recapture rate index: (later / known) where the entrant chose ÷ the same elsewhere."""
        chosen = self.chosen(entrant, share)
        later, known = (
            Split(float((chosen * n).sum()), float(((1 - chosen) * n).sum())) for n in (self.came, self.known)
        )
        if min(known.inside, known.outside) <= 0 or later.outside <= 0:
            return np.nan
        return (later.inside / known.inside) / (later.outside / known.outside)

    def stability(self, entrant: int, share: int) -> float:
        """Return how far the chosen units stay those of the origin before, on the mean; NaN with one origin."""
        chosen = self.chosen(entrant, share)
        pairs = [overlap(*two, area=self.units.area) for two in zip(chosen, chosen[1:])]
        return float(np.mean(pairs)) if pairs else np.nan

    def labels_of(self, entrant: int) -> dict[str, float]:
        """Return how well an entrant tells units with incidents from those without, over all origins."""
        told, came = self.expected[entrant], self.came
        some = [origin for origin, counts in enumerate(came) if counts.any()]
        turned = self.recalibrated(entrant)
        return {
            "roc_auc": _mean([label_scores.roc_auc(told[origin], came[origin]) for origin in some]),
            "pr_auc": _mean([label_scores.pr_auc(told[origin], came[origin]) for origin in some]),
            "prevalence": label_scores.prevalence(came.ravel()),
            "threshold": float(self.thresholds[entrant]),
            "f1": label_scores.f1(told.ravel(), came.ravel(), float(self.thresholds[entrant])),
            "brier": label_scores.brier(self.probability(entrant), came.ravel()),
            "calibration_intercept": turned.intercept,
            "calibration_slope": turned.slope,
            "told_impossible": turned.misses,
        }

    def probability(self, entrant: int) -> np.ndarray:
        """Return the probability of any incident that an entrant gives each unit at each origin, one after the other."""
        return label_scores.probability_of_any(self.expected[entrant].ravel())

    def recalibrated(self, entrant: int) -> Recalibration:
        """Return how the odds of an entrant must be turned to fit."""
        return recalibration(self.probability(entrant), self.came.ravel())


def columns_of(played: Played) -> dict[str, np.ndarray]:
    """Return the table of a contest: a row for each entrant and share, the most hits at the middle share first."""
    rows: list[dict[str, object]] = []
    for entrant in order_of(played):
        labels = played.labels_of(entrant)
        rows += [{**_row(played, entrant, share), **labels} for share in range(played.shares.size)]
    texts = {"predictor"}
    return {name: np.array([row[name] for row in rows], dtype=object if name in texts else None) for name in rows[0]}


def order_of(played: Played) -> list[int]:
    """Return the entrants, those with the most hits at the middle share first; of equals by name."""
    share = played.resampled[middle(played.shares)].share
    rates = np.nan_to_num(share, nan=-1.0).round(12)
    return sorted(range(len(played.names)), key=lambda entrant: (-rates[entrant], played.names[entrant]))


def middle(shares: np.ndarray) -> int:
    """Return which share of the area orders the table: the middle one, of an even number the lower."""
    return int(np.argsort(shares, kind="stable")[(shares.size - 1) // 2])


def _row(played: Played, entrant: int, share: int) -> dict[str, object]:
    found, rankings = played.resampled[share], played.rankings[entrant]
    rate, at = float(found.share[entrant]), played.taken[share : share + 1]
    best = float(played.hit_rates(played.best, at)[0])
    apart, ratio = found.difference(entrant), found.ratio(entrant)
    return {
        "predictor": played.names[entrant],
        "area": float(played.shares[share]),
        "area_taken": float(at[0]),
        "hit_rate": rate,
        "against_map": float(played.hit_rates(rankings, at, against=True)[0]),
        "pai": rate / at[0] if at[0] else np.nan,
        "pei": rate / best if best else np.nan,
        "rri": played.recaptured(entrant, share),
        "difference": apart.value,
        "difference_low": apart.low,
        "difference_high": apart.high,
        "ratio": ratio.value,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
        "telling": int(found.telling[entrant, 0]),
        "stability": played.stability(entrant, share),
    }


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else np.nan
