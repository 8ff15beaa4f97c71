"""Feedback loops: how much of a prediction rests on where the police have looked, and what becomes of it when they follow it."""

from .audits import FeedbackAudit, feedback_audit
from .urn_simulation import UrnSimulation, urn_simulation

__all__ = ["FeedbackAudit", "UrnSimulation", "feedback_audit", "urn_simulation"]
