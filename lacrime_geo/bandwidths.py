"""How wide to smooth: the rules that find a bandwidth from the incidents."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Callable, NamedTuple

import numpy as np

from . import checks, cross_validation, study_area
from .features import Features
from .incidents import Incidents
from .kernels import KERNELS, Kernel
from .parameters import Parameters, two_digits
from .place_spacing import LookedAt
from .places import Places, places_of
from .progress import Progress

BANDWIDTH_RULES = ("reference", "scott", "silverman", "likelihood", "predictive")
SEARCHING_RULES = ("likelihood", "predictive")
_BINS, _HISTOGRAMS = 65_536, 3


class Smoothing(NamedTuple):
    """What a bandwidth is chosen for: the incidents and their places, the kernel, and the study area if any.

    `looked_at` is by which it is told how the incidents' places lie, where not all incidents are meant.
    """

    placed: Incidents
    places: Places
    kernel: Kernel
    area: Features | None = None
    cell_size: float | None = None
    corrected: bool = False
    looked_at: LookedAt | None = None

    def inside(self) -> Smoothing:
        """Return the same for the incidents inside the study area only, where those outside will be left out."""
        if self.area is None or not self.corrected:
            return self
        grid, mask = study_area.within(self.area, self.cell_size, self.placed)
        inside = grid.inside(mask, self.placed.easting, self.placed.northing)
        study_area.note_outside(self.placed, inside, "have no say in the bandwidth", Parameters())
        placed = replace(self.placed, source=None).take(inside)
        x, y, _ = LookedAt.of(self.placed).evenly()
        seen = grid.inside(mask, x, y)
        looked_at = LookedAt(x[seen], y[seen], placed.number)
        return self._replace(placed=placed, places=places_of(placed), looked_at=looked_at)


def choose(given: Any, smoothing: Smoothing, parameters: Parameters, progress: Progress = None) -> float:
    """Return the bandwidth (m) that was given, or that the rule named finds; announce how and keep the curve if any."""
    if given is None:
        raise TypeError(f"bandwidth must be a number of metres or the name of a rule, got {given!r}.")
    if not isinstance(given, str):
        parameters["bandwidth"] = checks.positive("bandwidth", given)
        return float(parameters["bandwidth"])
    if given not in BANDWIDTH_RULES:
        known = ", ".join(map(repr, BANDWIDTH_RULES))
        raise ValueError(f"bandwidth must be a number of metres or one of {known}, got {given!r}.")
    parameters["bandwidth_rule"] = given
    x, y, _ = smoothing.places
    if not x.size:
        raise ValueError(
            f"The incidents of {smoothing.placed.label!r} inside the boundary all weigh 0; there is nothing to map."
        )
    if np.ptp(x) == 0 and np.ptp(y) == 0:
        raise ValueError(
            f"All {smoothing.placed.number:,} incidents stand on one place ({x[0]:.0f}, {y[0]:.0f}), so no bandwidth can be "
            "found from their spread; give bandwidth= in metres."
        )
    if given in _BY_SPREAD:
        rule, kernel, reason = _BY_SPREAD[given]
        value = smoothing.kernel.same_spread(rule(smoothing.places, smoothing.placed.number), KERNELS[kernel])
        return float(parameters.choose("bandwidth", two_digits(value), reason, " m"))
    search = cross_validation.likelihood if given == "likelihood" else cross_validation.predictive
    usual = smoothing.kernel.same_spread(
        reference_bandwidth(smoothing.places, smoothing.placed.number), KERNELS["quartic"]
    )
    return search(smoothing, usual, parameters, progress)


def reference_bandwidth(places: Places, incidents: int) -> float:
    """Return the quartic radius (m) of the standard-distance rule: 0.9 · min(SD, √(1/ln 2) · Dm) · n^(−1/5).

    SD is the standard distance, Dm the median distance from the mean centre, both weighted; n is the number of
    incidents, whatever their weights, so that these may have any unit. The rule of ArcGIS's Kernel Density, after Silverman
    1986, p. 48. It resists a few far places through the median.
    """
    standard_distance = math.sqrt(sum(places.variance()))
    median = _median_distance(places, *places.mean())
    # When half the incidents stand on the mean centre the median says nothing.
    spread = min(standard_distance, math.sqrt(1 / math.log(2)) * median) if median > 0 else standard_distance
    return float(0.9 * spread * incidents ** (-1 / 5))


def scott_bandwidth(places: Places, incidents: int) -> float:
    """Return the gaussian standard deviation (m) of Scott's rule in the plane: σ n^(−1/6) (Scott 1992, eq. 6.42).

    σ² is the mean of the variances of both axes, weighted; n is the number of incidents.
    """
    return float(math.sqrt(sum(places.variance()) / 2) * incidents ** (-1 / 6))


def silverman_bandwidth(places: Places, incidents: int) -> float:
    """Return the same with Silverman's spread that resists far places: min(SD, interquartile range / 1.34) of each axis.

    In the plane the constant of the normal reference is 1, for Silverman (1986, section 4.3.2) and Scott alike; only
    the spread differs (Silverman 1986, eq. 3.28 to 3.31).
    """
    robust = []
    for axis, variance in zip((lambda p: p.x, lambda p: p.y), places.variance()):
        low, high = (weighted_quantile(places, axis, share) for share in (0.25, 0.75))
        robust.append(min(math.sqrt(variance), (high - low) / 1.34) if high > low else math.sqrt(variance))
    return float(math.hypot(*robust) / math.sqrt(2) * incidents ** (-1 / 6))


_BY_SPREAD = {
    "reference": (reference_bandwidth, "quartic", "reference rule 0.9 · min(SD, √(1/ln 2) · Dm) · n^(−1/5)"),
    "scott": (scott_bandwidth, "gaussian", "Scott's rule σ · n^(−1/6), σ² the mean variance of both axes"),
    "silverman": (
        silverman_bandwidth,
        "gaussian",
        "Silverman's rule σ · n^(−1/6), σ of each axis the smaller of SD and IQR / 1.34",
    ),
}


def _median_distance(places: Places, x: float, y: float) -> float:
    """Return the weighted median distance from a centre."""
    return math.sqrt(weighted_quantile(places, lambda p: (p.x - x) ** 2 + (p.y - y) ** 2, 0.5))


def weighted_quantile(places: Places, measure: Callable[[Places], np.ndarray], share: float) -> float:
    """Return the value below which a share of the weight lies; midway where it lies between two values.

    By histograms, each of the bin found in the one before: memory does not grow with the places.

    >>> weighted_quantile(Places(np.arange(4.0), np.zeros(4), np.ones(4)), lambda places: places.x, 0.5)
    1.5
    """
    whole = float(places.weight.sum())
    slack = 1e-12 * whole
    value, reached = _where_sum_reaches(places, measure, share * whole - slack)
    if reached > share * whole + slack:
        return value
    # The share ends with this value: the quantile lies midway to the next.
    following = [above.min() for above in (v[v > value] for v in map(measure, places.parts())) if above.size]
    return (value + float(min(following, default=value))) / 2


def _where_sum_reaches(places: Places, measure: Callable[[Places], np.ndarray], target: float) -> tuple[float, float]:
    """Return the smallest value up to which the weights reach a sum, and the sum they reach."""
    low = min(float(measure(part).min()) for part in places.parts())
    high = max(float(measure(part).max()) for part in places.parts())
    below, reached = 0.0, np.array([float(places.weight.sum())])
    for _ in range(_HISTOGRAMS):
        width = (high - low) / _BINS
        if not low + width > low:
            break
        counted = sum(_histogram(measure(part), part.weight, low, width) for part in places.parts())
        reached = below + np.cumsum(counted)
        at = min(int(np.searchsorted(reached, target)), _BINS - 1)
        below = float(reached[at - 1]) if at else below
        low, high, reached = low + at * width, low + (at + 1) * width, reached[at : at + 1]
    # The value itself, not the end of its bin.
    inside = [v[(v >= low) & (v <= high)] for v in map(measure, places.parts())]
    return max((float(v.max()) for v in inside if v.size), default=high), float(reached[0])


def _histogram(values: np.ndarray, weight: np.ndarray, low: float, width: float) -> np.ndarray:
    position = (values - low) / width
    inside = (position >= 0) & (position <= _BINS)
    at = np.minimum(position[inside].astype(np.int64), _BINS - 1)
    return np.bincount(at, weight[inside], _BINS)
