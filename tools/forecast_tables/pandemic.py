"""What the months of the pandemic do to forecasts: counts, the season of 2020 as a base, and histories with and without them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

import lacrime_geo as lg
from tools import markdown

from .los_angeles import monthly, of_lapd, pooled
from .winners import AUTO, HORIZON, NAIVE, SMOOTHING

SPRINGS = tuple((f"{year}-04", f"{year}-06") for year in (2020, 2021, 2022, 2023))
FIRST_WINTER = ("2020-01", "2020-02")
BASED_ON_2020 = "2021-12"
AFTER = "2021-06"
MODELS = (AUTO, "combination", "ETS", "Theta", SMOOTHING, "mean of 6", "last count", NAIVE)
BASES = (AUTO, "mean of 6", "last count", SMOOTHING, NAIVE)


@lru_cache(maxsize=4)
def between(folder, first=None, last=None, models=MODELS):
    """Return the backtest of months from a first one to a last one."""
    table = monthly(folder)
    kept = table["period"] >= (first or "")
    if last is not None:
        kept &= table["period"] <= last
    return lg.backtest(of_lapd(table[kept]), models, horizon=HORIZON)


def levels(folder):
    """Return the incidents a month of each category in the first winter and in each spring."""
    table = monthly(folder)
    rows = []
    for name, part in table.groupby("category"):
        whole = part.groupby("period")["count"].sum()
        spans = [whole[first:last].mean() for first, last in (FIRST_WINTER, *SPRINGS)]
        rows.append([name, *(markdown.number(value, 0) for value in spans), f"{spans[1] / spans[3]:.2f}"])
    rows.sort(key=lambda row: float(row[-1]))
    header = ["category", "Jan–Feb 2020", *(f"Apr–Jun {first[:4]}" for first, _ in SPRINGS), "2020 / 2022"]
    return markdown.table(header, rows)


def bases(folder):
    """Return the errors of seasonal naive where its base is 2020, and where it is 2022, and smoothing's beside."""
    early, late = between(folder, None, BASED_ON_2020, BASES), between(folder)
    values = np.unique(late.made.panel.keys["category"])
    rows = []
    for name in (*values, "all"):
        cells = []
        for found in (early, late):
            inside = np.flatnonzero((found.made.panel.keys["category"] == name) | (name == "all"))
            naive = pooled(found, NAIVE, inside)
            cells += [
                markdown.percent(naive / found.made.actual[:, inside].mean()),
                markdown.share(pooled(found, SMOOTHING, inside) / naive),
            ]
        rows.append([name, *cells])
    rows[:-1] = sorted(rows[:-1], key=lambda row: float(row[2]))
    header = ["category", "naive on 2020: error", "smoothing", "naive on 2022: error", "smoothing"]
    return markdown.table(header, rows)


def histories(folder):
    """Return the errors at the last eight origins by histories with and without the months of the pandemic."""
    whole, short = between(folder), between(folder, AFTER)
    rows = []
    for name in whole["model"]:
        cells = []
        for found in (whole, short):
            at = int(np.flatnonzero(found["model"] == name)[0])
            cells += [
                markdown.share(found["to_seasonal_naive"][at]),
                markdown.percent(found["coverage95"][at]),
                markdown.number(found["winkler95"][at]),
            ]
        rows.append([name, *cells])
    header = ["model", "from 2020-01", "in 95 %", "Winkler", "from 2021-06", "in 95 %", "Winkler"]
    return markdown.table(header, rows)


TABLES = {"levels": levels, "bases": bases, "histories": histories}
