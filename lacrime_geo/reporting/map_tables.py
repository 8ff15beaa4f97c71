"""What the map of a report shows, as tables: the largest hot areas and clusters. Areas with warnings have one of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Callable

import numpy as np

from .. import html_pages as html
from ..crs import Projection
from ..parameters import in_words
from ..privacy.safe_layers import K
from ..results import Cells, Shapes
from ..summaries import counted, share_in_words

SURE = 2  # the bin of 95 % confidence
MOST_ROWS = 10
SHOW = "on the map"


def hot_areas_table(cells: Cells, projection: Projection) -> html.Markup:
    """Return the hot areas that hold most incidents: cells hot at 95 % confidence that touch at a side or a corner."""
    from scipy.ndimage import label

    sure = np.flatnonzero(cells["bin"] >= SURE)
    if not sure.size:
        return html.tag("p", "No cell is hot at 95 % confidence or more.")
    mask = np.zeros(cells.grid.size, dtype=bool)
    mask[cells.cell[sure]] = True
    areas, number = label(mask.reshape(cells.grid.shape), structure=np.ones((3, 3)))
    area, count, z = areas.ravel()[cells.cell[sure]] - 1, cells["count"][sure], cells["z"][sure]
    held, size = np.bincount(area, count, number), np.bincount(area, minlength=number)
    # Shown at its hottest cell, which is within it whatever its shape.
    hottest = sure[[int(np.flatnonzero(area == one)[np.argmax(z[area == one])]) for one in range(number)]]
    longitude, latitude = projection.to_degrees(*cells.grid.centres(cells.cell[hottest]))
    order = np.argsort(-held, kind="stable")
    order = order[held[order] >= K]
    total, km2 = cells["count"].sum(), cells.grid.cell_size**2 / 1e6
    rows = [
        (
            rank + 1,
            int(held[one]),
            share_in_words(held[one] / total),
            f"{in_words(size[one] * km2)} km²",
            f"{cells['z'][hottest[one]]:.1f}",
            _show("hotspots", longitude[one], latitude[one], f"Hot area {rank + 1}"),
        )
        for rank, one in enumerate(order[:MOST_ROWS].tolist())
    ]
    names = ("rank", "incidents", "share of all", "area", "highest z", SHOW)
    return _captioned(_of_many("hot area", f" with {K} incidents or more", order.size), names, rows)


def clusters_table(hulls: Shapes, projection: Projection) -> html.Markup:
    """Return the largest clusters."""
    if not len(hulls):
        return html.tag("p", "There is no cluster.")
    order = np.argsort(hulls["rank"], kind="stable")[:MOST_ROWS].tolist()
    longitude, latitude = projection.to_degrees(hulls["mean_easting"], hulls["mean_northing"])
    rows = [
        (
            int(hulls["rank"][row]),
            int(hulls["count"][row]),
            share_in_words(float(hulls["share"][row])),
            f"{in_words(hulls['area_km2'][row])} km²",
            _show("clusters", longitude[row], latitude[row], f"Cluster {hulls['rank'][row]}"),
        )
        for row in order
    ]
    return _captioned(
        _of_many("cluster", ", the largest first", len(hulls)),
        ("rank", "incidents", "share of all", "area", SHOW),
        rows,
    )


def _of_many(thing: str, which: str, number: int) -> str:
    """Return the caption of a table of things, of which there may be more than it has rows."""
    things = f"{counted(number, thing)}{which}"
    return f"The first {MOST_ROWS} of {things}" if number > MOST_ROWS else things


def _captioned(caption: str, names: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> html.Markup:
    whole = html.table(names, rows)
    return html.Markup(whole.replace("<table>", f"<table>{html.tag('caption', caption)}", 1))


def _show(layer: str, longitude: float, latitude: float, of_what: str) -> html.Markup:
    told = json.dumps({"layer": layer, "place": [round(float(latitude), 6), round(float(longitude), 6)]})
    return html.tag("button", "show", type="button", data_show=told, aria_label=f"Show {of_what} on the map")


TABLES: dict[str, Callable[[Any, Projection], html.Markup]] = {"hotspots": hot_areas_table, "clusters": clusters_table}
