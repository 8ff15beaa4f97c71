"""What is to come: forecasts of counts, with intervals, beside those that need no model."""

from .area_forecasts import AreaForecasts, backtest_forecasts, forecast_areas
from .backtesting import Backtest, backtest
from .count_tables import Counts, counts
from .forecasts import Forecast, forecast
from .high_times import peaks
from .leak_guards import refuse_leaks, refuse_random_split, require_no_leak
from .model_cards import model_card
from .retraining import Retraining, retrain
from .saved_models import SavedModel, load_model

__all__ = [
    "AreaForecasts",
    "Backtest",
    "Counts",
    "Forecast",
    "Retraining",
    "SavedModel",
    "backtest",
    "backtest_forecasts",
    "counts",
    "forecast",
    "forecast_areas",
    "load_model",
    "model_card",
    "peaks",
    "refuse_leaks",
    "refuse_random_split",
    "require_no_leak",
    "retrain",
]
