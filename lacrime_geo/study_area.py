"""The study area of an analysis on a grid: how large its cells are, which belong to it."""

from __future__ import annotations

import numpy as np

from . import checks
from .features import Features
from .grid import Grid
from .incidents import Incidents
from .parameters import Parameters, two_digits
from .partitioned import Partitioned
from .place_spacing import LookedAt, caution_finer, finer, finest_honest_cell
from .places import Places, collapse, outlying
from .progress import Progress

MIN_INCIDENTS, MIN_INCIDENTS_WITH_BOUNDARY = 60, 30
FINEST_CELL = 150.0
_CELLS_TO_CHOOSE_BY = 1_000_000
# Distances to nearest neighbours among more would take longer than the analysis.
_PLACES_LOOKED_AT = 1_000_000
# The golden ratio, times 2**64: its products mix all bits into the top ones.
_MIXES = 0x9E3779B97F4A7C15


def enough_incidents(placed: Incidents, area: Features | None) -> None:
    """Raise when there are too few incidents for a test to mean anything."""
    least = MIN_INCIDENTS if area is None else MIN_INCIDENTS_WITH_BOUNDARY
    if placed.number < least:
        raise ValueError(
            f"Hotspots need at least {MIN_INCIDENTS} incidents with coordinates ({MIN_INCIDENTS_WITH_BOUNDARY} with a "
            f"boundary), and {placed.label!r} has {placed.number:,}; take a longer period or more categories."
        )


def cell_size_of(placed: Incidents, usual: Incidents, given: float | None, parameters: Parameters) -> float:
    """Return the cell size (m), given or chosen from the usual incidents; warn of one finer than the data know."""
    honest = finest_honest_cell(LookedAt.of(placed), parameters)
    if given is None:
        shorter = float(min(np.ptp(usual.easting), np.ptp(usual.northing))) / 150
        reason = f"the shorter side of the data / 150, at least {FINEST_CELL:g} m"
        size = two_digits(max(shorter, FINEST_CELL))
        if finer(size, honest):
            size, reason = honest, f"the finest honest cell: {parameters['finest_honest_cell_reason']}"
        given = parameters.choose("cell_size", size, reason, " m")
    parameters["cell_size"] = size = checks.positive("cell_size", given)
    caution_finer("A grid with cells", size, honest, parameters)
    return size


def require_places(placed: Incidents) -> None:
    """Raise when all incidents stand on one place."""
    x, y = placed.easting, placed.northing
    if np.ptp(x) == np.ptp(y) == 0:
        raise ValueError(
            f"All {placed.number:,} incidents stand on one place ({x[0]:.0f}, {y[0]:.0f}); there is no pattern to find."
        )


def usual_incidents(placed: Incidents, parameters: Parameters, progress: Progress = None) -> Incidents:
    """Return the incidents without those on locational outliers, which are counted; they choose cell size and band."""
    first, place = collapse(placed.easting, placed.northing)
    far = np.zeros(first.size, dtype=bool)
    x, y = placed.easting[first], placed.northing[first]
    some = _looked_at(x, y)
    far[some] = _far(x[some], y[some], x.size, parameters, progress)
    return placed.take(~far[place]) if far.any() else placed


def usual_shorter_side(x: np.ndarray, y: np.ndarray, parameters: Parameters, progress: Progress = None) -> float:
    """Return the shorter side (m) of the distinct places' bounds, locational outliers left out and counted."""
    some = _looked_at(x, y)
    of_all, x, y = x.size, x[some], y[some]
    usual = ~_far(x, y, of_all, parameters, progress)
    return float(min(np.ptp(x[usual]), np.ptp(y[usual])))


def _far(x: np.ndarray, y: np.ndarray, of_all: int, parameters: Parameters, progress: Progress) -> np.ndarray:
    """Mark and count the locational outliers among the distinct places that are looked at, of so many."""
    far = outlying(x, y, progress)
    number = int(far.sum())
    sample = f" (of a sample of {x.size:,})" if x.size < of_all else ""
    where = f"places that lie far from all others{sample}: {number:,}"
    parameters.note("locational_outliers", number, f"{where}; they count, but not in choosing cell size and band")
    return far


def _looked_at(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mark the distinct places (n,) that are looked at: all, of very many one of so many, whatever their order."""
    one_of = -(-x.size // _PLACES_LOOKED_AT)
    if one_of <= 1:
        return np.ones(x.size, dtype=bool)
    # By their centimetres: what projects them may differ by less.
    key = np.rint(100 * x).astype(np.int64).view(np.uint64) * np.uint64(_MIXES)
    key ^= np.rint(100 * y).astype(np.int64).view(np.uint64) + (key >> np.uint64(32))
    key *= np.uint64(_MIXES)
    return np.asarray((key >> np.uint64(32)) % np.uint64(one_of) == 0)


def smooth_cell_size(
    places: Places, given: float | None, bandwidth: float, parameters: Parameters, progress: Progress = None
) -> float:
    """Return the cell size (m) of a smooth surface, given or chosen from the places and the bandwidth."""
    if given is not None:
        parameters["cell_size"] = given
        if bandwidth < given:
            parameters.warn(
                f"The bandwidth {bandwidth:g} m is smaller than a cell of {given:g} m; make the cells smaller."
            )
        return given
    distinct = places.collapsed()
    shorter = usual_shorter_side(distinct.x, distinct.y, parameters, progress) / 150
    # Below a fiftieth of the bandwidth the surface cannot change from cell to cell.
    size = bandwidth / 5 if shorter == 0 else min(max(shorter, bandwidth / 50), bandwidth / 5)
    reason = "the shorter side of the data / 150, between a fiftieth and a fifth of the bandwidth"
    return float(parameters.choose("cell_size", two_digits(size), reason, " m"))


def within(area: Features, cell_size: float | None, layer: Incidents | Partitioned) -> tuple[Grid, np.ndarray]:
    """Return the grid over a study area and a mask of its cells; without a cell size, fine ones to choose others by."""
    west, south, east, north = area.bounds
    size = cell_size or max(np.sqrt(max((east - west) * (north - south), 1.0) / _CELLS_TO_CHOOSE_BY), 1.0)
    grid = Grid.over(area.bounds, size, layer.crs)
    mask = grid.covered_by(area)
    if not mask.any():
        raise ValueError(
            f"No cell of {size:g} m has its centre inside {area.label!r}, which measures {east - west:,.0f} × "
            f"{north - south:,.0f} m; make the cells smaller."
        )
    return grid, mask


def note_outside(
    layer: Incidents,
    inside: np.ndarray,
    fate: str,
    parameters: Parameters,
    name: str = "outside",
    where: str = "in no cell of",
) -> None:
    """Say how many points stand outside, or in no cell of, the study area and what becomes of them; raise when all do."""
    outside = layer.number_of(~inside)
    if outside == layer.number:
        raise ValueError(
            f"None of the {layer.number:,} incidents of {layer.label!r} lies inside the boundary; check that it is of the same "
            "area and that its CRS is right."
        )
    sentence = f"{outside:,} of {layer.number:,} points of {layer.label!r} lie {where} the study area; they {fate}"
    parameters.note(name, outside, sentence)
