"""Prepare a city for a picture of the desktop: its incidents and boundary as layers, and its map for the tiles' server.

python tools/screenshot/cities.py sample|los_angeles FOLDER        writes FOLDER/shot.json

Los Angeles needs LACRIME_DATA; its map is drawn of neighbourhoods, since no other one of it is at hand.
"""

import json
import os
import sys
from pathlib import Path

import lacrime_geo as lg

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_layers"
# What lies around the city, so that its edge is seen: longitude and latitude.
AROUND = [[-119.2, 33.4], [-117.4, 33.4], [-117.4, 34.8], [-119.2, 34.8], [-119.2, 33.4]]
# The largest neighbourhoods are named first: so many from zoom 10, so many from 11 on, the others from 12.
NAMED_AT = ((12, 1), (45, 2))
# Names nearer to a larger neighbourhood's than this would be written over it (degrees).
ROOM = (0.036, 0.009)


def sample(folder):
    """Write the incidents of the sample city; return what is to be shown."""
    lg.read_lapd(SAMPLE / "incidents.csv.gz").to_file(folder / "incidents.gpkg")
    return dict(
        title="Santa Alba 2023",
        incidents=str(folder / "incidents.gpkg"),
        boundary=str(SAMPLE / "divisions.geojson"),
        basemap=str(SAMPLE / "basemap.geojson"),
        crs="EPSG:32611",
        # The middle, where four of the six planted hotspots are.
        extent=[366_000, 3_753_000, 391_000, 3_772_500],
        attribution="Santa Alba, a synthetic city",
    )


def los_angeles(folder):
    """Write the incidents of Los Angeles in September and October 2023; return what is to be shown."""
    data = Path(os.environ["LACRIME_DATA"])
    lg.read_lapd(data / "lapd_citywide_2023-09_2023-10.csv.gz").to_file(folder / "incidents.gpkg")
    basemap = folder / "basemap.geojson"
    basemap.write_text(json.dumps(_map_of(data / "la_times_neighborhoods.geojson")), encoding="utf-8")
    return dict(
        title="LAPD Sep–Oct 2023",
        incidents=str(folder / "incidents.gpkg"),
        boundary=str(data / "lapd_divisions.geojson"),
        basemap=str(basemap),
        crs="EPSG:32611",
        # From Hollywood to Watts, where most is reported.
        extent=[361_500, 3_755_500, 391_500, 3_779_000],
        attribution="Los Angeles Times, neighborhoods",
    )


def _map_of(path):
    """Return neighbourhoods as the features of which tiles are drawn: ground, edges and names."""
    neighbourhoods = json.loads(path.read_text(encoding="utf-8"))["features"]
    features = [_feature("Polygon", [AROUND], kind="hills")]
    features += [_feature("Polygon", rings, kind="land") for one in neighbourhoods for rings in _polygons(one)]
    edges = [ring for one in neighbourhoods for rings in _polygons(one) for ring in rings]
    features.append(_feature("MultiLineString", edges, kind="arterial", rank=2))
    by_size = sorted(neighbourhoods, key=lambda one: -max(_area(rings[0]) for rings in _polygons(one)))
    named = []
    for one in by_size:
        middle = _middle(max((rings[0] for rings in _polygons(one)), key=_area))
        if all(abs(middle[0] - x) > ROOM[0] or abs(middle[1] - y) > ROOM[1] for x, y in named):
            named.append(middle)
            rank = next((rank for below, rank in NAMED_AT if len(named) <= below), 3)
            features.append(_feature("Point", middle, kind="name", rank=rank, name=one["properties"]["name"]))
    return {"type": "FeatureCollection", "features": features}


def _feature(kind_of_geometry, coordinates, **properties):
    geometry = {"type": kind_of_geometry, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _polygons(feature):
    geometry = feature["geometry"]
    return [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]


def _crossed(ring):
    """Yield (cross product, point, next point) of each edge of a ring."""
    for one, other in zip(ring, ring[1:]):
        yield one[0] * other[1] - other[0] * one[1], one, other


def _area(ring):
    return abs(sum(cross for cross, _, _ in _crossed(ring))) / 2


def _middle(ring):
    """Return the centroid of a ring."""
    whole = sum(cross for cross, _, _ in _crossed(ring)) * 3
    return [sum(cross * (one[axis] + other[axis]) for cross, one, other in _crossed(ring)) / whole for axis in (0, 1)]


if __name__ == "__main__":
    name, place = sys.argv[1], Path(sys.argv[2])
    shown = {"sample": sample, "los_angeles": los_angeles}[name](place)
    (place / "shot.json").write_text(json.dumps(shown), encoding="utf-8")
