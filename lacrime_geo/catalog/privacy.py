"""What may leave the house."""

from __future__ import annotations

from ..analysis import Analysis
from ..parameter_kinds import (
    Amount,
    Choice,
    Column,
    Columns,
    Distance,
    Points,
    Switch,
)
from ..privacy.masking import MASKS
from ..privacy.safe_layers import SafeLayer, safe_export
from ..results import Table

ANALYSES = (
    Analysis(
        run=safe_export,
        title="Layer that may leave: small counts withheld, points coarsened or masked",
        group="Privacy",
        result=SafeLayer,
        tags=(
            "privacy",
            "k-anonymity",
            "suppression",
            "small counts",
            "geomasking",
            "donut",
            "disclosure control",
            "crime",
        ),
        params=(
            Column("value", "Count column (of areas)"),
            Amount("k", "Smallest count shown, fewest points alike (k)", whole=True),
            Columns("columns", "Columns that leave"),
            Column("totals_by", "Column of groups whose totals are published (of areas)", holds="text"),
            Switch("suppress_zeros", "Withhold counts of 0 as well (of areas)"),
            Choice("mask", "Mask (of points)", options=MASKS),
            Distance("min_radius", "Inner radius of the ring"),
            Distance("max_radius", "Outer radius of the ring"),
            Points("population", "Population, or addresses"),
            Column("population_weight", "Number of people at each point of the population", of="population"),
        ),
        second="report",
        second_title="Report of the safe export",
        second_result=Table,
    ),
)
