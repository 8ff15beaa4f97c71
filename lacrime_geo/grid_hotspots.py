"""Hotspots of incidents: Getis-Ord Gi* on a grid of counts, with every choice found from the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import checks
from .autocorrelation import confidence_columns, standardised
from .autocorrelation_by_distance import STEPS, DistanceCurve, band_of, curve_of
from .counted_cells import CountedCells, Gridding
from .inference import Neighbourhoods, PermutationOptions, conditional_inference
from .parameters import Parameters
from .progress import Progress, advance, within
from .results import Cells


@dataclass(frozen=True, eq=False, repr=False)
class Hotspots(Cells):
    """Hold hotspots on a grid, and the curve by which their distance band was chosen, if it was."""

    counted: CountedCells = None  # type: ignore[assignment]  # always given: its base's fields have defaults
    chosen_by: DistanceCurve | None = None

    def curve(self) -> DistanceCurve:
        """Return Moran's I by distance: the curve by which the distance band was chosen, else that of the map's own cells.

        Raises
        ------
        ValueError
            If all cells hold the same, or none has another one near.
        """
        values, curve = self.counted.values, self.chosen_by
        if curve is None and np.ptp(values) > 0:
            curve = curve_of(self.counted, STEPS, self.parameters)
            curve = curve and replace(curve, label=self.label.replace("Hotspots", curve.label))
        if curve is None:
            raise ValueError(
                f"The {values.size:,} cells have no pattern by distance: all hold the same, or each lies apart."
            )
        return curve


def hotspots(
    incidents: Any,
    *,
    cell_size: float | None = None,
    distance_band: float | None = None,
    shape: str = "square",
    correction: str = "fdr",
    boundary: Any = None,
    weight: Any = None,
    permutations: int = 0,
    seed: int = 0,
    progress: Progress = None,
) -> Hotspots:
    """Find significant hot and cold spots of incidents on a grid (Getis-Ord Gi*).

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or scan.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, at least 150 m, to two digits; locational
        outliers are left out of this choice only.
    distance_band : cells with their centre within this distance (m) are neighbours; with 1.5 cells these are the eight
        around (queen contiguity). Default: the first peak of Moran's I by distance (`.curve()`), locational outliers left
        out; without a peak the mean distance to a twentieth of the cells, at least 3 and at most 30.
    shape : "square" or "hex" cells; the `cell_size` of hexagons is the distance of the centres of neighbours.
    correction : for the number of cells tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    boundary : polygon layer of the study area: its universe is every cell with its centre inside, zeros included. Cells
        cut by the border count whole or not at all, by their centre. Default: the cells with incidents and the gaps
        between them up to two distance bands wide, a stand-in; a boundary is better.
    weight : column name or array (n,); default the incidents' own weight, else 1. z is then of the weights.
    permutations : for p by conditional permutation, the number of draws, where there is no exact p. Default 0: none.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Hotspots
        Cells with `count` (and `weight_sum` when weighted), `z`, `p` (two-sided, uncorrected), `p_adjusted`, `bin` (−3…3: cold or
        hot at 99, 95, 90 % confidence; 0 not significant).

    Raises
    ------
    ValueError
        If there are fewer than 60 incidents (30 with a boundary) or 30 cells, all incidents stand on one place, or there
        would be more than 50,000,000 cells.

    Notes
    -----
    z is Gᵢ* of Ord & Getis 1995 with binary weights. Where sums of neighbours are more skewed than those of 100 evenly spread
    incidents, as they are few or crowd on few places, the normal p is not to be trusted: there, and wherever
    `permutations` are asked for, p is the exact conditional tail, which all permutations together would give; of weights
    that are no whole numbers they are drawn. A cell whose z and neighbours point to different sides is not significant.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(0)
    >>> x, y = random.uniform(0, 3000, (2, 900))
    >>> x[:300], y[:300] = x[:300] / 10 + 1500, y[:300] / 10 + 1500
    >>> cells = hotspots(Incidents(x + 380000, y + 3768000, crs="EPSG:32611"), cell_size=200)
    >>> int(cells["bin"].max()), int(cells["count"].sum())
    (3, 900)
    """
    asked = PermutationOptions.checked(permutations, seed, correction)
    choosing, chooses = within(progress, 0.0, 0.1), distance_band is None
    gridding = Gridding.of(incidents, weight, cell_size, boundary, shape, chooses=chooses, progress=choosing)
    parameters, curve = gridding.parameters, None
    parameters["correction"] = correction
    if distance_band is None:
        distance_band, curve = band_of(gridding.usual_cells(), parameters, within(progress, 0.1, 0.4))
        if curve is not None:
            curve = replace(curve, parameters=parameters, label=gridding.everything.titled(curve.label))
    band = _checked_band(distance_band, gridding.cell_size, parameters)
    cells = gridding.cells(band)
    advance(progress, 0.5)
    columns = {**cells.columns(), **grid_columns(cells, band, asked, parameters, within(progress, 0.5, 1.0))}
    label = gridding.everything.titled("Hotspots")
    return Hotspots(
        columns, parameters, cells.grid, cells.cell, style="hotspots", label=label, counted=cells, chosen_by=curve
    )


def _checked_band(given: float, size: float, parameters: Parameters) -> float:
    parameters["distance_band"] = band = checks.positive("distance_band", given)
    if band < size:
        raise ValueError(
            f"distance_band {band:g} m is smaller than a cell of {size:g} m, so no cell has a neighbour; raise it."
        )
    return band


def grid_columns(
    cells: CountedCells, band: float, asked: PermutationOptions, parameters: Parameters, progress: Progress = None
) -> dict[str, np.ndarray]:
    """Return z, p, p_adjusted and bin of the study area's cells, with those within a band (m) as neighbours."""
    z, near = grid_z(cells, band)
    advance(progress, 0.3)
    p = conditional_inference(z, near, asked, parameters, within(progress, 0.3, 0.9))
    advance(progress, 1.0)
    return confidence_columns(z, p, asked.correction, parameters, "cells")


def grid_z(cells: CountedCells, band: float) -> tuple[np.ndarray, Neighbourhoods]:
    """Return z of the study area's cells, with those within a band (m) as neighbours, and their neighbourhoods."""
    values = cells.values
    local_sum, w = cells.sums(values, band), cells.sums(np.ones(values.size, dtype=np.int64), band)
    n = values.size
    spread = np.sqrt((n * w - w.astype(float) ** 2) / (n - 1))
    z = standardised(local_sum - values.mean() * w, values.std(), spread, float(np.abs(values).max()))
    return z, Neighbourhoods(values, local_sum - values, w - 1)
