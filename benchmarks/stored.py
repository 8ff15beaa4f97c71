"""The points as GeoParquet, in a folder that goes with the process: reading them is what an analysis is held against."""

import atexit
import shutil
import tempfile
from pathlib import Path

import geopandas as gpd
from contest import versions
from points import CRS

READING = f"reading them: {versions('geopandas')}, GeoParquet"
FOLDER = Path(tempfile.mkdtemp(prefix="stored-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def stored(name, x, y):
    """Return the file that holds the points, written when first asked for."""
    file = FOLDER / f"{name}.parquet"
    if not file.exists():
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=CRS).to_parquet(file)
    return file


def reading(task):
    """Return the points, read from the task's file."""
    return gpd.read_parquet(task.file)
