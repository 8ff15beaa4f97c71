"""Write saved points as a GeoPackage layer, in a process of its own: its memory is no contestant's.

python layer.py points.npy layer.gpkg
"""

import sys

import geopandas as gpd
import numpy as np
from points import CRS


def write(points, layer):
    """Write a layer of the points (2, n) in a .npy file; a third row is when each occurred, in seconds since 1970."""
    x, y, *second = np.load(points)
    columns = {"occurred": second[0].astype("datetime64[s]")} if second else {}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x, y), crs=CRS)
    frame.to_file(layer, engine="pyogrio", VERSION="1.2")  # what older QGIS reads without a warning


if __name__ == "__main__":
    write(*sys.argv[1:])
