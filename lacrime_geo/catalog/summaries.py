"""What runs several analyses: their results land in one folder, with a page that says in words what they show."""

from __future__ import annotations

from ..analysis import Analysis
from ..overview import Overview, overview
from ..parameter_groups import (
    BOUNDARY,
    PERIODS,
)
from ..parameter_kinds import (
    Distance,
)
from ..period_comparison import PeriodComparison, compare_periods

SUMMARIES = (
    Analysis(
        run=overview,
        title="Overview of incidents",
        group="Summaries",
        result=Overview,
        tags=("overview", "report", "one click", "heat map", "hot spot", "cluster", "concentration", "crime"),
        reports=True,
        params=(BOUNDARY,),
    ),
    Analysis(
        run=compare_periods,
        title="Comparison of two periods",
        group="Summaries",
        result=PeriodComparison,
        tags=("compare", "before and after", "change", "side by side", "heat map", "crime"),
        reports=True,
        params=(
            *PERIODS,
            Distance("bandwidth", "Bandwidth of the densities"),
            Distance("cell_size", "Cell size of the change"),
            BOUNDARY,
        ),
    ),
)
