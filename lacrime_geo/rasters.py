"""GeoTIFFs in and out: tiled, compressed, with overviews, CRS, nodata, units and the parameters inside."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np

from . import crs as crs_rules
from .grid import Grid
from .parameters import restored
from .results import Surface

log = logging.getLogger("lacrime_geo")
CLOUD_OPTIMISED = dict(compress="deflate", predictor="yes", overviews="auto", resampling="average", blocksize=256)


def read(path: Path) -> Surface:
    """Read a raster of one band as a Surface, nodata as NaN, with the unit and the parameters that `write` keeps in it.

    Raises
    ------
    OSError
        If the file is missing or damaged.
    ValueError
        If it has several bands, no metric CRS, or cells that are not square.
    """
    import rasterio

    if not path.exists():
        raise FileNotFoundError(f"There is no file {str(path)!r}; check the path.")
    try:
        with rasterio.open(path) as source:
            require_one_band(source.count, path.name)
            rows, columns = source.shape
            grid = Grid.of_raster(tuple(source.transform)[:6], rows, columns, _metric_crs(source.crs, path.name))
            values = source.read(1, masked=True).astype(float).filled(np.nan) * source.scales[0] + source.offsets[0]
            return with_record(grid, values, source.units[0], source.tags().get("lacrime_geo"), path.stem)
    except rasterio.errors.RasterioIOError as problem:
        said = str(problem).splitlines()[0]
        raise OSError(f"{str(path)!r} cannot be read as a raster ({said}); is it complete?") from problem


def with_record(grid: Grid, values: np.ndarray, unit: str | None, record: str | None, label: str) -> Surface:
    """Return a Surface as a file tells of it; `record` is what `write` keeps there, if it was written so."""
    parameters = restored(record)
    for name, usual in (("layer", label), ("unit", unit or ""), ("crs", grid.crs)):
        parameters.setdefault(name, usual)
    return Surface(grid, values, parameters["unit"], parameters, label=label)


def require_one_band(bands: int, label: str) -> None:
    """Raise unless a raster has one band."""
    if bands != 1:
        raise ValueError(f"The raster {label!r} has {bands} bands and one is needed; extract the one you mean first.")


def unmetric(crs: str, label: str) -> str:
    """Return the sentence for a raster that is not in metres."""
    return f"The raster {label!r} is in {crs}, not in metres; warp it to a metric CRS such as UTM, with square cells, first."


def _metric_crs(crs: Any, label: str) -> str:
    if crs is None:
        raise ValueError(f"The CRS of the raster {label!r} is missing; assign it first, e.g. with gdal_edit -a_srs.")
    if not crs_rules.is_metric(crs.to_wkt()):
        raise ValueError(unmetric(crs_rules.name(crs.to_wkt()), label))
    return crs_rules.name(crs.to_wkt())


def write(result: Any, path: Path) -> None:
    """Write a Surface (one band, float32) or Cells (a band per column, float64) as a cloud-optimised GeoTIFF."""
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    units = _units(result)
    profile = dict(
        driver="GTiff",
        width=result.grid.columns,
        height=result.grid.rows,
        count=len(units),
        dtype=np.float32 if isinstance(result, Surface) else np.float64,
        crs=result.grid.crs,
        transform=_affine(result.grid.transform),
        nodata=np.nan,
    )
    # In memory first: GDAL does not always report that a disk is full, Python's own writing does.
    with MemoryFile() as plain, MemoryFile(ext=".tif") as final:
        with plain.open(**profile) as target:
            for number, (name, unit) in enumerate(units.items(), start=1):
                # One band after another: of a fine grid all together would fill the memory.
                target.write(_band(result, name), number)
                target.set_band_description(number, name)
                target.set_band_unit(number, unit)
            target.update_tags(lacrime_geo=result.parameters.record())
        with plain.open() as source:
            copy(source, final.name, driver="COG", **CLOUD_OPTIMISED)
        path.write_bytes(final.read())


def _units(result: Any) -> dict[str, str]:
    """Return the bands to write, in order, with the unit of each."""
    if isinstance(result, Surface):
        return {result.measure: result.unit}
    numeric = [name for name, column in result.columns.items() if column.dtype.kind in "iufb"]
    for name in sorted(set(result.columns) - set(numeric)):
        log.info("column %s holds text, which a raster does not; it is left out", name)
    return {name: "incidents" if name == "count" else "" for name in numeric}


def _band(result: Any, name: str) -> np.ndarray:
    return result.values.astype(np.float32) if isinstance(result, Surface) else result.raster(name)


def _affine(transform: tuple[float, ...]) -> Any:
    from rasterio.transform import Affine

    return Affine(*transform)
