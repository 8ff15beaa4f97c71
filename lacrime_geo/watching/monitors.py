"""What is held against what it should be in each run, and what a monitor says."""

from __future__ import annotations

from typing import NamedTuple

FINE, DISTRUST, UNKNOWN = "fine", "distrust", "not known"
# How often chance alone may pass a limit that is a p, at one look.
CHANCE = 0.001


class Monitor(NamedTuple):
    """Hold one of the things that are watched: its value, its limit in words, the verdict and a sentence."""

    name: str
    value: float | None
    limit: str
    verdict: str
    sentence: str

    @classmethod
    def unknown(cls, name: str, limit: str, why: str) -> Monitor:
        """Return a monitor that cannot be told yet."""
        return cls(name, None, limit, UNKNOWN, f"{why}.")

    @classmethod
    def told(cls, name: str, value: float, limit: str, bad: bool, sentence: str) -> Monitor:
        """Return a monitor whose value is known."""
        return cls(name, value, limit, DISTRUST if bad else FINE, f"{sentence}.")
