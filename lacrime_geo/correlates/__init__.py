"""What goes with what: columns of other areas joined, breakdowns of incidents, and components of their categories."""

from __future__ import annotations

from .area_joins import JoinedAreas, join_by_area

__all__ = ["JoinedAreas", "join_by_area"]
