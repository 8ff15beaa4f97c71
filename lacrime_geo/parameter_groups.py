"""What several analyses are asked alike, declared once: neighbours, periods, looks, the hulls of clusters."""

from __future__ import annotations

from typing import Any

from .cluster_summaries import HULLS
from .clusters import Clusters
from .counted_cells import SHAPES
from .neighbours import NEIGHBOURS
from .parameter_kinds import Amount, Choice, Column, Distance, Moment, Parameter, Points, Polygons, Switch, Words
from .styles.palettes import BREAKS

WEIGHT = Column("weight", "Weight column")
SHAPE = Choice("shape", "Shape of the cells", options=SHAPES)
LEVEL = Amount("level", "Level of the intervals, in per cent")
BOUNDARY = Polygons("boundary", "Study area")
TIME_STEP = Words("time_step", "Time step (days, or day, week, month)")

# A value of features, and who is whose neighbour.
NEIGHBOURHOOD: tuple[Parameter, ...] = (
    Column("value", "Value column"),
    Choice("neighbours", "Neighbours", options=NEIGHBOURS),
    Distance("distance_band", "Distance band (for band and inverse_distance)"),
    Amount("k", "Number of nearest neighbours (for knn)", whole=True),
)
ROW_STANDARDISED = Switch("row_standardised", "Let each feature's neighbours weigh 1 together")
PERMUTATIONS = Amount("permutations", "Permutations for p (0: none)", whole=True, minimum=0)

# Two periods: of one layer, or of two.
PERIODS: tuple[Parameter, ...] = (
    Points("after", "Incidents of the later period, if in another layer"),
    Moment("after_since", "Begin of the later period (inclusive)"),
    Moment("before_until", "End of the earlier period (exclusive)"),
)

# The end of a file of reports.
AS_OF = Moment("as_of", "Take the file back to this date (inclusive)")

# What every analysis of incidents is asked before it runs, through `as_incidents` and `Incidents.select`.
SELECTION: tuple[Parameter, ...] = (
    Moment("since", "From (inclusive)"),
    Moment("until", "Until (exclusive)"),
    Words("category", "Category"),
    Column("time_column", "Time column", holds="time"),
    Column("category_column", "Category column", holds="text"),
)
# And where incidents that lasted are looked at.
INTERVALS: tuple[Parameter, ...] = (Column("until_column", "End column", holds="time"),)
SELECTION_HELP = {
    "since": "Only incidents from this date or moment on (YYYY-MM-DD).",
    "until": "Only incidents before this date or moment (YYYY-MM-DD).",
    "category": "Only incidents of this category, or of several separated by commas.",
    "until_column": "Column that tells when each incident had ended at the latest. Default: occurred_until, where it exists.",
    "time_column": "Column with the time of the incident. Default: occurred, where it exists.",
    "category_column": "Column with the category. Default: category, where it exists.",
}

# How a density is drawn: the options of `Surface.styled`.
LOOK: tuple[Parameter, ...] = (
    Choice("breaks", "Class limits of the legend", options=BREAKS),
    Switch("dark", "Colours for a dark basemap"),
)
LOOK_HELP = {
    "breaks": 'Limits of the legend\'s seven classes: "quantiles" of the cells above 0, or "equal" steps up to the highest.',
    "dark": "Turn the colours round, bright where it is dense, for a dark basemap.",
}

# Which incidents are neighbours, and how many make a core.
EPS = Distance("eps", "Neighbour distance (eps)")
MIN_SAMPLES = Amount("min_samples", "Incidents that make a core (min_samples)")

# What every search for clusters gives.
CLUSTERS: dict[str, Any] = dict(
    group="Clusters",
    result=Clusters,
    second="clusters",
    second_title="Cluster hulls",
    second_params=(
        Choice("hull", "Hull of the clusters", options=HULLS),
        Polygons("boundary", "Study area, for p of the clusters"),
        Points("population", "Population: where incidents could happen, for p of the clusters"),
        Column("population_weight", "Number of people at each point of the population", of="population"),
        Amount("permutations", "Random maps for p of the clusters", whole=True),
    ),
)
SCIKIT = ("sklearn", "scikit-learn")
