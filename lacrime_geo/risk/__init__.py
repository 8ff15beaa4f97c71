"""Where next: which places will have most of the coming incidents, by what was known before them."""

from .contesting import Contest, ScoredMap, contest, score_map
from .feedback import FeedbackAudit, UrnSimulation, feedback_audit, urn_simulation
from .learning.place_features import risk_features
from .mapping import RiskMap, predict_risk

__all__ = [
    "Contest",
    "FeedbackAudit",
    "RiskMap",
    "ScoredMap",
    "UrnSimulation",
    "contest",
    "feedback_audit",
    "predict_risk",
    "risk_features",
    "score_map",
    "urn_simulation",
]
