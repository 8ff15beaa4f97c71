"""Data watched from run to run: what was found is kept in a history, and held against what should be."""

from .watched_data import Watch, watch

__all__ = ["Watch", "watch"]
