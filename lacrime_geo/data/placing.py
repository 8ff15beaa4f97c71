"""Where the incidents of any agency's table are: which pair of columns says it, in which CRS, and whether others say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .. import crs as crs_rules
from ..parameters import Parameters
from . import crs_fitting, rules
from .cleaning import blank, noted, numbers, texts
from .coordinate_pairs import Pair, pairs_of
from .own_mapping import Asked, how
from .pair_comparison import compared
from .tables import Column

WGS_84 = "EPSG:4326"
REMEDY = "choose another column, or mend the file"


class Placed(NamedTuple):
    """The places (n,), NaN in both where there is none, their CRS, and the columns that say them."""

    x: np.ndarray
    y: np.ndarray
    crs: str
    columns: tuple[str, str]


def placed(
    columns: Mapping[str, Column], asked: Asked, file: str, audit: list[rules.Finding], parameters: Parameters
) -> Placed:
    """Return the places of a table; announce which columns say them, and refuse where two pairs say different ones.

    Raises
    ------
    ValueError
        If there are no coordinates, they are no degrees and their CRS is not known, more than max(5, 0.1 %) are no numbers,
        or pairs disagree.
    """
    named = [asked.columns.get(role) for role in ("x", "y")]
    free = {name: column for name, column in columns.items() if name not in _other_roles(asked)}
    pairs = pairs_of(free, columns, named, file)
    degrees = asked.crs is None or crs_rules.in_degrees(asked.crs)
    chosen = next((pair for pair in pairs if pair.are_degrees == degrees), pairs[0])
    for role, name, given in zip(("x", "y"), (chosen.x_name, chosen.y_name), named):
        if given is None:
            parameters.choose(role, name, chosen.reason)
        else:
            parameters[role] = name
    x, y = _coordinates(chosen, columns, audit)
    crs = _crs(chosen, asked, parameters)
    missing = np.zeros(x.size, dtype=bool)
    if named == [None, None]:
        for other in pairs:
            if other is not chosen:
                missing |= compared(chosen, other, crs, audit, parameters)
    zero, blank = (x == 0) & (y == 0), np.isnan(x) | np.isnan(y)
    audit += [
        rules.of_pairs("coordinates_zero", zero, x, y, "no geometry; the row is kept"),
        rules.of_pairs("coordinates_blank", blank, x, y, "no geometry; the row is kept"),
    ]
    nowhere = zero | blank | missing
    return Placed(np.where(nowhere, np.nan, x), np.where(nowhere, np.nan, y), crs, (chosen.x_name, chosen.y_name))


def _coordinates(
    chosen: Pair, columns: Mapping[str, Column], audit: list[rules.Finding]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of a pair, and note those that are none."""
    if chosen.x_name == chosen.y_name:
        column = texts(columns[chosen.x_name])
        audit.append(rules.parsed("place", column, chosen.x, blank(column), np.isnan, REMEDY))
        return chosen.x, chosen.y
    x = noted(audit, numbers(columns[chosen.x_name], "x", source=REMEDY))
    return x, noted(audit, numbers(columns[chosen.y_name], "y", source=REMEDY))


def _other_roles(asked: Asked) -> set[str]:
    return {name for role, name in asked.columns.items() if role not in ("x", "y")}


def _crs(pair: Pair, asked: Asked, parameters: Parameters) -> str:
    """Return the CRS of the pair chosen: the one named, degrees, or that which a rough place tells."""
    if asked.crs is not None:
        if pair.are_degrees and pair.given.any() and not crs_rules.in_degrees(asked.crs) and pair.reason:
            raise ValueError(
                f"The columns {pair} hold degrees, but the CRS {asked.crs!r} has none; name the columns that are in it as x and "
                f"y {how('x', 'y')}."
            )
        parameters["crs"] = asked.crs
        return asked.crs
    if not pair.are_degrees and asked.near is not None:
        return _near(pair, asked.near, parameters)
    _require_degrees(pair)
    if asked.near is not None:
        _require_near(pair, asked.near)
    return str(parameters.choose("crs", WGS_84, "no other is named, and the coordinates can be degrees"))


def _near(pair: Pair, near: tuple[float, float], parameters: Parameters) -> str:
    try:
        groups = crs_fitting.near_place(pair.x, pair.y, near)
    except ImportError:
        raise ValueError(
            f"Finding the CRS of {pair} needs pyproj: pip install pyproj, or name the CRS {how('crs')}."
        ) from None
    if not groups:
        raise ValueError(
            f"No CRS puts the coordinates in {pair} within 100 km of near = {near}; check that it is longitude before latitude, "
            f"or say which CRS they are in {how('crs')}."
        )
    if len(groups) > 1:
        shown = ", ".join(str(group[0]) for group in groups[:6])
        raise ValueError(
            f"Several CRSs put the coordinates in {pair} near {near}, at different places: {shown}; name the one that is meant "
            f"{how('crs')}."
        )
    best, *others = groups[0]
    alike = f"; {', '.join(fit.code for fit in others)} differ by less than {crs_fitting.SAME:.0f} m" if others else ""
    reason = f"{best.name}, the only one that puts the coordinates within 100 km of {near}{alike}"
    return str(parameters.choose("crs", best.code, reason))


def _require_degrees(pair: Pair) -> None:
    x, y = np.nan_to_num(pair.x), np.nan_to_num(pair.y)
    wrong = np.flatnonzero((np.abs(x) > 180) | (np.abs(y) > 90))
    if wrong.size:
        exchanged = bool((np.abs(y) <= 180).all() and (np.abs(x) <= 90).all())
        exchange = f"exchange x and y {how('x', 'y')}"
        other = (
            "say which CRS they are in, or about where they are (near, longitude and latitude), or mend these rows "
            f"{how('crs', 'near')}"
        )
        raise ValueError(
            f"{wrong.size:,} of {x.size:,} coordinates in {pair} are no longitude and latitude, first in row {wrong[0]} "
            f"({pair.x[wrong[0]]:,.10g}, {pair.y[wrong[0]]:,.10g}); {exchange if exchanged else other}."
        )


def _require_near(pair: Pair, near: tuple[float, float]) -> None:
    """Raise where degrees are not about where they should be: exchanged, or without the sign of the west or the south."""
    x, y = (
        float(np.median(values[pair.given])) if pair.given.any() else near[axis]
        for axis, values in enumerate(pair[2:4])
    )
    if crs_fitting.metres_between(x, y, *near) <= crs_fitting.NEARBY:
        return
    exchanged = crs_fitting.metres_between(y, x, *near) <= crs_fitting.NEARBY
    remedy = "exchange x and y" if exchanged else "check their signs, which columns are x and y, and near"
    raise ValueError(
        f"The middle of {pair}, ({x:.10g}, {y:.10g}), is more than 100 km from near = {near}; {remedy} {how('x', 'y', 'near')}."
    )
