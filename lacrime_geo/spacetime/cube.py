"""The space-time cube: counts of incidents in the cells of a study area, step by step."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..counted_cells import CountedCells, Gridding
from ..delays import period_guards
from ..grid import Grid
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..results import MAX_POLYGONS, Cube, Shapes
from .steps import TimeStep, TimeSteps, note_left_over, steps_of

TITLE = "Space-time cube"
SECOND = np.timedelta64(1, "s")


@dataclass(frozen=True, eq=False, repr=False)
class SpaceTimeCube(Cube):
    """Hold counts of incidents (steps, cells) in the cells of a study area, zeros included.

    Its columns, `count` and with weights `weight_sum`, are of all steps together. `save` writes them as cells, with what
    `bins` gives as a layer of its own, or, to .nc, the whole cube as NetCDF (CF conventions), which xarray and QGIS open.

    Parameters
    ----------
    steps : the steps of time; `begin` and `ends` are their first days and the days after them (steps,), datetime64[D].
    count : incidents (steps, cells), int32.
    weight_sum : sums of the incidents' weights (steps, cells), where they have any.
    """

    steps: TimeSteps = None  # type: ignore[assignment]  # always given: its base's fields have defaults
    count: np.ndarray = None  # type: ignore[assignment]
    weight_sum: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        grid: Grid,
        cell: np.ndarray,
        steps: TimeSteps,
        count: np.ndarray,
        parameters: Parameters,
        weight_sum: np.ndarray | None = None,
        label: str = TITLE,
    ) -> SpaceTimeCube:
        """Return a cube of counts (steps, cells) in cells of a grid, ascending, and of sums of weights where there are any."""
        columns = {"count": count.sum(axis=0, dtype=np.int64)}
        if weight_sum is not None:
            columns["weight_sum"] = weight_sum.sum(axis=0)
        return cls(columns, parameters, grid, cell, "cube", label, steps, count, weight_sum)

    def __repr__(self) -> str:
        """Return its kind, its title and its size."""
        steps, cells = self.count.shape
        return f"<SpaceTimeCube {self.label!r}: {steps:,} steps of {self.steps.words} × {cells:,} cells>"

    @property
    def begin(self) -> np.ndarray:
        """The first day of each step (steps,), datetime64[D]."""
        return self.steps.begin

    @property
    def values(self) -> np.ndarray:
        """What is analysed (steps, cells): the sums of weights, or the counts."""
        return self.count if self.weight_sum is None else self.weight_sum

    @property
    def universe(self) -> np.ndarray:
        """A mask (rows, columns) of the cells of the study area."""
        mask = np.zeros(self.grid.size, dtype=bool)
        mask[self.cell] = True
        return mask.reshape(self.grid.shape)

    def counted(self) -> CountedCells:
        """Return the cells with what they hold in all steps together."""
        sums = self.columns.get("weight_sum")
        return CountedCells(self.grid, self.universe, np.zeros(0, dtype=bool), self["count"], sums)

    def bins(self) -> Shapes:
        """Return the cells with incidents in a step as a layer that plays in time: `count`, `first` and `last` moment.

        Raises
        ------
        ValueError
            If there are more than 1,000,000.
        """
        step, cell = np.nonzero(self.count)
        columns = {"count": self.count[step, cell].astype(np.int64)}
        if self.weight_sum is not None:
            columns["weight_sum"] = self.weight_sum[step, cell]
        return self.at_steps(step, cell, columns, self.label.replace(TITLE, "Incidents step by step"), self.style)

    def at_steps(
        self, step: np.ndarray, cell: np.ndarray, columns: dict[str, np.ndarray], label: str, style: str
    ) -> Shapes:
        """Return cells at steps, by their numbers (n,), as a layer that plays in time."""
        if step.size > MAX_POLYGONS:
            raise ValueError(
                f"{step.size:,} cells at steps are too many to write as polygons ({MAX_POLYGONS:,} at most); make the cells "
                "larger or the steps longer."
            )
        first, last = (at.astype("M8[s]")[step] for at in (self.steps.begin, self.steps.ends))
        # QGIS shows what so much as touches the span of a frame.
        columns = {**columns, "first": first, "last": last - SECOND}
        wkb = self.grid.polygons(self.cell[cell])
        return Shapes(columns, self.parameters, wkb, self.grid.crs, style, label)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> SpaceTimeCube:
        """Return a cube that was saved as NetCDF.

        Raises
        ------
        OSError
            If the file is missing or is no cube written by `save`.
        """
        from .netcdf import read

        return cls.of(**read(Path(path)))


def space_time_cube(
    incidents: Any,
    *,
    cell_size: float | None = None,
    time_step: TimeStep | None = None,
    boundary: Any = None,
    weight: Any = None,
    progress: Progress = None,
) -> SpaceTimeCube:
    """Count incidents in the cells of a study area, step by step.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with times.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, at least 150 m, to two digits; locational
        outliers are left out of this choice only.
    time_step : a number of days, "day", "week" or "month". Default: months where the period holds 24 whole ones or more, weeks
        where it holds 10, else as many days as make 10 steps. Whole steps are counted back from the end of the period;
        incidents before the first are left out and counted.
    boundary : polygon layer of the study area: its universe is every cell with its centre inside, zeros included. Default:
        the cells with incidents and the small gaps between them.
    weight : column name or array (n,); default the incidents' own weight, else 1.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    SpaceTimeCube
        `count` (steps, cells), `begin` of each step, `grid` and `cell`; `.save("cube.nc")` writes NetCDF.

    Raises
    ------
    ValueError
        If the incidents have no times, are fewer than 60 (30 with a boundary), all stand on one place, or the period is
        shorter than a step.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(0)
    >>> x, y = random.uniform(0, 3000, (2, 500))
    >>> when = np.datetime64("2023-01-01") + random.integers(0, 74, 500)
    >>> cube = space_time_cube(Incidents(x + 380000, y + 3768000, when=when, crs="EPSG:32611"), cell_size=500)
    >>> cube.count.shape, str(cube.begin[0])
    ((10, 36), '2023-01-05')
    """
    everything = as_incidents(incidents, weight=weight)
    record = Parameters()
    advance(progress, 0.0)
    steps = steps_of(everything, time_step, record)
    step = steps.of(np.asarray(everything.when))
    note_left_over(everything, step, steps, record)
    advance(progress, 0.05)
    # Without the other columns, which nothing here needs and which take long to choose from.
    kept = everything if (step >= 0).all() else replace(everything, source=None).take(step >= 0)
    advance(progress, 0.1)
    gridding = Gridding.of(kept, None, cell_size, boundary, progress=within(progress, 0.1, 0.4))
    parameters = gridding.parameters
    parameters.update(record)
    period_guards.warn(parameters, everything)
    if isinstance(weight, str):
        parameters["weight"] = weight
    cells = gridding.cells(gridding.queen)
    advance(progress, 0.6)
    found = _counted(cells, gridding.placed, steps, parameters, gridding.everything.titled(TITLE))
    advance(progress, 1.0)
    return found


def _counted(
    cells: CountedCells, placed: Incidents, steps: TimeSteps, parameters: Parameters, label: str
) -> SpaceTimeCube:
    number = np.full(cells.grid.size, -1)
    number[cells.cell] = np.arange(cells.cell.size)
    inside = np.flatnonzero(cells.inside)
    column = number[cells.grid.index(placed.easting[inside], placed.northing[inside])]
    shape = steps.begin.size, cells.cell.size
    flat = steps.of(np.asarray(placed.when)[inside]) * shape[1] + column
    count = np.bincount(flat, minlength=shape[0] * shape[1]).astype(np.int32).reshape(shape)
    sums = None
    if placed.weight is not None:
        sums = np.bincount(flat, placed.weight[inside], shape[0] * shape[1]).reshape(shape)
        # Whole weights stay whole numbers, for which there are exact tails.
        sums = sums.astype(np.int64) if cells.values.dtype.kind == "i" else sums
    return SpaceTimeCube.of(cells.grid, cells.cell, steps, count, parameters, sums, label)
