"""Gi* on a grid of counts, against libpysal's Graph and esda's G_Local."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from contest import Contestant, Match, versions
from esda.getisord import G_Local
from libpysal.graph import Graph
from points import CORNER, CRS, EXTENT
from scipy import sparse

import lacrime_geo as lg
from lacrime_geo.counted_cells import CountedCells
from lacrime_geo.geometry import rectangles_wkb
from lacrime_geo.grid_hotspots import grid_columns
from lacrime_geo.inference import Permutation
from lacrime_geo.neighbourhoods import disk
from lacrime_geo.parameters import Parameters

TITLE = "Hotspots (Gi*)"
CELL_SIZE = 100.0
QUEEN = 1.5 * CELL_SIZE


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
    return grid_columns(task.counted, task.band, Permutation(0, 0, "fdr"), Parameters())["z"]


def pysal_builder(task):
    """Return z with the neighbours found by libpysal among the cells' centres."""
    centres = np.column_stack(task.counted.grid.centres(task.counted.cell))
    return _esda(task, Graph.build_distance_band(centres, task.band * (1 + 1e-12)))


def pysal_matrix(task):
    """Return z with the neighbours, self included, given to libpysal as a matrix made from the grid's regularity."""
    rows, columns = int(EXTENT[1] / CELL_SIZE), int(EXTENT[0] / CELL_SIZE)
    matrix = sum(
        sparse.kron(_shifts(rows, [reach.offset]), _shifts(columns, range(reach.first, reach.last + 1)), format="csr")
        for reach in disk(task.band / CELL_SIZE)
    )
    return _esda(task, Graph.from_sparse(sparse.csr_array(matrix)))


def judge(task, ours, peer):
    """Return the largest difference of z."""
    return f"largest difference of z {np.abs(ours - peer).max():.0e}"


def _esda(task, graph):
    return G_Local(task.counted.count.astype(float), graph, transform="B", star=True, permutations=0).Zs


def _shifts(size, offsets):
    return sparse.diags([np.ones(size - abs(offset)) for offset in offsets], list(offsets), shape=(size, size))


def _match(name, band, slow=False):
    packages = versions("libpysal", "esda")
    return Match(
        name=name,
        points="dup",
        prepare=partial(prepare, band),
        ours=[Contestant("hotspots() from the points", from_points), Contestant("from the counts", from_counts)],
        peers=[
            Contestant(f"{packages}: Graph.from_sparse, G_Local", pysal_matrix),
            Contestant(f"{packages}: Graph.build_distance_band, G_Local", pysal_builder),
        ],
        judge=judge,
        slow=slow,
    )


MATCHES = [_match("queen", QUEEN), _match("band of 500 m", 500.0, slow=True)]
