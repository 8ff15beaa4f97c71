"""The user's own layers of places, such as bars or parks, by names that columns can bear."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ... import geometry
from ...features import Features, as_features
from ...frames import TIME_COLUMN
from ...incidents import Incidents
from ..events import History


def place_layers(places: Any, crs: str) -> dict[str, Features]:
    """Return layers of places in a CRS by their names: of a mapping its keys, of one layer its own.

    Raises
    ------
    ValueError
        If a layer has no geometry, or two names are the same once they are columns.
    """
    if places is None:
        return {}
    if not isinstance(places, Mapping):
        features = _as_places(places, crs)
        places = {features.label: features}
    found: dict[str, Features] = {}
    for name, layer in places.items():
        column = in_name(str(name))
        if column in found:
            raise ValueError(f"Two layers of places are named {column!r}; give them different names.")
        found[column] = _as_places(layer, crs)
    return found


def _as_places(layer: Any, crs: str) -> Features:
    """Return points, polygons, or lines as polygons without an area, there and back, which have the same edges."""
    if isinstance(layer, (str, os.PathLike)):
        from ...files import read_features

        layer = read_features(layer)
    kinds = set(layer.geom_type.dropna()) if hasattr(layer, "geom_type") else set()
    if not kinds or not kinds <= {"LineString", "MultiLineString"}:
        return as_features(layer, crs=crs)
    frame = layer.to_crs(crs).explode(ignore_index=True)
    lines = [None if line is None or line.is_empty else np.asarray(line.coords)[:, :2] for line in frame.geometry]
    there_and_back = [None if line is None else np.concatenate([line, line[-2::-1]]).T for line in lines]
    shapes = [None if ring is None else geometry.polygon_wkb(*ring) for ring in there_and_back]
    return Features(shapes, crs, frame, str(layer.attrs.get("label", "lines")))


def refuse_later_places(places: Any, history: History) -> None:
    """Raise where places are incidents of which some were not known at the origin: their distance tells of the future.

    Raises
    ------
    ValueError
        If a layer of incidents holds dates from the origin on, or within the gap before it.
    """
    layers = places if isinstance(places, Mapping) else {"places": places}
    for name, layer in layers.items():
        when = _times(layer)
        late = np.flatnonzero(when >= history.end)
        if late.size:
            raise ValueError(
                f"{late.size:,} of the {when.size:,} incidents given as places {name!r} are of {history.end} or later, first "
                f"row {late[0]}, and were not known before {history.origin}; give those before (until={history.end})."
            )


def _times(layer: Any) -> np.ndarray:
    """Return when the incidents of a layer happened (n,); of places that are none, nothing."""
    when = layer.when if isinstance(layer, Incidents) else None
    source = None if isinstance(layer, (str, os.PathLike)) else getattr(layer, "source", layer)
    if when is None and source is not None and TIME_COLUMN in source:
        when = np.asarray(source[TIME_COLUMN])
    return when if when is not None and when.dtype.kind == "M" else np.zeros(0, dtype="M8[s]")


def in_name(text: str) -> str:
    """Return a text as a part of a column's name: small letters, digits and underscores.

    >>> in_name("Theft from vehicle"), in_name("***")
    ('theft_from_vehicle', 'unnamed')
    """
    return "".join(letter if letter.isalnum() else "_" for letter in text.lower()).strip("_") or "unnamed"
