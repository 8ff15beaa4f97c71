"""GeoTIFFs: tiled, compressed, with overviews, CRS, nodata, units and the parameters inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .results import Surface

CLOUD_OPTIMISED = dict(compress="deflate", predictor="yes", overviews="auto", resampling="average", blocksize=256)


def write(result: Any, path: Path) -> None:
    """Write a Surface (one band, float32) or Cells (a band per column, float64) as a cloud-optimised GeoTIFF."""
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    names, bands, units = _bands(result)
    profile = dict(
        driver="GTiff",
        width=result.grid.columns,
        height=result.grid.rows,
        count=len(bands),
        dtype=bands[0].dtype,
        crs=result.grid.crs,
        transform=_affine(result.grid.transform),
        nodata=np.nan,
    )
    # In memory first: GDAL does not always report that a disk is full, Python's own writing does.
    with MemoryFile() as plain, MemoryFile(ext=".tif") as final:
        with plain.open(**profile) as target:
            for number, (name, band, unit) in enumerate(zip(names, bands, units), start=1):
                target.write(band, number)
                target.set_band_description(number, name)
                target.set_band_unit(number, unit)
            target.update_tags(lacrime_geo=result.parameters.record())
        with plain.open() as source:
            copy(source, final.name, driver="COG", **CLOUD_OPTIMISED)
        path.write_bytes(final.read())


def _bands(result: Any) -> tuple[list[str], list[np.ndarray], list[str]]:
    if isinstance(result, Surface):
        return ["density"], [result.values.astype(np.float32)], [result.unit]
    names = list(result.columns)
    return names, [result.raster(name) for name in names], ["incidents" if name == "count" else "" for name in names]


def _affine(transform: tuple[float, ...]) -> Any:
    from rasterio.transform import Affine

    return Affine(*transform)
