"""Small seeded layers to test with: points in metres near Los Angeles, frames of them, lattices of square polygons."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import lacrime_geo as lg

CRS = "EPSG:32611"
WEST, SOUTH = 380_000.0, 3_768_000.0


def incidents(x, y, **columns):
    """Return Incidents at x and y metres from a corner in Los Angeles."""
    return lg.Incidents(np.asarray(x, float) + WEST, np.asarray(y, float) + SOUTH, crs=CRS, **columns)


def uniform(n, seed, side=5000.0):
    """Return x and y (n,) spread evenly over a square."""
    return np.random.default_rng(seed).uniform(0, side, (2, n))


def clustered(n, seed, side=5000.0, centres=6, spread=120.0):
    """Return x and y (n,): four of five points around a few centres, the rest anywhere."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, side, (2, n))
    near = random.random(n) < 0.8
    which = random.integers(0, centres, n)
    cx, cy = random.uniform(0.1 * side, 0.9 * side, (2, centres))
    x[near] = (cx[which] + random.normal(0, spread, n))[near]
    y[near] = (cy[which] + random.normal(0, spread, n))[near]
    return x, y


def duplicated(n, seed, places=60, side=2000.0):
    """Return x and y (n,) on few places, as hundred-blocks are."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, side, (2, places))
    at = random.integers(0, places, n)
    return x[at], y[at]


def points_frame(x, y, crs=CRS, **columns):
    """Return a GeoDataFrame of points at x and y metres from the corner."""
    places = gpd.points_from_xy(np.asarray(x, float) + WEST, np.asarray(y, float) + SOUTH, crs=CRS)
    return gpd.GeoDataFrame(columns, geometry=places).to_crs(crs)


def crimes_frame(n=400, seed=3):
    """Return a GeoDataFrame in degrees with the columns that an analyst's layer has."""
    x, y = clustered(n, seed)
    random = np.random.default_rng(seed)
    when = np.datetime64("2023-01-01T00:00:00") + random.integers(0, 365 * 86400, n).astype("timedelta64[s]")
    kinds = np.array(["burglary", "robbery", "other"], dtype=object)[random.integers(0, 3, n)]
    return points_frame(x, y, "EPSG:4326", dr_no=[f"{i:09d}" for i in range(n)], occurred=when, category=kinds)


def squares(rows, columns, side=1000.0, jitter=0.0):
    """Return a lattice of four-cornered polygons, row by row from the south west; jitter moves the shared corners (m)."""
    moves = np.random.default_rng(0).uniform(-jitter, jitter, (rows + 1, columns + 1, 2))
    corner = np.moveaxis(np.indices((rows + 1, columns + 1)), 0, -1)[..., ::-1] * side + moves + (WEST, SOUTH)
    rings = np.stack([corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]], axis=2).reshape(-1, 4, 2)
    return gpd.GeoDataFrame(geometry=shapely.polygons(rings), crs=CRS)


def counts_as_incidents(counts, cell_size=100.0):
    """Return incidents that count to the array (rows, columns), north first, in cells with the corner at (0, 0)."""
    row, column = np.indices(counts.shape).reshape(2, -1)
    times = counts.ravel()
    x, y = (column + 0.5) * cell_size, (counts.shape[0] - row - 0.5) * cell_size
    return incidents(np.repeat(x, times), np.repeat(y, times))


def rectangle(west, south, east, north):
    """Return a boundary layer of one rectangle, in metres from the corner."""
    box = shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)
    return lg.as_features(gpd.GeoDataFrame(geometry=[box], crs=CRS))


def nibrs_table(n=300, seed=5):
    """Return a table as the LAPD's NIBRS files are, all texts: one row for each offence, up to four of an incident."""
    random = np.random.default_rng(seed)
    kinds = {
        "23F": "Theft From Motor Vehicle",
        "13A": "Aggravated Assault",
        "240": "Motor Vehicle Theft",
        "35A": "Drugs",
    }
    case = np.repeat(np.arange(n), random.integers(1, 5, n))[:n]
    nth = np.arange(n) - np.searchsorted(case, case)
    code = np.array(list(kinds))[random.integers(0, len(kinds), n)]
    day = np.datetime64("2024-05-01") + random.integers(0, 90, case.max() + 1)[case]
    place = random.integers(0, 40, case.max() + 1)[case]
    columns = {
        "caseno": [f"24{number:07d}" for number in case],
        "uniquenibrno": [f"24{number:07d}-{kind}-{which}" for number, kind, which in zip(case, code, nth)],
        "date_rptd": [f"{moment + 1}T00:00:00.000" for moment in day],
        "date_occ": [f"{moment}T00:00:00.000" for moment in day],
        "time_occ": [str(time) for time in (random.integers(0, 24, n) * 100 + 15)[case]],
        "area": [f"{1 + number % 21:02d}" for number in place],
        "area_name": "Central",
        "rpt_dist_no": [str(100 + number) for number in place],
        "totaloffensecount": [str(number) for number in np.bincount(case)[case]],
        "group": "A",
        "nibr_code": code,
        "nibr_description": [kinds[kind] for kind in code],
        "crime_against": "Property",
        "premis_cd": "101",
        "premis_desc": "STREET",
        "weapon_used_cd": "",
        "weapon_desc": "",
        "status": "IC",
        "status_desc": "Invest Cont",
        "totalvictimcount": "1",
        "victim_shot": "No",
        "domestic_violence_crime": np.where(case % 7 == 0, "Yes", "No"),
        "hate_crime": "No",
        "gang_related_crime": "",
        "location": [f"{number}00  MAIN ST" for number in place],
        "lat": [f"{34.0 + number / 1000:.4f}" for number in place],
        "lon": [f"{-118.3 + number / 1000:.4f}" for number in place],
    }
    return pd.DataFrame(columns, index=range(n)).astype(str)
