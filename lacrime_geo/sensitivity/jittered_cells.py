"""Hotspots and densities on moved places: the grid, the band and the bandwidth are those of the data as given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable, NamedTuple

import numpy as np

from .. import density_estimates
from ..density import SQUARE_METRES_PER_KM2, kde
from ..density_estimates import Window
from ..grid_hotspots import Hotspots, grid_columns, hotspots
from ..incidents import Incidents
from ..inference import PermutationOptions
from ..kernels import KERNELS
from ..parameters import Unsaid, in_words
from ..places import tally
from ..progress import Progress
from ..results import Cells, Surface
from .reruns import SURE, Reruns, out_of

# The densest cells, of those with any density.
TOP = 0.05


def hotspot_cells(asked: Reruns) -> Cells:
    """Return the cells of a hotspot map with how often each is hot and cold on moved places."""
    first = hotspots(asked.incidents, **asked.first)
    cells, bins = first.counted, first["bin"]
    hot, cold, total = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    permuting = PermutationOptions.checked(
        asked.options.get("permutations", 0), asked.seed, first.parameters["correction"]
    )
    for moved, progress in asked.moved(lambda x, y: cells.grid.inside(cells.universe, x, y)):
        counted = cells.holding(moved)
        found = grid_columns(counted, first.parameters["distance_band"], permuting, Unsaid(), progress)["bin"]
        hot, cold, total = hot + (found >= SURE), cold + (found <= -SURE), total + counted.count
    columns = {**cells.columns(), "bin": bins, "hot": hot, "cold": cold, "runs": np.full(hot.size, asked.runs)}
    columns["mean_count"] = total / asked.runs
    columns["stable_hot"] = (bins >= SURE) & asked.standing(hot)
    columns["said"] = np.where(hot >= cold, asked.said("hot", hot), asked.said("cold", cold))
    return _described(first, asked, columns)


def _described(first: Hotspots, asked: Reruns, columns: dict[str, np.ndarray]) -> Cells:
    hot, stable = columns["bin"] >= SURE, columns["stable_hot"]
    cold = columns["bin"] <= -SURE
    sentence = (
        f"of the cells that are hot at 95 % confidence or more {out_of(int(stable.sum()), int(hot.sum()))} stay so in at least "
        f"nine of ten runs with places moved by up to {asked.radius:g} m; of the cold ones "
        f"{out_of(int((cold & asked.standing(columns['cold'])).sum()), int(cold.sum()))}"
    )
    parameters = asked.described(first.parameters, sentence)
    label = asked.incidents.titled("Hotspots on moved places")
    return Cells(columns, parameters, first.grid, first.cell, style="jitter", label=label)


def density_cells(asked: Reruns) -> Cells:
    """Return the cells of a density with its spread on moved places, and how often each is among the densest."""
    if asked.options.get("probability"):
        raise ValueError("probability only divides a density by its volume, and changes nothing here: leave it out.")
    first = kde(asked.incidents, **asked.first)
    given = first.values
    spread = _Spread.of(_densities(first, asked), given)
    some = (given > 0) | (spread.mean > 0)
    mean, deviation, top = spread.mean[some], spread.deviation[some], spread.top[some]
    columns = {"density": given[some], "mean": mean}
    columns["cv"] = np.divide(deviation, mean, out=np.full(mean.size, np.nan), where=mean > 0)
    columns.update(top=top, runs=np.full(mean.size, asked.runs))
    densest = spread.densest[some]
    columns["stable_top"] = densest & asked.standing(top)
    columns["said"] = asked.said("among the densest 5 %", top)
    sentence = (
        f"of the densest {100 * TOP:g} % of the cells {out_of(int(columns['stable_top'].sum()), int(densest.sum()))} stay among "
        f"them in at least nine of ten runs with places moved by up to {asked.radius:g} m; a run shares "
        f"{100 * spread.overlap:.0f} % of them in the mean; the densities there vary by "
        f"{in_words(100 * np.median(columns['cv'][densest]))} % (coefficient of variation, median)"
    )
    parameters = asked.described(first.parameters, sentence)
    parameters.update(top_share=TOP, top_overlap=spread.overlap)
    label = first.label.replace("Density", "Density on moved places")
    return Cells(columns, parameters, first.grid, np.flatnonzero(some), style="jitter_density", label=label)


class _Spread(NamedTuple):
    """Of densities in several runs (rows, columns): mean, standard deviation, in how many a cell is among the densest.

    `densest` marks those of the data as given, and `overlap` is the share of them that a run has in the mean.
    """

    mean: np.ndarray
    deviation: np.ndarray
    top: np.ndarray
    densest: np.ndarray
    overlap: float

    @classmethod
    def of(cls, runs: Iterator[np.ndarray], given: np.ndarray) -> _Spread:
        """Go over the runs once, one in memory at a time."""
        number = max(round(TOP * int((given > 0).sum())), 1)
        densest, shared, run = _densest(given, number), 0.0, 0
        mean, squares, top = np.zeros(given.shape), np.zeros(given.shape), np.zeros(given.shape, np.int64)
        for run, values in enumerate(runs, start=1):
            # Welford 1962: the running mean and the sum of squares around it.
            away = values - mean
            mean += away / run
            squares += away * (values - mean)
            found = _densest(values, number)
            shared += _shared(found, densest)
            top += found
        return cls(mean, np.sqrt(squares / run), top, densest, shared / run)


def _densities(first: Surface, asked: Reruns) -> Iterator[np.ndarray]:
    estimate = same_density(first, adaptive=bool(asked.options.get("adaptive")))
    inside = ~np.isnan(first.values)
    bounded = asked.options.get("boundary") is not None
    for moved, progress in asked.moved((lambda x, y: first.grid.inside(inside, x, y)) if bounded else None):
        yield estimate(moved, progress)


def same_density(first: Surface, *, adaptive: bool = False) -> Callable[..., np.ndarray]:
    """Return what estimates the density of other incidents on the cells of a surface of `kde`, by its bandwidth and kernel."""
    parameters, inside = first.parameters, ~np.isnan(first.values)
    corrected = parameters.get("edge_correction", "none") != "none"
    kernel, bandwidth = KERNELS[parameters["kernel"]], parameters["bandwidth"]
    method = density_estimates.adaptive if adaptive else density_estimates.fixed

    def estimate(incidents: Incidents, progress: Progress = None) -> np.ndarray:
        places = tally(incidents.easting, incidents.northing, incidents.weight)
        if corrected:
            places = places.where(first.grid.inside(inside, places.x, places.y))
        window = Window(first.grid, inside, places, corrected)
        return np.asarray(method(window, kernel, bandwidth, Unsaid(), progress)[1] * SQUARE_METRES_PER_KM2)

    return estimate


def _densest(values: np.ndarray, number: int) -> np.ndarray:
    """Mark the so many densest cells, and those as dense as the last of them."""
    known = np.where(np.isnan(values), 0.0, values)
    least = np.partition(known, -number, axis=None)[-number]
    return np.asarray(known >= max(least, np.finfo(float).tiny))


def _shared(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max(other.sum(), 1))


def shared_top(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of the densest 5 % of the cells of one density (rows, columns) that are so in another."""
    number = max(round(TOP * int((one > 0).sum())), 1)
    return _shared(_densest(other, number), _densest(one, number))
