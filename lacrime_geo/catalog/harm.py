"""Harm, and what weighs it."""

from __future__ import annotations

from ..analysis import Analysis
from ..parameter_groups import BOUNDARY, SHAPE
from ..parameter_kinds import Amount, Column, Distance, Words
from ..results import Cells, Table
from ..severity import Harm, HarmSensitivity, harm, harm_sensitivity

# Of categories the layer's own are taken, under whatever name.
KEYS = Column("column", "Column of the scale's keys", holds="text", usual=("crime_code", "nibrs_code"))

ANALYSES = (
    Analysis(
        run=harm,
        title="Harm of incidents: a weight each",
        group="Harm",
        result=Harm,
        tags=("harm", "severity", "crime harm index", "weight", "Part 1", "serious", "crime"),
        params=(Words("scale", "Scale: a name, or the path of a CSV"), KEYS),
        second="codes",
        second_title="Weights by code",
        second_result=Table,
    ),
    Analysis(
        run=harm_sensitivity,
        title="Harm against counts: do the same cells stand on top",
        group="Harm",
        result=HarmSensitivity,
        tags=("harm", "severity", "sensitivity", "ranking", "hotspots", "bootstrap", "weight", "crime"),
        params=(
            Words("scales", "Scales: names, or paths of CSVs, with commas between"),
            KEYS,
            Distance("cell_size", "Cell size"),
            BOUNDARY,
            SHAPE,
            Amount("budget", "Share of the cells that are the top ones"),
            Amount("resamples", "How often incidents are drawn again", whole=True, minimum=19),
        ),
        second="cells",
        second_title="Cells by harm",
        second_result=Cells,
    ),
)
