"""What goes with what."""

from __future__ import annotations

from ..analysis import Analysis
from ..correlates import (
    Breakdown,
    CategoryComponents,
    JoinedAreas,
    Loadings,
    breakdown,
    category_components,
    join_by_area,
)
from ..correlates.area_joins import KINDS
from ..parameter_groups import BOUNDARY, LEVEL
from ..parameter_kinds import Amount, Choice, Column, Columns, Distance, Polygons

ANALYSES: tuple[Analysis, ...] = (
    Analysis(
        run=breakdown,
        title="Breakdown: shares of premises, weapons and the like",
        group="Correlates",
        result=Breakdown,
        tags=("share", "premise", "weapon", "victim", "cross table", "Cramér", "chi-squared", "descriptive", "crime"),
        params=(
            Column("by", "Column that is broken down", holds="text"),
            Column("across", "Column within whose values it is", holds="text"),
            LEVEL,
            Amount("most", "Values that are shown, the others pooled", whole=True),
            Amount("k", "Smallest count of persons that is shown", whole=True),
            Amount("permutations", "Tables drawn for the p", whole=True),
        ),
    ),
    Analysis(
        run=category_components,
        title="Components of categories: what places are made of",
        group="Correlates",
        result=CategoryComponents,
        tags=("PCA", "principal components", "correspondence analysis", "one-hot", "mix", "exploratory", "crime"),
        params=(
            Amount("components", "Components at most", whole=True),
            Distance("cell_size", "Cell size"),
            Polygons("units", "Districts, in place of cells"),
            BOUNDARY,
            Amount("least", "Incidents that a place must have", whole=True),
            Amount("rare", "Share of the incidents below which a category is left out", minimum=0),
            Amount("draws", "Tables drawn to tell noise", whole=True),
        ),
        second="loadings",
        second_title="Loadings of the components",
        second_result=Loadings,
    ),
    Analysis(
        run=join_by_area,
        title="Join columns by shared area",
        group="Correlates",
        result=JoinedAreas,
        tags=("census", "population", "areal interpolation", "overlay", "intersection", "apportion", "tracts", "crime"),
        params=(
            Polygons("areas", "Areas with the columns, such as census tracts"),
            Columns("columns", "Columns that are joined", of="areas"),
            Choice("kind", "How values are put together", options=KINDS),
            Column("weigh_by", "Column that weights a mean", of="areas"),
        ),
        second="shares",
        second_title="Areas, and how much of each lies within",
    ),
)
