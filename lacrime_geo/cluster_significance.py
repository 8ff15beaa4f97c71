"""Whether clusters are more than chance would make: the largest cluster among incidents put down at random."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Protocol

import numpy as np

from . import checks, study_area
from .features import as_boundary
from .incidents import Incidents, as_incidents
from .interior import Interior
from .parameters import Parameters
from .progress import Progress, advance

SIMULATIONS = 199
# Of labels (n,) of incidents that all have a place: how a clustering would label others.
Search = Callable[[Incidents], np.ndarray]


@dataclass(frozen=True)
class Null:
    """What the clusters are held against: where incidents would stand by chance, how often it is tried, and the seed."""

    boundary: Any = None
    background: Any = None
    background_weight: Any = None
    simulations: int = SIMULATIONS
    seed: int = 0

    @property
    def stated(self) -> bool:
        """Whether there is anything to hold the clusters against."""
        return self.boundary is not None or self.background is not None

    def p(
        self, incidents: Incidents, labels: np.ndarray, search: Search, parameters: Parameters, progress: Progress
    ) -> np.ndarray:
        """Return the p of each cluster of incidents (n,), all with a place: how its weight ranks among the largest by chance.

        (k + 1) / (R + 1), where k of R simulations, by the same search, hold a cluster of at least that weight; a simulation
        without any cluster holds 0. As each cluster is compared with the largest one of every simulation, the smallest p of
        all clusters is at most α in no more than a share α of random maps.
        """
        inside, places = self._placing(incidents, parameters)
        simulations = checks.whole("simulations", self.simulations)
        seed = checks.whole("seed", self.seed, minimum=0)
        parameters.update(simulations=simulations, seed=seed)
        tested = incidents.take(inside)
        observed = weights_of(labels[inside], tested, int(labels.max(initial=-1)) + 1)
        largest = self._largest(tested, places, search, simulations, np.random.default_rng(seed), progress)
        # Sums of fractional weights in another order may differ by rounding.
        as_heavy = (largest >= observed[:, None] * (1 - 1e-9)).sum(axis=1)
        p = (as_heavy + 1) / (simulations + 1)
        parameters["largest_by_chance"] = [float(f"{value:.6g}") for value in np.quantile(largest, [0.5, 0.95, 1.0])]
        parameters.tell(
            f"{int((p <= 0.05).sum()):,} of {p.size:,} clusters have p ≤ 0.05 against {parameters['null']}: by chance the "
            f"largest cluster weighs {parameters['largest_by_chance'][0]:,g} in half of {simulations:,} maps"
        )
        return np.asarray(p)

    def _placing(self, incidents: Incidents, parameters: Parameters) -> tuple[np.ndarray, _Places]:
        """Return which incidents are tested, and from where places are drawn."""
        area = as_boundary(self.boundary, incidents.crs)
        interior, inside, where = None, np.ones(incidents.size, dtype=bool), ""
        if area is not None:
            interior = Interior.of(area)
            if not interior.areas.sum() > 0:
                raise ValueError(f"The boundary {area.label!r} has no area; give the outline of the study area.")
            inside, where = interior.contains(incidents.easting, incidents.northing), f" within {area.label}"
            fate = "are left out of the test"
            study_area.note_outside(incidents, inside, fate, parameters, where="outside")
            parameters["boundary"] = area.label
        if self.background is None and interior is not None:
            parameters["null"] = f"as many incidents put down evenly{where}"
            return inside, interior
        background = _Background.of(self.background, self.background_weight, incidents.crs, interior)
        parameters["null"] = f"as many incidents, drawn from the places of {background.label}{where}"
        return inside, background

    @staticmethod
    def _largest(
        tested: Incidents,
        places: _Places,
        search: Search,
        simulations: int,
        random: np.random.Generator,
        progress: Progress,
    ) -> np.ndarray:
        """Return the weight of the largest cluster of each simulation: every incident keeps its time and weight, and is moved."""
        largest = np.zeros(simulations)
        for number in range(simulations):
            easting, northing = places.draw(tested.size, random)
            drawn = replace(tested, easting=easting, northing=northing)
            labels = search(drawn)
            largest[number] = weights_of(labels, drawn, int(labels.max(initial=-1)) + 1).max(initial=0.0)
            advance(progress, (number + 1) / simulations)
        return largest


def weights_of(labels: np.ndarray, incidents: Incidents, clusters: int) -> np.ndarray:
    """Return the summed weight of so many clusters."""
    member = labels >= 0
    weight = None if incidents.weight is None else incidents.weight[member]
    return np.bincount(labels[member], weight, clusters).astype(float)


class _Places(Protocol):
    def draw(self, number: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return easting and northing of so many places drawn independently."""


@dataclass(frozen=True, eq=False)
class _Background:
    """Points from which places are drawn, each as likely as its weight says."""

    easting: np.ndarray
    northing: np.ndarray
    cumulative: np.ndarray
    label: str

    @classmethod
    def of(cls, layer: Any, weight: Any, crs: str, interior: Interior | None) -> _Background:
        """Take the points that have a place and stand inside."""
        points = as_incidents(layer, crs=crs).weighing(weight, "background_weight").located()
        weights = np.ones(points.size) if points.weight is None else points.weight
        x, y = points.easting, points.northing
        if interior is not None:
            inside = interior.contains(x, y)
            if not inside.any():
                raise ValueError(
                    f"None of the {points.size:,} points of {points.label!r} lies inside the boundary; there is no place to draw."
                )
            x, y, weights = x[inside], y[inside], weights[inside]
        if not weights.sum() > 0:
            raise ValueError(
                f"The background {points.label!r} weighs 0 inside the boundary; there is no place to draw."
            )
        return cls(x, y, np.cumsum(weights), points.label)

    def draw(self, number: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return so many places, with replacement."""
        total = self.cumulative[-1]
        which = np.searchsorted(self.cumulative, random.random(number) * total, side="right")
        which = np.minimum(which, self.cumulative.size - 1)
        return self.easting[which], self.northing[which]
