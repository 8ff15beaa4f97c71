"""Bandwidths judged by the data themselves: how well a map foretells what was left out of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from . import edges, spreading
from .grid import Grid
from .kernels import KERNELS
from .parameters import Parameters, two_digits
from .places import Places, collapse, outlying, tally
from .progress import Progress, advance
from .study_area import FINEST_CELL

if TYPE_CHECKING:
    from .bandwidths import Smoothing

LOCATIONS, PAIRS_AT_MOST, PAIRS_AT_ONCE = 1_000, 300_000_000, 2_000_000
LIKELIHOOD_STEPS, PREDICTIVE_STEPS = 24, 16
LEARNED_SHARE, AREA_SHARE = 0.75, 0.05
_BINS_PER_DOUBLING = 64


def likelihood(smoothing: Smoothing, usual: float, parameters: Parameters, progress: Progress) -> float:
    """Return the bandwidth (m) that makes incidents likeliest when all incidents of their own place are left out.

    Leaving out one incident would choose a bandwidth of nothing where many stand on one hundred-block. Judged with a
    gaussian, for a compact kernel the one of the same second moment: a compact kernel makes any lonely place
    impossible. Locational outliers do not judge. The choice lies between the finest honest cell and the standard
    distance. (Habbema, Hermans & van den Broek 1974; Duin 1976.)
    """
    places = _collapsed(smoothing.places)
    judges = _judges(places)
    tried = _candidates(places, smoothing, LIKELIHOOD_STEPS)
    deviations = KERNELS["gaussian"].same_spread(1.0, smoothing.kernel) * tried
    curve = leave_one_location_out(places, judges, deviations, progress)
    if not np.isfinite(curve).any():
        raise ValueError(
            "No bandwidth gives every place a likelihood above 0: the places lie too far apart; give bandwidth= in metres."
        )
    best = two_digits(_vertex(tried, curve))
    reason = f"likelihood cross-validation, leaving out one location at a time, on {judges.size:,} of {places.x.size:,} places"
    return _chosen(parameters, best, reason, tried, curve, "log_likelihood", usual)


def predictive(smoothing: Smoothing, usual: float, parameters: Parameters, progress: Progress) -> float:
    """Return the bandwidth (m) whose map of the first part of the period catches most incidents of the rest.

    The map is drawn from the first three quarters of the dated incidents; its densest 5 % of the area should hold as
    many of the others as possible. Cells tied at the cut count by their expected share.
    """
    learned, later, when = _split(smoothing)
    places = tally(*learned)
    grid, universe = _ground(smoothing, places, usual)
    tried = _candidates(places, smoothing, PREDICTIVE_STEPS)
    cell = grid.index(later[0], later[1])
    target = grid.total(np.where((cell >= 0) & universe.ravel()[cell], cell, -1), later[2])
    caught = np.empty(tried.size)
    for number, bandwidth in enumerate(tried):
        values = spreading.density(grid, places, smoothing.kernel, float(bandwidth))
        if smoothing.corrected:
            values /= np.maximum(edges.mass_inside(universe, smoothing.kernel, bandwidth / grid.cell_size), 1e-12)
        caught[number] = share_caught(values[universe], target[universe], AREA_SHARE) / later[2].sum()
        advance(progress, (number + 1) / tried.size)
    # Of bandwidths that catch the same the smoothest map.
    best = two_digits(float(tried[np.flatnonzero(caught == caught.max())[-1]]))
    reason = f"of the incidents from {when} on, the map of those before catches most in its densest {AREA_SHARE:.0%} of the area"
    return _chosen(parameters, best, reason, tried, caught, "share_caught", usual)


def leave_one_location_out(
    places: Places, judges: np.ndarray, deviations: np.ndarray, progress: Progress = None
) -> np.ndarray:
    """Return the mean log density at places (judges, indices), from all others, for gaussian deviations (k,), ascending.

    Distances are gathered in 64 classes per doubling, which changes a density by a hundredth at most.
    """
    nearest, farthest = deviations[0] / 30, 8 * deviations[-1]
    classes = math.ceil(_BINS_PER_DOUBLING * math.log2(farthest / nearest)) + 1
    middle = nearest * 2 ** ((np.arange(classes) - 0.5) / _BINS_PER_DOUBLING)
    kernel = np.exp(-(middle[:, None] ** 2) / (2 * deviations**2)) / (2 * math.pi * deviations**2)
    total = np.zeros(deviations.size)
    at_once = max(PAIRS_AT_ONCE // places.x.size, 1)
    for begin in range(0, judges.size, at_once):
        part = judges[begin : begin + at_once]
        around = _weight_by_distance(places, part, nearest, classes)
        with np.errstate(divide="ignore"):
            total += np.log(around @ kernel / (places.weight.sum() - places.weight[part])[:, None]).sum(axis=0)
        advance(progress, (begin + part.size) / judges.size)
    return np.asarray(total / judges.size)


def share_caught(density: np.ndarray, later: np.ndarray, area_share: float) -> float:
    """Return how many later incidents (cells,) stand on the densest share of the cells; ties by their expected share.

    >>> share_caught(np.array([3.0, 2.0, 2.0, 0.0]), np.array([5, 4, 2, 1]), 0.5)
    8.0
    """
    budget = math.floor(area_share * density.size)
    if budget == 0:
        return 0.0
    cut = np.partition(density, density.size - budget)[density.size - budget]
    above, tied = density > cut, density == cut
    return float(later[above].sum() + (budget - above.sum()) / tied.sum() * later[tied].sum())


def _weight_by_distance(places: Places, part: np.ndarray, nearest: float, classes: int) -> np.ndarray:
    """Return the weight of all other places (judges, classes of distance)."""
    squared = (places.x[part, None] - places.x) ** 2 + (places.y[part, None] - places.y) ** 2
    with np.errstate(divide="ignore"):
        at = np.ceil(np.log2(squared / nearest**2) * (_BINS_PER_DOUBLING / 2))
    kept = (at < classes) & (np.arange(places.x.size) != part[:, None])
    row, column = np.nonzero(kept)
    index = row * classes + np.maximum(at[kept], 0).astype(np.int64)
    return np.bincount(index, places.weight[column], part.size * classes).reshape(part.size, classes)


def _collapsed(places: Places) -> Places:
    first, place = collapse(places.x, places.y)
    return Places(places.x[first], places.y[first], np.bincount(place, places.weight, first.size))


def _judges(places: Places) -> np.ndarray:
    """Return places (indices) that stand for the incidents: evenly along them in space, none of them far from all others."""
    usual = np.flatnonzero(~outlying(places.x, places.y) & (places.weight > 0))
    order = usual[np.lexsort((places.y[usual], places.x[usual]))]
    number = int(np.clip(PAIRS_AT_MOST // places.x.size, 100, LOCATIONS))
    reached = np.cumsum(places.weight[order])
    at = (np.arange(number) + 0.5) / number * reached[-1]
    return np.asarray(order[np.searchsorted(reached, at)])


def _candidates(places: Places, smoothing: Smoothing, steps: int) -> np.ndarray:
    """Return bandwidths from the finest honest cell to that of a gaussian half the standard distance wide."""
    total = places.weight.sum()
    variance = sum((((v - (v @ places.weight) / total) ** 2) @ places.weight) / total for v in (places.x, places.y))
    widest = smoothing.kernel.same_spread(math.sqrt(variance) / 2, KERNELS["gaussian"])
    return np.geomspace(min(_finest_honest(smoothing.placed.size, places), widest / 2), widest, steps)


def _finest_honest(incidents: int, places: Places) -> float:
    """Return the finest width (m) that the data know: the hundred-block, or how far places usually are apart."""
    if places.x.size < incidents / 2:
        return FINEST_CELL
    from scipy.spatial import cKDTree

    points = np.column_stack([places.x, places.y])
    return float(np.median(cKDTree(points).query(points, k=2, workers=-1)[0][:, 1]))


def _split(smoothing: Smoothing) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...], str]:
    """Return (x, y, weight) of the incidents before and from the day by which three quarters had happened, and that day."""
    placed = smoothing.placed
    if placed.when is None or np.isnat(placed.when).all():
        raise ValueError(
            f"bandwidth='predictive' needs times, and {placed.label!r} has none; name its time column, or choose another rule."
        )
    dated = np.flatnonzero(~np.isnat(placed.when))
    day = placed.when[dated].astype("M8[D]")
    cut = np.sort(day)[int(LEARNED_SHARE * day.size)]
    if not (day < cut).any():
        raise ValueError(
            f"bandwidth='predictive' needs several days, and most incidents of {placed.label!r} are of {cut}."
        )
    weight = np.ones(placed.size) if placed.weight is None else placed.weight
    columns = placed.easting, placed.northing, weight
    learned, later = (tuple(c[dated[rows]] for c in columns) for rows in (day < cut, day >= cut))
    return learned, later, str(cut)


def _ground(smoothing: Smoothing, places: Places, usual: float) -> tuple[Grid, np.ndarray]:
    """Return the grid on which predictions are scored, and its cells that belong to the area."""
    near = ~outlying(places.x, places.y)
    shorter = min(np.ptp(places.x[near]), np.ptp(places.y[near]))
    size = smoothing.cell_size or two_digits(max(shorter / 150, usual / 20))
    crs = smoothing.placed.crs
    if smoothing.area is not None:
        grid = Grid.over(smoothing.area.bounds, size, crs)
        return grid, grid.covered_by(smoothing.area)
    bounds = places.x.min(), places.y.min(), places.x.max(), places.y.max()
    grid = Grid.over(bounds, size, crs, padding=usual)
    return grid, grid.near(places.x, places.y, usual)


def _vertex(tried: np.ndarray, curve: np.ndarray) -> float:
    """Return the top of the parabola through the highest point of a curve and its neighbours, on a logarithmic scale."""
    top = int(np.nanargmax(curve))
    if top in (0, tried.size - 1) or not np.isfinite(curve[top - 1 : top + 2]).all():
        return float(tried[top])
    before, here, after = curve[top - 1 : top + 2]
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(tried[top] * (tried[1] / tried[0]) ** shift)


def _chosen(
    parameters: Parameters, best: float, reason: str, tried: np.ndarray, curve: np.ndarray, name: str, usual: float
) -> float:
    """Keep the choice with its curve, and warn of one at an end of the range."""
    parameters.choose("bandwidth", best, f"{reason} (the reference rule: {two_digits(usual):g} m)", " m")
    parameters.keep_curve("bandwidth_curve", {"bandwidth": tried, name: curve}, best)
    if not tried[1] < best < tried[-2]:
        end = "finest honest" if best <= tried[1] else "widest"
        parameters.warn(
            f"The curve of {name.replace('_', ' ')} has its top at the {end} bandwidth tried, {best:g} m: these incidents do not "
            "choose one by themselves."
        )
    return best
