"""What may leave the house: small counts withheld, points coarsened or masked."""

from .safe_layers import SafeLayer, safe_export

__all__ = ["SafeLayer", "safe_export"]
