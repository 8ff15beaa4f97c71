"""Space-time cubes as NetCDF files by the CF conventions: time, y, x, and the coordinate reference system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..grid import Grid
from ..parameters import restored
from .steps import TimeSteps

if TYPE_CHECKING:
    from .cube import SpaceTimeCube

EPOCH = np.datetime64("1970-01-01", "D")
OUTSIDE = -1  # of the study area
RECORD = "lacrime_geo"


def write(cube: SpaceTimeCube, path: Path) -> None:
    """Write a cube as NetCDF 3 with 64-bit offsets."""
    from scipy.io import netcdf_file

    with netcdf_file(str(path), "w", version=2) as file:
        file.Conventions = "CF-1.8"
        # Of a str scipy's writer takes latin-1 alone.
        file.title = cube.label.encode()
        setattr(file, RECORD, cube.parameters.record().encode())
        _dimensions(file, cube)
        _reference(file, cube.grid)
        _layer(file, cube, "count", cube.count.astype(np.int32), "i4", "incidents")
        if cube.weight_sum is not None:
            kind = "i4" if cube.weight_sum.dtype.kind == "i" and cube.weight_sum.max() < 2**31 else "f8"
            _layer(file, cube, "weight_sum", cube.weight_sum, kind, "sums of the incidents' weights")


def _dimensions(file: Any, cube: SpaceTimeCube) -> None:
    grid, steps = cube.grid, cube.steps
    file.createDimension("time", steps.begin.size)
    file.createDimension("bounds", 2)
    file.createDimension("y", grid.rows)
    file.createDimension("x", grid.columns)
    days = np.stack([steps.begin, steps.ends], axis=1).astype("M8[D]") - EPOCH
    days = days.astype(np.int32)
    east = grid.centres(np.arange(grid.columns))[0]
    north = grid.centres(np.arange(grid.rows) * grid.columns)[1]
    since = dict(units="days since 1970-01-01", calendar="standard")
    _variable(file, "time", "i4", ("time",), days[:, 0], standard_name="time", bounds="time_bounds", axis="T", **since)
    _variable(file, "time_bounds", "i4", ("time", "bounds"), days, **since)
    for name, values, long in (("y", north, "northing of cell centres"), ("x", east, "easting of cell centres")):
        named = dict(standard_name=f"projection_{name}_coordinate", long_name=long, axis=name.upper(), units="m")
        _variable(file, name, "f8", (name,), values, **named)


def _reference(file: Any, grid: Grid) -> None:
    described: dict[str, Any] = {"spatial_ref": grid.crs, "crs_name": grid.crs}
    try:
        from pyproj import CRS
    except ImportError:  # as in QGIS, which has it in few installations; the EPSG code tells it as well
        pass
    else:
        reference = CRS.from_user_input(grid.crs)
        described = {**reference.to_cf(), "spatial_ref": reference.to_wkt(), "crs_name": grid.crs}
    transform = (grid.west, grid.cell_size, 0.0, grid.north, 0.0, -grid.cell_size)
    described["GeoTransform"] = " ".join(repr(float(value)) for value in transform)
    described["lower_left"] = np.array([grid.west, grid.south])
    described["cell_size"] = float(grid.cell_size)
    _variable(file, "crs", "i4", (), np.int32(0), **described)


def _layer(file: Any, cube: SpaceTimeCube, name: str, values: np.ndarray, kind: str, long: str) -> None:
    outside = np.array(OUTSIDE, dtype=kind)
    whole = np.full((len(values), cube.grid.size), outside)
    whole[:, cube.cell] = values
    shape = (len(values), *cube.grid.shape)
    named = dict(long_name=long, units="1", grid_mapping="crs", cell_methods="time: sum", _FillValue=outside)
    _variable(file, name, kind, ("time", "y", "x"), whole.reshape(shape), **named)


def _variable(file: Any, name: str, kind: str, dimensions: tuple[str, ...], values: Any, **attributes: Any) -> None:
    variable = file.createVariable(name, kind, dimensions)
    # Its own `assignValue` knows no variable without dimensions.
    variable.data[...] = values
    for key, value in attributes.items():
        if value is not None:
            setattr(variable, key, value.encode() if isinstance(value, str) else value)


def read(path: Path) -> dict[str, Any]:
    """Return what a cube is made of from its file.

    Raises
    ------
    OSError
        If the file is missing or is no cube written by `write`.
    """
    from scipy.io import netcdf_file

    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}; check the path.")
    try:
        with netcdf_file(str(path), "r", mmap=False) as file:
            return _read(file)
    except (KeyError, AttributeError, TypeError, ValueError, IndexError) as problem:
        raise OSError(
            f"{str(path)!r} is no space-time cube that lacrime_geo has written ({problem}); make it again from the incidents."
        ) from problem


def _read(file: Any) -> dict[str, Any]:
    parameters = restored(getattr(file, RECORD).decode())
    crs, count = file.variables["crs"], file.variables["count"][:]
    west, south = (float(value) for value in crs.lower_left)
    size = float(np.ravel(crs.cell_size)[0])
    grid = Grid(west, south, size, count.shape[1], count.shape[2], crs.crs_name.decode())
    days = file.variables["time_bounds"][:].astype(np.int64)
    begin, ends = (EPOCH + days[:, side] for side in (0, 1))
    flat = count.reshape(len(count), -1)
    cell = np.flatnonzero(flat[0] != OUTSIDE)
    sums = None
    if "weight_sum" in file.variables:
        held = file.variables["weight_sum"][:].reshape(len(count), -1)[:, cell]
        sums = held.astype(np.int64 if held.dtype.kind == "i" else float)
    return dict(
        grid=grid,
        cell=cell,
        steps=TimeSteps(begin, ends[-1]),
        count=flat[:, cell].astype(np.int32),
        parameters=parameters,
        weight_sum=sums,
        label=file.title.decode(),
    )
