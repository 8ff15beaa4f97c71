"""What a benchmark is: contestants that do the same work on the same points, and a judge of their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Callable


@dataclass(frozen=True)
class Contestant:
    """One way to do the work; `run` is what the clock and the memory gauge see."""

    name: str
    run: Callable[[Any], Any]


@dataclass(frozen=True)
class Match:
    """Ours against peers on one task.

    `points` names the array of points; `prepare(x, y)` makes what `run` is given, outside of the clock;
    `judge(given, ours, peer)` puts their agreement, or each one's error, in words. `cells` is a property of `given`.
    """

    name: str
    points: str
    prepare: Callable[[Any, Any], Any]
    ours: Sequence[Contestant]
    peers: Sequence[Contestant]
    judge: Callable[[Any, Any, Any], str]
    slow: bool = False

    @property
    def contestants(self) -> list[Contestant]:
        """Ours, then the peers."""
        return [*self.ours, *self.peers]


def versions(*packages: str) -> str:
    """Return names and versions: "esda 2.9.0, libpysal 4.14.1"."""
    return ", ".join(f"{package} {version(package)}" for package in packages)
