"""Places compared fairly: rates with intervals, funnels that tell what is beyond chance, and how sure a ranking is."""

from .place_funnels import Funnel, funnel
from .place_rates import Rates, rates

__all__ = ["Funnel", "Rates", "funnel", "rates"]
