"""The layers of a report's map that are areas: the hulls of clusters, areas with their warnings."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from .. import geometry
from ..parameters import in_plain_words, in_words, p_in_words
from ..results import Shapes
from ..styles import palettes
from ..summaries import counted, share_in_words
from .map_layers import Border, Look, ShapeLayer

HULL_FILL = 0.1
AREA_FILL = 0.65


def cluster_layer(hulls: Shapes) -> ShapeLayer:
    """Return the hulls of clusters in six hues by size and one for the rest."""
    order = np.argsort(hulls["rank"], kind="stable")
    hues = palettes.CLUSTER_HUES
    looks = [
        Look(
            f"Cluster {number + 1} by size: {_holds(hulls, row)}",
            hues[number],
            HULL_FILL,
            Border(hues[number], 2.2),
            cased=True,
        )
        for number, row in enumerate(order[: len(hues)].tolist())
    ]
    if order.size > len(hues):
        muted = palettes.OTHER_CLUSTERS
        rest = counted(order.size - len(hues), "smaller cluster")
        looks.append(Look(f"{rest}, in one colour", muted, HULL_FILL, Border(muted, 0.9)))
    wkb = [hulls.wkb[row] for row in order.tolist()]
    classes = np.minimum(np.arange(order.size), len(hues)).astype(np.uint8)
    words = tuple(_cluster_words(hulls, row) for row in order.tolist())
    labels = tuple(_cluster_label(hulls, row) for row in order.tolist())
    kept = hulls.parameters
    note = f"{in_words(kept['min_samples'])} incidents or more within {in_words(kept['eps'])} m of its cores (DBSCAN)"
    return ShapeLayer("clusters", "Clusters", tuple(looks), geometry.rings(wkb), classes, words, labels, note)


def _holds(hulls: Shapes, row: int) -> str:
    return counted(int(hulls["count"][row]), "incident")


def _cluster_label(hulls: Shapes, row: int) -> str:
    return f"{hulls['rank'][row]} · {_holds(hulls, row)} · {share_in_words(float(hulls['share'][row]))}"


def _cluster_words(hulls: Shapes, row: int) -> str:
    share = share_in_words(float(hulls["share"][row]))
    said = f"Cluster {hulls['rank'][row]} by size: {_holds(hulls, row)}, {share} of all, on "
    said += f"{in_words(hulls['area_km2'][row])} km²"
    if "category" in hulls.columns and hulls["category"][row] is not None:
        most = share_in_words(float(hulls["category_share"][row]))
        said += f"; most frequent: {in_plain_words(hulls['category'][row])}, {most}"
    return said


def alert_layer(areas: Shapes) -> ShapeLayer:
    """Return areas by the state of their warning, each with what was reported and what was expected."""
    states = areas["state"]
    occurring = [state for state in palettes.ALERTS if (states == state).any()]
    looks = tuple(_alert_look(state, int((states == state).sum())) for state in occurring)
    row = {state: number for number, state in enumerate(occurring)}
    classes = np.array([row[state] for state in states.tolist()], dtype=np.uint8)
    # Areas without a polygon are in the table only.
    placed = [number for number, wkb in enumerate(areas.wkb) if wkb is not None]
    words = tuple(_alert_words(areas, number) for number in placed)
    labels = tuple(
        f"{areas['area'][number]}: {int(areas['count'][number]):,}" if states[number] in ("alarm", "watch") else ""
        for number in placed
    )
    note = areas.label.split(" · ", 1)[-1]
    rings = geometry.rings([areas.wkb[number] for number in placed])
    return ShapeLayer("alerts", "Warnings by area", looks, rings, classes[placed], words, labels, note)


def _alert_look(state: str, number: int) -> Look:
    sentence, colour = palettes.ALERTS[state]
    told = f"{sentence} ({counted(number, 'area')})"
    line = palettes.ALERT_BORDER if colour else palettes.NO_DATA_BORDER
    return Look(told, colour, AREA_FILL, Border(line, 1.2))


def _alert_words(areas: Shapes, row: int) -> str:
    state = palettes.ALERTS[areas["state"][row]][0].split(":")[0].lower()
    said = f"{areas['area'][row]}: {areas['reason'][row]}"
    p = float(areas["p"][row])
    return f"{said}; {p_in_words(p)}; {state}" if np.isfinite(p) else f"{said}; {state}"


SHAPE_LAYERS: dict[str, Callable[[Any], ShapeLayer]] = {"clusters": cluster_layer, "alerts": alert_layer}
