"""In what the mixes of categories of the city's places differ most."""

import numpy as np

import lacrime_geo as lg
from lacrime_geo.correlates.composed_cells import composed_cells
from lacrime_geo.correlates.correspondence import correspondence
from lacrime_geo.parameters import Parameters
from tools.markdown import table

CITY = "lapd_citywide_2023-09_2023-10.parquet"
BOUNDARY, DIVISIONS = "la_city_boundary_from_divisions.geojson", "lapd_divisions.geojson"


def city_of(data):
    """Return the incidents of the city."""
    return lg.as_incidents(lg.read_lapd(data / CITY))


def places_of(data):
    """Return the places that are looked at, as options."""
    return {
        "cells of 1 km": dict(boundary=data / BOUNDARY, cell_size=1000),
        "cells of 2 km": dict(boundary=data / BOUNDARY, cell_size=2000),
        "21 divisions": dict(units=data / DIVISIONS),
    }


def components(data):
    """Return a row for each component of cells and of divisions: what it is made of, its share, what chance gives."""
    incidents = city_of(data)
    rows = []
    for name, options in places_of(data).items():
        used = lg.category_components(incidents, **options).parameters
        for number, words in enumerate(used["components_in_words"]):
            made, _, share = words.partition(": ")[2].rpartition(" (")
            held, _, chance = share.rstrip(")").partition(" of the differences; ")
            place = (
                f"{name}: {used['places_known']:,} places, {used['incidents_scored']:,} incidents"
                if number == 0
                else ""
            )
            rows.append((place, number + 1, made, held, chance.replace(" by chance", ""), used["above_noise"]))
    return table(("places", "component", "made of", "share", "by chance", "more than noise"), rows)


def correlations(count, shown=3):
    """Return how the scores of counts (n, m) go with those of plain principal components of their shares, first with first."""
    share = count / count.sum(axis=1, keepdims=True)
    apart = share - share.mean(axis=0)
    plain = apart @ np.linalg.svd(apart, full_matrices=False)[2][:shown].T
    between = np.abs(np.corrcoef(plain.T, correspondence(count).scores[:, :shown].T)[:shown, shown:])
    return np.diag(between)


def plain(data):
    """Return how the components go with plain principal components of the shares: correlations of the scores."""
    incidents, rows = city_of(data), []
    for name, options in places_of(data).items():
        places = tuple(options.get(option) for option in ("units", "cell_size", "boundary"))
        count = composed_cells(incidents, places, 20, 0.01, Parameters()).table
        rows.append((name, *(f"{one:.2f}" for one in correlations(count))))
    return table(("correlation of the scores", "first", "second", "third"), rows)


TABLES = {"components": components, "plain": plain}
