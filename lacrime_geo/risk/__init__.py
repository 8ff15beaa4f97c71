"""Where next: which places will have most of the coming incidents, by what was known before them."""

from .feedback import UrnSimulation, urn_simulation
from .mapping import RiskMap, predict_risk

__all__ = ["RiskMap", "UrnSimulation", "predict_risk", "urn_simulation"]
