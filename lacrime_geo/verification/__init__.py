"""Is the software right, here and now: published answers and promises about chance, tried on this machine."""

from .results_of_checks import Verification
from .verifying import verify

__all__ = ["Verification", "verify"]
