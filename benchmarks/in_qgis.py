"""From a GeoPackage to a density raster in QGIS: lacrime:kde against QGIS's own heatmap, and SAGA and GRASS where installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import rasterio
from contest import Contestant, Match
from points import CORNER, EXTENT, SEED, unique
from started import FOLDER, HERE, VERSION, run

TITLE = "In QGIS, from a GeoPackage of points to a raster"
BANDWIDTH = 500.0
SAMPLED, AT_ONCE = 3_000, 50
SQUARE_METRES_PER_KM2 = 1e6
# The integral of the quartic profile (1 - d²/r²)² over the plane is π r² / 3.
QUARTIC_PER_KM2 = 3 / (np.pi * BANDWIDTH**2) * SQUARE_METRES_PER_KM2


@dataclass(frozen=True)
class Task:
    """The points, the layer that holds them, and the side of a cell (m)."""

    x: np.ndarray
    y: np.ndarray
    layer: str
    cell_size: float

    @property
    def cells(self):
        """The number of cells, the kernel's radius around the points included."""
        return int(np.prod((EXTENT + 2 * BANDWIDTH) / self.cell_size))


def prepare(cell_size, x, y):
    """Write the points as a layer; two of them are put in the corners of the extent, so that both lay the same cells."""
    x, y = x.copy(), y.copy()
    x[:2], y[:2] = np.transpose([CORNER, CORNER + EXTENT])
    layer = FOLDER / "points.gpkg"
    if not layer.exists():
        np.save(FOLDER / "points.npy", [x, y])
        subprocess.run([sys.executable, HERE / "layer.py", FOLDER / "points.npy", layer], check=True)
    return Task(x, y, str(layer), cell_size)


@dataclass(frozen=True)
class Raster:
    """A raster's file, what its values are to be multiplied by to be incidents per km², and whether points are mirrored."""

    path: str
    factor: float = 1.0
    mirrored: bool = False


def ours(task):
    """Return the raster by lacrime:kde, with its style beside it."""
    options = dict(KERNEL="quartic", BANDWIDTH=BANDWIDTH, CELL_SIZE=task.cell_size)
    return Raster(_run("lacrime:kde", task, INCIDENTS=task.layer, **options))


def heatmap(task):
    """Return the raster by QGIS's heatmap: sums of the profile ("raw"), as its "scaled" ones do not add up to the points."""
    options = dict(KERNEL=0, OUTPUT_VALUE=0, RADIUS=BANDWIDTH, PIXEL_SIZE=task.cell_size)  # quartic, raw
    path = _run("qgis:heatmapkerneldensityestimation", task, INPUT=task.layer, **options)
    return Raster(path, QUARTIC_PER_KM2, mirrored=True)


def saga(task):
    """Return the raster by SAGA: incidents per cell."""
    west, south, east, north = _edges()
    target = dict(SIZE=task.cell_size, XMIN=west, XMAX=east, YMIN=south, YMAX=north, FITS=1)
    words = [word for name, value in target.items() for word in (f"-TARGET_USER_{name}", str(value))]
    path = str(FOLDER / "saga.tif")
    tool = ["saga_cmd", "grid_gridding", "6", "-POINTS", task.layer, "-RADIUS", str(BANDWIDTH), "-KERNEL", "0"]
    subprocess.run([*tool, *words, "-TARGET_OUT_GRID", path], check=True, capture_output=True)
    return Raster(path, SQUARE_METRES_PER_KM2 / task.cell_size**2)


def grass(task):
    """Return the raster by GRASS, whose data stand in a place of their own: incidents per m²."""
    west, south, east, north = _edges()
    path = FOLDER / "grass.tif"
    script = f"""set -e
v.in.ogr -o -t input={task.layer} output=points
g.region w={west} e={east} s={south} n={north} res={task.cell_size}
v.kernel input=points output=density radius={BANDWIDTH} kernel=quartic
r.out.gdal -c input=density output={path} type=Float64 --overwrite
"""
    command = ["grass", "--tmp-location", "XY", "--exec", "bash", "-c", script]
    subprocess.run(command, check=True, capture_output=True)
    return Raster(str(path), SQUARE_METRES_PER_KM2)


def judge(task, our_raster, peer_raster):
    """Compare the two on the cells they share, and both with the exact sum at some of these."""
    ours, peer, west, north = _shared(task, our_raster, peer_raster)
    cell = np.random.default_rng(SEED).choice(ours.size, SAMPLED, replace=False)
    row, column = np.divmod(cell, ours.shape[1])
    x, y = west + (column + 0.5) * task.cell_size, north - (row + 0.5) * task.cell_size
    exact = _exact(task, x, y)
    pairs = [(ours, peer), (ours[row, column], exact), (peer[row, column], exact)]
    if peer_raster.mirrored:
        pairs.append((peer[row, column], _exact(replace(task, y=_mirrored(task, north)), x, y)))
    apart = [f"{np.abs(one - other).max() / ours.max():.0e}" for one, other in pairs]
    return (
        f"correlation {np.corrcoef(ours.ravel(), peer.ravel())[0, 1]:.6f}, largest difference {apart[0]} of the maximum; "
        f"error of the maximum: ours {apart[1]}, peer {apart[2]}"
        + (f" ({apart[3]} with each point mirrored in its cell)" if peer_raster.mirrored else "")
    )


def _shared(task, our_raster, peer_raster):
    """Return both densities on the cells they share, and the west and north edge of these."""
    ours, our_bounds = _read(our_raster)
    peer, peer_bounds = _read(peer_raster)
    west, north = max(our_bounds.left, peer_bounds.left), min(our_bounds.top, peer_bounds.top)
    ours, peer = (
        density[round((bounds.top - north) / task.cell_size) :, round((west - bounds.left) / task.cell_size) :]
        for density, bounds in ((ours, our_bounds), (peer, peer_bounds))
    )
    rows, columns = np.minimum(ours.shape, peer.shape)
    return ours[:rows, :columns], peer[:rows, :columns], west, north


def _mirrored(task, north):
    """Return northings as QGIS's heatmap takes them: it counts rows from the south and writes them from the north."""
    centre = north - (np.floor((north - task.y) / task.cell_size) + 0.5) * task.cell_size
    return 2 * centre - task.y


def _run(name, task, **parameters):
    return run(name, FOLDER / f"{name.split(':')[0]}-{task.cell_size:g}.tif", **parameters)


def _read(raster):
    """Return incidents per km² (0 where a raster has no value) and the bounds."""
    with rasterio.open(raster.path) as source:
        return source.read(1, masked=True).astype(float).filled(0.0) * raster.factor, source.bounds


def _edges():
    """Return west, south, east and north of the points' extent with the kernel's radius around it."""
    return [float(edge) for edge in (*(CORNER - BANDWIDTH), *(CORNER + EXTENT + BANDWIDTH))]


def _exact(task, x, y):
    """Sum the kernel over all places at the points given: incidents per km²."""
    places, _, count = unique(task.x, task.y)
    total = np.empty(x.size)
    for begin in range(0, x.size, AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        u = ((x[part, None] - places[:, 0]) ** 2 + (y[part, None] - places[:, 1]) ** 2) / BANDWIDTH**2
        total[part] = np.where(u < 1, (1 - u) ** 2, 0) @ count
    return total * QUARTIC_PER_KM2


def _version(program):
    """Return the version a program states, None where there is no such program."""
    if shutil.which(program) is None:
        return None
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)[0]


def _match(cell_size, peers, slow=False):
    return Match(
        name=f"quartic {BANDWIDTH:g} m, cells of {cell_size} m{' (slow peers)' if slow else ''}",
        points="dup",
        prepare=partial(prepare, float(cell_size)),
        ours=[Contestant("lacrime:kde", ours)],
        peers=peers,
        judge=judge,
        slow=slow,
    )


SAGA, GRASS = _version("saga_cmd"), _version("grass")
MISSING = [name for name, version in (("SAGA", SAGA), ("GRASS", GRASS)) if version is None]
NOTE = f"Not found, so not compared: {' and '.join(MISSING)}." if MISSING else ""
PEERS = [Contestant(f"{VERSION} heatmap", heatmap)]
if SAGA:
    PEERS.append(Contestant(f"SAGA {SAGA} Kernel Density Estimation", saga))
MATCHES = [_match(cell_size, PEERS) for cell_size in (100, 25)]
if GRASS:
    SLOW_PEERS = [Contestant(f"GRASS {GRASS} v.in.ogr, v.kernel", grass)]
    MATCHES.append(_match(100, SLOW_PEERS, slow=True))  # on cells of 25 m it takes minutes
