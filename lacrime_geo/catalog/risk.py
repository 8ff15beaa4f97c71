"""Where next: places by their risk, and what maps of risk are worth."""

from __future__ import annotations

from ..analysis import Analysis
from ..parameter_groups import BOUNDARY, SHAPE
from ..parameter_kinds import Amount, Choice, Distance, Moment, Polygons, Words
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
            Words("category", "Category that is predicted, by all crime"),
            Choice("model", "Model", options=tuple(PREDICTORS)),
            Amount("horizon", "Days ahead", whole=True),
            Moment("origin", "First day predicted (empty: the day after the last incident)"),
            Amount("gap", "Days before it of which nothing is known", whole=True, minimum=0),
            Polygons("units", "Districts, in place of cells"),
            Distance("cell_size", "Cell size"),
            BOUNDARY,
            SHAPE,
            Amount("budget", "Share of the area that can be attended to"),
        ),
        reports=True,
    ),
)
