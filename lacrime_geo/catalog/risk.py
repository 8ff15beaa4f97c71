"""Where next: places by their risk, and what maps of risk are worth."""

from __future__ import annotations

from ..analysis import Analysis
from ..parameter_groups import BOUNDARY, SHAPE
from ..parameter_kinds import Amount, Choice, Column, Distance, Moment, Numbers, Points, Polygons, Switch, Words
from ..results import Marks, Table
from ..risk.contesting import Contest, ScoredMap, contest, score_map
from ..risk.feedback import FeedbackAudit, feedback_audit
from ..risk.feedback.discovered_incidents import CODE_COLUMNS, CRIME_COLUMN
from ..risk.mapping.risk_maps import RiskMap, predict_risk
from ..risk.predicting.predictor_names import PREDICTORS

ANALYSES = (
    Analysis(
        run=predict_risk,
        title="Risk of places: where next",
        group="Where next",
        result=RiskMap,
        tags=("risk", "prediction", "hotspots", "predictive", "probability", "patrol", "near repeat", "crime"),
        params=(
            Words("category", "Category that is predicted, from incidents of all categories"),
            Choice("model", "Model", options=tuple(PREDICTORS)),
            Amount("horizon", "Days ahead", whole=True),
            Moment("origin", "First day predicted"),
            Polygons("units", "Districts, in place of cells"),
            Distance("cell_size", "Cell size"),
            BOUNDARY,
            SHAPE,
            Amount("budget", "Share of the area that can be attended to"),
            Points("places", "Places whose distance tells of risk (for models that learn)"),
        ),
        reports=True,
    ),
    Analysis(
        run=contest,
        title="Contest of predictors: which map would have been right",
        group="Where next",
        result=Contest,
        tags=("PAI", "hit rate", "evaluation", "prediction", "hotspots", "baseline", "backtest", "crime"),
        params=(
            Words("category", "Category that is predicted, from incidents of all categories"),
            Words("predictors", "Predictors, or paths of maps, with commas between"),
            Amount("horizon", "Days ahead", whole=True),
            Words("origins", "Past origins: how many, or their dates with commas between"),
            Amount("gap", "Days before an origin of which nothing is known", whole=True, minimum=0),
            Numbers("shares", "Shares of the area"),
            Polygons("units", "Districts, in place of cells"),
            Distance("cell_size", "Cell size"),
            BOUNDARY,
        ),
        second="curves",
        second_title="Hit rates by area",
        second_result=Table,
        reports=True,
    ),
    Analysis(
        run=score_map,
        title="Score of a map: what it caught of later incidents",
        group="Where next",
        result=ScoredMap,
        tags=("PAI", "hit rate", "evaluation", "prediction", "hotspots", "validation", "crime"),
        params=(
            Points("incidents", "Later incidents"),
            Column("value", "Column that ranks the places"),
            Moment("later_since", "First day of the later incidents"),
            Moment("later_until", "End of the later incidents (exclusive)"),
            Words("category", "Category of the later incidents"),
            Numbers("shares", "Shares of the area"),
            Amount("budget", "Share of the area that is outlined"),
            Switch("per_area", "Rank by the value over the area (numbers of incidents)"),
        ),
        second="caught",
        second_title="Places with what came",
        second_result=Marks,
        rasters=True,
    ),
    Analysis(
        run=feedback_audit,
        title="Audit of feedback: what of a prediction rests on where police look",
        group="Where next",
        result=FeedbackAudit,
        tags=("feedback loop", "bias", "fairness", "audit", "discovered", "predictive policing", "patrol", "crime"),
        params=(
            Column("codes", "Column of crime codes (numbers)", usual=(*CODE_COLUMNS, CRIME_COLUMN)),
            Words("discovered", "Categories that police discover, with commas between, in place of codes"),
            Words("category", "Category that is predicted, from incidents of all categories"),
            Choice("model", "Model", options=tuple(PREDICTORS)),
            Amount("horizon", "Days ahead", whole=True),
            Moment("origin", "First day predicted"),
            Polygons("units", "Districts, in place of cells"),
            Distance("cell_size", "Cell size"),
            BOUNDARY,
            Amount("budget", "Share of the area that can be attended to"),
        ),
        second="offences",
        second_title="Offences, discovered or reported",
        second_result=Table,
        reports=True,
    ),
)
