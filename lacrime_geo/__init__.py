"""Spatial statistics for crime mapping: density, hotspots and clusters of incidents."""

__version__ = "0.1.0"

from .alerting import Alerts, alerts, cusum
from .autocorrelation import gi_star
from .autocorrelation_by_distance import incremental_moran
from .centrography import ellipses
from .change import change_map
from .claims import Claim
from .clusters import Clusters
from .comparisons import Funnel, RankIntervals, Rates, funnel, rank_intervals, rates
from .concentration import concentration
from .contouring import contours
from .correlates import breakdown, category_components, join_by_area
from .data import audit, convert, fetch, lapd_url, one_per_incident, read_incidents, read_lapd
from .delays import lag_safe_end, nowcast, nowcast_counts, reporting_delay
from .density import kde
from .density_clusters import dbscan
from .features import Features, as_features
from .forecasting import (
    AreaForecasts,
    Backtest,
    Counts,
    Forecast,
    Retraining,
    SavedModel,
    backtest,
    backtest_forecasts,
    counts,
    forecast,
    forecast_areas,
    peaks,
    retrain,
)
from .grid import Grid
from .grid_hotspots import Hotspots, hotspots
from .hexagons import HexagonalGrid
from .hotspot_stability import stability
from .incidents import Incidents, as_incidents
from .interventions import (
    DifferenceInDifferences,
    Displacement,
    InterruptedSeries,
    Intervention,
    Plan,
    RateRatio,
    difference_in_differences,
    interrupted_series,
    intervention,
    irr,
    plan_intervention,
    wdd,
)
from .jurisdictions import (
    CrimePanel,
    HighCrime,
    PersistentHigh,
    RateTrends,
    as_panel,
    persistent_high,
    predict_high_crime,
    rate_trends,
    read_ucr,
)
from .map_comparison import Comparison, compare
from .model_card_pages import ModelCard
from .model_keeping import load_model, model_card, save_model
from .moran import local_moran, moran
from .overview import Overview, overview
from .period_comparison import PeriodComparison, compare_periods
from .privacy import SafeLayer, safe_export
from .progress import Cancelled
from .relative_risk import risk_ratio
from .reporting import Report, report
from .results import Cells, Marks, RiskSurface, Shapes, Surface, Table, as_surface
from .risk import (
    Contest,
    FeedbackAudit,
    RiskMap,
    SavedPredictor,
    ScoredMap,
    UrnSimulation,
    contest,
    feedback_audit,
    predict_risk,
    predictor_knows_nothing_later,
    refuse_dependency,
    refuse_late_threshold,
    refuse_leaky_features,
    refuse_random_split,
    refuse_records_change,
    refuse_victims,
    risk_features,
    score_map,
    urn_simulation,
)
from .scale import Scan, scan_incidents
from .scikit_clusters import hdbscan, optics
from .sensitivity import jitter_sensitivity
from .severity import Harm, HarmScale, HarmSensitivity, harm, harm_scale, harm_sensitivity
from .severity_class import SeverityScores, predict_severity, refuse_severity_leaks
from .spacetime import (
    EmergingHotspots,
    EmergingPattern,
    MannKendall,
    NearRepeats,
    SpaceTimeCube,
    emerging_hotspots,
    emerging_pattern,
    mann_kendall,
    near_repeat,
    risk_zones,
    space_time_cube,
    space_time_scan,
)
from .spacetime_clusters import st_dbscan
from .temporal import ChangePoints, Clock, aoristic, change_points, clock, decompose, season, weekday_test
from .two_counts import e_test
from .verification import Verification, verify
from .watching import Watch, watch

__all__ = [
    "Alerts",
    "AreaForecasts",
    "Backtest",
    "Cancelled",
    "Cells",
    "ChangePoints",
    "Claim",
    "Clock",
    "Clusters",
    "Comparison",
    "Contest",
    "Counts",
    "CrimePanel",
    "DifferenceInDifferences",
    "Displacement",
    "EmergingHotspots",
    "EmergingPattern",
    "Features",
    "FeedbackAudit",
    "Forecast",
    "Funnel",
    "Grid",
    "Harm",
    "HarmScale",
    "HarmSensitivity",
    "HexagonalGrid",
    "HighCrime",
    "Hotspots",
    "Incidents",
    "InterruptedSeries",
    "Intervention",
    "MannKendall",
    "Marks",
    "ModelCard",
    "NearRepeats",
    "Overview",
    "PeriodComparison",
    "PersistentHigh",
    "Plan",
    "RankIntervals",
    "RateRatio",
    "RateTrends",
    "Rates",
    "Report",
    "Retraining",
    "RiskMap",
    "RiskSurface",
    "SafeLayer",
    "SavedModel",
    "SavedPredictor",
    "ScoredMap",
    "Scan",
    "SeverityScores",
    "Shapes",
    "SpaceTimeCube",
    "Surface",
    "Table",
    "UrnSimulation",
    "Verification",
    "Watch",
    "__version__",
    "alerts",
    "aoristic",
    "as_features",
    "as_incidents",
    "as_panel",
    "as_surface",
    "audit",
    "backtest",
    "backtest_forecasts",
    "breakdown",
    "category_components",
    "change_map",
    "change_points",
    "clock",
    "compare",
    "compare_periods",
    "concentration",
    "contest",
    "contours",
    "convert",
    "counts",
    "cusum",
    "dbscan",
    "decompose",
    "difference_in_differences",
    "e_test",
    "ellipses",
    "emerging_hotspots",
    "emerging_pattern",
    "feedback_audit",
    "fetch",
    "forecast",
    "forecast_areas",
    "funnel",
    "gi_star",
    "harm",
    "harm_scale",
    "harm_sensitivity",
    "hdbscan",
    "hotspots",
    "incremental_moran",
    "interrupted_series",
    "intervention",
    "irr",
    "jitter_sensitivity",
    "join_by_area",
    "kde",
    "lag_safe_end",
    "lapd_url",
    "load_model",
    "local_moran",
    "mann_kendall",
    "model_card",
    "moran",
    "near_repeat",
    "nowcast",
    "nowcast_counts",
    "one_per_incident",
    "optics",
    "overview",
    "peaks",
    "persistent_high",
    "plan_intervention",
    "predict_high_crime",
    "predict_risk",
    "predict_severity",
    "predictor_knows_nothing_later",
    "rank_intervals",
    "rate_trends",
    "rates",
    "read_incidents",
    "read_lapd",
    "read_ucr",
    "refuse_dependency",
    "refuse_late_threshold",
    "refuse_leaky_features",
    "refuse_random_split",
    "refuse_records_change",
    "refuse_severity_leaks",
    "refuse_victims",
    "report",
    "reporting_delay",
    "retrain",
    "risk_features",
    "risk_ratio",
    "risk_zones",
    "safe_export",
    "save_model",
    "scan_incidents",
    "score_map",
    "season",
    "space_time_cube",
    "space_time_scan",
    "st_dbscan",
    "stability",
    "urn_simulation",
    "verify",
    "watch",
    "wdd",
    "weekday_test",
]
