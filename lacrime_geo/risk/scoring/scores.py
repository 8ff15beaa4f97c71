"""How good a predicted map is: what a share of the area caught, against chance, against the best, against the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import label_scores
from .calibration import Recalibration, recalibration
from .hit_curves import SHARES, Ranking, Shares, counted


def hit_rate(risk: Any, counts: Any, shares: Shares = SHARES, *, area: Any = None) -> np.ndarray:
    """Return which share n/N of the incidents came where the risk was highest.

    Parameters
    ----------
    risk : predicted of each unit (n,): expected incidents, or any score where areas are equal.
    counts : that came in each (n,).
    shares : of the area. Default 1, 2 and 5 %. Of equal areas as many whole units as fit are taken, which may be none.
    area : of each unit (n,), m². Default: all equal.

    Returns
    -------
    ndarray
        As `shares`. Units tied at the cut count by their expected share. NaN where no incident came.

    Raises
    ------
    ValueError
        If a risk or count is missing, a count is negative, an area is not above 0, or a share not above 0 and at most 1.

    Examples
    --------
    >>> hit_rate([3, 2, 1], [6, 3, 0], [1 / 3, 2 / 3, 1]).round(3).tolist()
    [0.667, 1.0, 1.0]
    """
    ranking = Ranking.of(risk, area)
    return ranking.curve(counts).at(ranking.taken(shares))


def hit_rate_against_map(risk: Any, counts: Any, shares: Shares = SHARES, *, area: Any = None) -> np.ndarray:
    """Return the hit rate where of those tied at the cut the units with the fewest incidents are taken: the lower bound.

    Examples
    --------
    >>> float(hit_rate([1, 1], [4, 0], 0.5)), float(hit_rate_against_map([1, 1], [4, 0], 0.5))
    (0.5, 0.0)
    """
    ranking = Ranking.of(risk, area)
    return ranking.curve_against(counts).at(ranking.taken(shares))


def pai(risk: Any, counts: Any, shares: Shares = SHARES, *, area: Any = None) -> np.ndarray:
    """Return the prediction accuracy index (n/N) / (a/A): how much denser incidents are in the share than overall.

    a is the area that is taken, so that rounding down to whole units costs nothing; NaN where it is none.

    References
    ----------
    Chainey, Tompson & Uhlig (2008), Security Journal 21: 4-28.

    Examples
    --------
    >>> pai([3, 2, 1], [6, 3, 0], [1 / 3, 2 / 3, 1]).tolist()
    [2.0, 1.5, 1.0]
    """
    ranking = Ranking.of(risk, area)
    return ranking.curve(counts).pai(ranking.taken(shares))


def pei(risk: Any, counts: Any, shares: Shares = SHARES, *, area: Any = None) -> np.ndarray:
    """Return PEI*, the prediction efficiency index: the PAI over the best one that the same area could have had.

    References
    ----------
    White, Hunt & Green (2023), Security Journal.

    Examples
    --------
    >>> pei([1, 2, 3], [6, 3, 0], [1 / 3, 2 / 3, 1]).round(3).tolist()
    [0.0, 0.333, 1.0]
    """
    ranking = Ranking.of(risk, area)
    taken = ranking.taken(shares)
    best = Ranking.of(counts, area).curve(counts).at(taken)
    return ranking.curve(counts).at(taken) / np.where(best > 0, best, np.nan)


def rri(risk: Any, earlier: Any, later: Any, shares: Shares = SHARES, *, area: Any = None) -> np.ndarray:
    """Return the recapture rate index: how the later counts are to the earlier ones where the risk was highest, and elsewhere.

    (later / earlier in the share) ÷ (later / earlier outside of it): 1 where what was hot before stays so as much as all
    the rest; below 1 where incidents fall back to the mean. Areas and the lengths of both times cancel out.

    Parameters
    ----------
    risk, shares, area : as of `hit_rate`.
    earlier : counts in each unit (n,) before the origin, such as those the map was made of.
    later : counts that came (n,).

    Returns
    -------
    ndarray
        As `shares`; NaN where a count that divides is 0.

    References
    ----------
    After Levine (2008), Security Journal 21: 295-302.

    Examples
    --------
    >>> rri([3, 2, 1], [8, 2, 2], [6, 3, 1], 1 / 3).round(3).tolist()
    0.75
    """
    return _recaptured(Ranking.of(risk, area), earlier, later, shares)


def _recaptured(ranking: Ranking, earlier: Any, later: Any, shares: Shares) -> np.ndarray:
    before, after = ranking.curve(earlier), ranking.curve(later)
    taken = ranking.taken(shares)
    ratios = [_over(after.at(taken), before.at(taken)), _over(1 - after.at(taken), 1 - before.at(taken))]
    return _over(*ratios)


def _over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    # What rounding leaves of 1 − 1 is no share.
    return above / np.where(below > 1e-12, below, np.nan)


@dataclass(frozen=True, eq=False)
class MapScores:
    """Hold all scores of one predicted map.

    Parameters
    ----------
    shares : of the area that were asked for (s,), and `taken`, those whole units come to.
    hit_rate, against_map, pai, pei : at each share (s,), see the functions of these names.
    rri : at each share (s,); None where no earlier counts were given.
    roc_auc, pr_auc, prevalence, brier : of having any incident.
    f1 : at the threshold that was given; NaN without one.
    recalibration : how odds must be turned to fit.
    incidents : how many came.
    """

    shares: np.ndarray
    taken: np.ndarray
    hit_rate: np.ndarray
    against_map: np.ndarray
    pai: np.ndarray
    pei: np.ndarray
    rri: np.ndarray | None
    roc_auc: float
    pr_auc: float
    prevalence: float
    f1: float
    brier: float
    recalibration: Recalibration
    incidents: float


def map_scores(
    risk: Any,
    counts: Any,
    *,
    area: Any = None,
    shares: Shares = SHARES,
    probability: Any = None,
    threshold: float = np.nan,
    earlier: Any = None,
) -> MapScores:
    """Return all scores of a predicted map.

    Parameters
    ----------
    risk : expected incidents of each unit (n,).
    counts : that came in each (n,).
    area : of each unit (n,), m². Default: all equal.
    shares : of the area. Default 1, 2 and 5 %.
    probability : of at least one incident (n,). Default: 1 − exp(−risk).
    threshold : of the risk, for F1: found on earlier data by `best_threshold`.
    earlier : counts before the origin (n,), for the RRI.

    Raises
    ------
    ValueError
        As `hit_rate`, or if the risk is negative and no probability is given.

    Examples
    --------
    >>> found = map_scores([3, 2, 1], [6, 3, 0], shares=[1 / 3])
    >>> found.pai.tolist(), found.pei.tolist(), found.roc_auc
    ([2.0], [1.0], 1.0)
    """
    ranking, best = Ranking.of(risk, area), Ranking.of(counts, area)
    asked = np.atleast_1d(np.asarray(shares, dtype=float))
    taken, curve = ranking.taken(asked), ranking.curve(counts)
    caught, possible = curve.at(taken), best.curve(counts).at(taken)
    chance = label_scores.probability_of_any(risk) if probability is None else probability
    return MapScores(
        shares=asked,
        taken=taken,
        hit_rate=caught,
        against_map=ranking.curve_against(counts).at(taken),
        pai=curve.pai(taken),
        pei=caught / np.where(possible > 0, possible, np.nan),
        rri=None if earlier is None else _recaptured(ranking, earlier, counts, asked),
        roc_auc=label_scores.roc_auc(risk, counts),
        pr_auc=label_scores.pr_auc(risk, counts),
        prevalence=label_scores.prevalence(counts),
        f1=label_scores.f1(risk, counts, threshold),
        brier=label_scores.brier(chance, counts),
        recalibration=recalibration(chance, counts),
        incidents=float(counted(counts, ranking.group.size).sum()),
    )
