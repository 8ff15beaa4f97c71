"""GeoJSON as RFC 7946 wants it: longitude and latitude, rounded, one feature to a line."""

import json

import numpy as np

from city import ORIGIN


def to_lonlat(points):
    """Longitude and latitude of points in metres from the city's origin."""
    from pyproj import Transformer

    easting, northing = (np.asarray(points) + ORIGIN).T
    return np.column_stack(Transformer.from_crs(32611, 4326, always_xy=True).transform(easting, northing))


def rounded(points, decimals=6):
    """Rounded longitude and latitude of points in metres, as they stand in the files."""
    return np.round(to_lonlat(points), decimals)


def polygon(ring):
    """Polygon geometry of one closed, counter-clockwise ring in degrees."""
    return {"type": "Polygon", "coordinates": [ring.tolist()]}


def lines(pieces):
    """MultiLineString geometry of lines in degrees."""
    return {"type": "MultiLineString", "coordinates": [piece.tolist() for piece in pieces]}


def point(place):
    """Point geometry of a place in degrees."""
    return {"type": "Point", "coordinates": np.asarray(place).tolist()}


def feature(geometry, **properties):
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(path, features):
    """Write a feature collection."""
    text = ",\n".join(json.dumps(each, separators=(",", ":")) for each in features)
    path.write_bytes(f'{{"type":"FeatureCollection","features":[\n{text}\n]}}\n'.encode())
