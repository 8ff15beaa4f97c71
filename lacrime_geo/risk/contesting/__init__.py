"""One contest for every map: predictors and maps of the user's own held against what came after them."""

from .contest_results import Contest
from .contests import contest
from .map_scores import ScoredMap
from .map_scoring import score_map

__all__ = ["Contest", "ScoredMap", "contest", "score_map"]
