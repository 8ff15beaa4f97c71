"""The counts of Los Angeles that docs/forecasts.md scores forecasts on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import lacrime_geo as lg

MONTHLY = "lapd_monthly_division_category_2020-01_2023-10.parquet"
WEST_LA = "lapd_west_la_2020-03_2021-07_28col.parquet"
CITYWIDE = "lapd_citywide_2023-09_2023-10.parquet"
KEYS = ["area", "category"]
LEAST_A_MONTH = 10
LEAST_A_DAY = 1


def monthly(folder):
    """Return the months of each division and category with at least 10 a month, as a tidy table: 222 series of 46 months."""
    rows = pd.read_parquet(Path(folder) / MONTHLY)
    counted = rows.groupby([*KEYS, "period"], as_index=False)["crimes"].sum().rename(columns={"crimes": "count"})
    a_month = counted.groupby(KEYS)["count"].transform("sum") / counted["period"].nunique()
    return of_lapd(counted[a_month >= LEAST_A_MONTH])


def of_lapd(table):
    """Return a table that says whose counts it holds, so that the guards know."""
    table.attrs["agency"] = "LAPD"
    return table


def west_la(folder, **options):
    """Return the days of West Los Angeles, 2020-03-15 to 2021-07-31."""
    return lg.counts(Path(folder) / WEST_LA, freq="D", **options)


def west_la_categories(folder):
    """Return the days of each category of West Los Angeles with at least one a day."""
    table = west_la(folder, by="category").to_dataframe()
    a_day = table.groupby("category")["count"].transform("mean")
    kept = table[a_day >= LEAST_A_DAY]
    kept.attrs.update(table.attrs)
    return kept


def citywide(folder):
    """Return the days of the whole city, September and October 2023."""
    return lg.counts(Path(folder) / CITYWIDE, freq="D")


def pooled(found, name, rows=slice(None), steps=slice(None), origins=slice(None)):
    """Return the mean absolute error of a model in a backtest, over some origins, series and steps ahead."""
    made = found.made
    missed = np.abs(made.forecasts[name].mean - made.actual)
    return float(missed[origins][:, rows][:, :, steps].mean())
