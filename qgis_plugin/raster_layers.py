"""QGIS raster layers to the library's surfaces, and surfaces to GeoTIFFs."""

import errno
import os

import numpy as np
from osgeo import gdal
from qgis.core import Qgis, QgsCoordinateReferenceSystem, QgsProcessingException

from .file_layers import opened_raster
from .lacrime_geo.grid import Grid
from .lacrime_geo.landing import explained
from .lacrime_geo.rasters import require_one_band, unmetric, with_record
from .projecting import is_metric
from .provenance import QMD_ITEM, as_qmd, metadata_of

BAND = 1


def surface_of(raster):
    """Return a raster's one band as a Surface, nodata as NaN; what our GeoTIFFs keep, unit and parameters, is restored."""
    provider, name, crs = raster.provider, raster.name, raster.crs
    if not crs.isValid():
        raise QgsProcessingException(
            f"The CRS of the raster {name!r} is missing; set it in the layer's properties first."
        )
    if not is_metric(crs):
        raise QgsProcessingException(unmetric(crs.authid() or crs.description(), name))
    require_one_band(provider.bandCount(), name)
    extent, rows, columns = provider.extent(), provider.ySize(), provider.xSize()
    transform = (extent.width() / columns, 0, extent.xMinimum(), 0, -extent.height() / rows, extent.yMaximum())
    grid = Grid.of_raster(transform, rows, columns, crs.authid() or crs.toWkt())
    unit, record = _kept(raster)
    return with_record(grid, _values(provider, extent, grid, name), unit, record, name)


def _values(provider, extent, grid, name):
    block = provider.block(BAND, extent, grid.columns, grid.rows)
    if not block.isValid() or not block.convert(Qgis.DataType.Float64):
        raise QgsProcessingException(f"The raster {name!r} cannot be read; is its file complete?")
    values = np.frombuffer(bytes(block.data())).reshape(grid.shape).copy()
    if block.hasNoDataValue():
        values[values == block.noDataValue()] = np.nan
    # What the user has declared as nodata; a raster without a nodata value of its own has no other mark for it.
    for ranged in provider.userNoDataValues(BAND):
        values[(values >= ranged.min()) & (values <= ranged.max())] = np.nan
    return values


def _kept(raster):
    """Return the unit and the record of parameters that the raster's file keeps, empty where there is none."""
    dataset = opened_raster(raster.path) if raster.by_gdal else None
    if dataset is None:
        return "", ""
    return dataset.GetRasterBand(BAND).GetUnitType(), dataset.GetMetadataItem("lacrime_geo")


def write_surface(outputs, name, surface):
    """Write a Surface as a tiled, compressed GeoTIFF with overviews, nodata, unit and parameters inside."""
    path = outputs.raster_path(name)
    rows, columns = surface.grid.shape
    plain = gdal.GetDriverByName("MEM").Create("", columns, rows, 1, gdal.GDT_Float32)
    a, b, c, d, e, f = surface.grid.transform
    plain.SetGeoTransform((c, a, b, f, d, e))
    plain.SetProjection(QgsCoordinateReferenceSystem(surface.grid.crs).toWkt())
    plain.SetMetadataItem("lacrime_geo", surface.parameters.record())
    plain.SetMetadataItem(QMD_ITEM, as_qmd(metadata_of(surface, outputs.provenance)))
    band = plain.GetRasterBand(1)
    band.SetNoDataValue(float("nan"))
    band.SetUnitType(surface.unit)
    band.SetDescription(surface.measure)
    band.WriteRaster(0, 0, columns, rows, np.ascontiguousarray(surface.values, dtype=np.float32).tobytes())
    with explained(outputs.final.get(path, path)):
        _copy_out(plain, path)
    return path


def _copy_out(dataset, path):
    """Write in memory first: GDAL does not always report that a disk is full, Python's own writing does."""
    memory = f"/vsimem/lacrime-{id(dataset)}.tif"
    options = ["COMPRESS=DEFLATE", "PREDICTOR=YES", "OVERVIEWS=AUTO", "BLOCKSIZE=256", "RESAMPLING=AVERAGE"]
    try:
        if gdal.GetDriverByName("COG").CreateCopy(memory, dataset, options=options) is None:
            raise OSError(errno.EIO, gdal.GetLastErrorMsg() or os.strerror(errno.EIO))
        size = gdal.VSIStatL(memory).size
        handle = gdal.VSIFOpenL(memory, "rb")
        content = gdal.VSIFReadL(1, size, handle)
        gdal.VSIFCloseL(handle)
    except RuntimeError as problem:  # where GDAL's exceptions are switched on
        raise OSError(errno.EIO, str(problem)) from problem
    finally:
        if gdal.VSIStatL(memory) is not None:
            gdal.Unlink(memory)
    with open(path, "wb") as file:
        file.write(content)
