"""Which findings stand when the places of incidents are moved within what is not known of them."""

from .location_sensitivity import jitter_sensitivity

__all__ = ["jitter_sensitivity"]
