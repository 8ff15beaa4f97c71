"""A million incidents in a GeoPackage: half of them on hundred-blocks, half spread around hot spots."""

import sqlite3
from contextlib import closing

import numpy as np

N = 1_000_000
WEST, EAST, SOUTH, NORTH = -118.6, -118.2, 33.75, 34.25
FIELDS = {
    "number": "OFTInteger64",
    "harm": "OFTReal",
    "occurred": "OFTDateTime",
    "category": "OFTString",
    "reported": "OFTDateTime",
}
CATEGORIES = np.array(["assault", "burglary", "robbery", "theft"], dtype=object)


def places(random):
    """Return longitudes and latitudes in any order."""
    blocks = [np.round(random.uniform(*ends, 40_000), 3) for ends in ((WEST, EAST), (SOUTH, NORTH))]
    crowd = random.pareto(1.2, 40_000) + 0.1
    block = random.choice(40_000, N // 2, p=crowd / crowd.sum())
    centre = random.integers(0, 60, N - N // 2)
    spots = [random.uniform(*ends, 60)[centre] for ends in ((WEST, EAST), (SOUTH, NORTH))]
    spread = [spot + random.normal(0, 0.02, spot.size) for spot in spots]
    order = random.permutation(N)
    return [np.concatenate([ends[block], around])[order] for ends, around in zip(blocks, spread)]


def write(path):
    """Write them with number, harm, occurred, category and reported."""
    random = np.random.default_rng(11)
    x, y = places(random)
    minutes = random.integers(0, 4 * 365 * 24 * 60, N)
    moments = np.datetime64("2020-01-01", "ms") + 60_000 * minutes.astype("m8[ms]")
    categories = CATEGORIES[random.integers(0, CATEGORIES.size, N)]
    harm = 1.0 + np.arange(N) % 3
    # Reports come some days later, most of them soon.
    reports = moments + 86_400_000 * random.geometric(0.1, N).astype("m8[ms]")
    _write_empty(path)
    rows = zip(_points(x, y), range(N), harm.tolist(), _texts(moments), categories.tolist(), _texts(reports))
    with closing(sqlite3.connect(path)) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        names = ", ".join(FIELDS)
        database.executemany(f"INSERT INTO points (geom, {names}) VALUES (?{', ?' * len(FIELDS)})", rows)
        bounds = [float(of(ends)) for of in (np.min, np.max) for ends in (x, y)]
        database.execute("UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?", bounds)
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", (N,))


def write_agency_years(path, agencies=25_000, years=40):
    """Write a CSV of as many agency-years, unless it is there; return its path."""
    if not path.exists():
        random = np.random.default_rng(12)
        level = np.repeat(random.lognormal(6, 0.5, agencies), years)
        people = np.full(level.size, 100_000)
        columns = [np.repeat(np.arange(agencies), years), np.tile(np.arange(1980, 1980 + years), agencies), people]
        table = np.column_stack([*columns, random.poisson(level), np.full(level.size, 12)])
        with path.open("w", encoding="ascii") as file:
            file.write("ORI,year,total_pop,violent_crime,months_reported\n")
            file.writelines(f"A{a},{b},{c},{d},{e}\n" for a, b, c, d, e in table.tolist())
    return str(path)


def _write_empty(path):
    from osgeo import ogr, osr

    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(path), options=["VERSION=1.2"])
    table = dataset.CreateLayer("points", degrees, ogr.wkbPoint, options=["SPATIAL_INDEX=NO"])
    for name, kind in FIELDS.items():
        table.CreateField(ogr.FieldDefn(name, getattr(ogr, kind)))


def _points(x, y):
    """Yield points as a GeoPackage keeps them: its own head, the number of the CRS, then WKB."""
    points = np.zeros(
        N, dtype=[("head", "S4"), ("crs", "<i4"), ("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")]
    )
    points["head"], points["crs"], points["order"], points["kind"] = b"GP\x00\x01", 4326, 1, 1
    points["x"], points["y"] = x, y
    data = points.tobytes()
    return (data[begin : begin + points.itemsize] for begin in range(0, len(data), points.itemsize))


def _texts(moments):
    return (text + "Z" for text in np.datetime_as_string(moments, unit="ms").tolist())
