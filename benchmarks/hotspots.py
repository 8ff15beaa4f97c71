"""Gi* on a grid of counts, against libpysal's Graph and esda's G_Local."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import lattice
import numpy as np
from contest import Contestant, Match, versions
from esda.getisord import G_Local
from libpysal.graph import Graph
from points import CORNER, CRS, EXTENT

import lacrime_geo as lg
from lacrime_geo.counted_cells import CountedCells
from lacrime_geo.geometry import rectangles_wkb
from lacrime_geo.grid_hotspots import grid_z
from lacrime_geo.significance import two_sided

TITLE = "Hotspots (Gi*)"
CELL_SIZE = 100.0
QUEEN = 1.5 * CELL_SIZE
CLOSE = 1e-12


@dataclass(frozen=True)
class Task:
    """The points, the study area with its grid, and the counts of its cells."""

    x: np.ndarray
    y: np.ndarray
    band: float
    area: lg.Features
    counted: CountedCells

    @property
    def cells(self):
        """The number of cells in the study area."""
        return self.counted.count.size


def prepare(band, x, y):
    """Count the points in the cells of the study area: 700 columns, 500 rows."""
    corner = [np.array([value]) for value in CORNER]
    area = lg.Features(list(rectangles_wkb(*corner, *EXTENT)), CRS)
    return Task(x, y, band, area, CountedCells.of(lg.Incidents(x, y, crs=CRS), area, CELL_SIZE, band))


def from_points(task):
    """Return z by the public function, which also gives p, the corrected p and the confidence bins."""
    incidents = lg.Incidents(task.x, task.y, crs=CRS)
    cells = lg.hotspots(incidents, cell_size=CELL_SIZE, distance_band=task.band, boundary=task.area)
    return cells["z"]


def from_counts(task):
    """Return z from the counts: the part of hotspots() that the peers do, with p, corrected p and bins on top."""
    return lattice.gi_star(task.counted, task.band)["z"]


def z_from_counts(task):
    """Return z and the normal p from the counts: just what the peers do."""
    z, _ = grid_z(task.counted, task.band)
    return z, two_sided(z)


def pysal_builder(task):
    """Return z with the neighbours found by libpysal among the cells' centres."""
    centres = np.column_stack(task.counted.grid.centres(task.counted.cell))
    return _esda(task, Graph.build_distance_band(centres, task.band * (1 + 1e-12)))


def pysal_matrix(task):
    """Return z with the neighbours, self included, given to libpysal as a matrix made from the grid's regularity."""
    rows, columns = int(EXTENT[1] / CELL_SIZE), int(EXTENT[0] / CELL_SIZE)
    return _esda(task, lattice.graph(rows, columns, task.band / CELL_SIZE))


def judge(task, ours, peer):
    """Return the largest difference of z, and how many differ by more than 1e-12 of z, or by 1e-12 where |z| < 1."""
    apart = np.abs(ours - peer)
    beyond = int((apart > CLOSE * np.maximum(np.abs(peer), 1)).sum())
    agreed = f"{beyond:,} cells beyond" if beyond else "all within"
    return f"largest difference of z {apart.max():.0e}; {agreed} {CLOSE:g} (relative, absolute where abs z < 1)"


def _esda(task, graph):
    return G_Local(task.counted.count.astype(float), graph, transform="B", star=True, permutations=0).Zs


Z_ALONE = Contestant("from the counts, z and normal p alone", lambda task: z_from_counts(task)[0])


def _match(name, band, slow=False):
    packages = versions("libpysal", "esda")
    return Match(
        name=name,
        points="dup",
        prepare=partial(prepare, band),
        ours=[
            Contestant("hotspots() from the points", from_points),
            Contestant("from the counts", from_counts),
            Z_ALONE,
        ],
        peers=[
            Contestant(f"{packages}: Graph.from_sparse, G_Local", pysal_matrix),
            Contestant(f"{packages}: Graph.build_distance_band, G_Local", pysal_builder),
        ],
        judge=judge,
        slow=slow,
    )


MATCHES = [_match("queen", QUEEN), _match("band of 500 m", 500.0, slow=True)]
