"""Points in one division whose records name another: by the divisions' polygons, with room for borders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Union

import numpy as np

from ... import geometry
from ...features import Features
from ...overlay import polygon_of
from ...progress import Progress
from ..rules import Finding, finding

# Hundred-blocks along a border are moved to either side of it: about a block.
TOLERANCE = 150.0
# Columns name the same areas when so many of the points stand where their record says.
ALIKE, POINTS_TRIED = 0.5, 20_000
_AT_ONCE = 2_000_000
Values = Union[Sequence[Any], np.ndarray]


class Match(NamedTuple):
    """The columns of records and polygons that name the same areas, and the share of points that stand where the record says."""

    of_records: str
    of_polygons: str
    share: float


def plain_code(value: Any) -> str:
    """Return the name or number of an area without what writing it differently changes.

    >>> plain_code("01"), plain_code(1.0), plain_code(" West  LA "), plain_code(None)
    ('1', '1', 'west la', '')
    """
    text = "" if value is None or value != value else re.sub(r"\s+", " ", str(value)).strip().lower()
    return re.sub(r"\.0+$", "", text).lstrip("0") or text[:1]


def codes_of(values: Values) -> np.ndarray:
    """Return plain names or numbers (n,) of areas, as texts."""
    of = {value: plain_code(value) for value in set(values)}
    return np.array([of[value] for value in values], dtype=str)


def matching_columns(inside: np.ndarray, records: Mapping[str, Values], polygons: Mapping[str, Values]) -> Match | None:
    """Return the columns by which most points stand where their record says; None where less than half do.

    Names alone do not tell: the numbers of rows are often those of divisions as well, in another order.

    Parameters
    ----------
    inside : the polygon in which each point (n,) stands, −1 for none.
    records, polygons : columns that may name areas: one value per point, one per polygon.
    """
    rows = np.flatnonzero(inside >= 0)[:POINTS_TRIED]
    named = {name: codes_of(values) for name, values in polygons.items()}
    best = None
    for name, values in records.items():
        said = codes_of([values[row] for row in rows])
        for other, codes in named.items():
            share = float((said == codes[inside[rows]]).mean()) if rows.size and np.unique(codes).size > 1 else 0.0
            if share >= ALIKE and (best is None or share > best.share):
                best = Match(name, other, share)
    return best


def misplaced(
    x: np.ndarray,
    y: np.ndarray,
    area: Values,
    divisions: Features,
    names: Values,
    tolerance: float = TOLERANCE,
    progress: Progress = None,
) -> Finding:
    """Find points (n,) that stand in one division, and whose records name another that is farther off than a block.

    Parameters
    ----------
    x, y : metres in the CRS of the divisions, NaN without a place.
    area : what the records say (n,), texts or numbers.
    divisions : polygons, in metres.
    names : what each polygon is called, as the records call it.
    tolerance : points so near (m) to the division named are taken as in it. Default 150 m, about a block.
    """
    told, recorded = codes_of(names), codes_of(area)
    known = np.isfinite(x) & np.isfinite(y) & np.isin(recorded, told)
    rows = np.flatnonzero(known)
    inside = polygon_of(divisions, x[rows], y[rows], progress)
    apart = (inside < 0) | (told[inside] != recorded[rows])
    rows, inside = rows[apart], inside[apart]
    distance = _distances(x[rows], y[rows], recorded[rows], divisions, told)
    bad, examples = np.zeros(x.size, dtype=bool), np.empty(x.size, dtype=object)
    far = distance > tolerance
    bad[rows[far]] = True
    for row, at in zip(rows[far], inside[far]):
        examples[row] = f"{recorded[row]} recorded, in {told[at] if at >= 0 else 'none'}"
    action = f"kept: more than {tolerance:g} m from the area that the record names"
    computed = {
        "compared": int(known.sum()),
        "unknown": int((~np.isin(recorded, told)).sum()),
        "within_tolerance": int((~far).sum()),
        "in_none": int((inside[far] < 0).sum()),
    }
    return {**finding("area_disagrees", bad, examples, action), "computed": computed}


def _distances(x: np.ndarray, y: np.ndarray, recorded: np.ndarray, divisions: Features, told: np.ndarray) -> np.ndarray:
    """Return the distance (m) of points (n,) to the nearest edge of the polygons that are called as recorded (n,)."""
    layer = geometry.rings(divisions.wkb)
    edge = geometry.edges(layer)
    owner = layer.feature[np.searchsorted(layer.start, edge, side="right") - 1]
    found = np.full(x.size, np.inf)
    for name in np.unique(recorded):
        own = edge[told[owner] == name]
        rows = np.flatnonzero(recorded == name)
        ends = (layer.x[own], layer.y[own], layer.x[own + 1], layer.y[own + 1])
        step = max(_AT_ONCE // max(own.size, 1), 1)
        for begin in range(0, rows.size, step):
            part = rows[begin : begin + step]
            found[part] = _to_edges(x[part], y[part], *ends)
    return found


def _to_edges(
    x: np.ndarray, y: np.ndarray, x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray
) -> np.ndarray:
    """Return the distance of each point (n,) to the nearest of edges (m,)."""
    dx, dy = x1 - x0, y1 - y0
    length = np.maximum(dx**2 + dy**2, 1e-12)
    along = np.clip(((x[:, None] - x0) * dx + (y[:, None] - y0) * dy) / length, 0.0, 1.0)
    return np.asarray(np.hypot(x0 + along * dx - x[:, None], y0 + along * dy - y[:, None]).min(axis=1, initial=np.inf))
