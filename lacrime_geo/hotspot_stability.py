"""How far hotspots depend on where the cells lie and how large they are: found again on many other grids."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from . import checks
from .counted_cells import MIN_CELLS, CountedCells
from .features import as_boundary
from .grid import MAX_CELLS
from .grid_hotspots import Hotspots, grid_columns, hotspots
from .incidents import as_incidents
from .inference import PermutationOptions
from .parameters import Unsaid
from .progress import Progress, advance, within
from .results import Cells

RUNS = 50
# By how much cell size and distance band vary, either way.
FACTOR = 1.25
# Hot or cold at 95 % confidence.
SURE = 2


def stability(
    incidents: Any,
    *,
    cell_size: float | None = None,
    distance_band: float | None = None,
    runs: int = RUNS,
    shape: str = "square",
    correction: str = "fdr",
    boundary: Any = None,
    weight: Any = None,
    seed: int = 0,
    progress: Progress = None,
) -> Cells:
    """Tell how stable each hotspot is: how often it is found again on other grids.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path.
    cell_size, distance_band : of the map whose cells are judged (m). Default: as chosen by `hotspots`.
    runs : number of grids: the map itself and others, moved by up to a cell either way, with cells and bands up to 1.25
        times larger or smaller. Default 50.
    shape : "square" or "hex" cells.
    correction : for the number of cells tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    boundary : polygon layer of the study area, as for `hotspots`, with the same stand-in by default.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    seed : of the random numbers that make the grids.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Cells
        `count` and `bin` of the map itself, and of each cell's centre `hot` and `cold`, the number of grids on which it is a hot
        or cold spot at 95 % confidence or more, `runs`, the number in whose study area it lies, and `said` in words.

    Raises
    ------
    ValueError
        As `hotspots`, if `runs` is below 2, or if there are fewer than 60 cells, as larger ones would be too few.

    Notes
    -----
    The origin and the size of cells are arbitrary, and results depend on them (the modifiable areal unit problem, Openshaw
    1984). All grids see the same incidents: stability says how far a hotspot depends on the grid, not on chance.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(0)
    >>> x, y = random.uniform(0, 3000, (2, 900))
    >>> x[:300], y[:300] = x[:300] / 4 + 1500, y[:300] / 4 + 1500
    >>> cells = stability(Incidents(x + 380000, y + 3768000, crs="EPSG:32611"), cell_size=200, runs=10)
    >>> str(cells["said"][cells["hot"].argmax()])
    'hot in 10 of 10 grids'
    """
    runs = checks.whole("runs", runs, minimum=2)
    seed = checks.whole("seed", seed, minimum=0)
    given = as_incidents(incidents, weight=weight)
    first = hotspots(
        given,
        cell_size=cell_size,
        distance_band=distance_band,
        shape=shape,
        correction=correction,
        boundary=boundary,
        progress=within(progress, 0.0, 0.2),
    )
    _require_room(first)
    placed = given.located()
    area = as_boundary(boundary, placed.crs)
    x, y = first.grid.centres(first.cell)
    hot, cold, seen = ((first["bin"] >= SURE) * 1, (first["bin"] <= -SURE) * 1, np.ones(len(first), dtype=np.int64))
    for number, other in enumerate(_variants(first, runs - 1, seed), start=2):
        cells = CountedCells.of(placed, area, other.cell_size, other.band, shape, other.shift)
        bins = grid_columns(cells, other.band, PermutationOptions(0, 0, correction), Unsaid())["bin"]
        at = cells.grid.index_within(cells.universe, x, y)
        inside = at >= 0
        there = np.where(inside, cells.raster(bins).ravel()[at], 0)
        hot, cold, seen = hot + (there >= SURE), cold + (there <= -SURE), seen + inside
        advance(progress, 0.2 + 0.8 * number / runs)
    columns = {**first.counted.columns(), "bin": first["bin"], "hot": hot, "cold": cold, "runs": seen}
    columns["said"] = _said(hot, cold, seen)
    return _described(first, columns, runs, seed, given.titled("Stability of hotspots"))


def _require_room(first: Hotspots) -> None:
    """Raise where grids of larger or of smaller cells would have too few or too many."""
    if len(first) < 2 * MIN_CELLS:
        raise ValueError(
            f"The map has {len(first):,} cells of {first.grid.cell_size:g} m, and stability needs {2 * MIN_CELLS}, as it "
            "tries larger ones too: lower cell_size."
        )
    if first.grid.size * FACTOR**2 > 0.9 * MAX_CELLS:
        raise ValueError(
            f"The map has {first.grid.size:,} cells of {first.grid.cell_size:g} m, too many to try smaller ones: raise cell_size."
        )


class Variant(NamedTuple):
    """Another grid: size of its cells and distance band (m), and how far it is moved to the west and south, in cells."""

    cell_size: float
    band: float
    shift: tuple[float, float]


def _variants(first: Hotspots, number: int, seed: int) -> Iterator[Variant]:
    """Yield grids drawn by chance around that of a map; the band is never narrower than a cell."""
    random = np.random.default_rng(seed)
    size, band = first.grid.cell_size, first.parameters["distance_band"]
    for _ in range(number):
        larger, wider = np.exp(random.uniform(-math.log(FACTOR), math.log(FACTOR), 2))
        east, north = random.random(2)
        cell = float(size * larger)
        yield Variant(cell, max(float(band * wider), cell), (float(east), float(north)))


def _said(hot: np.ndarray, cold: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Say in words on how many grids a cell is hot or cold; nothing where it never is."""
    said = np.full(hot.size, "", dtype=object)
    for row in np.flatnonzero(hot + cold):
        sides = [f"{word} in {times[row]}" for word, times in (("hot", hot), ("cold", cold)) if times[row]]
        said[row] = f"{', '.join(sides)} of {seen[row]} grids"
    return said


def _described(first: Hotspots, columns: dict[str, np.ndarray], runs: int, seed: int, label: str) -> Cells:
    """Return the cells with their record: how many of the map's hot cells are hot on nearly all grids."""
    parameters = first.parameters
    parameters.update(
        runs=runs, seed=seed, varied=f"cell size and distance band by up to {FACTOR:g} times, origin by up to a cell"
    )
    sure = columns["bin"] >= SURE
    often = sure & (columns["hot"] >= 0.9 * columns["runs"])
    parameters.tell(
        f"of {int(sure.sum()):,} cells that are hot at 95 % confidence or more on the map {int(often.sum()):,} are on at least "
        f"nine in ten of the grids they lie on, {runs} at most"
    )
    return Cells(columns, parameters, first.grid, first.cell, style="stability", label=label)
