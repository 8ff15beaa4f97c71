"""Harm, and what weighs it."""

from __future__ import annotations

from ..analysis import Analysis
from ..parameter_groups import BOUNDARY, SHAPE
from ..parameter_kinds import Amount, Column, Columns, Distance, Moment, Numbers, Words
from ..results import Cells, Marks, Table
from ..severity import Harm, HarmSensitivity, harm, harm_sensitivity
from ..severity_class import SeverityScores, predict_severity
from ..severity_class.report_columns import LOOKED_FOR

# Of categories the layer's own are taken, under whatever name.
KEYS = Column("key_column", "Column of the scale's keys", holds="text", usual=("crime_code", "nibrs_code"))

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
    Analysis(
        run=predict_severity,
        title="Severity class: what is known when the report is made",
        group="Harm",
        result=SeverityScores,
        tags=(
            "severity",
            "prediction",
            "classification",
            "Part 1",
            "calibration",
            "machine learning",
            "premise",
            "crime",
        ),
        params=(
            Words("scale", "Scale: a name, or the path of a CSV"),
            Column("key_column", "Column of the scale's keys", holds="text", usual=(*KEYS.usual, *LOOKED_FOR)),
            Columns("columns", "Columns that are known when the report is made"),
            Moment("test_since", "First day that is scored"),
            Words("models", "Predictors, with commas between"),
            Numbers("cuts", "Weights at which a class begins"),
        ),
        second="classes",
        second_title="Incidents by the probability of the gravest class",
        second_result=Marks,
        reports=True,
    ),
)
