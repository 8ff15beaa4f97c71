"""Whether clusters are more than chance would make: the largest cluster among incidents put down at random."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable

import numpy as np

from . import checks, study_area
from .features import as_boundary
from .incidents import Incidents, as_incidents
from .interior import Interior
from .parameters import Parameters
from .progress import Progress, advance, within

PERMUTATIONS = 199
# Of labels (n,) of incidents that all have a place: how a clustering would label others.
Search = Callable[[Incidents, Progress], np.ndarray]
# Of easting and northing of so many places, drawn independently.
Draw = Callable[[int, np.random.Generator, Progress], "tuple[np.ndarray, np.ndarray]"]
_DRAWN_AT_ONCE = 200_000


@dataclass(frozen=True)
class Null:
    """What the clusters are held against: where incidents would stand by chance, how often it is tried, and the seed."""

    boundary: Any = None
    population: Any = None
    population_weight: Any = None
    permutations: int = PERMUTATIONS
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be; options that would have no effect as well."""
        checks.whole("permutations", self.permutations)
        checks.whole("seed", self.seed, minimum=0)
        if self.population_weight is not None and self.population is None:
            raise ValueError(
                "population_weight weighs the points of a population, and none is given; give population=."
            )

    @property
    def stated(self) -> bool:
        """Whether there is anything to hold the clusters against."""
        return self.boundary is not None or self.population is not None

    def p(
        self, incidents: Incidents, labels: np.ndarray, search: Search, parameters: Parameters, progress: Progress
    ) -> np.ndarray:
        """Return the p of each cluster of incidents (n,), all with a place: how its weight ranks among the largest by chance.

        (k + 1) / (R + 1), where k of R random maps, searched alike, hold a cluster of at least that weight; a map
        without any cluster holds 0. As each cluster is compared with the largest one of every map, the smallest p of
        all clusters is at most α in no more than a share α of random maps.
        """
        inside, draw = self._placing(incidents, parameters)
        parameters.update(permutations=self.permutations, seed=self.seed)
        advance(progress, 0.0)
        rows = _in_order(incidents, inside)
        advance(progress, 0.0)
        tested = incidents.take(rows)
        maps, random = self.permutations, np.random.default_rng(self.seed)
        again = search(tested, within(progress, 0.0, 1 / (maps + 1)))
        observed = _found_again(labels[rows], again, tested, int(labels.max(initial=-1)) + 1)
        largest = _largest(tested, draw, search, maps, random, within(progress, 1 / (maps + 1), 1.0))
        # Sums of fractional weights in another order may differ by rounding.
        as_heavy = (largest >= observed[:, None] * (1 - 1e-9)).sum(axis=1)
        p = np.where(np.isnan(observed), np.nan, (as_heavy + 1) / (self.permutations + 1))
        _tell(p, largest, parameters)
        return p

    def _placing(self, incidents: Incidents, parameters: Parameters) -> tuple[np.ndarray, Draw]:
        """Return which incidents are tested, and what draws their places."""
        area = as_boundary(self.boundary, incidents.crs)
        interior, inside, where = None, np.ones(incidents.size, dtype=bool), ""
        if area is not None:
            interior = Interior.of(area)
            inside, where = interior.contains(incidents.easting, incidents.northing), f" within {area.label}"
            fate = "are left out of the test"
            study_area.note_outside(incidents, inside, fate, parameters, where="outside")
            parameters["boundary"] = area.label
        if incidents.weight is not None and not incidents.weight[inside].any():
            raise ValueError(f"The {int(inside.sum()):,} incidents{where} all weigh 0, so there is nothing to test.")
        if self.population is None and interior is not None:
            parameters["null"] = f"as many incidents put down evenly{where}"
            return inside, interior.draw
        population = _Population.of(self.population, self.population_weight, incidents, interior)
        parameters["null"] = f"as many incidents, drawn from the places of {population.label}{where}"
        return inside, population.draw


def _in_order(incidents: Incidents, inside: np.ndarray) -> np.ndarray:
    """Return the rows that are tested, in an order of their own: drawn places go to them whatever the order of the input."""
    rows = np.flatnonzero(inside)
    keys = [incidents.northing, incidents.easting, incidents.weight, incidents.when]
    return rows[np.lexsort([key[rows] for key in keys if key is not None])]


def _found_again(labels: np.ndarray, again: np.ndarray, tested: Incidents, clusters: int) -> np.ndarray:
    """Return for each cluster the weight of the heaviest that shares a member with it when only what is tested is searched.

    What stands outside the boundary helped clusters at its edge along, as it does in no simulation. NaN where no member is
    tested.
    """
    weight = weights_of(again, tested)
    observed = np.full(clusters, np.nan)
    observed[labels[labels >= 0]] = 0.0
    both = (again >= 0) & (labels >= 0)
    np.maximum.at(observed, labels[both], weight[again[both]])
    return observed


def _largest(
    tested: Incidents, draw: Draw, search: Search, maps: int, random: np.random.Generator, progress: Progress
) -> np.ndarray:
    """Return the weight of the largest cluster of each map: every incident keeps its time and weight, and is moved."""
    largest = np.zeros(maps)
    for number in range(maps):
        going = within(progress, number / maps, (number + 1) / maps)
        easting, northing = draw(tested.size, random, within(going, 0.0, 0.1))
        drawn = replace(tested, easting=easting, northing=northing)
        found = search(drawn, within(going, 0.1, 1.0))
        largest[number] = weights_of(found, drawn).max(initial=0.0)
        advance(progress, (number + 1) / maps)
    return largest


def weights_of(labels: np.ndarray, incidents: Incidents) -> np.ndarray:
    """Return the summed weight of each cluster."""
    member = labels >= 0
    weight = None if incidents.weight is None else incidents.weight[member]
    return np.bincount(labels[member], weight).astype(float)


def _tell(p: np.ndarray, largest: np.ndarray, parameters: Parameters) -> None:
    parameters["largest_by_chance"] = [float(f"{value:.6g}") for value in np.quantile(largest, [0.5, 0.95, 1.0])]
    tested = int((~np.isnan(p)).sum())
    parameters.tell(
        f"{int((p <= 0.05).sum()):,} of {tested:,} clusters have p ≤ 0.05 against {parameters['null']}: by chance the "
        f"largest cluster weighs {parameters['largest_by_chance'][0]:,g} in half of {largest.size:,} maps"
    )


@dataclass(frozen=True, eq=False)
class _Population:
    """Points from which places are drawn, each as likely as its weight says."""

    easting: np.ndarray
    northing: np.ndarray
    cumulative: np.ndarray
    label: str

    @classmethod
    def of(cls, layer: Any, weight: Any, incidents: Incidents, interior: Interior | None) -> _Population:
        """Take the points that have a place and stand inside."""
        points = as_incidents(layer, crs=incidents.crs).weighing(weight, "population_weight").located()
        weights = np.ones(points.size) if points.weight is None else points.weight
        x, y = points.easting, points.northing
        if interior is not None:
            inside, where = interior.contains(x, y), "inside the boundary"
        else:
            inside, where = _in_bounds(x, y, incidents), "anywhere near the incidents"
        if not inside.any():
            raise ValueError(
                f"None of the {points.size:,} points of {points.label!r} lies {where}, so there is no place to draw; check "
                "that it is of the same area and that its CRS is right."
            )
        if interior is not None:
            x, y, weights = x[inside], y[inside], weights[inside]
        if not weights.sum() > 0:
            raise ValueError(f"The population {points.label!r} weighs 0 {where}, so there is no place to draw.")
        chosen = [str(points.selection[name]) for name in ("category", "since", "until") if name in points.selection]
        label = points.label + (f" ({'; '.join(chosen)})" if chosen else "")
        return cls(x, y, np.cumsum(weights), label)

    def draw(
        self, number: int, random: np.random.Generator, progress: Progress = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return so many places, with replacement."""
        wanted, which = random.random(number) * self.cumulative[-1], np.empty(number, dtype=np.int64)
        for begin in range(0, number, _DRAWN_AT_ONCE):
            advance(progress, begin / number)
            part = slice(begin, begin + _DRAWN_AT_ONCE)
            which[part] = np.searchsorted(self.cumulative, wanted[part], side="right")
        which = np.minimum(which, self.cumulative.size - 1)
        return self.easting[which], self.northing[which]


def _in_bounds(x: np.ndarray, y: np.ndarray, incidents: Incidents) -> np.ndarray:
    """Return which points stand within the bounds of incidents, and as much again around them."""
    east, north = incidents.easting, incidents.northing
    wide, high = np.ptp(east) + 1.0, np.ptp(north) + 1.0
    near = (x >= east.min() - wide) & (x <= east.max() + wide)
    return np.asarray(near & (y >= north.min() - high) & (y <= north.max() + high))
