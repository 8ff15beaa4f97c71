"""Where next: which places will have most of the coming incidents, by what was known before them."""

from .feedback import UrnSimulation, urn_simulation

__all__ = ["UrnSimulation", "urn_simulation"]
