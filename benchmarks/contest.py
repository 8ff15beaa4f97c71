"""What a benchmark is: contestants that do the same work on the same data, and a judge of their answers."""

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
class Clocked:
    """An answer with the seconds it took; another program, which has measured these itself, gives its megabytes too."""

    answer: Any
    seconds: float
    megabytes: float | None = None


@dataclass(frozen=True)
class Match:
    """Ours against peers on one task; without a peer the table shows ours alone.

    `points` names the array of points, None where the task draws its own data; `prepare(x, y)`, or `prepare()`, makes what
    `run` is given, outside of the clock; `judge(given, ours, peer)` puts their agreement, or each one's error, in words.
    `given.x` has one value per point or feature, `given.cells` is the number of cells or None. Matches of one `series` differ
    in the number of points: below the table it is said how time and memory of ours grow with it.
    """

    name: str
    points: str | None
    prepare: Callable[..., Any]
    ours: Sequence[Contestant]
    peers: Sequence[Contestant]
    judge: Callable[[Any, Any, Any], str]
    slow: bool = False
    series: str | None = None

    @property
    def contestants(self) -> list[Contestant]:
        """Ours, then the peers."""
        return [*self.ours, *self.peers]


def versions(*packages: str) -> str:
    """Return names and versions: "esda 2.9.0, libpysal 4.14.1"."""
    return ", ".join(f"{package} {version(package)}" for package in packages)
