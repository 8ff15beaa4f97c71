"""Make everything in this folder again: `python sample_layers/make.py [--out FOLDER]`."""

import argparse
from pathlib import Path

import numpy as np

import geojson
from agencies import write_agencies
from boundaries import contains
from city import CITY_NAME, build_land
from dirt import soil
from layers import make_layers, make_project
from official import official_rows, write_csv
from places import build_places
from planted import PLANTED
from records import draw_incidents
from streets import Streets, freeway_lines

SEED = 20_230_101
DIVISIONS = dict(
    enumerate(
        (
            "Civic Square",
            "Foundry",
            "Eastgate",
            "Observatory",
            "Saltmarsh",
            "Linden Flats",
            "Kelms Corner",
            "Juniper",
            "Millpond",
            "Granary",
            "Sandpiper",
            "Lantern Ridge",
            "Alba Hills",
            "Canyon Rim",
            "Quarry",
            "Palisade Bay",
            "Redwater",
            "Orchard Basin",
            "Cape Morrow",
            "Fairground",
            "Windmill",
        ),
        start=1,
    )
)
CITY_LABEL = (2_900.0, 500.0)
SEA_LABEL = (-15_500.0, -12_500.0)


def make_city(folder):
    """Write the divisions, the basemap, the planted hotspots, the incidents, and the agencies' years."""
    folder.mkdir(parents=True, exist_ok=True)
    land_rng, place_rng, incident_rng = (np.random.default_rng(seed) for seed in np.random.SeedSequence(SEED).spawn(3))
    land = build_land()
    streets = Streets(land, land_rng)
    rings = {code: geojson.rounded(ring) for code, ring in land["divisions"].items()}
    places = build_places(streets, land, rings, place_rng)
    columns = draw_incidents(places, incident_rng)
    spots = [geojson.rounded(spot.ring) for spot in PLANTED]
    columns = soil(columns, ~_inside_any(spots, places)[columns["place"]], incident_rng)
    geojson.write(folder / "divisions.geojson", _division_features(rings))
    geojson.write(folder / "basemap.geojson", _basemap_features(land, streets))
    geojson.write(folder / "planted_hotspots.geojson", _planted_features(spots, places, columns))
    write_csv(folder / "incidents.csv.gz", official_rows(columns, places, DIVISIONS, incident_rng))
    write_agencies(folder / "agency_years.csv", np.random.default_rng(SEED))


def _inside_any(rings, places):
    return np.any([contains(ring, places["longitude"], places["latitude"]) for ring in rings], axis=0)


def _division_features(rings):
    return [
        geojson.feature(geojson.polygon(ring), area=f"{code:02d}", area_name=DIVISIONS[code])
        for code, ring in rings.items()
    ]


def _planted_features(rings, places, columns):
    """Planted polygons; total_incidents counts what lies inside, the background there included."""
    for spot, ring in zip(PLANTED, rings):
        total = int(contains(ring, places["longitude"], places["latitude"])[columns["place"]].sum())
        yield geojson.feature(geojson.polygon(ring), **spot.describe(), total_incidents=total)


def _basemap_features(land, streets):
    """Land, greens, streets and labels in drawing order; `rank` 1 is drawn largest."""
    yield _drawn(geojson.polygon(geojson.rounded(land["land"], 5)), "land", CITY_NAME, 1)
    for name, kind, ring in land["green"]:
        yield _drawn(geojson.polygon(geojson.rounded(ring, 5)), kind, name, 2)
    for code, name in DIVISIONS.items():
        pieces = [geojson.rounded(line, 5) for line in streets.local_lines(code)]
        yield _drawn(geojson.lines(pieces), "street", name, 3)
    for name, pieces in streets.arterial_lines():
        yield _drawn(geojson.lines([geojson.rounded(piece, 5) for piece in pieces]), "arterial", name, 2)
    for name, line in freeway_lines():
        yield _drawn(geojson.lines([geojson.rounded(line, 5)]), "arterial", name, 1)
    yield from _label_features(land)


def _label_features(land):
    """Points with a name: the city and the bay, divisions, green areas, planted places."""
    labels = [(CITY_NAME, 1, CITY_LABEL), ("Sail Bay", 1, SEA_LABEL)]
    labels += [(DIVISIONS[code], 2, ring.mean(axis=0)) for code, ring in land["divisions"].items()]
    labels += [(name, 3, ring.mean(axis=0)) for name, _, ring in land["green"] if name not in DIVISIONS.values()]
    labels += [(spot.name, 3, spot.ring.mean(axis=0)) for spot in PLANTED[1:4]]
    for name, rank, place in labels:
        yield _drawn(geojson.point(geojson.rounded([place], 5)[0]), "place", name, rank)


def _drawn(geometry, kind, name, rank):
    return geojson.feature(geometry, kind=kind, name=name, rank=rank)


def main():
    """Read the command line and make the city and its layers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder to write into (default: this one)"
    )
    folder = parser.parse_args().out
    make_city(folder)
    make_layers(folder)
    make_project(folder)


if __name__ == "__main__":
    main()
