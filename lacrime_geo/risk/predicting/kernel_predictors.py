"""The predictors that smooth counts over space or time: by a Gaussian, a density, Gi*, nearness, and age."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable

import numpy as np

from ... import bandwidths, checks, edges, spreading
from ...autocorrelation import getis_ord
from ...bandwidths import Smoothing
from ...counted_cells import QUEEN, CountedCells
from ...grid import Grid
from ...grid_hotspots import grid_z
from ...incidents import Incidents
from ...kernels import KERNELS, Kernel
from ...neighbours import neighbour_matrix, with_self
from ...parameters import Unsaid
from ...places import Places, tally
from ..events import History
from ..spreading_counts import spread
from ..unit_distances import NearUnits, near_units, width_of
from ..units import Units
from .plain_predictors import OfDaysKnown, days_used, own_in_units, scaled_to
from .predictors import Predictor, Rates

# Bowers, Johnson & Pease 2004: an incident tells of what is within 400 m of it, for two months.
REACH, WEEKS = 400.0, 8
# Fine enough for a density that is told at the centres of polygons or hexagons.
_CELLS_PER_BANDWIDTH = 5


class SmoothedCounts(OfDaysKnown):
    """Expect in each place what it and those around had, weighted by a Gaussian, in all days known, at most the last 365.

    Parameters
    ----------
    width : standard deviation in cells; of polygons in roots of their median area. Default .6, which reaches little more
        than the eight cells around.
    """

    name = "smoothed_counts"

    def __init__(self, width: float = 0.6) -> None:
        self.width = checks.positive("width", width, "cells")

    def rate(self, history: History, days: int) -> np.ndarray:
        """Return what each unit and those around had a day (n,)."""
        return spread(history.units, history.counts(days) / days, self.width)

    def told(self) -> dict[str, Any]:
        """Return the width."""
        return {"width": self.width}


class KernelDensity(Predictor):
    """Expect in each place the incidents that the kernel density of those known gives it, in the last 365 days at most.

    Parameters
    ----------
    bandwidth : as of `kde`: metres, or "reference" (default), "scott", "silverman", "likelihood" or "predictive", each found
        from the incidents known.
    kernel : as of `kde`.
    """

    name = "kde"

    def __init__(self, bandwidth: float | str = "reference", kernel: str = "quartic") -> None:
        checks.option("kernel", kernel, tuple(KERNELS))
        self.bandwidth, self.kernel = bandwidth, kernel

    def fit(self, history: History) -> Rates:
        """Find the bandwidth and the density.

        Raises
        ------
        ValueError
            If no day or no incident in a unit is known, or a rule finds no bandwidth in those known.
        """
        self.require(history)
        days = days_used(history)
        known = history.events
        chosen = own_in_units(history, days)
        placed = Incidents(
            known.x[chosen], known.y[chosen], when=known.day[chosen], crs=history.units.crs, label="what was known"
        )
        places, kernel, found = tally(placed.easting, placed.northing), KERNELS[self.kernel], Unsaid()
        bandwidth = bandwidths.choose(self.bandwidth, Smoothing(placed, places, kernel), found)
        expected = _density(history.units, places, kernel, bandwidth) * history.units.area
        return Rates(scaled_to(expected, placed.size / days), {"days": days, "kernel": self.kernel, **found})


class GiStar(OfDaysKnown):
    """Rank places by Gi* of what they had in the days known, at most the last 365, as `hotspots` and `gi_star` do.

    z tells no number of incidents: what is expected is taken to rise by it in a straight line from its lowest value, and to
    sum to what was known. Away from the border this is the mean of the place and its neighbours.
    """

    name = "gi_star"

    def rate(self, history: History, days: int) -> np.ndarray:
        """Return what was known a day, shared out among the units (n,) by z above its lowest value."""
        count = history.counts(days)
        z = _gi_star(history.units, count) if np.ptp(count) > 0 else np.zeros(count.size)
        return scaled_to(z - z.min(), count.sum() / days)

    def told(self) -> dict[str, Any]:
        """Return which units are neighbours."""
        return {"neighbours": "queen"}


class Prospective(Predictor):
    """Rank places by how near in space and time incidents were: prospective hotspots.

    Each incident of the last eight weeks gives the places within 400 m, or those that touch its own where these are
    farther, 1/(1 + distance in half cells) × 1/(1 + whole weeks ago) (Bowers, Johnson & Pease 2004, British Journal of
    Criminology 44: 641-658). Distances are those of centres. This tells no number of incidents: it is scaled to sum to
    what was known in these weeks.
    """

    name = "prospective"

    def fit(self, history: History) -> Rates:
        """Weigh the incidents known.

        Raises
        ------
        ValueError
            If no day is known.
        """
        self.require(history)
        days = min(history.days, 7 * WEEKS)
        units, width = history.units, width_of(history.units)
        near = _near(units, max(REACH, QUEEN * width))
        weight = _by_age(history, days, lambda age: 1 / (1 + (age - 1) // 7))
        given = weight[near.source] / (1 + near.distance / (width / 2))
        intensity = np.bincount(near.other, given, units.size)
        parameters = {"days": days, "reach": max(REACH, QUEEN * width)}
        return Rates(scaled_to(intensity, history.counts(days).sum() / days), parameters)


class DecayedCounts(OfDaysKnown):
    """Expect in each place its mean of all days known, at most the last 365, a day counting the less the older it is.

    Parameters
    ----------
    half_life : days by which a day counts half. Default 28.
    """

    name = "decayed_counts"

    def __init__(self, half_life: float = 28.0) -> None:
        self.half_life = checks.positive("half_life", half_life, "days")

    def rate(self, history: History, days: int) -> np.ndarray:
        """Return the weighted mean of a day in each unit (n,)."""
        return decayed_counts(history, self.half_life)

    def told(self) -> dict[str, Any]:
        """Return the half-life."""
        return {"half_life": self.half_life}


def decayed_counts(history: History, half_life: float, *, every: bool = False) -> np.ndarray:
    """Return each place's mean of a day (n,), days weighted by ½^(age / half-life), of the target or of all crime."""
    days = days_used(history)
    weights = 0.5 ** (np.arange(1, days + 1) / half_life)
    return _by_age(history, days, lambda age: 0.5 ** (age / half_life), every) / weights.sum()


def _by_age(history: History, days: int, weigh: Callable[[np.ndarray], np.ndarray], every: bool = False) -> np.ndarray:
    """Return the sums (n,) of a weight by age in days, of the last days known."""
    events, age = history.events, history.age()
    chosen = (events.target | every) & (age <= days)
    return history.units.counts(events.unit[chosen], weigh(age[chosen]))


# A contest, and a learner, ask at many origins for what stands still.
@lru_cache(maxsize=1)
def _near(units: Units, reach: float) -> NearUnits:
    """Return the pairs of units within a reach (m)."""
    return near_units(units, reach)


def _gi_star(units: Units, count: np.ndarray) -> np.ndarray:
    """Return z of Gi* (n,) of counts, with the units that touch as neighbours."""
    if units.polygons is not None:
        return getis_ord(with_self(neighbour_matrix(units.polygons, "queen", None, None, Unsaid())), count)
    assert units.grid is not None and units.cell is not None
    universe = np.zeros(units.grid.size, dtype=bool)
    universe[units.cell] = True
    cells = CountedCells(units.grid, universe.reshape(units.grid.shape), np.zeros(0, dtype=bool), count)
    return grid_z(cells, QUEEN * units.grid.cell_size)[0]


def _density(units: Units, places: Places, kernel: Kernel, bandwidth: float) -> np.ndarray:
    """Return the density per m² (n,) at the centres; of square cells corrected at the edge of the study area, as `kde` does."""
    if units.grid is not None and units.cell is not None and units.grid.ROW == 1:
        inside = edges.mass_inside(units.raster(np.ones(units.size)) > 0, kernel, bandwidth / units.grid.cell_size)
        density = spreading.density(units.grid, places, kernel, bandwidth) / np.maximum(inside, 1e-9)
        return np.asarray(density.ravel()[units.cell])
    return _density_between(units, places, kernel, bandwidth)


def _density_between(units: Units, places: Places, kernel: Kernel, bandwidth: float) -> np.ndarray:
    """Return the density per m² (n,) at centres that stand on no raster, from one that is fine."""
    from scipy.ndimage import map_coordinates

    bounds = float(units.x.min()), float(units.y.min()), float(units.x.max()), float(units.y.max())
    side = min(bandwidth / _CELLS_PER_BANDWIDTH, width_of(units))
    grid = Grid.over(bounds, side, units.crs, side)
    values = spreading.density(grid, places, kernel, bandwidth)
    return np.asarray(map_coordinates(values, grid.lattice(units.x, units.y), order=1, mode="nearest"))
