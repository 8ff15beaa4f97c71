"""The harm of Los Angeles that docs/harm_forecasts.md scores forecasts on: by days and districts, by months and divisions."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

import lacrime_geo as lg
from tools.forecast_tables.los_angeles import KEYS, MONTHLY, WEST_LA, of_lapd

PART_1 = "p1"
UNIT = "Part 1 offences"


@lru_cache(maxsize=1)
def days(folder):
    """Return the Part 1 offences of each day and reporting district of West Los Angeles, 2020-03-15 to 2021-07-31."""
    points = lg.as_incidents(Path(folder) / WEST_LA)
    return lg.counts(points, by="district", weight=lg.harm(points, scale="part1_2"))


@lru_cache(maxsize=1)
def days_until_reported(folder):
    """Return within how many days 95 of 100 Part 1 offences of West Los Angeles were reported."""
    points = lg.as_incidents(Path(folder) / WEST_LA)
    grave = lg.harm(points, scale="part1_2")["weight"] > 0
    late = (points.reported[grave].astype("M8[D]") - points.when[grave].astype("M8[D]")).astype(int)
    return int(np.ceil(np.quantile(late, 0.95)))


@lru_cache(maxsize=1)
def months(folder):
    """Return the Part 1 offences of each month, division and category with any, 2020-01 to 2023-10, as a tidy table."""
    rows = pd.read_parquet(Path(folder) / MONTHLY)
    grave = rows[rows["part"] == PART_1]
    table = grave.groupby([*KEYS, "period"], as_index=False)["crimes"].sum().rename(columns={"crimes": "count"})
    return of_lapd(table.assign(unit=UNIT))
