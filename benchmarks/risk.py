"""A contest of predictors of places, and what a notebook does for one of them with geopandas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
from contest import Contestant, Match, versions

import lacrime_geo as lg
from lacrime_geo.geometry import rectangles_wkb

TITLE = "Where next: contests of predictors at eight origins"
CRS, WEST, SOUTH, SIDE = "EPSG:32611", 380_000.0, 3_768_000.0, 250.0
CELLS = 174  # a side: 30,276 in all
INCIDENTS, DAYS, ORIGINS, HORIZON, SHARE = 100_000, 366, 8, 7, 0.02
FIRST = np.datetime64("2022-01-01")
EIGHT = "smoothed_counts, kde, gi_star, prospective, self_exciting, logistic_regression, auto"
FOREST = "random_forest"


@dataclass(frozen=True)
class City:
    """Incidents of four categories and the square that they are of."""

    incidents: lg.Incidents
    boundary: lg.Features

    @property
    def x(self):
        """One value per incident."""
        return self.incidents.easting

    @property
    def cells(self):
        """How many cells there are."""
        return CELLS**2


def prepare():
    """Draw incidents that crowd in few cells, as those of cities do, half of them on the cells' centres, some reported late."""
    random = np.random.default_rng(10)
    crowd = random.gamma(0.3, 1.0, CELLS**2)
    row, column = np.divmod(random.choice(CELLS**2, INCIDENTS, p=crowd / crowd.sum()), CELLS)
    within = random.uniform(0.01, 0.99, (2, INCIDENTS))
    within[:, ::2] = 0.5
    x, y = WEST + SIDE * (column + within[0]), SOUTH + SIDE * (row + within[1])
    day = FIRST + random.integers(0, DAYS, INCIDENTS)
    kinds = np.array(["theft", "assault", "burglary", "robbery"], dtype=object)
    category = kinds[random.choice(4, INCIDENTS, p=[0.5, 0.25, 0.15, 0.1])]
    late = day + random.geometric(0.4, INCIDENTS) - 1
    incidents = lg.Incidents(x, y, when=day, reported=late, category=category, crs=CRS)
    return City(incidents, lg.Features([rectangles_wkb(*np.array([[WEST], [SOUTH]]), *2 * [CELLS * SIDE])[0]], CRS))


def held(predictors, city):
    """Return a contest; burglaries are predicted."""
    return lg.contest(city.incidents, predictors, category="burglary", boundary=city.boundary, origins=ORIGINS)


def in_a_notebook(city):
    """Return the hit rate of prior counts in 2 % of the area, as with geopandas: a join at each origin, sorted, summed."""
    known = city.incidents
    frame = gpd.GeoDataFrame(
        {"day": known.when, "reported": known.reported, "category": known.category},
        geometry=gpd.points_from_xy(known.easting, known.northing),
        crs=CRS,
    )
    column, row = np.meshgrid(np.arange(CELLS), np.arange(CELLS))
    corner = WEST + SIDE * column.ravel(), SOUTH + SIDE * row.ravel()
    cells = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkb(rectangles_wkb(*corner, SIDE, SIDE), crs=CRS))
    joined = gpd.sjoin(frame[frame.category == "burglary"], cells, predicate="within")
    end, caught, total = known.when.max().astype("M8[D]") + 1, 0.0, 0
    for back in range(ORIGINS, 0, -1):
        origin = end - HORIZON * back
        before = joined[(joined.day < origin) & (joined.reported < origin) & (joined.day >= origin - 365)]
        later = joined[(joined.day >= origin) & (joined.day < origin + HORIZON)]
        count = before.groupby("index_right").size().reindex(cells.index, fill_value=0)
        came = later.groupby("index_right").size().reindex(cells.index, fill_value=0)
        budget = int(SHARE * len(cells))
        top = count.sort_values(ascending=False).index[:budget]
        cut = count[top[-1]]
        tied, above = count == cut, count > cut
        caught += came[above].sum() + came[tied].sum() * (budget - above.sum()) / tied.sum()
        total += came.sum()
    return caught / total


def rate_of(contest):
    """Return the hit rate of prior counts in 2 % of the area."""
    return contest["hit_rate"][(contest["predictor"] == "prior_counts") & (contest["area"] == SHARE)][0]


def alike(city, our_answer, peer_answer):
    """Say how far the hit rates are apart."""
    ours = rate_of(our_answer)
    return f"hit rate of prior counts in 2 %: ours {ours:.6f}, peer {peer_answer:.6f}"


def costs(city, our_answer, peer_answer):
    """Say what each predictor cost, and what the process held."""
    table = our_answer.costs()
    told = [f"{name} {seconds:.1f} s" for name, seconds in zip(table["predictor"], table["seconds"])]
    return f"{', '.join(told)} for {our_answer.played.fits} origins; {our_answer.played.megabytes:,.0f} MB held at most"


MATCHES = [
    Match(
        name="prior counts alone, with intervals and all scores; the notebook's hit rate",
        points=None,
        prepare=prepare,
        ours=[Contestant("contest()", partial(held, "prior_counts"))],
        peers=[Contestant(f"{versions('geopandas')} sjoin and groupby", in_a_notebook)],
        judge=alike,
    ),
    Match(
        name="eight predictors",
        points=None,
        prepare=prepare,
        ours=[Contestant("contest()", partial(held, EIGHT))],
        peers=[],
        judge=costs,
        slow=True,
    ),
    Match(
        name="random forest, with its grid search at each origin",
        points=None,
        prepare=prepare,
        ours=[Contestant("contest()", partial(held, FOREST))],
        peers=[],
        judge=costs,
        slow=True,
    ),
]
