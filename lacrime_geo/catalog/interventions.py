"""Interventions: whether it worked."""

from __future__ import annotations

from ..analysis import Analysis
from ..interventions import (
    DifferenceInDifferences,
    InterruptedSeries,
    Intervention,
    Plan,
    difference_in_differences,
    interrupted_series,
    intervention,
    plan_intervention,
)
from ..interventions.step_counts import STEPS
from ..parameter_groups import LEVEL, WEIGHT
from ..parameter_kinds import Amount, Choice, Distance, Moment, Numbers, Polygons, Switch
from ..results import Shapes, Table

GROUP = "Interventions"

ANALYSES: tuple[Analysis, ...] = (
    Analysis(
        run=intervention,
        title="Whether an intervention worked",
        group=GROUP,
        result=Intervention,
        tags=("WDD", "evaluation", "displacement", "treatment", "control", "before and after", "policing", "crime"),
        params=(
            Polygons("treated", "Treated area"),
            Polygons("control", "Control area"),
            Moment("start", "First day of the intervention"),
            Moment("end", "First day after it"),
            Amount("before", "Days before that are compared", whole=True),
            Distance("displacement", "Distance around the areas in which moved crime is looked for"),
            Amount("washout", "Days from the start on that are left out", whole=True, minimum=0),
            Switch("per_area", "Divide incidents by the sizes of the areas"),
            WEIGHT,
            LEVEL,
        ),
        second="areas",
        second_title="Areas of the intervention",
        second_result=Shapes,
        reports=True,
    ),
    Analysis(
        run=plan_intervention,
        title="What a trial could tell (power)",
        group=GROUP,
        result=Plan,
        tags=("power", "sample size", "minimum detectable effect", "evaluation", "treatment", "control", "crime"),
        params=(
            Polygons("treated", "Area that shall be treated"),
            Polygons("control", "Control area"),
            Amount("days", "Last days that are counted", whole=True),
            Numbers("lengths", "Days after the start"),
            Numbers("falls", "Falls of the treated rate, %"),
            Amount("power", "Share of trials that shall tell the smallest fall, %"),
            LEVEL,
        ),
        second="detectable",
        second_title="Smallest falls that are told",
        second_result=Table,
        reports=True,
    ),
    Analysis(
        run=interrupted_series,
        title="Interrupted series: a change of level or slope",
        group=GROUP,
        result=InterruptedSeries,
        tags=(
            "ITS",
            "segmented regression",
            "evaluation",
            "time series",
            "counterfactual",
            "before and after",
            "crime",
        ),
        params=(
            Moment("start", "First day after the change"),
            Moment("end", "First day after the series"),
            Choice("step", "Days, weeks or months", options=tuple(STEPS)),
            Polygons("treated", "Area (empty: all incidents)"),
            Polygons("control", "Control area"),
            LEVEL,
        ),
        second="series",
        second_title="Series, and what was expected",
        second_result=Table,
        reports=True,
    ),
    Analysis(
        run=difference_in_differences,
        title="Difference in differences of several areas",
        group=GROUP,
        result=DifferenceInDifferences,
        tags=("DiD", "event study", "evaluation", "panel", "treatment", "control", "clustered errors", "crime"),
        params=(
            Polygons("treated", "Treated areas"),
            Polygons("control", "Control areas"),
            Moment("start", "First day of the intervention"),
            Moment("end", "First day after it"),
            Amount("time_step", "Days of a step", whole=True),
            LEVEL,
        ),
        second="event_study",
        second_title="Ratios step by step",
        second_result=Table,
        reports=True,
    ),
)
