"""One contest for every map: predictors and maps of the user's own held against what came after them."""

from .contest_results import Contest
from .contests import contest

__all__ = ["Contest", "contest"]
