"""A lattice of square cells with counts in them, and the neighbours of its cells as the peers want them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from libpysal.graph import Graph
from points import CRS
from scipy import sparse

from lacrime_geo.counted_cells import CountedCells
from lacrime_geo.grid import Grid
from lacrime_geo.grid_hotspots import grid_columns
from lacrime_geo.inference import PermutationOptions
from lacrime_geo.neighbourhoods import disk
from lacrime_geo.parameters import Parameters

CELL_SIZE = 100.0
QUEEN = 1.5 * CELL_SIZE


def poisson(rows, columns, mean, seed):
    """Return cells with independent Poisson counts, all of them in the study area."""
    grid = Grid(0.0, 0.0, CELL_SIZE, rows, columns, CRS)
    count = np.random.default_rng(seed).poisson(mean, grid.size)
    return CountedCells(grid, np.ones(grid.shape, dtype=bool), np.ones(0, dtype=bool), count)


def gi_star(counted, band, permutations=0):
    """Return z, p, p_adjusted and bin as hotspots() makes them, once it has counted."""
    return grid_columns(counted, band, PermutationOptions(permutations, 0, "fdr"), Parameters())


def graph(rows, columns, reach):
    """Return libpysal's Graph of the cells within a reach (in cells) of each, itself included, by the lattice's regularity."""
    matrix = sum(
        sparse.kron(_shifts(rows, [row.offset]), _shifts(columns, range(row.first, row.last + 1)), format="csr")
        for row in disk(reach)
    )
    return Graph.from_sparse(sparse.csr_array(matrix))


def squares(rows, columns):
    """Return the cells as polygons, in the order of the counts."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    west, south = column * CELL_SIZE, (rows - 1 - row) * CELL_SIZE
    return gpd.GeoDataFrame(geometry=shapely.box(west, south, west + CELL_SIZE, south + CELL_SIZE), crs=CRS)


def _shifts(size, offsets):
    return sparse.diags([np.ones(size - abs(offset)) for offset in offsets], list(offsets), shape=(size, size))
