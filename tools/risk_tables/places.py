"""The incidents and study areas that docs/risk.md scores maps on."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

import lacrime_geo as lg

CITYWIDE = "lapd_citywide_2023-09_2023-10.parquet"
TWO_DIVISIONS = "lapd_mission_olympic_2023-01_2023-08.parquet"
WEST_LA = "lapd_west_la_2020-03_2021-07_28col.parquet"
PORTLAND = "portland_cfs_2016-08.parquet"
DIVISIONS = "lapd_divisions.geojson"
DISTRICTS = "portland_police_districts.parquet"
TYPES = ("burglary", "motor_vehicle_theft", "theft_from_vehicle", "robbery")


def city(folder):
    """Return the incidents of the whole city, September and October 2023, and its boundary."""
    return lg.as_incidents(Path(folder) / CITYWIDE), Path(folder) / DIVISIONS


def two_divisions(folder):
    """Return the incidents of Mission and Olympic, January to August 2023, without dates of report, and their boundary."""
    return lg.as_incidents(Path(folder) / TWO_DIVISIONS), divisions(folder, "Mission", "Olympic")


def west_la(folder):
    """Return the incidents of West Los Angeles, 15 March 2020 to 31 July 2021, and its boundary."""
    return lg.as_incidents(Path(folder) / WEST_LA), divisions(folder, "West LA", "West Los Angeles")


def portland(folder):
    """Return the calls for service of Portland in August 2016, and its police's districts."""
    districts = gpd.read_parquet(Path(folder) / DISTRICTS)
    # The file covers three counties; the calls are of Portland's own police.
    return lg.as_incidents(Path(folder) / PORTLAND, time_column="occ_date"), districts[districts["AGENCY"] == "PORT"]


def divisions(folder, *names):
    """Return the polygons of some divisions."""
    every = gpd.read_file(Path(folder) / DIVISIONS)
    text = (
        every.select_dtypes(exclude="number")
        .drop(columns="geometry")
        .apply(lambda column: column.astype(str).str.upper())
    )
    found = every[text.isin([name.upper() for name in names]).any(axis=1)]
    if found.empty:
        raise ValueError(f"No division of {DIVISIONS} is named {names}.")
    return found
