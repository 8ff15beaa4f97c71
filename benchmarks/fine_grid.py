"""Hotspots on 5,600,000 cells, as arrays and as a GeoTIFF; no peer does this in its way of working."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from contest import Contestant, Match
from points import CORNER, CRS, EXTENT, SEED

import lacrime_geo as lg
from lacrime_geo.geometry import rectangles_wkb

TITLE = "Hotspots (Gi*) on a fine grid"
CELL_SIZE = 25.0
COLUMNS, ROWS = (int(side / CELL_SIZE) for side in EXTENT)
SAMPLED = 3_000
FOLDER = Path(tempfile.mkdtemp(prefix="fine-grid-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


@dataclass(frozen=True)
class Task:
    """The points and the study area."""

    x: np.ndarray
    y: np.ndarray
    area: lg.Features
    cells: int = COLUMNS * ROWS


def prepare(x, y):
    """Make a study area of the rectangle that the points were drawn in."""
    corner = [np.array([value]) for value in CORNER]
    return Task(x, y, lg.Features(list(rectangles_wkb(*corner, *EXTENT)), CRS))


def arrays(task):
    """Return the cells with z, p, corrected p and bin."""
    incidents = lg.Incidents(task.x, task.y, crs=CRS)
    return lg.hotspots(incidents, cell_size=CELL_SIZE, distance_band=1.5 * CELL_SIZE, boundary=task.area)


def saved(task):
    """Return the path of the same as a GeoTIFF with a band per column."""
    return arrays(task).save(FOLDER / "hotspots.tif")


def judge_arrays(task, cells, _):
    """Return the error of z, and which p it was."""
    return f"{_error(task, cells.raster('z'))}; {cells.parameters['inference']}"


def judge_saved(task, path, _):
    """Return the error of z in the file, and what the file holds."""
    with rasterio.open(path) as source:
        size, bands = Path(path).stat().st_size / 1e6, ", ".join(source.descriptions)
        return f"{_error(task, source.read(source.descriptions.index('z') + 1))}; {size:,.0f} MB: {bands}"


def _error(task, z):
    """Return the largest error of z, from the formula of Ord & Getis 1995, at sampled cells with and without incidents."""
    edges = [corner + np.arange(number + 1) * CELL_SIZE for corner, number in zip(CORNER, (COLUMNS, ROWS))]
    count = np.histogram2d(task.y, task.x, edges[::-1])[0][::-1]
    row, column = _sampled(task)
    total = sum(count[row + down, column + right] for down in (-1, 0, 1) for right in (-1, 0, 1))
    spread = count.std() * np.sqrt((count.size * 9 - 81) / (count.size - 1))
    exact = (total - 9 * count.mean()) / spread
    # The grid has a row in the north and a column in the east for points on the very edge.
    apart = np.abs(z[-ROWS:, :COLUMNS][row, column] - exact)
    return f"largest error of z {(apart / np.maximum(np.abs(exact), 1)).max():.0e}"


def _sampled(task):
    """Return rows and columns of cells with eight neighbours: of sampled incidents, and of anywhere."""
    random = np.random.default_rng(SEED)
    picked = random.integers(0, task.x.size, SAMPLED)
    places = np.column_stack([task.x[picked], task.y[picked]])
    east, up = ((np.vstack([places, CORNER + random.uniform(0, EXTENT, (SAMPLED, 2))]) - CORNER) // CELL_SIZE).T
    return ROWS - 1 - np.clip(up, 1, ROWS - 2).astype(int), np.clip(east, 1, COLUMNS - 2).astype(int)


def _match(what, ours, run, judge):
    name = f"cells of {CELL_SIZE:g} m, queen: {what}"
    return Match(name=name, points="dup", prepare=prepare, ours=[Contestant(ours, run)], peers=[], judge=judge)


MATCHES = [
    _match("z, p and bin as arrays", "hotspots()", arrays, judge_arrays),
    _match("and as a GeoTIFF", "hotspots().save()", saved, judge_saved),
]
