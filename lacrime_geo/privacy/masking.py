"""The donut mask: places moved into a ring around them, and how many others each could be as well."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import checks
from ..incidents import Incidents
from ..parameters import Parameters, two_digits
from ..progress import Progress, advance
from ..sensitivity.displacement import in_ring

NONE, DONUT, SCALED = "none", "donut", "scaled_donut"
MASKS = (NONE, DONUT, SCALED)
# By how much a scaled mask's radii may differ from those of the median place, either way.
MOST_SCALED = 4.0
_DRAWS = 50
_AT_ONCE = 4096


class Candidates(NamedTuple):
    """Where the incidents could be from, as far as somebody knows: places (m,) with the number of people, or 1, on each."""

    x: np.ndarray
    y: np.ndarray
    people: np.ndarray | None
    name: str

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, population: Incidents | None) -> Candidates:
        """Return the points of a population, else the incidents' own distinct places."""
        if population is None:
            return cls(x, y, None, "places of incidents")
        points = population.located()
        name = "points of the population" if points.weight is None else "people"
        return cls(points.easting, points.northing, points.weight, name)


class Radii(NamedTuple):
    """The inner and outer radius (m) of the ring of each place (n,), and of each candidate (m,) if it were one."""

    least: np.ndarray
    most: np.ndarray
    least_of_candidates: np.ndarray
    most_of_candidates: np.ndarray


def radii(
    x: np.ndarray,
    y: np.ndarray,
    candidates: Candidates,
    k: int,
    given: tuple[float | None, float | None],
    scaled: bool,
    parameters: Parameters,
) -> Radii:
    """Return the ring of each place: as given, or found from how far the k-th nearest candidates are."""
    reach = _reach(x, y, candidates, k)
    least, most = given
    if least is None:
        usual = two_digits(float(np.median(reach)))
        usual = usual if most is None else min(usual, checks.positive("max_radius", most) / 2)
        reason = f"within which the median place has {k} {candidates.name}"
        least = parameters.choose("min_radius", usual, reason, " m")
    parameters["min_radius"] = least = checks.positive("min_radius", least)
    if most is None:
        most = parameters.choose("max_radius", 2 * least, "twice min_radius, three times its area", " m")
    parameters["max_radius"] = most = checks.positive("max_radius", most)
    if most <= least:
        raise ValueError(f"max_radius must be above min_radius ({least:g} m), got {most:g} m.")
    factor, of_candidates = np.ones(x.size), np.ones(candidates.x.size)
    if scaled:
        around = _reach(candidates.x, candidates.y, candidates, k)
        factor, of_candidates = (
            np.clip(distance / float(np.median(reach)), 1 / MOST_SCALED, MOST_SCALED) for distance in (reach, around)
        )
    return Radii(least * factor, most * factor, least * of_candidates, most * of_candidates)


def _reach(x: np.ndarray, y: np.ndarray, candidates: Candidates, k: int) -> np.ndarray:
    """Return the distance (m) of each place within which k candidates, itself among them, stand."""
    from scipy.spatial import cKDTree

    if candidates.x.size < k:
        raise ValueError(
            f"There are {candidates.x.size:,} {candidates.name}, fewer than k = {k}: no mask hides among them."
        )
    tree = cKDTree(np.column_stack([candidates.x, candidates.y]))
    distance = tree.query(np.column_stack([x, y]), k=[k], workers=-1)[0][:, 0]
    return np.asarray(np.maximum(distance, 1.0))


def masked(
    x: np.ndarray,
    y: np.ndarray,
    rings: Radii,
    candidates: Candidates,
    k: int,
    random: np.random.Generator,
    progress: Progress = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each place (n,) is moved to, evenly by area over its ring, and how many candidates it could be there.

    It could be those as near as its origin, and those from which the mask could have moved it there: the fewer of both count, as
    the radii may be known. Where they are fewer than k it is drawn again, up to fifty times.
    """
    east, north = in_ring(random, rings.least, rings.most, x.size)
    found = np.zeros(x.size)
    todo = np.arange(x.size)
    for draw in range(_DRAWS):
        new_x, new_y = x[todo] + east[todo], y[todo] + north[todo]
        nearer = anonymity(x[todo], y[todo], new_x, new_y, candidates, progress)
        found[todo] = np.minimum(nearer, movable(new_x, new_y, candidates, rings, progress))
        todo = np.flatnonzero(found < k)
        if not todo.size or draw == _DRAWS - 1:
            break
        east[todo], north[todo] = in_ring(random, rings.least[todo], rings.most[todo], todo.size)
    return x + east, y + north, found


def anonymity(
    x: np.ndarray,
    y: np.ndarray,
    new_x: np.ndarray,
    new_y: np.ndarray,
    candidates: Candidates,
    progress: Progress = None,
) -> np.ndarray:
    """Return how many candidates are as near to each masked place (n,) as its origin is, the origin among them.

    Who looks for the origin among the candidates nearest to where a point is shown has to try so many
    (actual k-anonymity, Allshouse et al. 2010).

    Examples
    --------
    >>> line = np.arange(5) * 100.0
    >>> at = Candidates(line, line * 0, None, "places")
    >>> anonymity(line[2:3], np.zeros(1), np.array([330.0]), np.zeros(1), at).tolist()
    [3.0]
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([candidates.x, candidates.y]))
    # A hair more, as the origin itself stands at this very distance.
    away = np.hypot(new_x - x, new_y - y) * (1 + 1e-9) + 1e-6
    found = np.empty(x.size)
    for begin in range(0, x.size, _AT_ONCE):
        advance(progress, begin / x.size)
        part = slice(begin, begin + _AT_ONCE)
        points = np.column_stack([new_x[part], new_y[part]])
        if candidates.people is None:
            found[part] = tree.query_ball_point(points, away[part], workers=-1, return_length=True)
        else:
            near = tree.query_ball_point(points, away[part], workers=-1)
            found[part] = [candidates.people[rows].sum() for rows in near]
    return found


def movable(
    new_x: np.ndarray, new_y: np.ndarray, candidates: Candidates, rings: Radii, progress: Progress = None
) -> np.ndarray:
    """Return how many candidates have each masked place (n,) in their ring: the mask moved it from one of these.

    Who knows the radii leaves out all that are nearer than the inner one, however many these are.

    Examples
    --------
    >>> line, ring = np.arange(5) * 100.0, np.full(5, 120.0)
    >>> at = Candidates(line, line * 0, None, "places")
    >>> movable(np.array([330.0]), np.zeros(1), at, Radii(ring, 2 * ring, ring, 2 * ring)).tolist()
    [2.0]
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([candidates.x, candidates.y]))
    # A hair wider, as an origin may stand on the ring's very edge.
    least, most = rings.least_of_candidates * (1 - 1e-9) - 1e-6, rings.most_of_candidates * (1 + 1e-9) + 1e-6
    people = np.ones(candidates.x.size) if candidates.people is None else candidates.people
    found = np.empty(new_x.size)
    for begin in range(0, new_x.size, _AT_ONCE):
        advance(progress, begin / new_x.size)
        points = np.column_stack([new_x[begin : begin + _AT_ONCE], new_y[begin : begin + _AT_ONCE]])
        pairs = cKDTree(points).sparse_distance_matrix(tree, float(most.max()), output_type="ndarray")
        inside = pairs[(pairs["v"] >= least[pairs["j"]]) & (pairs["v"] <= most[pairs["j"]])]
        found[begin : begin + _AT_ONCE] = np.bincount(inside["i"], people[inside["j"]], len(points))
    return found
