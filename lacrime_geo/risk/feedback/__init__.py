"""Feedback loops: how much of a prediction rests on where the police have looked, and what becomes of it when they follow it."""

from .urn_simulation import UrnSimulation, urn_simulation

__all__ = ["UrnSimulation", "urn_simulation"]
