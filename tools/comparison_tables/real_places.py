"""Places of the real files that docs/comparisons.md compares: tracts, neighbourhoods, divisions and cities."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

import lacrime_geo as lg

NEIGHBOURHOODS, TRACTS = "la_times_neighborhood_counts_2020_2024.parquet", "la_tract_crime_counts_2020_2024.parquet"
DIVISIONS, CITYWIDE = "lapd_divisions_official.parquet", "lapd_citywide_2023-09_2023-10.parquet"
CITIES, YEAR = "us_city_crime_ucr_1975_2015.csv", 2014
# Both files of LA hold five years; September and October 2023 have 61 days.
YEARS, TWO_MONTHS = 5, 61 / 365


def divisions(data):
    """Return the 21 divisions with their incidents of two months, and the residents of the tracts that lie in them."""
    areas = gpd.read_parquet(data / DIVISIONS)
    found = lg.join_by_area(areas, areas=data / TRACTS, columns="population").to_geodataframe()
    number = pd.read_parquet(data / CITYWIDE, columns=["AREA"])["AREA"].astype(int).value_counts()
    found["count"] = found["PREC"].astype(int).map(number)
    found["population"] = found["population"].round()
    found["name"] = found["APREC"].str.title().str.replace("77Th", "77th")
    return found[["name", "count", "population", "geometry"]]


def cities(data):
    """Return the agencies of one year that reported it whole."""
    return lg.read_ucr(data / CITIES).year(YEAR)


# What is compared: its words, its places, and how they are read.
COMPARED = {
    "114 neighbourhoods": (lambda data: data / NEIGHBOURHOODS, dict(years=YEARS)),
    "1,243 tracts": (lambda data: data / TRACTS, dict(years=YEARS)),
    "21 divisions": (divisions, dict(years=TWO_MONTHS)),
    "65 cities": (cities, dict(count="violent")),
}


def ordered(values):
    """Return rows from the highest value to the lowest, those that are missing last."""
    return np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
