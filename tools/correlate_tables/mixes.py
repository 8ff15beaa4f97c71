"""In what the mixes of categories of the city's places differ most."""

import lacrime_geo as lg
from tools.markdown import table

CITY = "lapd_citywide_2023-09_2023-10.parquet"
BOUNDARY, DIVISIONS = "la_city_boundary_from_divisions.geojson", "lapd_divisions.geojson"


def components(data):
    """Return a row for each component of cells and of divisions: what it is made of, its share, what chance gives."""
    incidents = lg.as_incidents(lg.read_lapd(data / CITY))
    places = {
        "cells of 1 km": dict(boundary=data / BOUNDARY),
        "cells of 2 km": dict(boundary=data / BOUNDARY, cell_size=2000),
        "21 divisions": dict(units=data / DIVISIONS),
    }
    rows = []
    for name, options in places.items():
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


TABLES = {"components": components}
