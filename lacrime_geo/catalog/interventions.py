"""Interventions: whether it worked."""

from __future__ import annotations

from ..analysis import Analysis
from ..interventions import Intervention, Plan, intervention, plan_intervention
from ..parameter_groups import WEIGHT
from ..parameter_kinds import Amount, Distance, Moment, Numbers, Polygons, Switch
from ..results import Shapes, Table

GROUP = "Interventions"
LEVEL = Amount("level", "Level of the intervals, %")

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
)
