"""Where next: which places will have most of the coming incidents, by what was known before them."""

from .contesting import Contest, ScoredMap, contest, score_map
from .feedback import FeedbackAudit, UrnSimulation, feedback_audit, urn_simulation
from .guards import (
    refuse_dependency,
    refuse_late_threshold,
    refuse_leaky_features,
    refuse_random_split,
    refuse_records_change,
    refuse_victims,
)
from .learning.place_features import risk_features
from .mapping import RiskMap, predict_risk
from .predicting.later_knowledge import predictor_knows_nothing_later
from .saving.saved_predictors import SavedPredictor

__all__ = [
    "Contest",
    "FeedbackAudit",
    "RiskMap",
    "SavedPredictor",
    "ScoredMap",
    "UrnSimulation",
    "contest",
    "feedback_audit",
    "predict_risk",
    "predictor_knows_nothing_later",
    "refuse_dependency",
    "refuse_late_threshold",
    "refuse_leaky_features",
    "refuse_random_split",
    "refuse_records_change",
    "refuse_victims",
    "risk_features",
    "score_map",
    "urn_simulation",
]
