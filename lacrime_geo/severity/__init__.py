"""Severity: what incidents weigh by the harm they do, and how far that changes a map."""

from .harm_scales import HarmScale, harm_scale
from .harm_sensitivities import HarmSensitivity, harm_sensitivity
from .weighed_incidents import Harm, harm

__all__ = ["Harm", "HarmScale", "HarmSensitivity", "harm", "harm_scale", "harm_sensitivity"]
