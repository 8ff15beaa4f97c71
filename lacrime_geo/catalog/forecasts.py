"""Forecasts, and what they are worth."""

from __future__ import annotations

from ..analysis import Analysis
from ..forecasting.area_forecasts import STEPS, AreaForecasts, backtest_forecasts, forecast_areas
from ..forecasting.backtesting import Backtest
from ..forecasting.break_guards import IGNORE, RAISE
from ..forecasting.model_names import MODELS
from ..parameter_groups import AS_OF, WEIGHT
from ..parameter_kinds import Amount, Choice, Column, Parameter, Polygons, Words

OF_AREAS: tuple[Parameter, ...] = (
    Polygons("areas", "Areas to forecast"),
    Column("by", "Column that tells areas apart, in place of polygons", holds="text"),
    Choice("step", "Days, weeks or months", options=STEPS),
    Amount("horizon", "Steps ahead", whole=True),
    AS_OF,
    WEIGHT,
    Choice("breaks", "A change of the records system within the counts and their forecast", options=(RAISE, IGNORE)),
)

ANALYSES = (
    Analysis(
        run=forecast_areas,
        title="Forecast of incidents by area",
        group="Forecasts",
        result=AreaForecasts,
        tags=("forecast", "prediction", "time series", "ETS", "SARIMA", "Prophet", "next month", "harm", "crime"),
        params=(*OF_AREAS, Choice("model", "Model", options=tuple(MODELS))),
        reports=True,
    ),
    Analysis(
        run=backtest_forecasts,
        title="Backtest of forecasts: which model would have been right",
        group="Forecasts",
        result=Backtest,
        tags=(
            "backtest",
            "forecast",
            "evaluation",
            "MASE",
            "baseline",
            "rolling origin",
            "cross-validation",
            "harm",
            "crime",
        ),
        params=(
            *OF_AREAS,
            Words("models", "Models, with commas between"),
            Amount("origins", "Past origins", whole=True, minimum=8),
            Amount("gap", "Steps not known at an origin", whole=True, minimum=0),
        ),
        reports=True,
    ),
)
