"""What goes with what: columns of other areas joined, breakdowns of incidents, and components of their categories."""

from __future__ import annotations

from .area_joins import JoinedAreas, join_by_area
from .breakdowns import Breakdown, breakdown
from .category_maps import CategoryComponents, Loadings, category_components

__all__ = [
    "Breakdown",
    "CategoryComponents",
    "JoinedAreas",
    "Loadings",
    "breakdown",
    "category_components",
    "join_by_area",
]
