"""Whether two pairs of columns say the same places: degrees beside degrees, or projected coordinates beside degrees."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters
from . import crs_fitting, rules
from .coordinate_pairs import Pair
from .own_mapping import how

# Two pairs of degrees that are farther apart (about 1 km) say two places; the block's middle and its corner are nearer.
APART, METRES_APART = 0.01, 1000.0
# In how many rows two pairs may say two places before it cannot be known which is right.
SHARE_APART = 0.01
# Two CRSs that fit so alike (m) are not told apart.
ALIKE = 0.1


def compared(chosen: Pair, other: Pair, crs: str, audit: list[rules.Finding], parameters: Parameters) -> np.ndarray:
    """Return where the pair chosen says no place, as the other tells; refuse where the two say different ones.

    Degrees are compared with degrees. Projected coordinates beside degrees are in the CRS by which both agree best.
    """
    nowhere = np.zeros(chosen.x.size, dtype=bool)
    if other.are_degrees == chosen.are_degrees:
        if chosen.are_degrees:
            with np.errstate(invalid="ignore"):
                apart = (np.abs(chosen.x - other.x) > APART) | (np.abs(chosen.y - other.y) > APART)
            _tell_apart(chosen, other, apart & chosen.given & other.given, audit)
        return nowhere
    in_degrees, projected = (chosen, other) if chosen.are_degrees else (other, chosen)
    try:
        return _of_projection(in_degrees, projected, None if chosen.are_degrees else crs, audit, parameters)
    except ImportError:
        action = "not compared with the place: that needs pyproj"
        audit.append(rules.finding("other_coordinates", nowhere, nowhere, f"{projected}: {action}"))
        return nowhere


def _of_projection(
    in_degrees: Pair, projected: Pair, crs: str | None, audit: list[rules.Finding], parameters: Parameters
) -> np.ndarray:
    chosen, other = (in_degrees, projected) if crs is None else (projected, in_degrees)
    known, nowhere = in_degrees.given & projected.given, np.zeros(chosen.x.size, dtype=bool)
    if not known.any():
        return nowhere
    places = (np.where(known, value, np.nan) for value in (projected.x, projected.y, in_degrees.x, in_degrees.y))
    fits = crs_fitting.beside_degrees(*places) if crs is None else [crs_fitting.Fit(crs, "as named", 0.0)]
    if not fits:
        action = f"no CRS in use there puts {projected} where {in_degrees} say; {chosen} are taken"
        audit.append(rules.finding("other_coordinates", nowhere, nowhere, action))
        return nowhere
    away = crs_fitting.distances(fits[0].code, projected.x, projected.y, in_degrees.x, in_degrees.y)
    _tell_apart(chosen, other, known & (away > METRES_APART), audit)
    action = f"{projected} are in {_called(fits)}: {_residual(away[known])} of {in_degrees}"
    audit.append(rules.finding("other_coordinates", nowhere, nowhere, action))
    if crs is None:
        parameters.choose("other_crs", fits[0].code, action)
    # (0, 0) stands for no place; degrees computed of it are a place far away.
    middle = (np.median(value[known]) for value in (in_degrees.x, in_degrees.y))
    from_others = crs_fitting.metres_between(in_degrees.x, in_degrees.y, *middle)
    nowhere = (projected.x == 0) & (projected.y == 0) & in_degrees.given & (from_others > crs_fitting.NEARBY)
    action = f"no geometry: {projected} are 0, and the place is more than 100 km from the others; the row is kept"
    audit.append(rules.of_pairs("coordinates_projected_zero", nowhere, in_degrees.x, in_degrees.y, action))
    return nowhere


def _called(fits: list[crs_fitting.Fit]) -> str:
    alike = [fit.code for fit in fits[1:] if fit.metres - fits[0].metres < ALIKE]
    return f"{fits[0]}, or as well in {', '.join(alike)}" if alike else str(fits[0])


def _residual(away: np.ndarray) -> str:
    half, most = (np.quantile(away, share) for share in (0.5, 0.99)) if away.size else (np.nan, np.nan)
    return f"half lie within {half:.2g} m, 99 % within {most:.2g} m"


def _tell_apart(chosen: Pair, other: Pair, apart: np.ndarray, audit: list[rules.Finding]) -> None:
    """Note the rows where two pairs say different places; refuse where those are many."""
    if apart.sum() > max(5, SHARE_APART * (chosen.given & other.given).sum()):
        row = int(np.flatnonzero(apart)[0])
        raise ValueError(
            f"Two pairs of columns say different places in {int(apart.sum()):,} of {apart.size:,} rows, first in row {row}: "
            f"{chosen} ({chosen.x[row]:.10g}, {chosen.y[row]:.10g}), {other} ({other.x[row]:.10g}, {other.y[row]:.10g}); name "
            f"the two that are right as x and y {how('x', 'y')}."
        )
    action = f"{other} say another place; {chosen} are kept"
    audit.append(rules.of_pairs("coordinates_differ", apart, other.x, other.y, action))
