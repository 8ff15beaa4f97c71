"""Bandwidths judged by the data themselves: how well a map foretells what was left out of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from . import edges, learned_days, spreading
from .grid import Grid
from .kernels import KERNELS
from .parameters import Parameters, two_digits
from .place_spacing import CLEARLY, LookedAt, finest_honest_cell
from .places import Places, nearest_distances, outlying
from .progress import Progress, advance, within
from .study_area import FINEST_CELL

if TYPE_CHECKING:
    from .bandwidths import Smoothing

LOCATIONS, PAIRS_AT_MOST, PAIRS_AT_ONCE = 1_000, 300_000_000, 2_000_000
LIKELIHOOD_STEPS, PREDICTIVE_STEPS = 24, 16
AREA_SHARE = 0.05
_CLASSES_PER_DOUBLING = 256


def likelihood(smoothing: Smoothing, usual: float, parameters: Parameters, progress: Progress) -> float:
    """Return the bandwidth (m) that makes incidents likeliest when all incidents of their own place are left out.

    Leaving out one incident would choose a bandwidth of nothing where many stand on one hundred-block. Judged with a
    gaussian, for a compact kernel the one of the same second moment: a compact kernel makes any lonely place
    impossible. Edges are not corrected for, and locational outliers do not judge. The choice lies between the finest
    honest width and half the standard distance as a gaussian. (Habbema, Hermans & van den Broek 1974; Duin 1976.)
    """
    places = smoothing.places.collapsed()
    judges, voices = _judges(places, within(progress, 0.0, 0.05))
    tried = _candidates(places, smoothing, LIKELIHOOD_STEPS, within(progress, 0.05, 0.1))
    deviations = KERNELS["gaussian"].same_spread(1.0, smoothing.kernel) * tried
    curve = leave_one_location_out(places, judges, voices, deviations, within(progress, 0.1, 1.0))
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
    places, later, when = learned_days.split(smoothing.placed)
    grid, universe = _scored(smoothing, places, usual, within(progress, 0.0, 0.1))
    weight = np.ones(later.size) if later.total_weight is None else np.asarray(later.total_weight, dtype=float)
    inside = grid.inside(universe, later.easting, later.northing)
    if universe.sum() * AREA_SHARE < 1 or not weight[inside].any():
        raise ValueError(
            f"bandwidth='predictive' needs at least {math.ceil(1 / AREA_SHARE)} cells and later incidents among them; there are "
            f"{int(universe.sum()):,} cells of {grid.cell_size:g} m with {later.number_of(inside):,}: choose another rule."
        )
    # A map on these cells says nothing about narrower kernels.
    finding, trying = within(progress, 0.1, 0.15), within(progress, 0.15, 1.0)
    tried = _candidates(places, smoothing, PREDICTIVE_STEPS, finding, least=grid.cell_size)
    target = grid.total(grid.index(later.easting[inside], later.northing[inside]), weight[inside])
    caught = np.empty(tried.size)
    for number, bandwidth in enumerate(tried):
        share = within(trying, number / tried.size, (number + 1) / tried.size)
        values = spreading.density(grid, places, smoothing.kernel, float(bandwidth), share)
        if smoothing.corrected:
            values /= np.maximum(edges.mass_inside(universe, smoothing.kernel, bandwidth / grid.cell_size), 1e-12)
        caught[number] = share_caught(values[universe], target[universe], AREA_SHARE) / weight.sum()
        advance(share, 1.0)
    # Of bandwidths that catch the same the smoothest map.
    best = two_digits(float(tried[np.flatnonzero(caught == caught.max())[-1]]))
    densest = f"its densest {100 * AREA_SHARE:g} % of the area"
    reason = f"of the incidents from {when} on, the map of those before catches most in {densest}"
    return _chosen(parameters, best, reason, tried, caught, "share_caught", usual)


def leave_one_location_out(
    places: Places, judges: np.ndarray, voices: np.ndarray, deviations: np.ndarray, progress: Progress = None
) -> np.ndarray:
    """Return the mean log density at places (judges, indices), from all others, for gaussian deviations (k,), ascending.

    `voices` (judges,) are the judges' weights in the mean. Distances are gathered in 256 classes per
    doubling: what one neighbour at a distance d contributes changes by (d/h)² · 0.14 % at most.
    """
    nearest, farthest = deviations[0] / 30, 8 * deviations[-1]
    classes = math.ceil(_CLASSES_PER_DOUBLING * math.log2(farthest / nearest)) + 1
    middle = nearest * 2 ** ((np.arange(classes) - 0.5) / _CLASSES_PER_DOUBLING)
    kernel = np.exp(-(middle[:, None] ** 2) / (2 * deviations**2)) / (2 * math.pi * deviations**2)
    total = np.zeros(deviations.size)
    at_once = max(PAIRS_AT_ONCE // places.x.size, 1)
    for begin in range(0, judges.size, at_once):
        part = judges[begin : begin + at_once]
        around = _weight_by_distance(places, part, nearest, classes)
        with np.errstate(divide="ignore"):
            total += voices[begin : begin + at_once] @ np.log(around @ kernel)
        total -= voices[begin : begin + at_once] @ np.log(places.weight.sum() - places.weight[part])
        advance(progress, (begin + part.size) / judges.size)
    return np.asarray(total / voices.sum())


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
        at = np.ceil(np.log2(squared / nearest**2) * (_CLASSES_PER_DOUBLING / 2))
    kept = (at < classes) & (np.arange(places.x.size) != part[:, None])
    row, column = np.nonzero(kept)
    index = row * classes + np.maximum(at[kept], 0).astype(np.int64)
    return np.bincount(index, places.weight[column], part.size * classes).reshape(part.size, classes)


def _judges(places: Places, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Return places (indices) that judge, none of them far from all others, and the weight of their voices.

    They are all places, or, of too many, some that stand for the incidents: evenly along them in space.
    """
    usual = np.flatnonzero(~outlying(places.x, places.y, progress) & (places.weight > 0))
    if usual.size <= LOCATIONS:
        return usual, places.weight[usual]
    order = usual[np.lexsort((places.y[usual], places.x[usual]))]
    number = int(np.clip(PAIRS_AT_MOST // places.x.size, 100, LOCATIONS))
    reached = np.cumsum(places.weight[order])
    at = (np.arange(number) + 0.5) / number * reached[-1]
    judges, times = np.unique(order[np.searchsorted(reached, at)], return_counts=True)
    return judges, times.astype(float)


def _candidates(places: Places, smoothing: Smoothing, steps: int, progress: Progress, least: float = 0.0) -> np.ndarray:
    """Return bandwidths from the finest honest cell to that of a gaussian half the standard distance wide."""
    widest = smoothing.kernel.same_spread(math.sqrt(sum(places.variance())) / 2, KERNELS["gaussian"])
    finest = max(_finest_honest(smoothing, places, progress), least)
    return np.geomspace(min(finest, widest / 2), widest, steps)


def _finest_honest(smoothing: Smoothing, places: Places, progress: Progress) -> float:
    """Return the finest width (m) that the data know: the hundred-block, or how far places usually are apart."""
    looked_at = smoothing.looked_at or LookedAt.of(smoothing.placed)
    # Never one that would be warned of.
    kept = CLEARLY * finest_honest_cell(looked_at, Parameters())
    if places.x.size < smoothing.placed.number / 2:
        return max(FINEST_CELL, kept)
    return max(float(np.median(nearest_distances(places.x, places.y, progress))), kept)


def _scored(smoothing: Smoothing, places: Places, usual: float, progress: Progress) -> tuple[Grid, np.ndarray]:
    """Return the grid on which predictions are scored, and its cells that belong to the area."""
    near = places.where(~outlying(places.x, places.y, within(progress, 0.0, 0.5)))
    shorter = min(np.ptp(near.x), np.ptp(near.y))
    # As fine as the narrowest kernel to be judged, but no more than a thousand cells across.
    finest = _finest_honest(smoothing, places, within(progress, 0.5, 1.0))
    size = smoothing.cell_size or two_digits(max(min(shorter / 150, finest), shorter / 1000))
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
