"""Small files of made-up incidents about Los Angeles, as agencies write them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet


def table(seed, rows=1000):
    """Return a table of incidents with coordinates, dates and categories."""
    draw = np.random.default_rng(seed)
    return pa.table(
        {
            "longitude": -118.3 + draw.normal(size=rows) * 0.02,
            "latitude": 34.05 + draw.normal(size=rows) * 0.02,
            "date": np.datetime64("2023-01-01", "s") + draw.integers(0, 30_000_000, rows).astype("m8[s]"),
            "category": draw.choice(["theft", "burglary"], rows).tolist(),
        }
    )


def folder_of(path, *tables, **settings):
    """Write tables as parquet files 0.parquet, 1.parquet and so on of a folder; return it."""
    path.mkdir(parents=True)
    for number, one in enumerate(tables):
        parquet.write_table(one, path / f"{number}.parquet", **settings)
    return path


def with_points(plain, crs="EPSG:4326"):
    """Return a table as a frame of points in a CRS."""
    import geopandas as gpd

    frame = plain.to_pandas()
    points = gpd.points_from_xy(frame.pop("longitude"), frame.pop("latitude"), crs="EPSG:4326")
    return gpd.GeoDataFrame(frame, geometry=points).to_crs(crs)
