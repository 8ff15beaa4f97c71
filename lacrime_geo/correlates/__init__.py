"""What goes with what: columns of other areas joined, breakdowns of incidents, and components of their categories."""

from __future__ import annotations

from .area_joins import JoinedAreas, join_by_area
from .breakdowns import Breakdown, breakdown

__all__ = ["Breakdown", "JoinedAreas", "breakdown", "join_by_area"]
