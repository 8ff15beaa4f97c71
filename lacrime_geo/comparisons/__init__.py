"""Places compared fairly: rates with intervals, funnels that tell what is beyond chance, and how sure a ranking is."""

from .place_rates import Rates, rates

__all__ = ["Rates", "rates"]
