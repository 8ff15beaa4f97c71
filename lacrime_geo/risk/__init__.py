"""Where next: which places will have most of the coming incidents, by what was known before them."""

from .feedback import FeedbackAudit, UrnSimulation, feedback_audit, urn_simulation
from .learning.place_features import risk_features
from .mapping import RiskMap, predict_risk

__all__ = [
    "FeedbackAudit",
    "RiskMap",
    "UrnSimulation",
    "feedback_audit",
    "predict_risk",
    "risk_features",
    "urn_simulation",
]
