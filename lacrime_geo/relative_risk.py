"""Relative risk: where one kind of incident is denser than a population, or than other incidents, would lead to expect."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import bandwidths, checks, study_area
from .bandwidths import Smoothing
from .beginning import begin
from .compared_densities import Both, ComparedDensities
from .features import Features, as_boundary
from .grid import Grid
from .incidents import Incidents, as_incidents
from .kernels import KERNELS
from .parameters import Parameters
from .place_spacing import LookedAt, caution_smooth
from .places import collapse, tally
from .progress import Progress, advance, within
from .results import TOLERANCES, RiskSurface


def risk_ratio(
    incidents: Any,
    population: Any,
    *,
    population_weight: Any = None,
    bandwidth: float | str = "reference",
    cell_size: float | None = None,
    kernel: str = "gaussian",
    boundary: Any = None,
    weight: Any = None,
    permutations: int = 0,
    seed: int = 0,
    progress: Progress = None,
) -> RiskSurface:
    """Map the log ratio of the density of incidents to that of a population or of controls.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path: the cases.
    population : points of the same area, such as other incidents (controls; leave the cases out of them), or places with a
        number of residents. A period or category chosen on the command line or in the toolbox is that of the cases only.
    population_weight : column of `population`, or array, with the people (or visitors, cars, ...) at each point; the
        population is then taken as known. Default: its points' own weights, else they are controls, drawn by chance as the
        cases are.
    bandwidth : one for both densities (m), or the rule that finds it from the cases: "reference" (default), "scott",
        "silverman", "likelihood" or "predictive".
    cell_size : side of a cell (m). Default: as for `kde`.
    kernel : "gaussian" (default: it reaches everywhere), or "quartic", "triweight", "epanechnikov", "triangular",
        "uniform".
    boundary : polygon layer of the study area; points outside are left out and counted. Default: the bounds of both.
    weight : column name or array (n,): whole numbers of cases at each point; default the incidents' own, else 1.
    permutations : for p by simulation, the number of random maps: cases and controls mixed anew, or as many cases as
        seen drawn from the population. Default 0: the asymptotic p.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    RiskSurface
        ρ(s) = log of the ratio of the shares of cases and of population around s: 0 as expected, 0.69 twice as dense.
        `.p` is two-sided, cell by cell, uncorrected; `.tolerance()` gives the areas at p ≤ 0.05 and 0.01.

    Raises
    ------
    ValueError
        If either has no points with coordinates (inside the boundary), the population is 0, the cases' weights are not
        whole numbers, or a number is not above 0.

    Notes
    -----
    Kelsall & Diggle 1995, with one bandwidth for both, so that what kernels lose at edges cancels out but for the little that
    is added: to each share half an
    incident, as an effective number under the kernel: where there are few of both, ρ is near 0 and not at the
    mercy of one incident (after Bowman & Azzalini 1997). Asymptotic p: around s stand N = f(s) h² / R effective points, R
    the integral of the squared kernel, with the variance that Hazelton & Davies (2009) give ρ; of these the cases are
    binomial, or Poisson where the population is known. Their normal approximation of ρ itself calls twice as much lowered
    as it should where points are few.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> x = np.linspace(500000, 505000, 200)
    >>> evenly = Incidents(x, np.full(200, 3768000.0), crs="EPSG:32611")
    >>> float(np.abs(risk_ratio(evenly, evenly, bandwidth=500).values).max())
    0.0
    """
    chosen_kernel = KERNELS[checks.option("kernel", kernel, tuple(KERNELS))]
    permutations = checks.whole("permutations", permutations, minimum=0)
    everything, cases, parameters = begin(incidents, weight)
    seed = checks.whole("seed", seed, minimum=0)
    everybody = as_incidents(population, crs=cases.crs)
    people = everybody.weighing(population_weight, "population_weight").located()
    lost = everybody.size - people.size
    parameters.note("population_without_place", lost, f"{lost:,} points of {everybody.label!r} have no place")
    parameters.update(kernel=kernel, population=people.label, population_points=people.size)
    size = given = None if cell_size is None else checks.positive("cell_size", cell_size)
    area = as_boundary(boundary, cases.crs)
    advance(progress, 0.0)
    places = tally(cases.easting, cases.northing, cases.weight)
    smoothing = Smoothing(cases, places, chosen_kernel, area, size, corrected=area is not None).inside()
    h = bandwidths.choose(bandwidth, smoothing, parameters, within(progress, 0.0, 0.2))
    size = study_area.smooth_cell_size(smoothing.places, size, h, parameters, within(progress, 0.2, 0.3))
    caution_smooth(h, given, LookedAt.of(cases), parameters)
    grid, universe, both = _window(cases, people, area, size, chosen_kernel.padding * h, parameters)
    advance(progress, 0.3)
    comparison = ComparedDensities(grid, both, chosen_kernel, h, known=people.weight is not None)
    ratio = comparison.ratio(both.cases)
    advance(progress, 0.3)
    p = _chance(comparison, ratio, permutations, seed, parameters, within(progress, 0.3, 1.0))
    advance(progress, 1.0)
    outside = ~universe
    ratio[outside] = p[outside] = np.nan
    _tell(ratio, p, parameters)
    label = everything.titled(f"Relative risk ({h:,g} m)")
    return RiskSurface(grid, ratio, "log ratio", parameters, "risk_ratio", label, "log_risk_ratio", p=p)


def _chance(
    comparison: ComparedDensities,
    ratio: np.ndarray,
    permutations: int,
    seed: int,
    parameters: Parameters,
    progress: Progress,
) -> np.ndarray:
    """Return p of each cell, by permutations if any are asked for, and keep how it was found."""
    parameters["p_method"] = comparison.method(permutations)
    if not permutations:
        return comparison.approximate(progress)
    parameters.update(permutations=permutations, seed=seed)
    _warn_of_few(permutations, parameters)
    return comparison.simulated(ratio, permutations, seed, progress)


def _window(
    cases: Incidents, people: Incidents, area: Features | None, size: float, padding: float, parameters: Parameters
) -> tuple[Grid, np.ndarray, Both]:
    """Return the grid, its cells that belong to the study area, and the places of both kinds in it."""
    x, y = (np.concatenate(pair) for pair in ((cases.easting, people.easting), (cases.northing, people.northing)))
    if area is None:
        grid = Grid.over((x.min(), y.min(), x.max(), y.max()), size, cases.crs, padding)
        universe = np.ones(grid.shape, dtype=bool)
    else:
        grid, universe = study_area.within(area, size, cases)
        parameters["boundary"] = area.label
    inside = grid.inside(universe, x, y)
    is_case = np.arange(x.size) < cases.size
    study_area.note_outside(cases, inside[is_case], "are left out", parameters)
    study_area.note_outside(people, inside[~is_case], "are left out", parameters, "population_outside")
    first, place = collapse(x[inside], y[inside])
    weight = np.concatenate([_counts(cases), _counts(people)])[inside]
    sums = [np.bincount(place, weight * rows[inside], first.size) for rows in (is_case, ~is_case)]
    both = Both(x[inside][first], y[inside][first], *sums)
    _require_groups(both, people, parameters)
    return grid, universe, both


def _warn_of_few(permutations: int, parameters: Parameters) -> None:
    """Say which tolerances so few random maps cannot reach: the smallest p is 2 / (permutations + 1)."""
    missed = [level for level in TOLERANCES if 2 / (permutations + 1) > level]
    if missed:
        needed = " and ".join(f"{round(2 / level) - 1} for {level:g}" for level in missed)
        parameters.warn(
            f"{permutations} random maps cannot give a p of {missed[0]:g} or less; at least {needed} are needed."
        )


def _counts(layer: Incidents) -> np.ndarray:
    return np.ones(layer.size) if layer.weight is None else layer.weight


def _require_groups(both: Both, people: Incidents, parameters: Parameters) -> None:
    """Raise when one group cannot be compared with the other; warn when the controls seem to hold the cases."""
    if (both.cases % 1).any():
        raise ValueError(
            "The weights of the cases must be whole numbers of incidents at each point; give them without weights."
        )
    if both.cases.sum() == 0:
        raise ValueError("The cases inside the study area all weigh 0; there is nothing to compare.")
    if both.population.sum() == 0:
        raise ValueError(
            f"The population of {people.label!r} inside the study area is 0; there is nothing to compare with."
        )
    if people.weight is None and (both.population >= both.cases).all():
        parameters.warn(
            f"each of the {int(both.cases.sum()):,} cases stands on the same place as a control: where the controls hold the "
            "cases themselves the ratio is drawn towards 0; leave the cases out of the population."
        )


def _tell(ratio: np.ndarray, p: np.ndarray, parameters: Parameters) -> None:
    """Keep in words how much of the area is raised or lowered."""
    known = np.isfinite(ratio)
    raised, lowered = (float(((sign * ratio > 0) & (p <= TOLERANCES[0]))[known].mean()) for sign in (1, -1))
    parameters.update(unit="log ratio", raised=raised, lowered=lowered)
    parameters.tell(
        f"the share of cases is raised on {100 * raised:.1f} % and lowered on {100 * lowered:.1f} % of the area at "
        f"p ≤ {TOLERANCES[0]:g}, cell by cell: as much as 2.5 % of each would be by chance"
    )
