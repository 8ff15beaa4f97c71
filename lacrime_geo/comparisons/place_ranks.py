"""Ranks of places by their rates, with intervals: how much of a ranking is chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words
from ..progress import Progress, advance, left_alone, within
from ..results import Drawing, Marks
from . import rank_pages
from .compared_places import ComparedPlaces
from .counted_places import (
    BUNCHES,
    PER,
    CountedPlaces,
    caveats_of,
    counted_places,
    places_that,
    ranks_of,
)
from .place_rates import prior_of_places
from .rank_draws import DrawnRanks, drawn_ranks, most_draws
from .total_words import of_totals

STYLE = "rank_intervals"
DRAWS = 4000
ORDER_ONLY = "A rank says nothing of how far apart rates are, and a first place always exists."
# A tenth of the places, as the first ones.
FIRST = 0.1
ABOVE, BELOW, NOT_TOLD, NO_RATE = "above", "below", "not told apart", "no rate"
FEW_RESIDENTS = "few residents"


@dataclass(frozen=True, eq=False, repr=False)
class RankIntervals(ComparedPlaces):
    """The ranks of places with intervals, a row each in the order of the input; they draw themselves and have a map."""

    drawing = Drawing(rank_pages.drawn, rank_pages.page_of)
    map_style = STYLE

    def map(self) -> Marks:
        """Return the places again with their ranks, intervals, and whether they can be told from the median place."""
        return self.marks()


def rank_intervals(
    features: Any,
    *,
    count: str | None = None,
    population: str | None = None,
    name: str | None = None,
    per: float = PER,
    years: float | None = None,
    few_residents: float | None = None,
    level: float = 95,
    top: int | None = None,
    draws: int | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> RankIntervals:
    """Rank places by their rates, with an interval for each rank: which can be told apart, and which cannot.

    Parameters
    ----------
    features : places with a count and a population each: a layer of polygons or points, or a table without places.
    count : column of the numbers of incidents, whole. Default: count, crime_count, crimes or incidents.
    population : column of the residents, or of what else the rate is of. Default: population, residents, pop or pop_total.
    name : column of the places' names. Default: name, area_name, geoid or the like; else rows are numbered.
    per : so many residents a rate is of. Default 100,000.
    years : years that the counts are of, so that rates are per year; ranks are the same. Default: not given.
    few_residents : a place with fewer residents is flagged and not ranked. Default: a tenth of the median.
    level : of the intervals, in per cent. Default 95.
    top : how many places are "the first", whose probability is told. Default: a tenth of all.
    draws : how often all rates are drawn. Default: 4,000, or of more than 25,000 places as many as 100 million ranks allow.
    seed : of the draws.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    RankIntervals
        `name`, `count`, `population`, `rate`, `rank` (of the rate, 1 the highest), `rank_by_count`, `expected_rank`,
        `median_rank`, the interval `rank_low` to `rank_high`, `probability_top` (of being among the first), `told_apart` from
        the median place ("above", "below", "not told apart"; "few residents", "no rate") and `few_residents`. `.map()` gives
        the places.

    Raises
    ------
    ValueError
        If a count is no whole number (sums of weights are none), a population is negative, or no place has a rate.

    Notes
    -----
    The rates of all places are drawn at once from their posteriors (see `rates`: gamma, prior by maximum likelihood), and each
    draw is ranked; the interval of a rank holds the level's share of its ranks. Ranks tell nothing of how far apart the rates
    are: where counts are large, places that hardly differ have sure ranks. The prior is taken for known.

    References
    ----------
    Goldstein & Spiegelhalter (1996), Journal of the Royal Statistical Society A 159: 385-443. Marshall & Spiegelhalter (1998),
    BMJ 316: 1701-1705.

    Examples
    --------
    >>> towns = {"name": list("ABCD"), "count": [12, 9, 10, 60], "population": [1000, 1000, 1000, 1000]}
    >>> found = rank_intervals(towns)
    >>> found["rank"].tolist(), found["told_apart"].tolist()
    ([2.0, 4.0, 3.0, 1.0], ['not told apart', 'not told apart', 'not told apart', 'above'])
    """
    share, seed = checks.per_cent("level", level) / 100, checks.whole("seed", seed, minimum=0)
    parameters = Parameters(level=float(level), seed=seed)
    read = (features, count, population, name, per, years, few_residents, parameters)
    places = left_alone(lambda: counted_places(*read), progress).usual
    parameters["compared"] = compared = int(places.known.sum())
    parameters["top"] = _top(top, compared, parameters)
    draws = _draws(draws, compared, parameters)
    prior = prior_of_places(places, "likelihood", parameters, within(progress, 0.0, 0.1))
    expected = places.overall * places.exposure
    drawn = drawn_ranks(
        prior, places.events, expected, draws, share, parameters["top"], seed, within(progress, 0.1, 1.0)
    )
    columns = left_alone(lambda: _columns(places, drawn), progress, lambda: 0.96)
    found = RankIntervals(columns, parameters, "", f"Ranks of {places.rows.label}", places)
    left_alone(lambda: _tell(found, places.spread(drawn.above), share), progress, lambda: 0.98)
    advance(progress, 1.0)
    return found


def _top(top: int | None, compared: int, parameters: Parameters) -> int:
    if top is None:
        first = max(round(FIRST * compared), 1)
        return int(parameters.choose("top", first, f"a tenth of {compared:,} places"))
    first = checks.whole("top", top)
    if first > compared:
        raise ValueError(f"top is {first:,}, and only {compared:,} places have a rate; name fewer.")
    return first


def _draws(draws: int | None, compared: int, parameters: Parameters) -> int:
    if draws is None:
        return int(parameters.choose("draws", most_draws(compared, DRAWS), f"of {compared:,} places"))
    parameters["draws"] = checks.whole("draws", draws, minimum=100)
    if most_draws(compared, parameters["draws"]) < parameters["draws"]:
        most = most_draws(compared, parameters["draws"])
        raise ValueError(f"{draws:,} draws of {compared:,} places need too much memory; take {most:,} at most.")
    return int(parameters["draws"])


def _columns(places: CountedPlaces, drawn: DrawnRanks) -> dict[str, np.ndarray]:
    rate = places.events / places.exposure * places.per
    middle = (places.events.size + 1) / 2
    told = np.where(drawn.high < middle, ABOVE, np.where(drawn.low > middle, BELOW, NOT_TOLD)).astype(object)
    spread = {
        "rate": rate,
        "rank": ranks_of(rate),
        "expected_rank": drawn.expected,
        "median_rank": drawn.middle,
        "rank_low": drawn.low,
        "rank_high": drawn.high,
        "probability_top": drawn.top,
    }
    return {
        "name": places.names,
        "count": places.count,
        "population": places.population,
        **{name: places.spread(values) for name, values in spread.items()},
        "rank_by_count": ranks_of(places.count),
        "told_apart": np.where(places.small, FEW_RESIDENTS, places.spread(told, NO_RATE)),
        "few_residents": places.small,
    }


def _tell(found: RankIntervals, above: np.ndarray, share: float) -> None:
    """Say how many places can be told from the median one, and the first one from the others."""
    kept, places = found.parameters, found.places
    assert places is not None
    compared = kept["compared"]
    sides = {side: int(np.sum(found["told_apart"] == side)) for side in (ABOVE, BELOW)}
    kept.update(told_apart=sum(sides.values()), told_above=sides[ABOVE], told_below=sides[BELOW])
    wide = float(np.nanmedian(found["rank_high"] - found["rank_low"] + 1))
    kept["median_width"] = wide
    told = f"{kept['told_apart']:,} of {compared:,} places can be told from the median one"
    kept.tell(
        f"{told} ({sides[ABOVE]:,} above, {sides[BELOW]:,} below); the {kept['level']:g} % interval of a rank is "
        f"{in_words(wide)} rank{'s' * (wide != 1)} wide in the middle of all"
    )
    first = int(np.nanargmin(found["expected_rank"]))
    # The first place against itself is never above.
    alike = int(np.sum(above < (1 + share) / 2)) - 1
    sure = int(np.nansum(found["probability_top"] >= share))
    kept.update(first=str(found["name"][first]), not_told_from_first=alike, surely_top=sure)
    kept["further"] = [
        f"{found['name'][first]}, first by expected rank, {_told_from(alike)}",
        f"{sure:,} of the {kept['top']:,} first {'is' if sure == 1 else 'are'} surely so ({kept['level']:g} % or more)",
        of_totals(places, found["rank"]),
    ]
    if small := kept["few_residents"]:
        kept["further"].append(f"{places_that(small)} few residents, and {'is' if small == 1 else 'are'} not ranked")
    kept["caveats"] = caveats_of(places, ORDER_ONLY, BUNCHES)


def _told_from(alike: int) -> str:
    return f"cannot be told from {alike:,} other{'s' * (alike != 1)}" if alike else "can be told from all others"
