"""A map of risk: what is expected, how sure that is, why, and what a budget of places has caught before."""

from .risk_maps import RiskMap, predict_risk

__all__ = ["RiskMap", "predict_risk"]
