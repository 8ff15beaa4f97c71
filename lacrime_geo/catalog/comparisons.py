"""Places and agencies, compared fairly."""

from __future__ import annotations

from ..analysis import Analysis
from ..comparisons import Funnel, RankIntervals, Rates, funnel, rank_intervals, rates
from ..comparisons.control_limits import MODELS
from ..comparisons.counted_places import USUAL_COUNTS, USUAL_NAMES, USUAL_POPULATIONS
from ..comparisons.gamma_priors import SMOOTHING
from ..comparisons.overdispersion import OVERDISPERSION
from ..comparisons.poisson_intervals import INTERVALS
from ..jurisdictions import (
    HighCrime,
    PersistentHigh,
    RateTrends,
    panel_columns,
    persistent_high,
    predict_high_crime,
    rate_trends,
)
from ..parameter_groups import LEVEL
from ..parameter_kinds import Amount, Choice, Column, Numbers, Parameter, Words
from ..results import Marks, Table


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

# Agencies over years. Numbers too are chosen of all columns: where NA stands in a CSV, all of a column are texts.
AGENCIES: tuple[Parameter, ...] = (
    Column("agency", "Column that tells agencies apart", holds="text", usual=_in_capitals_too(panel_columns.IDENTITY)),
    Column("year", "Column of the years", holds="text", usual=_in_capitals_too(panel_columns.REPORTED)),
    Column("count", "Column of the crimes counted", holds="text", usual=_in_capitals_too(panel_columns.CRIMES)),
    Column("population", "Column of the residents", holds="text", usual=_in_capitals_too(panel_columns.POPULATION)),
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
            LEVEL,
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
            LEVEL,
            Amount("top", "How many places are the first", whole=True),
            Amount("draws", "Draws of all rates", whole=True),
        ),
        second="map",
        second_title="Map of the ranks",
        second_result=Marks,
        tables=True,
    ),
    Analysis(
        run=rate_trends,
        title="Trends of rates: when they changed",
        group="Places compared",
        result=RateTrends,
        tags=("trend", "joinpoint", "annual per cent change", "UCR", "agencies", "rates", "crime"),
        params=(
            *AGENCIES,
            Amount("most_joinpoints", "At most so many changes of a trend", whole=True, minimum=0),
            LEVEL,
        ),
        second="segments",
        second_title="Segments of the trends",
        second_result=Table,
        tables=True,
    ),
    Analysis(
        run=persistent_high,
        title="Persistence: how many years a rate was high",
        group="Places compared",
        result=PersistentHigh,
        tags=("persistence", "chronic", "runs", "UCR", "agencies", "rates", "crime"),
        params=(
            *AGENCIES,
            Amount("since", "First year", whole=True),
            Amount("until", "Year after the last one", whole=True),
            Amount("quantile", "Quantile of the year above which a rate is high"),
        ),
        tables=True,
    ),
    Analysis(
        run=predict_high_crime,
        title="High rate next year: models beside baselines",
        group="Places compared",
        result=HighCrime,
        tags=("prediction", "classification", "baseline", "UCR", "agencies", "rates", "crime"),
        params=(
            *AGENCIES,
            Amount("test_since", "First year that is scored", whole=True),
            Amount("folds", "Groups of agencies", whole=True, minimum=2),
            Words("models", "Models, with commas between"),
        ),
        second="forecasts",
        second_title="Probability of the next year",
        second_result=Table,
        tables=True,
    ),
)
