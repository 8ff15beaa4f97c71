"""The layers of a report's map that are cells: density, hot and cold cells, emerging patterns."""

from __future__ import annotations

import math
from typing import Any, Callable

import numpy as np

from ..grid import Grid
from ..parameters import in_words, p_in_words
from ..privacy.safe_layers import K
from ..results import Cells, Surface
from ..styles import emerging, palettes
from ..summaries import counted
from .map_layers import NOWHERE, Border, CellLayer, Look, Words, texts

PIXELS_PER_MM = 96 / 25.4
# More cells than this make the page slow to read; then several are shown as one.
MOST_CELLS = 400_000
CELLS_OPACITY = 0.75
FEW = f"fewer than {K}"


def density_layer(surface: Surface) -> CellLayer:
    """Return the density in the classes of its limits; each cell says its value."""
    surface.grid.require_raster()
    limits = surface.limits or palettes.density_limits(surface.values, surface.breaks)
    steps = palettes.density_steps(limits, surface.unit)
    grid, values = _coarsened(surface.grid, surface.values)
    classes = np.digitize(values, limits).astype(np.uint8)
    classes[np.isnan(values)] = NOWHERE
    looks = tuple(Look(step.label, step.colour if step.opacity else None, step.opacity) for step in steps)
    said = texts(["" if math.isnan(value) else in_words(value) for value in values.ravel().tolist()])
    note = f"{surface.unit}, smoothed over {in_words(surface.parameters['bandwidth'])} m"
    if grid is not surface.grid:
        note += (
            f"; shown in cells of {in_words(grid.cell_size)} m, means of those of {in_words(surface.grid.cell_size)} m"
        )
    return CellLayer("density", "Density", looks, grid, classes, Words(f"{{0}} {surface.unit}", (said,)), note)


def _coarsened(grid: Grid, values: np.ndarray) -> tuple[Grid, np.ndarray]:
    """Return values in cells few enough for a page, each the mean of so many by so many."""
    by = math.ceil(math.sqrt(grid.size / MOST_CELLS))
    if by == 1:
        return grid, values
    rows, columns = -(-grid.rows // by), -(-grid.columns // by)
    # Rows run from the north, and the grid is laid from the south: what is added stands in the south.
    south = grid.south - (rows * by - grid.rows) * grid.cell_size
    padded = np.full((rows * by, columns * by), np.nan)
    padded[: grid.rows, : grid.columns] = values
    blocks = padded.reshape(rows, by, columns, by)
    known = np.isfinite(blocks)
    sums, number = np.where(known, blocks, 0.0).sum(axis=(1, 3)), known.sum(axis=(1, 3))
    means = np.where(number > 0, sums / np.maximum(number, 1), np.nan)
    return Grid(grid.west, south, grid.cell_size * by, rows, columns, grid.crs), means


def hotspot_layer(cells: Cells) -> CellLayer:
    """Return hot and cold cells; those that are significant say how many incidents are in them and around."""
    cells.grid.require_raster()
    bins = cells["bin"]
    looks = tuple(_bin_look(entry, int((bins == entry.value).sum())) for entry in palettes.BINS)
    row = {entry.value: number for number, entry in enumerate(palettes.BINS)}
    classes = _raster(cells, np.array([row[value] for value in bins.tolist()]))
    sure = np.flatnonzero(bins != 0)
    around = cells.grid.sums(_counts(cells), cells.parameters["distance_band"]).ravel()[cells.cell[sure]]
    weighted = " of the weights" if "weight_sum" in cells.columns else ""
    words = Words(
        f"{{0}} incidents here and around, {{1}} in this cell; z{weighted} {{2}}, {{3}}; {{4}}",
        (
            _told_counts(around),
            _told_counts(cells["count"][sure]),
            texts([f"{z:.1f}" for z in cells["z"][sure].tolist()]),
            texts([p_in_words(p) for p in cells["p"][sure].tolist()]),
            texts([_small(looks[row[value]].sentence.split(" (")[0]) for value in bins[sure].tolist()]),
        ),
        cells.cell[sure],
    )
    note = (
        f"Getis-Ord Gi*, cells of {in_words(cells.grid.cell_size)} m; around: within "
        f"{in_words(cells.parameters['distance_band'])} m"
    )
    return CellLayer("hotspots", "Hot and cold cells", looks, cells.grid, classes, words, note)


def _bin_look(entry: palettes.Class, number: int) -> Look:
    pale = palettes.THIN_OUTLINE.get(entry.value)
    sentence = f"{entry.label} ({counted(number, 'cell')})"
    if entry.colour is None:
        return Look(sentence, *palettes.STUDIED)
    return Look(sentence, entry.colour, CELLS_OPACITY, Border(pale, 1.0) if pale else None)


def _small(label: str) -> str:
    return label[0].lower() + label[1:]


def _counts(cells: Cells) -> np.ndarray:
    counts = np.zeros(cells.grid.size, dtype=np.int64)
    counts[cells.cell] = cells["count"]
    return counts.reshape(cells.grid.shape)


def emerging_layer(cells: Cells) -> CellLayer:
    """Return the patterns of emerging hotspots that occur; cells with one say which, and why."""
    cells.grid.require_raster()
    sentences = emerging.sentences()
    pattern = cells["pattern"]
    occurring = [name for name in sentences if (pattern == name).any()]
    looks = tuple(_pattern_look(name, sentences[name], int((pattern == name).sum())) for name in occurring)
    row = {name: number for number, name in enumerate(occurring)}
    classes = _raster(cells, np.array([row[name] for name in pattern.tolist()]))
    told = np.flatnonzero(pattern != emerging.NO_PATTERN[0])
    words = Words(
        "{0}: {1}; {2} incidents in this cell",
        (
            texts([str(name).capitalize() for name in pattern[told]]),
            texts([str(reason) for reason in cells["reason"][told]]),
            _told_counts(cells["count"][told]),
        ),
        cells.cell[told],
    )
    kept = cells.parameters
    note = f"{kept['steps']} steps of {_step(kept['time_step'])}, cells of {in_words(cells.grid.cell_size)} m"
    return CellLayer("emerging", "Emerging patterns", looks, cells.grid, classes, words, note)


def _told_counts(counts: np.ndarray) -> np.ndarray:
    """Return counts as texts; those of fewer than K, which could point at a person, are not told apart."""
    return texts([FEW if 0 < count < K else f"{count:,}" for count in counts.tolist()])


def _step(step: Any) -> str:
    """Return how long a step is: a number of days, or the name of a week or month."""
    return counted(int(step), "day") if str(step).isdigit() else f"a {step}"


def _pattern_look(name: str, sentence: str, number: int) -> Look:
    told = f"{sentence} ({counted(number, 'cell')})"
    if name == emerging.NO_PATTERN[0]:
        return Look(told, *palettes.STUDIED)
    kind, side = name.split()[:2]
    line, width, style = emerging.border_of(kind, side)
    ink = "#ffffff" if kind in emerging.DARK else palettes.EMERGING_INK[side]
    colour = palettes.EMERGING[side][kind]
    # In QGIS a border in the area's own colour closes the seams between cells, of which there are none here.
    border = None if line == colour else Border(line, round(width * PIXELS_PER_MM, 1), style)
    return Look(told, colour, CELLS_OPACITY, border, emerging.HATCHES.get(kind, ()), ink)


def _raster(cells: Cells, classes: np.ndarray) -> np.ndarray:
    """Return classes of cells as (rows, columns)."""
    raster = np.full(cells.grid.size, NOWHERE, dtype=np.uint8)
    raster[cells.cell] = classes
    return raster.reshape(cells.grid.shape)


CELL_LAYERS: dict[str, Callable[[Any], CellLayer]] = {
    "hotspots": hotspot_layer,
    "density": density_layer,
    "emerging": emerging_layer,
}
