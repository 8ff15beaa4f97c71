"""Emerging hotspots: where it is hot, whether that is new, rising, fading or over, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..autocorrelation_by_distance import band_of
from ..parameters import Parameters, log
from ..progress import Progress, advance, within
from ..results import Cells, Shapes
from ..significance import CORRECTIONS, LEVELS
from .cube import TITLE, SpaceTimeCube, space_time_cube
from .patterns import NONE, PATTERNS, TREND_LEVEL, classified, enough_steps, reason_of, trends_of
from .step_statistics import StepStatistics, step_statistics
from .steps import TimeStep
from .trends import MannKendall, mann_kendall

CONFIDENCES = ("90", "95", "99")


@dataclass(frozen=True, eq=False, repr=False)
class EmergingHotspots(Cells):
    """Hold each cell's pattern of hot and cold steps, and the cube and the statistics of its steps that it comes from."""

    cube: SpaceTimeCube = None  # type: ignore[assignment]  # always given: its base's fields have defaults
    statistics: StepStatistics = None  # type: ignore[assignment]

    def steps(self) -> Shapes:
        """Return the cells at the steps in which they are hot or cold, as a layer that plays in time.

        Its columns are `pattern` of the cell, `count` of the step, `z`, `p_adjusted`, `bin`, `first` and `last` moment of the
        step. It has a row for each of the cells' `hot_steps` and `cold_steps`, at the confidence asked for. Cells that are
        neither in a step are left out, as they are far the most.

        Raises
        ------
        ValueError
            If there are more than 1,000,000.
        """
        found, label = self.statistics, self.label.replace("Emerging hotspots", "Hot and cold cells in time")
        shown = np.flatnonzero(found.p_adjusted <= _level_of(self.parameters["confidence"]))
        step, cell = found.step[shown], found.cell[shown]
        columns = {
            "pattern": self["pattern"][cell],
            "count": self.cube.count[step, cell].astype(np.int64),
            "z": found.z[shown],
            "p_adjusted": found.p_adjusted[shown],
            "bin": found.bin[shown],
        }
        return self.cube.at_steps(step, cell, columns, label, "played_hotspots")


def emerging_hotspots(
    incidents: Any,
    *,
    cell_size: float | None = None,
    time_step: TimeStep | None = None,
    distance_band: float | None = None,
    time_neighbours: int = 1,
    confidence: str = "95",
    correction: str = "fdr",
    boundary: Any = None,
    weight: Any = None,
    progress: Progress = None,
) -> EmergingHotspots:
    """Find where hotspots are new, growing, lasting, fading or over: the pattern of each cell's hot and cold steps in time.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with times; or a SpaceTimeCube, which has cells, steps and weights.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, at least 150 m, to two digits; locational
        outliers are left out of this choice only.
    time_step : a number of days, "day", "week" or "month". Default: months where the period holds 24 whole ones or more, weeks
        where it holds 10, else as many days as make 10 steps. Whole steps are counted back from the end of the period;
        incidents before the first are left out and counted.
    distance_band : cells with their centre within this distance (m) are neighbours. Default: the first peak of Moran's I by
        distance, of the incidents of all steps together; without a peak the mean distance to a twentieth of the cells, at least
        3 and at most 30.
    time_neighbours : how many earlier steps count as neighbours of a step too. Default 1; the first steps have those there are.
    confidence : level at which a step is hot or cold: "90", "95" or "99" per cent.
    correction : for the number of cells times steps tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    boundary : polygon layer of the study area: its universe is every cell with its centre inside, zeros included. Default:
        the cells with incidents and the small gaps between them, a stand-in; a boundary is better.
    weight : column name or array (n,); default the incidents' own weight, else 1. z is then of the weights.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    EmergingHotspots
        Cells with `pattern` (one of 17), `reason` in words, `count` of all steps (and `weight_sum` when weighted), `hot_steps`,
        `cold_steps`, `last_z`, `last_p` (two-sided, uncorrected) and `last_bin` of the last step, `trend_s` (S of
        Mann-Kendall), `trend_z`, `trend_p`.

    Raises
    ------
    ValueError
        If there are fewer than 10 steps, the incidents have no times or are too few for a grid, or a cube is given together with
        what it has already.

    Notes
    -----
    Gᵢ* of a step (Ord & Getis 1995, binary weights) sums the cells within the band, in this step and the earlier ones that are
    its neighbours, and compares with all cells in the same steps: a rise of the whole city is no hotspot. Its p is that of
    `hotspots`: exact where counts are too few for the normal distribution. The trend is tested (Mann 1945) on Gᵢ* without
    neighbours in time, which would make trends of chance. What the patterns mean: `emerging_pattern`.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(0)
    >>> x, y = random.uniform(0, 3000, (2, 3000))
    >>> day = random.integers(0, 100, 3000)
    >>> new = (day >= 60) & (random.random(3000) < 0.4)
    >>> x[new], y[new] = 1500 + x[new] / 5, 1500 + y[new] / 5
    >>> points = Incidents(x + 380000, y + 3768000, when=np.datetime64("2023-01-01") + day, crs="EPSG:32611")
    >>> cells = emerging_hotspots(points, cell_size=200, time_step=10, distance_band=300)
    >>> hottest = cells["hot_steps"].argmax()
    >>> cells["pattern"][hottest], cells["reason"][hottest]
    ('sporadic hot spot', 'hot in 5 of 10 steps, trend up, p 0.001')
    """
    checks.option("correction", correction, CORRECTIONS)
    level = _level_of(checks.option("confidence", str(confidence), CONFIDENCES))
    lags = checks.whole("time_neighbours", time_neighbours, minimum=0)
    options = dict(cell_size=cell_size, time_step=time_step, boundary=boundary, weight=weight)
    cube = _cube_of(incidents, options, within(progress, 0.0, 0.2))
    enough_steps(len(cube.count))
    parameters = Parameters(cube.parameters)
    parameters.update(time_neighbours=lags, confidence=int(confidence), correction=correction)
    band = _band(cube, distance_band, parameters, within(progress, 0.2, 0.3))
    found = step_statistics(cube, band, lags, correction, parameters, within(progress, 0.3, 0.8))
    trend = _trend(found.alone, parameters, within(progress, 0.8, 0.95))
    columns = _columns(cube, found, trend, found.p_adjusted <= level)
    label = cube.label.replace(TITLE, "Emerging hotspots")
    _tell(columns, cube, parameters)
    advance(progress, 1.0)
    return EmergingHotspots(
        columns, parameters, cube.grid, cube.cell, style="emerging_hotspots", label=label, cube=cube, statistics=found
    )


def _level_of(confidence: Any) -> float:
    """Return the largest p of what is hot or cold at a confidence (per cent)."""
    return LEVELS[CONFIDENCES.index(str(confidence))]


def _cube_of(incidents: Any, options: dict[str, Any], progress: Progress) -> SpaceTimeCube:
    if not isinstance(incidents, SpaceTimeCube):
        return space_time_cube(incidents, progress=progress, **options)
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise ValueError(
            f"A cube has its cells, steps and weights already, and {' and '.join(given)} would be of no use; leave "
            f"{'it' if len(given) == 1 else 'them'} out, or give incidents."
        )
    return incidents


def _band(cube: SpaceTimeCube, given: float | None, parameters: Parameters, progress: Progress) -> float:
    size = cube.grid.cell_size
    if given is None:
        given, _ = band_of(cube.counted(), parameters, progress)
    parameters["distance_band"] = band = checks.positive("distance_band", given)
    if band < size:
        raise ValueError(
            f"distance_band {band:g} m is smaller than a cell of {size:g} m, so no cell has a neighbour; raise it."
        )
    return band


def _trend(alone: np.ndarray, parameters: Parameters, progress: Progress) -> MannKendall:
    """Return the trend of each cell; steps in which all cells hold the same have no Gi*, and tell of none."""
    known = ~np.isnan(alone).all(axis=1)
    empty = int((~known).sum())
    are = (
        "1 step in which all cells hold the same is"
        if empty == 1
        else f"{empty:,} steps in which all cells hold the same are"
    )
    parameters.note("steps_without_variance", empty, f"{are} left out of the trends, and hot and cold nowhere")
    if not known.any():
        raise ValueError(
            f"No cell can be told from the others in any step: either distance_band {parameters['distance_band']:g} m makes all "
            "of them neighbours of all, or all hold the same; lower it, or take more incidents."
        )
    enough_steps(int(known.sum()))
    series = alone if known.all() else alone[known]
    # A cell whose neighbourhood is the whole study area has no Gi* in any step.
    whole = np.isnan(series).any(axis=0)
    return mann_kendall(np.where(whole, np.float32(0), series) if whole.any() else series, axis=0, progress=progress)


def _columns(
    cube: SpaceTimeCube, found: StepStatistics, trend: MannKendall, significant: np.ndarray
) -> dict[str, np.ndarray]:
    hot, cold = (found.mask(significant & (side * found.z > 0)) for side in (1, -1))
    direction = trends_of(trend.z, trend.p)
    which = classified(hot, cold, direction)
    hot_steps, cold_steps = hot.sum(axis=0), cold.sum(axis=0)
    columns = {
        "pattern": np.array(PATTERNS, dtype=object)[which],
        "reason": _reasons(which, hot_steps, cold_steps, len(hot), direction, trend.p),
        **cube.counted().columns(),
        "hot_steps": hot_steps,
        "cold_steps": cold_steps,
        "last_z": found.last_z,
        "last_p": found.last_p,
        "last_bin": found.last_bin(),
        "trend_s": trend.S,
        "trend_z": trend.z,
        "trend_p": trend.p,
    }
    return columns


def _reasons(
    which: np.ndarray, hot: np.ndarray, cold: np.ndarray, steps: int, direction: np.ndarray, p: np.ndarray
) -> np.ndarray:
    """Return in words why each cell has its pattern; most are never hot or cold, and share one sentence."""
    reasons = np.full(which.size, reason_of(NONE, 0, 0, steps, 0, 1.0), dtype=object)
    for row in np.flatnonzero(hot + cold):
        told = int(which[row]), int(hot[row]), int(cold[row]), steps, int(direction[row]), float(p[row])
        reasons[row] = reason_of(*told)
    return reasons


def _tell(columns: dict[str, np.ndarray], cube: SpaceTimeCube, parameters: Parameters) -> None:
    """Say how many cells have which pattern."""
    kinds, numbers = np.unique(columns["pattern"].astype(str), return_counts=True)
    told = [f"{kind} {number:,}" for number, kind in sorted(zip(numbers.tolist(), kinds), reverse=True)]
    size = f"{cube.count.shape[1]:,} cells of {cube.grid.cell_size:g} m and {len(cube.count):,} steps of {cube.steps.words}"
    parameters.tell(f"{size}: {', '.join(told)}")
    always = 10 * np.maximum(columns["hot_steps"], columns["cold_steps"]) >= 9 * len(cube.count)
    trends = int((always & (columns["trend_p"] < TREND_LEVEL)).sum())
    parameters["trends"] = trends
    if always.any():
        log.info(
            "of %s cells hot or cold in nine of ten steps %s have a trend; chance alone would give about %s",
            *(f"{number:,}" for number in (int(always.sum()), trends, round(TREND_LEVEL * int(always.sum())))),
        )
