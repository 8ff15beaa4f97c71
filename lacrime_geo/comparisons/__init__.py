"""Places compared fairly: rates with intervals, funnels that tell what is beyond chance, and how sure a ranking is."""

from .place_funnels import Funnel, funnel
from .place_ranks import RankIntervals, rank_intervals
from .place_rates import Rates, rates

__all__ = ["Funnel", "RankIntervals", "Rates", "funnel", "rank_intervals", "rates"]
