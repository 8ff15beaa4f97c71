"""What runs several analyses: their results land in one folder, with a page that says in words what they show."""

from __future__ import annotations

from ..analysis import Analysis
from ..data.quality.records import AREAS
from ..overview import Overview, overview
from ..parameter_groups import (
    BOUNDARY,
    PERIODS,
)
from ..parameter_kinds import Amount, Column, Distance, Polygons, Words
from ..period_comparison import PeriodComparison, compare_periods
from ..reporting import Report, report

# Columns that a report looks for: names of areas, and keys of the scales of harm.
LOOKED_FOR = (*AREAS, "crime_code", "nibrs_code")

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
    Analysis(
        run=report,
        title="Report on incidents",
        group="Summaries",
        result=Report,
        tags=("report", "web page", "interactive map", "dashboard", "claims", "hot spot", "forecast", "crime"),
        reports=True,
        intervals=True,
        params=(
            Words("sections", "Sections, with commas between"),
            BOUNDARY,
            Polygons("areas", "Areas that are watched"),
            Column("by", "Column that tells areas apart, in place of polygons", holds="text", usual=LOOKED_FOR),
            Words("scale", "Scale of harm: a name, or the path of a CSV"),
            Amount("horizon", "Steps ahead that are forecast", whole=True),
        ),
    ),
)
