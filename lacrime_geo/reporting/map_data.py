"""What the script of a report's map reads: its layers as JSON, cells by number and areas by whole steps of their corners."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from .. import geometry
from ..crs import Projection
from ..features import Features
from .map_layers import NOWHERE, CellLayer, Look, MapLayer, ShapeLayer, Words
from .web_mercator import fitted

# Corners are told to a millionth of a degree, about 0.1 m.
STEP = 1e6
ALONG_AN_EDGE = 64


def map_data(layers: list[MapLayer], boundary: Features | None, projection: Projection) -> dict[str, Any]:
    """Return all of it as values of JSON."""
    told = [
        _of_cells(layer, projection) if isinstance(layer, CellLayer) else _of_shapes(layer, projection)
        for layer in layers
    ]
    outline = _rings(geometry.rings(boundary.wkb), projection) if boundary is not None else []
    return {"layers": told, "boundary": outline, "bounds": bounds_of(layers, boundary, projection)}


def bounds_of(layers: list[MapLayer], boundary: Features | None, projection: Projection) -> tuple[float, ...]:
    """Return (west, south, east, north) in degrees: of the boundary, else of all layers."""
    if boundary is not None:
        return _degrees(boundary.bounds, projection)
    each = np.array([_degrees(extent(layer), projection) for layer in layers])
    low, high = each[:, :2].min(axis=0), each[:, 2:].max(axis=0)
    return (*map(float, low), *map(float, high))


def extent(layer: MapLayer) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) in metres of what is drawn of a layer: cells with a class, or areas."""
    if isinstance(layer, ShapeLayer):
        x, y = layer.rings.x, layer.rings.y
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())
    known = layer.classes != NOWHERE
    rows, columns = np.flatnonzero(known.any(axis=1)), np.flatnonzero(known.any(axis=0))
    grid, size = layer.grid, layer.grid.cell_size
    return (
        grid.west + size * float(columns[0]),
        grid.north - size * float(rows[-1] + 1),
        grid.west + size * float(columns[-1] + 1),
        grid.north - size * float(rows[0]),
    )


def _degrees(bounds: tuple[float, float, float, float], projection: Projection) -> tuple[float, float, float, float]:
    """Return bounds in degrees that hold those in metres, whose edges are bent there."""
    west, south, east, north = bounds
    along, up = np.linspace(west, east, ALONG_AN_EDGE), np.linspace(south, north, ALONG_AN_EDGE)
    x = np.concatenate([along, along, np.full(up.size, west), np.full(up.size, east)])
    y = np.concatenate([np.full(along.size, south), np.full(along.size, north), up, up])
    longitude, latitude = projection.to_degrees(x, y)
    return float(longitude.min()), float(latitude.min()), float(longitude.max()), float(latitude.max())


def _of_cells(layer: CellLayer, projection: Projection) -> dict[str, Any]:
    grid = layer.grid
    bounds = _degrees(grid.bounds, projection)
    return {
        **_named(layer),
        "grid": {
            "west": grid.west,
            "north": grid.north,
            "size": grid.cell_size,
            "rows": grid.rows,
            "columns": grid.columns,
        },
        "bounds": bounds,
        "fit": fitted(*bounds, projection, grid.cell_size).as_json(),
        "classes": _packed(layer.classes.ravel(), "u1"),
        "words": _of_words(layer.words),
    }


def _of_shapes(layer: ShapeLayer, projection: Projection) -> dict[str, Any]:
    rings = _rings(layer.rings, projection)
    shapes = [
        {
            "rings": [rings[ring] for ring in np.flatnonzero(layer.rings.feature == number).tolist()],
            "look": int(layer.classes[number]),
            "words": layer.words[number],
            "label": layer.labels[number] if layer.labels else "",
        }
        for number in range(len(layer.words))
    ]
    return {**_named(layer), "shapes": shapes}


def _named(layer: MapLayer) -> dict[str, Any]:
    return {"name": layer.name, "title": layer.title, "looks": [_look(look) for look in layer.looks]}


def _look(look: Look) -> dict[str, Any]:
    border = look.border._asdict() if look.border else None
    return {**look._asdict(), "border": border}


def _of_words(words: Words) -> dict[str, Any]:
    """Return words with each text once, and for each row which of them it has."""
    columns = []
    for column in words.columns:
        each, number = np.unique(column.astype(str), return_inverse=True)
        kind = "<u2" if each.size <= 65_536 else "<u4"
        columns.append({"texts": each.tolist(), "number": _packed(number.ravel(), kind), "kind": kind})
    cells = None if words.cell is None else _packed(words.cell, "<u4")
    return {"template": words.template, "columns": columns, "cells": cells}


def _packed(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def _rings(layer: geometry.Rings, projection: Projection) -> list[list[int]]:
    """Return each ring as longitude and latitude of its first corner, then the steps to each next, without the closing one."""
    if not layer.x.size:
        return []
    longitude, latitude = projection.to_degrees(layer.x, layer.y)
    corners = np.rint(np.column_stack([longitude, latitude]) * STEP).astype(np.int64)
    told = []
    for start, end in zip(layer.start[:-1].tolist(), layer.start[1:].tolist()):
        ring = corners[start : end - 1]
        steps = np.diff(ring, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        told.append(np.concatenate([ring[:1], steps]).ravel().tolist())
    return told
