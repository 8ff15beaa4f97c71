"""Data watched from run to run: what was found is kept in a history, and held against what should be."""

from .watch_results import Watch
from .watched_data import watch

__all__ = ["Watch", "watch"]
