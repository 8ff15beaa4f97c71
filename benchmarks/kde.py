"""Kernel density of the incidents on one lattice, against KDEpy's FFTKDE and, on few cells, scikit-learn's KernelDensity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from contest import Contestant, Match, versions
from KDEpy import FFTKDE
from points import CRS, SEED, unique
from sklearn.neighbors import KernelDensity

import lacrime_geo as lg
from lacrime_geo.density import SQUARE_METRES_PER_KM2
from lacrime_geo.kernels import KERNELS

TITLE = "Kernel density"
BANDWIDTH = 500.0
SAMPLED, AT_ONCE = 3_000, 50
# KDEpy's bandwidth is the standard deviation of the kernel along one axis of its one-dimensional form.
PEER_KERNELS = {"gaussian": ("gaussian", 1.0), "quartic": ("biweight", 1 / np.sqrt(7))}


@dataclass(frozen=True)
class Task:
    """The points, and the lattice of cell centres on which both give the density."""

    x: np.ndarray
    y: np.ndarray
    kernel: str
    grid: lg.Grid
    lattice: np.ndarray  # (cells, 2) in bandwidths, easting first, ascending, as KDEpy wants it

    @property
    def cells(self):
        """The number of cells."""
        return self.grid.size


def prepare(kernel, cell_size, x, y):
    """Lay the grid that kde() lays."""
    padding = KERNELS[kernel].padding * BANDWIDTH
    grid = lg.Grid.over((x.min(), y.min(), x.max(), y.max()), cell_size, CRS, padding)
    column = (grid.west + (np.arange(grid.columns) + 0.5) * cell_size) / BANDWIDTH
    row = (grid.south + (np.arange(grid.rows) + 0.5) * cell_size) / BANDWIDTH
    lattice = np.stack(np.meshgrid(column, row, indexing="ij"), axis=-1).reshape(-1, 2)
    return Task(x, y, kernel, grid, lattice)


def ours(task):
    """Return the density per km² (rows, columns)."""
    incidents = lg.Incidents(task.x, task.y, crs=CRS)
    return lg.kde(incidents, kernel=task.kernel, bandwidth=BANDWIDTH, cell_size=task.grid.cell_size).values


def kdepy(task):
    """Return the density of one incident per squared bandwidth, in the order of the lattice."""
    # KDEpy ends its gaussian where the one-dimensional density falls below 1e-4: in metres at two bandwidths, here at four.
    name, bandwidth = PEER_KERNELS[task.kernel]
    scaled = np.column_stack([task.x, task.y]) / BANDWIDTH
    return FFTKDE(kernel=name, bw=bandwidth).fit(scaled).evaluate(task.lattice)


def scikit_learn(task):
    """Return the density of one incident per squared bandwidth, in the order of the lattice, from the unique places."""
    places, _, count = unique(task.x, task.y)
    estimate = KernelDensity(kernel="gaussian", bandwidth=1.0).fit(places / BANDWIDTH, sample_weight=count)
    return np.exp(estimate.score_samples(task.lattice))


def judge(task, our_density, peer_density):
    """Return each one's largest error against the exact sum at sampled cells, as a share of the maximum."""
    per_km2 = task.x.size / BANDWIDTH**2 * SQUARE_METRES_PER_KM2
    peer_rows = peer_density.reshape(task.grid.columns, task.grid.rows).T[::-1] * per_km2
    cell = np.random.default_rng(SEED).choice(task.grid.size, min(SAMPLED, task.grid.size), replace=False)
    exact = _exact(task, cell)
    errors = [np.abs(rows.ravel()[cell] - exact).max() / our_density.max() for rows in (our_density, peer_rows)]
    return f"error of the maximum: ours {errors[0]:.0e}, peer {errors[1]:.0e}"


def _exact(task, cell):
    """Sum the kernel over all places at each cell: incidents per km²."""
    places, _, count = unique(task.x, task.y)
    kernel = KERNELS[task.kernel]
    x, y = task.grid.centres(cell)
    total = np.empty(cell.size)
    for begin in range(0, cell.size, AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        u = ((x[part, None] - places[:, 0]) ** 2 + (y[part, None] - places[:, 1]) ** 2) / BANDWIDTH**2
        total[part] = np.where(u < 1, kernel.profile(u), 0) @ count if kernel.compact else np.exp(-u / 2) @ count
    return total * kernel.constant / BANDWIDTH**2 * SQUARE_METRES_PER_KM2


FFTKDE_OF_KDEPY = Contestant(f"{versions('KDEpy')} FFTKDE", kdepy)
KERNEL_DENSITY = Contestant(f"{versions('scikit-learn')} KernelDensity, unique places and sample_weight", scikit_learn)


def _match(kernel, cell_size, peer=FFTKDE_OF_KDEPY):
    return Match(
        name=f"{kernel} {BANDWIDTH:g} m, cells of {cell_size} m",
        points="dup",
        prepare=partial(prepare, kernel, float(cell_size)),
        ours=[Contestant("kde()", ours)],
        peers=[peer],
        judge=judge,
    )


MATCHES = [_match(kernel, cell_size) for kernel in PEER_KERNELS for cell_size in (100, 25)]
MATCHES.append(_match("gaussian", 1000, KERNEL_DENSITY))
