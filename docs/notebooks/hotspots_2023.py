# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Hotspots of Los Angeles, 2023
#
# **The promise.** “Three hotspots hold 40 % of the city's crime, identified with 92 % confidence.”
#
# **Why such a number is usually wrong.** *Hold* depends on how large a hotspot is allowed to be: a clustering that must put
# every incident into one of a few parts calls thirds of a city hotspots. A share is often read off undated totals of several
# years, so that it is no finding of any year. The same incidents choose the places and measure them, which flatters.
# *Confidence* is mostly the height of a curve, the score of a clustering, or a z whose scale is off: with row-standardised
# weights one well-known program gives z a standard deviation of .35 where chance alone should give 1 ([why other tools show
# other maps](../hotspots.md#why-other-tools-show-other-maps)). And where thousands of cells are tested one by one, chance alone
# makes hundreds of them hot.
#
# **What is asked here.** How much do few places hold, of which size? Which cells are hot beyond chance, how far does that hang
# on the grid, and were the same places high in the month after? There is no public file in this project that has places for all
# of 2023, so that places are of September and October, and the year is told by division only.

# %%
import geopandas as gpd
import numpy as np
import pandas as pd
from notebook_maps import bins, maps
from notebook_page import Claim, claims, data_folder, percent, say, show, table, told
from sklearn.cluster import KMeans

import lacrime_geo as lg

DATA = data_folder()

# %%
frame = lg.read_lapd(DATA / "lapd_citywide_2023-09_2023-10.parquet")
incidents = lg.as_incidents(frame)
boundary = DATA / "la_city_boundary_from_divisions.geojson"
divisions = DATA / "lapd_divisions.geojson"
say(f"**{len(frame):,} incidents** that occurred from 1 September to 31 October 2023.")

# %% [markdown]
# ## What three of anything hold
#
# First as it is commonly done, and **wrong**: k-means with eight centres, the three largest parts called hotspots. Every
# incident belongs to some part, wherever it is, so that the share says how many centres were asked for and nothing of crime.

# %%
lonlat = frame.geometry.dropna()
xy = lonlat.to_crs(32611).get_coordinates().to_numpy()


def held_by_three(counts):
    """Return the share that the three largest hold."""
    return np.sort(counts)[-3:].sum() / np.sum(counts)


centres = {k: held_by_three(np.bincount(KMeans(k, n_init=10, random_state=0).fit_predict(xy))) for k in (5, 8, 10)}
table([{"wrong: k-means with": f"{k} centres", "the largest 3 hold": percent(share)} for k, share in centres.items()])

# %% [markdown]
# Any share can be had: with five centres three “hotspots” hold more than four fifths of the crime, with ten about half.
#
# Now of units that were there before anybody looked: the 21 divisions, the squares of 0.01 degrees that many dashboards use, and
# square cells of 310 m over the city, which the library chooses for these data. Intervals are of drawing as many incidents
# again.

# %%
assert centres[5] > 0.8 > centres[8] > 0.5 and 0.45 < centres[10] < 0.55, centres

by_division = lg.concentration(incidents, units=divisions, later_since="2023-10-01")
cells = lg.hotspots(incidents, boundary=boundary, cell_size=310, distance_band=465)
by_cell = lg.concentration(incidents, units=cells.to_geodataframe(), later_since="2023-10-01")
squares = pd.Series(list(zip(np.floor(lonlat.x * 100), np.floor(lonlat.y * 100)))).value_counts().to_numpy()
needed = int(np.argmax(np.cumsum(squares) >= 0.4 * squares.sum())) + 1


def measure(found, name, column="value"):
    """Return one number of a concentration."""
    return float(found[column][found["measure"].tolist().index(name)])


rows = [
    {
        "units": f"{measure(found, 'units'):,.0f} {words}",
        "the fullest 3 hold": percent(measure(found, "top_share")),
        "95 % interval": " to ".join(percent(measure(found, "top_share", end)) for end in ("low", "high")),
        "half stand in": f"{percent(measure(found, 'units_for_50'))} of them",
    }
    for words, found in {"divisions": by_division, "cells of 310 m": by_cell}.items()
]
rows.append({"units": f"{squares.size:,} squares of 0.01°", "the fullest 3 hold": percent(held_by_three(squares))})
table(rows)

# %% [markdown]
# In these two months three divisions of 21 hold 19.3 %, where an even spread would give 14.3 %. Three squares of 0.01° hold
# 3.9 %, and it takes 109 of the 1,154 that have any incident to hold 40 %. Three cells of 310 m hold 1.3 %. Nothing near 40 %.
# What is true is less striking and more useful: half of all incidents stand in 7.7 % of the cells.
#
# The year says the same. By division, January to October 2023, from monthly counts of all rows of the file:

# %%
told(
    ("19.3 %", percent(measure(by_division, "top_share"))),
    ("14.3 %", percent(3 / 21)),
    ("3.9 %", percent(held_by_three(squares))),
    ("109", f"{needed}"),
    ("1,154", f"{squares.size:,}"),
    ("1.3 %", percent(measure(by_cell, "top_share"))),
    ("7.7 %", percent(measure(by_cell, "units_for_50"))),
)
monthly = pd.read_parquet(DATA / "lapd_monthly_division_category_2020-01_2023-10.parquet")
by_year = monthly.groupby(["year", "area"])["crimes"].sum().unstack()
for year, counted in by_year.iterrows():
    first, until = ", ".join(counted.nlargest(3).index), " to October" if year == 2023 else ""
    say(f"{year}{until}: of {int(counted.sum()):,} incidents {first} hold {percent(held_by_three(counted))}.")

# %% [markdown]
# **Ranked in one month, measured in the next.** The cells that were fullest in September are not quite those of October. With
# three cells there is luck in it either way, so the fullest hundredth and the fullest fiftieth are held against both months.

# %%
grid = cells.to_geodataframe()
before_after = {}
for share in (0.01, 0.02):
    ranked = lg.concentration(incidents, units=grid, top=int(share * len(grid)), later_since="2023-10-01")
    before_after[share] = [measure(ranked, f"top_share_{month}") for month in ("before", "later")]
    own, later = before_after[share]
    say(
        f"The fullest {percent(share, 0)} of September's cells held {percent(own)} of September, {percent(later)} of October."
    )

# %% [markdown]
# What was held in the month that chose is more than what came in the next: 16.3 % against 14.2 % for the first hundredth, 24.6 %
# against 20.8 % for the fiftieth. The second number of each pair is the honest one.
#
# ## Hot beyond chance
#
# First **chance alone**: 38,000 points strewn evenly over the city, the same cells, each tested at 95 %. Without a correction
# for so many tests the empty map has hundreds of hot and cold cells; with it (false discovery rate, Benjamini & Hochberg 1995)
# none.

# %%
told(("16.3 %", percent(before_after[0.01][0])), ("14.2 %", percent(before_after[0.01][1])))
told(("24.6 %", percent(before_after[0.02][0])), ("20.8 %", percent(before_after[0.02][1])))

city = gpd.read_file(boundary).to_crs(32611)
even = city.geometry.sample_points(38_000, rng=1).explode(index_parts=False).reset_index(drop=True)
even = gpd.GeoDataFrame(geometry=even, crs=32611)
by_chance = {}
for correction in ("none", "fdr"):
    nothing = lg.hotspots(even, boundary=boundary, cell_size=310, distance_band=1000, correction=correction)
    by_chance[correction] = [int((nothing["bin"] >= 2).sum()), int((nothing["bin"] <= -2).sum())]
    say("Strewn evenly, correction *{}*: {} cells hot at 95 %, {} cold.".format(correction, *by_chance[correction]))

# %% [markdown]
# Now the incidents, twice: with the distance band that the data choose (1,000 m, the first peak of Moran's I by distance), and
# with the narrowest, in which a cell is judged with the eight around it. Gi\* (Ord & Getis 1995), two-sided, exact p, corrected.

# %%
told(("38,000", f"{len(even):,}"))
assert min(by_chance["none"]) > 200 and by_chance["fdr"] == [0, 0], by_chance

BANDS = {"1,000 m": 1000, "465 m": 465}
by_default = lg.hotspots(incidents, boundary=boundary)
assert by_default.parameters["distance_band"] == 1000 and by_default.parameters["cell_size"] == 310
hot_maps = {"1,000 m": by_default, "465 m": cells}
show(
    maps(
        f"Hot and cold cells of 310 m · incidents, Sep–Oct 2023 · n = {len(frame):,}",
        boundary,
        {f"judged within {words}": bins(found) for words, found in hot_maps.items()},
    )
)
hot = {words: found["bin"] >= 2 for words, found in hot_maps.items()}
held = {words: found["count"][hot[words]].sum() / found["count"].sum() for words, found in hot_maps.items()}
stands = {}
for words, band in BANDS.items():
    grids = lg.stability(incidents, cell_size=310, distance_band=band, boundary=boundary, runs=20)
    stands[words] = int(((grids["hot"] >= 0.9 * grids["runs"]) & (grids["bin"] >= 2)).sum())
table(
    [
        {
            "band": words,
            "hot cells": f"{hot[words].sum():,}",
            "of the area": percent(hot[words].mean()),
            "hold": percent(held[words]),
            "hot on nine in ten of 20 grids": f"{stands[words]:,}",
        }
        for words in BANDS
    ]
)

# %% [markdown]
# **Hot places hold 51 % of the incidents, or 8.5 %: of the same data, both at 95 % confidence.** The band alone makes the
# difference: the wide one calls 14.5 % of the city hot, the narrow one 0.8 %. So a share held by hotspots means nothing without
# the share of the area that they are; and 95 % confidence is about chance in each cell, not a score of the map. On other grids
# of about the same size 1,221 of the 1,880 wide cells stand, and of the 107 narrow ones 14: read patches of the first map, and
# no single cell of the second.
#
# ## The month after
#
# The maps of September and of October, by both bands:

# %%
told(("51 %", percent(held["1,000 m"], 0)), ("8.5 %", percent(held["465 m"])))
told(("14.5 %", percent(hot["1,000 m"].mean())), ("0.8 %", percent(hot["465 m"].mean())))
told(*zip(("1,221", "14"), (f"{stands[words]:,}" for words in BANDS)))
told(*zip(("1,880", "107"), (f"{hot[words].sum():,}" for words in BANDS)))

months = [incidents.select(until="2023-10-01"), incidents.select(since="2023-10-01")]
alike = {}
for words, band in BANDS.items():
    both = [lg.hotspots(part, boundary=boundary, cell_size=310, distance_band=band) for part in months]
    agreement = lg.compare(*both).agreement()
    alike[words] = dict(zip(agreement["measure"], agreement["value"]))
    shared = percent(alike[words]["hot_overlap"])
    say(
        f"Band of {words}: {percent(alike[words]['observed'])} of the cells alike; of the hot, hot in both months {shared}."
    )

# %% [markdown]
# “99 % alike” is what most cells being neither hot nor cold comes to. Of the cells that are hot in either month (at 90 %
# confidence or more) 46 % are hot in both by the narrow band, 83 % by the wide one. And a map of what is hot is not the best map
# of where next month's incidents come: plain counts caught more ([hotspot classification](hotspot_classification.py), [where
# next](../risk.md#what-maps-are-worth)).
#
# ## Claims

# %% tags=["hide-input"]
told(("99 %", percent(alike["465 m"]["observed"], 0)))
told(*zip(("46 %", "83 %"), (percent(alike[words]["hot_overlap"], 0) for words in ("465 m", "1,000 m"))))

two_months = {"period": incidents.period, "n": int(measure(by_division, "incidents"))}
evenly = f"evenly spread: {3 / 21:.3f}"
claims(
    [
        Claim(
            name="held by the fullest 3 of 21 divisions",
            value=measure(by_division, "top_share"),
            unit="of the incidents",
            method="concentration; interval by drawing incidents again",
            code="measure(lg.concentration(incidents, units=divisions), 'top_share')",
            interval=(measure(by_division, "top_share", "low"), measure(by_division, "top_share", "high")),
            level=95,
            baseline=evenly,
            **two_months,
        ),
        Claim(
            name="held by the fullest 3 of 21 divisions, 2023",
            value=held_by_three(by_year.loc[2023]),
            unit="of the incidents",
            method="counts by month, all rows of the file",
            code="held_by_three(by_year.loc[2023])",
            baseline=evenly,
            n=int(by_year.loc[2023].sum()),
            period="2023-01 to 2023-10",
        ),
        Claim(
            name="squares of 0.01° that hold 40 %",
            value=needed,
            unit=f"of {squares.size:,} squares with any incident",
            method="counted, the fullest first",
            code="int(np.argmax(np.cumsum(squares) >= 0.4 * squares.sum())) + 1",
            **two_months | {"n": int(squares.sum())},
        ),
        Claim(
            name="held in October by the fullest 2 % of September's cells",
            value=before_after[0.02][1],
            unit="of October's incidents",
            method="cells of 310 m ranked by their count",
            code="before_after[0.02][1]",
            split="ranked in September, measured in October",
            baseline="any 2 %: 0.020",
            **two_months | {"n": int(both[1]["count"].sum())},
        ),
        Claim(
            name="hot cells at 95 % confidence, band of 1,000 m",
            value=int(hot["1,000 m"].sum()),
            unit=f"of {len(by_default):,} cells",
            method="Gi* (Ord & Getis 1995), two-sided, false discovery rate",
            code="int((lg.hotspots(incidents, boundary=boundary)['bin'] >= 2).sum())",
            baseline=f"points strewn evenly: {sum(by_chance['fdr'])}",
            **two_months | {"n": int(by_default["count"].sum())},
        ),
    ],
    globals(),
)

# %% [markdown]
# ## What this does not show
#
# * **The year by place.** Two months are no year, and October is not every month.
# * **Risk.** Counts are not divided by who is there; a busy place has many incidents for many people.
# * **Crime.** These are reports, moved to the hundred-block by the publisher.
# * **Why, or what to do.** Nothing here says that a place causes anything, or that sending anybody there would help.
