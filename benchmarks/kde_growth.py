"""How a density grows from one million to ten million incidents, beside reading these from a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from contest import Contestant, Match
from points import CRS
from stored import READING, reading, stored

import lacrime_geo as lg

TITLE = "Kernel density of ten times as many incidents"
BANDWIDTH, CELL_SIZE = 500.0, 100.0


@dataclass(frozen=True)
class Task:
    """The points, and the file that holds them."""

    x: np.ndarray
    y: np.ndarray
    file: Path
    kernel: str
    cells: int | None = None


def prepare(name, kernel, x, y):
    """Write the points as GeoParquet."""
    return Task(x, y, stored(name, x, y), kernel)


def density(task):
    """Return the density on cells of 100 m, from the coordinates in memory."""
    incidents = lg.Incidents(task.x, task.y, crs=CRS)
    return lg.kde(incidents, kernel=task.kernel, bandwidth=BANDWIDTH, cell_size=CELL_SIZE)


def judge(task, surface, points):
    """Tell whether all the incidents are in the density."""
    volume = surface.values.sum() * (CELL_SIZE / 1000) ** 2
    return f"volume / incidents − 1 = {volume / len(points) - 1:.0e}; {surface.grid.size:,} cells"


def _match(name, kernel):
    return Match(
        name=f"{name}: {kernel} {BANDWIDTH:g} m, cells of {CELL_SIZE:g} m",
        points=name,
        prepare=partial(prepare, name, kernel),
        ours=[Contestant("kde()", density)],
        peers=[Contestant(READING, reading)],
        judge=judge,
        slow=name.endswith("10M"),
    )


MATCHES = [
    _match(name, kernel)
    for kernel in ("quartic", "gaussian")
    for name in ("dup", "dup-10M", "distinct", "distinct-10M")
]
