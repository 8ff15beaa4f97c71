"""Places and agencies, compared fairly."""

from __future__ import annotations

from ..analysis import Analysis
from ..comparisons import Funnel, RankIntervals, Rates, funnel, rank_intervals, rates
from ..comparisons.control_limits import MODELS
from ..comparisons.counted_places import USUAL_COUNTS, USUAL_NAMES, USUAL_POPULATIONS
from ..comparisons.gamma_priors import SMOOTHING
from ..comparisons.overdispersion import OVERDISPERSION
from ..comparisons.poisson_intervals import INTERVALS
from ..parameter_kinds import Amount, Choice, Column, Numbers, Parameter
from ..results import Marks


def _in_capitals_too(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names, *(name.upper() for name in names))


# Places with a count and a population each, and how their rates are told.
PLACES: tuple[Parameter, ...] = (
    Column("count", "Column of the numbers of incidents", usual=_in_capitals_too(USUAL_COUNTS)),
    Column("population", "Column of the residents", usual=_in_capitals_too(USUAL_POPULATIONS)),
    Column("name", "Column of the names", holds="text", usual=_in_capitals_too(USUAL_NAMES)),
    Amount("per", "Residents that a rate is of"),
    Amount("years", "Years that the counts are of"),
    Amount("few_residents", "Fewer residents than this are few", minimum=0),
)

ANALYSES: tuple[Analysis, ...] = (
    Analysis(
        run=rates,
        title="Rates with intervals",
        group="Places compared",
        result=Rates,
        tags=("rates", "empirical Bayes", "smoothing", "population", "per capita", "confidence interval", "crime"),
        params=(
            *PLACES,
            Amount("level", "Level of the intervals, in per cent"),
            Choice("interval", "Interval of the raw rate", options=INTERVALS),
            Choice("smoothing", "Rates drawn towards the mean", options=SMOOTHING),
        ),
        second="map",
        second_title="Map of the rates",
        second_result=Marks,
        tables=True,
    ),
    Analysis(
        run=funnel,
        title="Funnel: which rates are beyond chance",
        group="Places compared",
        result=Funnel,
        tags=("funnel plot", "control limits", "overdispersion", "outliers", "league table", "population", "crime"),
        params=(
            *PLACES,
            Amount("target", "Rate that places are held against"),
            Numbers("limits", "Inner and outer limits, in per cent"),
            Choice("model", "Model of the counts", options=MODELS),
            Choice("overdispersion", "Spread beyond chance", options=OVERDISPERSION),
        ),
        second="map",
        second_title="Map of the funnel",
        second_result=Marks,
        tables=True,
    ),
    Analysis(
        run=rank_intervals,
        title="Ranked intervals: how sure a ranking is",
        group="Places compared",
        result=RankIntervals,
        tags=("ranking", "league table", "rank", "caterpillar plot", "posterior", "population", "crime"),
        params=(
            *PLACES,
            Amount("level", "Level of the intervals, in per cent"),
            Amount("top", "How many places are the first", whole=True),
            Amount("draws", "Draws of all rates", whole=True),
        ),
        second="map",
        second_title="Map of the ranks",
        second_result=Marks,
        tables=True,
    ),
)
